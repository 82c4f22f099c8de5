"""Codes that people type: letters' activation codes and recovery codes. Voting cards are `crypto.card`'s.

Crockford's alphabet, a check character, and tolerance for what hands and keyboards confuse. Codes are stored only as
keyed, salted hashes.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from crypto.card import ALPHABET
from crypto.errors import Malformed

SALT_BYTES = 16
_READ_AS = {"O": "0", "I": "1", "L": "1"} | dict(zip("ΑΒΕΖΗΙΚΜΝΟΤΧΥ", "ABEZH1KMN0TXY", strict=True))
_SEPARATORS = frozenset(" \t\r\n\u00a0-\u2010\u2011\u2012\u2013\u2014\u2212")
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Code:
    """The characters without the check character, 5 bits each. Its repr and str show nothing."""

    characters: str = field(repr=False)

    def printed(self, group: int = 4) -> str:
        """As it stands on paper, check character last, in groups."""
        text = self.characters + ALPHABET[_check(self.characters)]
        return "-".join(text[start : start + group] for start in range(0, len(text), group))


def new_code(length: int, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> Code:
    """`length` characters of 5 random bits."""
    return Code("".join(ALPHABET[byte & 31] for byte in random_bytes(length)))


def parse_code(text: str, length: int) -> Code:
    """What a person typed. Raises Malformed (code.characters, code.length, code.check); never repeats the text."""
    if len(text) > LONGEST:
        raise Malformed("code.length", f"{length + 1} characters were expected")
    letters = [letter for letter in text.upper() if letter not in _SEPARATORS]
    characters = "".join(_READ_AS.get(letter, letter) for letter in letters)
    if any(character not in ALPHABET for character in characters):
        raise Malformed("code.characters", "a code has only digits and Latin letters")
    if len(characters) != length + 1:
        raise Malformed("code.length", f"{length + 1} characters were expected")
    if ALPHABET[_check(characters[:-1])] != characters[-1]:
        raise Malformed("code.check", "the check character does not fit")
    return Code(characters[:-1])


def code_digest(key: bytes, salt: bytes, code: Code) -> bytes:
    """32 bytes to store. `key` lives outside the database, so that a dump alone cannot be searched."""
    return hmac.digest(key, salt + code.characters.encode("ascii"), hashlib.sha256)


def check_code(key: bytes, salt: bytes, digest: bytes, code: Code) -> bool:
    return hmac.compare_digest(code_digest(key, salt, code), digest)


def _check(characters: str) -> int:
    """A code over GF(32): notices any one wrong character and any two neighbours exchanged."""
    state = 1  # so that a row of zeros is no code
    for character in (*characters, "0"):
        state = (state << 1) ^ (0b100101 if state & 16 else 0) ^ ALPHABET.index(character)
    return state
