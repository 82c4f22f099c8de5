"""The log's tables. What is written to them and read back is `audit.store`'s."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from db import UtcDateTime


class EntryRow(SQLModel, table=True):
    __tablename__ = "log_entry"

    idx: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str = Field(index=True)
    referendum: str | None = Field(default=None, index=True)
    subject: str | None = Field(default=None, index=True)
    """Key of the topic or session an entry is about."""
    ballot: bytes | None = Field(default=None, index=True)
    """SHA-256 of the ballot an entry of that kind is about."""
    data: bytes


class TileRow(SQLModel, table=True):
    __tablename__ = "log_tile"

    level: int = Field(primary_key=True)
    idx: int = Field(primary_key=True, sa_type=BigInteger)
    data: bytes


class OutboxRow(SQLModel, table=True):
    """Entries that are promised and not yet in the log; emptied by `sequence`."""

    __tablename__ = "log_outbox"

    id: int | None = Field(default=None, primary_key=True)
    data: bytes
    kind: str
    referendum: str | None = None
    credential: str | None = None
    sequence: int | None = None


class HeadRow(SQLModel, table=True):
    """The one row that every append compares and swaps."""

    __tablename__ = "log_head"

    id: int = Field(primary_key=True)
    size: int = Field(sa_type=BigInteger)
    root: bytes
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    halted: str = ""
    """Why nothing may be recorded; empty while the log is well."""


class CheckpointRow(SQLModel, table=True):
    __tablename__ = "log_checkpoint"

    size: int = Field(primary_key=True, sa_type=BigInteger)
    note: bytes
