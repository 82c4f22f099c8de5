"""The steps of logging in: look whether it may be tried, count the try, compare, and only then forget the try.

An attempt is counted before it is compared, so that many at the same moment cannot outrun the counter. What is raised
here after counting must not roll the count back: routes catch it and answer.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from audit.refusal import N_
from crypto.errors import Malformed
from db import Database
from identity.codes import parse_code
from identity.enrolment import login_name as spelled_name
from identity.errors import AccountRefused, CodeRefused, LoginRefused
from identity.keyring import Keyring
from identity.login import FRESH
from identity.recovery import LENGTH
from identity.store import account as accounts
from identity.store import attempt
from identity.store.event import note
from identity.store.login import LoginRow
from identity.throttle import CONSECUTIVE_TOTP, Counter, known_device, neighbourhood, subject
from identity.totp import code_replayed, verify_code, wrong_code


@dataclass(frozen=True, slots=True)
class Source:
    """Where an attempt comes from: address, and the mark that says whether this browser was here before."""

    address: str
    mark: str = ""


def check_password(db: Database, keys: Keyring, name: str, password: str, source: Source, now: datetime) -> int:
    """The account that name and password belong to, in transactions of its own because hashing takes long.

    Raises LoginRefused, TooManyAttempts, TooBusy; known and unknown names take the same way (ID-01).
    """
    with db.reading() as session:
        row = accounts.account_named(session, _spelled(name))
        account_id = row.id if row else None
        stored = row.password_hash if row and row.disabled_at is None else None
        counters = _password_counters(keys, _spelled(name) if row is None else str(row.id), account_id, source)
        _check(session, counters, now)
    tries: list[int] = []

    def count() -> None:
        with db.writing() as session:
            _check(session, counters, now)
            tries.extend(attempt.count(session, place, now) for _, place in counters)

    right = keys.passwords.verify(stored, password, before=count)
    rehashed = keys.passwords.hash(password) if right and stored and keys.passwords.needs_rehash(stored) else ""
    with db.writing() as session:
        if right and account_id is not None:
            attempt.forgive(session, *tries)
            if rehashed:
                accounts.change_password(session, session.get_one(accounts.AccountRow, account_id), rehashed)
            return account_id
        if account_id is not None:
            note(session, account_id, "login.password_refused", now)
    raise LoginRefused


def check_second_factor(
    session: Session,
    keys: Keyring,
    account_id: int,
    text: str,
    source: Source,
    now: datetime,
    *,
    recovery: bool = True,
) -> bool:
    """True for a one-time code, False for a recovery code, which is then used up; `recovery` False refuses those.

    Raises CodeRefused, CodeReplayed, TooManyAttempts; the caller commits all the same, so that the try counts (ID-07).
    """
    row = accounts.locked_account(session, account_id)
    if row is None or row.disabled_at is not None:
        raise wrong_code()
    device = known_device(keys.throttle, account_id, source.mark) or "stranger"
    digits = text.replace(" ", "")
    counter = Counter.TOTP if len(digits) <= 8 else Counter.RECOVERY
    if counter is Counter.RECOVERY and not recovery:
        raise CodeRefused("code.recovery", N_("This step needs a code of the app, not a recovery code."))
    place = subject(keys.throttle, counter, str(account_id), device)
    attempt.check(session, counter, place, now)
    if counter is Counter.RECOVERY:
        _use_recovery_code(session, keys, account_id, text, place, now)
        return False
    if row.wrong_codes >= CONSECUTIVE_TOTP:
        raise CodeRefused(
            "code.exhausted",
            N_("The one-time codes of this account were tried too often."),
            N_("Use a recovery code, then set up your authenticator app anew."),
        )
    try:
        step = verify_code(accounts.open_secret(row, keys.vault), text, now, row.last_step)
    except CodeRefused as refused:
        if refused.code == "code.wrong":
            attempt.count(session, place, now)
            accounts.count_wrong_code(session, account_id)
            note(session, account_id, "login.code_refused", now)
        raise
    if not accounts.accept_step(session, account_id, step):
        raise code_replayed()
    attempt.forget(session, place)
    return True


def may_change_authenticator(session: Session, login_id: int, now: datetime) -> bool:
    """After a fresh one-time code, or soon after logging in with a recovery code because the phone is lost."""
    row = session.get(LoginRow, login_id)
    if row is None:
        return False
    return now < (row.fresh_at or row.opened_at) + FRESH


def _use_recovery_code(
    session: Session, keys: Keyring, account_id: int, text: str, place: bytes, now: datetime
) -> None:
    try:
        code = parse_code(text, LENGTH)
        used = accounts.use_recovery_code(session, account_id, code, keys.recovery, now)
    except Malformed:
        used = False
    if not used:
        attempt.count(session, place, now)
        note(session, account_id, "login.code_refused", now)
        raise CodeRefused("recovery.wrong", N_("The recovery code is not correct, or was used before."))
    note(session, account_id, "recovery.used", now)
    attempt.forget(session, place)


def _password_counters(keys: Keyring, who: str, account_id: int | None, source: Source) -> list[tuple[Counter, bytes]]:
    """A browser that was here before is counted by itself; strangers by account, by address and all together."""
    device = known_device(keys.throttle, account_id, source.mark) if account_id is not None else ""
    if device:
        return [(Counter.PASSWORD, subject(keys.throttle, Counter.PASSWORD, who, device))]
    return [
        (Counter.PASSWORD, subject(keys.throttle, Counter.PASSWORD, who, "stranger")),
        (
            Counter.PASSWORD_ADDRESS,
            subject(keys.throttle, Counter.PASSWORD_ADDRESS, neighbourhood(source.address)),
        ),
        (Counter.PASSWORD_ALL, subject(keys.throttle, Counter.PASSWORD_ALL)),
    ]


def _check(session: Session, counters: list[tuple[Counter, bytes]], now: datetime) -> None:
    for counter, place in counters:
        attempt.check(session, counter, place, now)


def _spelled(name: str) -> str:
    try:
        return spelled_name(name)
    except AccountRefused:
        return ""
