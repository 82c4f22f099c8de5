"""Rows of the trustees' decryptions of a vote, in the order of the log."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Column, Field, LargeBinary, Session, SQLModel, UniqueConstraint, col, select

from db import UtcDateTime


class DecryptionRow(SQLModel, table=True):
    """`payload` is partial_decryption as it stands in the archive, `strong` one line of strong.jsonl."""

    __tablename__ = "decryption"
    __table_args__ = (UniqueConstraint("referendum_id", "owner"),)

    id: int | None = Field(default=None, primary_key=True)
    referendum_id: int = Field(foreign_key="referendum.id", index=True)
    owner: int
    """Index of the trustee, from 1."""
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    strong: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = Field(sa_type=UtcDateTime)


def add(session: Session, decryption: DecryptionRow) -> None:
    session.add(decryption)
    session.flush()


def decryptions(session: Session, referendum_id: int) -> Sequence[DecryptionRow]:
    query = select(DecryptionRow).where(DecryptionRow.referendum_id == referendum_id)
    return session.exec(query.order_by(col(DecryptionRow.id))).all()


def decryption(session: Session, referendum_id: int, owner: int) -> DecryptionRow | None:
    query = select(DecryptionRow).where(DecryptionRow.referendum_id == referendum_id)
    return session.exec(query.where(DecryptionRow.owner == owner)).first()
