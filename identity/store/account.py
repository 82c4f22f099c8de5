"""Rows of accounts and recovery codes. A person has at most one account; officials may have one without a person."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, delete, func, select, update

from audit.refusal import N_
from db import UtcDateTime
from identity.codes import SALT_BYTES, Code, check_code, code_digest
from identity.enrolment import login_name as spelled_name
from identity.errors import AccountRefused, NameTaken
from identity.store.card import CardRow
from identity.store.person import PersonRow, person_name
from identity.vault import Vault


class AccountRow(SQLModel, table=True):
    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", unique=True)
    login_name: str = Field(unique=True)
    official_name: str = ""
    """For officials who are not in the registry."""
    password_hash: str
    totp_secret: bytes = b""
    """Sealed in the vault at `secret_place`."""
    last_step: int = 0
    """The last time step accepted; it only ever grows (ID-06)."""
    wrong_codes: int = 0
    """One-time codes refused since the last right one."""
    phrase: str = ""
    """What the owner chose to see on our pages, so that a copy of them is noticed."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecoveryCodeRow(SQLModel, table=True):
    __tablename__ = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    salt: bytes
    digest: bytes
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def create_account(
    session: Session,
    person_id: int | None,
    login_name: str,
    password_hash: str,
    totp_secret: str,
    *,
    vault: Vault,
    now: datetime,
    official_name: str = "",
    last_step: int = 0,
) -> AccountRow:
    """Open an account. `totp_secret`: base 32 in clear; `last_step`: of the code that confirmed it, if any.

    Raises NameTaken, AccountRefused (account.exists, name.spelling).
    """
    name = spelled_name(login_name)
    check_free(account_named(session, name) is not None)
    if person_id is not None and account_of(session, person_id) is not None:
        raise AccountRefused("account.exists", N_("This person has an account already."))
    row = AccountRow(
        person_id=person_id,
        login_name=name,
        official_name=official_name,
        password_hash=password_hash,
        last_step=last_step,
        created_at=now,
    )
    session.add(row)
    session.flush()
    row.totp_secret = vault.seal(totp_secret.encode("ascii"), secret_place(row))
    session.add(row)
    session.flush()
    return row


def secret_place(row: AccountRow) -> str:
    return f"account/{row.id}/totp"


def open_secret(row: AccountRow, vault: Vault) -> str:
    """The authenticator's secret in clear, base 32. Raises SealBroken."""
    return vault.open(row.totp_secret, secret_place(row)).decode("ascii")


def account(session: Session, account_id: int) -> AccountRow | None:
    return session.get(AccountRow, account_id)


def locked_account(session: Session, account_id: int) -> AccountRow | None:
    """The row as it is now, and nobody else changes it before this transaction ends."""
    query = select(AccountRow).where(AccountRow.id == account_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).first()


def account_named(session: Session, login_name: str) -> AccountRow | None:
    """By a name in its one spelling."""
    return session.exec(select(AccountRow).where(AccountRow.login_name == login_name)).first()


def account_of(session: Session, person_id: int) -> AccountRow | None:
    return session.exec(select(AccountRow).where(AccountRow.person_id == person_id)).first()


def person_of_account(session: Session, account_id: int) -> int | None:
    row = session.get(AccountRow, account_id)
    return row.person_id if row else None


def display_name(session: Session, account_id: int) -> str:
    """The name of whoever holds the account; empty for nobody."""
    row = session.get(AccountRow, account_id)
    if row is None:
        return ""
    return person_name(session, row.person_id) if row.person_id else row.official_name or row.login_name


def accounts(session: Session, ids: Iterable[int]) -> Sequence[AccountRow]:
    return session.exec(select(AccountRow).where(col(AccountRow.id).in_([*ids])).order_by(col(AccountRow.id))).all()


def accept_step(session: Session, account_id: int, step: int) -> bool:
    """Compare and set: True when `step` is later than every step accepted before (ID-06)."""
    changed = session.execute(
        update(AccountRow)
        .where(col(AccountRow.id) == account_id, col(AccountRow.last_step) < step)
        .values(last_step=step, wrong_codes=0)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def count_wrong_code(session: Session, account_id: int) -> None:
    session.execute(
        update(AccountRow)
        .where(col(AccountRow.id) == account_id)
        .values(wrong_codes=AccountRow.wrong_codes + 1)
        .execution_options(synchronize_session=False)
    )


def change_authenticator(session: Session, row: AccountRow, secret: str, step: int, vault: Vault) -> None:
    """A new secret, confirmed by a code of time step `step`."""
    row.totp_secret = vault.seal(secret.encode("ascii"), secret_place(row))
    row.last_step, row.wrong_codes = step, 0
    session.add(row)
    session.flush()


def change_password(session: Session, row: AccountRow, password_hash: str) -> None:
    row.password_hash = password_hash
    session.add(row)
    session.flush()


def change_phrase(session: Session, account_id: int, phrase: str) -> None:
    row = session.get_one(AccountRow, account_id)
    row.phrase = phrase.strip()[:80]
    session.add(row)


def disable_account(session: Session, account_id: int, now: datetime | None) -> None:
    """None enables it again."""
    row = session.get_one(AccountRow, account_id)
    row.disabled_at = now
    session.add(row)
    session.flush()


def replace_recovery_codes(session: Session, account_id: int, codes: Iterable[Code], key: bytes) -> None:
    """Only these hold from now on."""
    session.exec(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.account_id) == account_id))
    for code in codes:
        salt = secrets.token_bytes(SALT_BYTES)
        session.add(RecoveryCodeRow(account_id=account_id, salt=salt, digest=code_digest(key, salt, code)))
    session.flush()


def use_recovery_code(session: Session, account_id: int, code: Code, key: bytes, now: datetime) -> bool:
    """True once for each code; two at the same moment cannot both be first."""
    unused = select(RecoveryCodeRow).where(
        RecoveryCodeRow.account_id == account_id, col(RecoveryCodeRow.used_at).is_(None)
    )
    fitting = [row.id for row in session.exec(unused) if check_code(key, row.salt, row.digest, code)]
    changed = session.execute(
        update(RecoveryCodeRow)
        .where(col(RecoveryCodeRow.id).in_(fitting), col(RecoveryCodeRow.used_at).is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def recovery_codes_left(session: Session, account_id: int) -> int:
    query = select(func.count()).select_from(RecoveryCodeRow)
    return session.exec(
        query.where(RecoveryCodeRow.account_id == account_id, col(RecoveryCodeRow.used_at).is_(None))
    ).one()


def counts(session: Session) -> dict[str, int]:
    """`persons`, `electors`, `with_card`, `with_account`: of those who are active."""
    from identity.store.account import AccountRow

    active = select(func.count()).select_from(PersonRow).where(col(PersonRow.active))
    card = active.join(CardRow, (col(CardRow.person_id) == PersonRow.id) & col(CardRow.struck_at).is_(None))
    account = active.join(AccountRow, col(AccountRow.person_id) == PersonRow.id)
    return {
        "persons": session.exec(active).one(),
        "electors": session.exec(active.where(col(PersonRow.is_elector))).one(),
        "with_card": session.exec(card).one(),
        "with_account": session.exec(account).one(),
    }


def check_free(taken: bool) -> None:
    """Raises NameTaken."""
    if taken:
        raise NameTaken("name.taken", N_("This login name is taken."), N_("Choose another one."))
