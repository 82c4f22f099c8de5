"""The steps from a letter to an account: code, name and password, authenticator confirmed by its first code.

Nothing is opened before the last step, so whoever stops half-way begins again with the same letter.
"""

from datetime import date, datetime

from sqlmodel import Session

from identity.codes import Code
from identity.enrolment import check_letter, is_open, letter_number
from identity.errors import ActivationRefused
from identity.keyring import Keyring
from identity.recovery import new_codes
from identity.store import attempt
from identity.store.account import AccountRow, create_account, replace_recovery_codes
from identity.store.event import note
from identity.store.grant import grant_role, propose_role
from identity.store.letter import (
    EnrolmentRow,
    LetterRow,
    as_letter,
    begin_enrolment,
    count_failure,
    end_enrolment,
    find_letter,
    keep_enrolment,
    use_letter,
)
from identity.throttle import Counter, neighbourhood, subject
from identity.totp import new_secret, verify_code


def show_letter(
    session: Session, keys: Keyring, number: str, code: str, birth_date: date | None, address: str, now: datetime
) -> str:
    """The token of an enrolment, for a cookie. Raises ActivationRefused, TooManyAttempts after counting the failure.

    The caller commits all the same (ID-03).
    """
    place = subject(keys.throttle, Counter.ACTIVATION_ADDRESS, neighbourhood(address))
    attempt.check(session, Counter.ACTIVATION_ADDRESS, place, now)
    row = find_letter(session, letter_number(number))
    try:
        check_letter(as_letter(row), keys.letters, code, birth_date, now)
    except ActivationRefused:
        attempt.count(session, place, now)
        count_failure(session, letter_number(number))
        raise
    return begin_enrolment(session, letter_number(number), now)


def choose_name(session: Session, keys: Keyring, row: EnrolmentRow, login_name: str, password_hash: str) -> None:
    """Keep name and password, and make the authenticator's secret."""
    row.login_name, row.password_hash = login_name, password_hash
    row.totp_secret = keys.vault.seal(new_secret().encode("ascii"), _place(row))
    keep_enrolment(session, row)


def enrolled_secret(keys: Keyring, row: EnrolmentRow) -> str:
    """The secret to show, base 32; only until the account is open (ID-10)."""
    return keys.vault.open(row.totp_secret, _place(row)).decode("ascii")


def letter_of(session: Session, row: EnrolmentRow) -> LetterRow:
    """The letter in its present state. Raises ActivationRefused if it no longer works (ID-04)."""
    letter = find_letter(session, row.letter)
    if letter is None:
        raise ActivationRefused
    return letter


def open_account(
    session: Session, keys: Keyring, row: EnrolmentRow, text: str, now: datetime
) -> tuple[AccountRow, list[Code]]:
    """The last step: account and recovery codes, which are shown now and never again.

    Raises CodeRefused for a wrong one-time code, ActivationRefused, NameTaken, AccountRefused.
    """
    secret = enrolled_secret(keys, row)
    step = verify_code(secret, text, now, 0)
    letter = letter_of(session, row)
    shown = as_letter(letter)
    if shown is None or not is_open(shown, now) or not use_letter(session, letter.number, now):
        raise ActivationRefused
    account = create_account(
        session,
        letter.person_id,
        row.login_name,
        row.password_hash,
        secret,
        vault=keys.vault,
        now=now,
        official_name=letter.official_name,
        last_step=step,
    )
    codes = new_codes()
    account_id = account.id or 0
    replace_recovery_codes(session, account_id, codes, keys.recovery)
    end_enrolment(session, row)
    if letter.role and letter.created_by is not None:
        propose_role(session, account_id, letter.role, now, letter.created_by)
    elif letter.role:  # a letter of the command line
        grant_role(session, account_id, letter.role, now)
    note(session, account_id, "account.opened", now)
    return account, codes


def _place(row: EnrolmentRow) -> str:
    return f"enrolment/{row.letter}/totp"
