"""Rows of key ceremonies: who sits where and what each member has sent. No secret ever reaches these tables."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, func, select

from db import UtcDateTime


class CeremonyRow(SQLModel, table=True):
    """One attempt; the latest row of a referendum is the one in force."""

    __tablename__ = "ceremony"

    id: int | None = Field(default=None, primary_key=True)
    referendum_id: int = Field(foreign_key="referendum.id", index=True)
    ceremony: str = Field(unique=True)
    """Random id, 32 hexadecimal digits, fixed by the ceremony-opened entry."""
    group: str
    threshold: int
    size: int
    step: str
    """commitment, polynomial, share (or key for one Single trustee), completed or failed."""
    failed_reason: str | None = None
    failed_index: int | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TrusteeSeatRow(SQLModel, table=True):
    """A member of one ceremony and the messages received, as the text that was sent."""

    __tablename__ = "trustee_seat"
    __table_args__ = (UniqueConstraint("ceremony_id", "index"), UniqueConstraint("ceremony_id", "account_id"))

    id: int | None = Field(default=None, primary_key=True)
    ceremony_id: int = Field(foreign_key="ceremony.id")
    index: int
    """From 1; the trustee's index in trustees.json."""
    account_id: int = Field(index=True)
    name: str
    cert: str | None = None
    """signed_msg of the certificate, compact JSON; for 1/1 the trustee_public_key."""
    statement: str | None = None
    """Signed commitment, one line of ceremony.jsonl; None for 1/1."""
    polynomial: str | None = None
    voutput: str | None = None
    complaint: str | None = None


def add(session: Session, ceremony: CeremonyRow, seats: Sequence[tuple[int, str]]) -> CeremonyRow:
    """`seats` are (account, name) in the order of their indices."""
    session.add(ceremony)
    session.flush()
    assert ceremony.id is not None
    for index, (account_id, name) in enumerate(seats, start=1):
        session.add(TrusteeSeatRow(ceremony_id=ceremony.id, index=index, account_id=account_id, name=name))
    session.flush()
    return ceremony


def ceremony(session: Session, referendum_id: int) -> CeremonyRow | None:
    query = select(CeremonyRow).where(CeremonyRow.referendum_id == referendum_id).order_by(col(CeremonyRow.id).desc())
    return session.exec(query).first()


def seats(session: Session, ceremony_id: int) -> Sequence[TrusteeSeatRow]:
    query = select(TrusteeSeatRow).where(TrusteeSeatRow.ceremony_id == ceremony_id).order_by(col(TrusteeSeatRow.index))
    return session.exec(query).all()


def referenda_of(session: Session, account_id: int) -> Sequence[int]:
    """Ids of the referenda in whose latest ceremony this account has a seat, the newest first."""
    latest = select(func.max(CeremonyRow.id)).group_by(col(CeremonyRow.referendum_id))
    query = (
        select(CeremonyRow.referendum_id)
        .join(TrusteeSeatRow, col(TrusteeSeatRow.ceremony_id) == col(CeremonyRow.id))
        .where(TrusteeSeatRow.account_id == account_id, col(CeremonyRow.id).in_(latest))
        .order_by(col(CeremonyRow.id).desc())
    )
    return session.exec(query).all()
