"""Rows of activation letters, and of enrolments that have begun but are not finished."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Field, Session, SQLModel, col, delete, func, or_, select, update

from audit.refusal import N_
from db import UtcDateTime
from identity.codes import Code
from identity.enrolment import UNFINISHED, Letter, new_letter
from identity.errors import AccountRefused
from identity.login import new_token, token_digest
from identity.store.account import AccountRow, account_of
from identity.store.person import PersonRow


class LetterRow(SQLModel, table=True):
    """For a person of the registry, or an official's invitation with a name and a role."""

    __tablename__ = "activation"

    number: str = Field(primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    official_name: str = ""
    role: str = ""
    salt: bytes
    digest: bytes
    birth_date: date | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: int | None = None
    expires_at: datetime = Field(sa_type=UtcDateTime)
    tries_left: int
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    voided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EnrolmentRow(SQLModel, table=True):
    """Between the code of a letter and the confirmed authenticator; found by the hash of a cookie."""

    __tablename__ = "enrolment"

    digest: bytes = Field(primary_key=True)
    letter: str = Field(foreign_key="activation.number", unique=True)
    login_name: str = ""
    password_hash: str = ""
    totp_secret: bytes = b""
    begun_at: datetime = Field(sa_type=UtcDateTime)


def issue_letter(
    session: Session, key: bytes, now: datetime, *, person_id: int, by: int | None = None
) -> tuple[LetterRow, Code]:
    """A letter for a person; earlier ones no longer work. The code is nowhere else: print it now.

    Raises AccountRefused: account.exists, person.unknown.
    """
    person = session.get(PersonRow, person_id)
    if person is None or not person.active:
        raise AccountRefused("person.unknown", N_("There is no such person in the registry."))
    if account_of(session, person_id) is not None:
        raise AccountRefused("account.exists", N_("This person has an account already."))
    session.execute(
        update(LetterRow)
        .where(col(LetterRow.person_id) == person_id, col(LetterRow.used_at).is_(None))
        .values(voided_at=now)
    )
    letter, code = new_letter(key, person.birth_date, now)
    return _keep(session, letter, now, by, person_id=person_id), code


def issue_invitation(
    session: Session, key: bytes, now: datetime, *, name: str, role: str, by: int | None = None
) -> tuple[LetterRow, Code]:
    """A letter for an official, who has the role as soon as the account is open.

    `by` somebody on the pages, the role waits for a second official even then.
    """
    letter, code = new_letter(key, None, now)
    return _keep(session, letter, now, by, official_name=name, role=role), code


def find_letter(session: Session, number: str) -> LetterRow | None:
    return session.exec(select(LetterRow).where(LetterRow.number == number).with_for_update()).first()


def as_letter(row: LetterRow | None) -> Letter | None:
    if row is None:
        return None
    return Letter(
        row.number, row.salt, row.digest, row.expires_at, row.birth_date, row.tries_left, row.used_at, row.voided_at
    )


def count_failure(session: Session, number: str) -> None:
    """One try less, if there is such a letter."""
    session.execute(
        update(LetterRow)
        .where(col(LetterRow.number) == number, col(LetterRow.tries_left) > 0)
        .values(tries_left=LetterRow.tries_left - 1)
    )


def use_letter(session: Session, number: str, now: datetime) -> bool:
    """True once (ID-04)."""
    changed = session.execute(
        update(LetterRow)
        .where(col(LetterRow.number) == number, col(LetterRow.used_at).is_(None), col(LetterRow.voided_at).is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def begin_enrolment(session: Session, number: str, now: datetime) -> str:
    """The token for the cookie; an enrolment begun earlier with this letter falls."""
    session.execute(
        delete(EnrolmentRow).where(
            or_(col(EnrolmentRow.letter) == number, col(EnrolmentRow.begun_at) < now - UNFINISHED)
        )
    )
    token = new_token()
    session.add(EnrolmentRow(digest=token_digest(token), letter=number, begun_at=now))
    session.flush()
    return token


def enrolment(session: Session, token: str, now: datetime) -> EnrolmentRow | None:
    row = session.get(EnrolmentRow, token_digest(token))
    return row if row is not None and now < row.begun_at + UNFINISHED else None


def keep_enrolment(session: Session, row: EnrolmentRow) -> None:
    session.add(row)
    session.flush()


def end_enrolment(session: Session, row: EnrolmentRow) -> None:
    session.delete(row)
    session.flush()


def letters_of(session: Session, person_id: int) -> Sequence[LetterRow]:
    """Newest first."""
    return session.exec(
        select(LetterRow).where(LetterRow.person_id == person_id).order_by(col(LetterRow.created_at).desc())
    ).all()


def open_invitations(session: Session, now: datetime) -> Sequence[LetterRow]:
    return session.exec(
        select(LetterRow)
        .where(LetterRow.role != "", col(LetterRow.used_at).is_(None), col(LetterRow.voided_at).is_(None))
        .where(col(LetterRow.expires_at) > now, LetterRow.tries_left > 0)
        .order_by(col(LetterRow.created_at))
    ).all()


def awaiting_letter(session: Session, now: datetime, limit: int) -> list[int]:
    """Active persons without account and without a letter that still works, by surname."""
    valid = (
        select(LetterRow.number)
        .where(LetterRow.person_id == PersonRow.id, col(LetterRow.voided_at).is_(None))
        .where(col(LetterRow.expires_at) > now, LetterRow.tries_left > 0)
        .exists()
    )
    has_account = select(AccountRow.id).where(AccountRow.person_id == PersonRow.id).exists()
    query = select(PersonRow.id).where(col(PersonRow.active), ~valid, ~has_account)
    return [person_id or 0 for person_id in session.exec(query.order_by(col(PersonRow.sought)).limit(limit))]


def awaiting_count(session: Session) -> int:
    """Active persons without an account."""
    has_account = select(AccountRow.id).where(AccountRow.person_id == PersonRow.id).exists()
    query = select(func.count()).select_from(PersonRow).where(col(PersonRow.active), ~has_account)
    return session.exec(query).one()


def _keep(
    session: Session,
    letter: Letter,
    now: datetime,
    by: int | None,
    *,
    person_id: int | None = None,
    official_name: str = "",
    role: str = "",
) -> LetterRow:
    row = LetterRow(
        number=letter.number,
        person_id=person_id,
        official_name=official_name,
        role=role,
        salt=letter.salt,
        digest=letter.digest,
        birth_date=letter.birth_date,
        created_at=now,
        created_by=by,
        expires_at=letter.expires_at,
        tries_left=letter.tries_left,
    )
    session.add(row)
    session.flush()
    return row
