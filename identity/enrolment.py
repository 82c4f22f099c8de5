"""Opening an account with the code from a letter, and nothing less (ID-02).

A letter has a number, which finds it, and a code, which proves that it arrived. Code and birth date together open the
account of one person, once, within 14 days; five wrong tries void the letter (ID-03). Officials get the same letter as
an invitation, without a birth date.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from audit.refusal import N_
from crypto.errors import Malformed
from identity.codes import SALT_BYTES, Code, check_code, code_digest, new_code, parse_code
from identity.errors import AccountRefused, ActivationRefused

CODE_LENGTH = 16
"""Characters of 5 bits: 80 bits, and a check character."""
LIFE = timedelta(days=14)
TRIES = 5
UNFINISHED = timedelta(minutes=30)
"""How long somebody may take from the code to the confirmed authenticator."""
LETTER_DIGITS = 8
_NAME = re.compile(r"[a-z0-9α-ωάέήίόύώϊϋΐΰ][a-z0-9α-ωάέήίόύώϊϋΐΰ._+-]*(@[a-z0-9.-]+)?")


@dataclass(frozen=True, slots=True)
class Letter:
    """An activation as the database keeps it: no code, only a keyed and salted hash."""

    number: str
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    expires_at: datetime
    birth_date: date | None = None  # None for officials' invitations
    tries_left: int = TRIES
    used_at: datetime | None = None
    voided_at: datetime | None = None


def new_letter(key: bytes, birth_date: date | None, now: datetime) -> tuple[Letter, Code]:
    """A letter and its code, which is printed and then forgotten."""
    code, salt = new_code(CODE_LENGTH), secrets.token_bytes(SALT_BYTES)
    number = str(secrets.randbelow(9 * 10 ** (LETTER_DIGITS - 1)) + 10 ** (LETTER_DIGITS - 1))
    return Letter(number, salt, code_digest(key, salt, code), now + LIFE, birth_date), code


def letter_number(text: str) -> str:
    """The digits of a letter's number, or nothing if they cannot be one."""
    digits = "".join(text.split())
    return digits if re.fullmatch(rf"[0-9]{{{LETTER_DIGITS}}}", digits, re.ASCII) else ""


def check_letter(letter: Letter | None, key: bytes, code: str, birth_date: date | None, now: datetime) -> None:
    """Raises ActivationRefused, the same for every reason. The caller counts the failure against the letter."""
    try:
        parsed = parse_code(code, CODE_LENGTH)
    except Malformed:
        parsed = Code("0" * CODE_LENGTH)  # goes on, so that a typing error takes the same path and time
    salt, digest = (letter.salt, letter.digest) if letter else (bytes(SALT_BYTES), bytes(32))
    fits = check_code(key, salt, digest, parsed)
    born = letter is not None and letter.birth_date in {None, birth_date}
    if letter is None or not (fits and born and is_open(letter, now)):
        raise ActivationRefused


def is_open(letter: Letter, now: datetime) -> bool:
    """Not used, void or expired. Every path to an account asks this again (ID-04)."""
    return letter.used_at is None and letter.voided_at is None and letter.tries_left > 0 and now < letter.expires_at


def login_name(text: str) -> str:
    """The one spelling of a login name: an e-mail address or a chosen word. Raises AccountRefused (name.spelling)."""
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    if not 3 <= len(name) <= 100 or not _NAME.fullmatch(name):
        raise AccountRefused(
            "name.spelling",
            N_("A login name has 3 to 100 letters and digits, without spaces."),
            N_("Your e-mail address will do."),
        )
    return name


def parse_birth_date(text: str) -> date | None:
    """`1980-05-21` or `21/5/1980`; None when it is neither."""
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text.strip(), re.ASCII)
    if match:
        year, month, day = match.groups()
    else:
        match = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text.strip(), re.ASCII)
        if not match:
            return None
        day, month, year = match.groups()
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
