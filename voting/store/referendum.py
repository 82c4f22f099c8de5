"""Rows of referenda: the draft, what was proclaimed, what was opened, and where it stands."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Field, Session, SQLModel, col, select

from db import UtcDateTime
from voting.errors import NotFound
from voting.lifecycle import Phase


class ReferendumRow(SQLModel, table=True):
    """One vote. Byte columns hold exactly what is hashed, logged and served; times are UTC."""

    __tablename__ = "referendum"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    uuid: str = Field(unique=True)
    """22 characters of Belenios's Base58; made with the draft."""
    phase: str = Field(default=Phase.DRAFTED.value, index=True)
    """Changed by `lifecycle.advance` only."""
    draft: bytes
    """Compact JSON of `referendum.Draft`; nothing reads it after the proclamation but the desk."""
    title: str
    profile: str
    """Id of the rule profile, e.g. "municipal-advisory"."""
    group: str = "Ed25519"
    issuer: str = "authority"
    """Who makes the credentials: "authority" or "service"."""
    topic: str = Field(default="", index=True)
    """Key of the council topic it was proposed from; empty when there is none (M36)."""
    created_by: int
    """Account of the clerk who drafted it."""
    opens_at: datetime = Field(sa_type=UtcDateTime)
    """Announced; the opening is the log entry."""
    closes_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """Announced, moved by extensions; the closing is the log entry."""

    # from the proclamation
    manifest: bytes | None = None
    proclaimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    # from the freezing of the roll; credentials-listed follows it
    roll_cutoff: date | None = None
    roll_count: int | None = None
    roll_commitment: bytes | None = None
    credentials: bytes | None = None
    """public_creds.json, without a newline."""

    # from the ceremony and the opening
    trustees: bytes | None = None
    """trustees.json, without a newline."""
    election: bytes | None = None
    """election.json, without a newline; set at the opening."""
    timestamp: str | None = None
    """Header of the `.bel` archive, set at the opening."""
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    # from the closing on
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    persons: int | None = None
    """How many persons cast; stated by the closing entry."""
    encrypted_tally: bytes | None = None
    sized_tally: bytes | None = None
    result: bytes | None = None
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_reason: str | None = None


def add(session: Session, referendum: ReferendumRow) -> ReferendumRow:
    session.add(referendum)
    session.flush()
    return referendum


def referenda(session: Session, *phases: Phase) -> Sequence[ReferendumRow]:
    """All of them, or those in the phases given, the newest first."""
    query = select(ReferendumRow).order_by(col(ReferendumRow.id).desc())
    if phases:
        query = query.where(col(ReferendumRow.phase).in_([phase.value for phase in phases]))
    return session.exec(query).all()


def referendum(session: Session, slug: str) -> ReferendumRow:
    """Raises NotFound."""
    return _one(session.exec(select(ReferendumRow).where(ReferendumRow.slug == slug)).first())


def referendum_by_uuid(session: Session, uuid: str) -> ReferendumRow:
    """Raises NotFound."""
    return _one(session.exec(select(ReferendumRow).where(ReferendumRow.uuid == uuid)).first())


def referendum_by_id(session: Session, referendum_id: int) -> ReferendumRow:
    """Raises NotFound."""
    return _one(session.get(ReferendumRow, referendum_id))


def referendum_for_change(session: Session, slug: str) -> ReferendumRow:
    """The row under an exclusive lock until the transaction ends (PostgreSQL; on SQLite the writer is alone anyway)."""
    return _one(session.exec(select(ReferendumRow).where(ReferendumRow.slug == slug).with_for_update()).first())


def slug_taken(session: Session, slug: str) -> bool:
    return session.exec(select(ReferendumRow.id).where(ReferendumRow.slug == slug)).first() is not None


def last_opened(session: Session, *, but: int | None = None) -> date | None:
    """The day the latest other referendum under a legal profile opened; for the profile's interval rule."""
    query = (
        select(ReferendumRow.opens_at)
        .where(col(ReferendumRow.phase).not_in([Phase.DRAFTED.value, Phase.CANCELLED.value]))
        .where(ReferendumRow.id != but)
        .where(col(ReferendumRow.profile).startswith("gr-"))
        .order_by(col(ReferendumRow.opens_at).desc())
    )
    opened = session.exec(query).first()
    return None if opened is None else opened.date()


def _one(row: ReferendumRow | None) -> ReferendumRow:
    if row is None:
        raise NotFound("referendum.unknown", "there is no referendum with this address")
    return row
