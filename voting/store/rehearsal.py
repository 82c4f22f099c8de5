"""Rows of rehearsals: a second election with test ballots under the same trustees."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from db import UtcDateTime


class RehearsalRow(SQLModel, table=True):
    """The latest row of a referendum is the one in force; earlier ones belong to abandoned ceremonies."""

    __tablename__ = "rehearsal"

    id: int | None = Field(default=None, primary_key=True)
    referendum_id: int = Field(foreign_key="referendum.id", index=True)
    uuid: str = Field(unique=True)
    state: str = "open"
    """open, completed or failed."""
    election: bytes
    trustees: bytes
    credentials: bytes
    timestamp: str
    encrypted_tally: bytes
    sized_tally: bytes
    known: bytes
    """Compact JSON: the counts that were cast, one list per question; what the result must equal."""
    result: bytes | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RehearsalBallotRow(SQLModel, table=True):
    """A test ballot with its order statement, in board order from 0."""

    __tablename__ = "rehearsal_ballot"

    rehearsal_id: int = Field(foreign_key="rehearsal.id", primary_key=True)
    position: int = Field(primary_key=True)
    raw: bytes
    order: bytes


class RehearsalDecryptionRow(SQLModel, table=True):
    """One trustee's partial decryption of the rehearsal: the key check."""

    __tablename__ = "rehearsal_decryption"
    __table_args__ = (UniqueConstraint("rehearsal_id", "owner"),)

    id: int | None = Field(default=None, primary_key=True)
    rehearsal_id: int = Field(foreign_key="rehearsal.id")
    owner: int
    """Index of the trustee, from 1; rows are in the order of the log."""
    payload: bytes
    strong: bytes
    received_at: datetime = Field(sa_type=UtcDateTime)


def add(session: Session, rehearsal: RehearsalRow, ballots: Sequence[tuple[bytes, bytes]]) -> RehearsalRow:
    """`ballots` are (raw ballot, order statement) in board order."""
    session.add(rehearsal)
    session.flush()
    assert rehearsal.id is not None
    for position, (raw, order) in enumerate(ballots):
        session.add(RehearsalBallotRow(rehearsal_id=rehearsal.id, position=position, raw=raw, order=order))
    session.flush()
    return rehearsal


def rehearsal(session: Session, referendum_id: int) -> RehearsalRow | None:
    query = (
        select(RehearsalRow).where(RehearsalRow.referendum_id == referendum_id).order_by(col(RehearsalRow.id).desc())
    )
    return session.exec(query).first()


def ballots(session: Session, rehearsal_id: int) -> Sequence[RehearsalBallotRow]:
    query = (
        select(RehearsalBallotRow)
        .where(RehearsalBallotRow.rehearsal_id == rehearsal_id)
        .order_by(col(RehearsalBallotRow.position))
    )
    return session.exec(query).all()


def decryptions(session: Session, rehearsal_id: int) -> Sequence[RehearsalDecryptionRow]:
    """In the order they were accepted and logged."""
    query = (
        select(RehearsalDecryptionRow)
        .where(RehearsalDecryptionRow.rehearsal_id == rehearsal_id)
        .order_by(col(RehearsalDecryptionRow.id))
    )
    return session.exec(query).all()
