"""The council's tables: bodies, people, sessions, topics, files, decisions, minutes, measures.

`key` is the public name of an object, `id` never leaves the database. A row that the public has seen is never deleted:
`deleted_at` is set (OParl marks it). Whoever changes a row sets `modified_at`.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from consultation.identifier import new_key
from db import UtcDateTime


class Dated(SQLModel):
    """Columns that every public object has."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(default_factory=new_key, unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    modified_at: datetime = Field(sa_type=UtcDateTime, index=True)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BodyRow(Dated, table=True):
    """`kind`: council, committee, community, consultation_committee, integration_council."""

    __tablename__ = "body"

    kind: str
    name: str
    revision: int = 1


class FactionRow(Dated, table=True):
    __tablename__ = "faction"

    name: str


class CouncillorRow(Dated, table=True):
    """A member of a body, with or without an account of their own."""

    __tablename__ = "councillor"

    name: str
    faction_id: int | None = Field(default=None, foreign_key="faction.id")
    account_id: int | None = Field(default=None, foreign_key="account.id", unique=True)
    revision: int = 1


class MembershipRow(Dated, table=True):
    """`role`: member, chair, vice_chair, clerk, mayor, deputy_mayor."""

    __tablename__ = "membership"

    councillor_id: int = Field(foreign_key="councillor.id", index=True)
    body_id: int = Field(foreign_key="body.id", index=True)
    role: str = "member"
    since: date
    until: date | None = None


class SessionRow(Dated, table=True):
    """`kind`: regular, urgent, by_rotation, accountability. `state`: draft, published, held, cancelled."""

    __tablename__ = "council_session"

    body_id: int = Field(foreign_key="body.id", index=True)
    kind: str = "regular"
    state: str = Field(default="draft", index=True)
    title: str = ""
    place: str = ""
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    urgent_reason: str = ""
    """Why the agenda was published later than the profile asks for; shown on the page (M2)."""
    summons: str = ""
    cancelled_reason: str = ""
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 0
    """Of the published agenda; 0 while it is a draft. Also the SEQUENCE of its calendar entry."""
    revision: int = 1
    """Counts edits of the form, so that two writers notice each other."""


class TopicRow(Dated, table=True):
    """`mark`: regular, before_agenda, out_of_agenda. `state`: listed, withdrawn."""

    __tablename__ = "topic"

    session_id: int = Field(foreign_key="council_session.id", index=True)
    position: int
    mark: str = "regular"
    state: str = "listed"
    title: str
    plain_summary: str = ""
    motion: str = ""
    """εισήγηση, Markdown."""
    proposer: str = ""
    withdrawn_reason: str = ""
    revision: int = 1


class FileRow(Dated, table=True):
    """`purpose`: motion, attachment, summons, decision, minutes, councillor_file. `digest`: SHA-256, hexadecimal."""

    __tablename__ = "file"

    purpose: str
    session_id: int | None = Field(default=None, foreign_key="council_session.id", index=True)
    topic_id: int | None = Field(default=None, foreign_key="topic.id", index=True)
    name: str
    media_type: str
    size: int
    digest: str


class FileBytesRow(SQLModel, table=True):
    __tablename__ = "file_bytes"

    file_id: int = Field(primary_key=True, foreign_key="file.id")
    data: bytes = Field(sa_type=LargeBinary)


class AgendaVersionRow(SQLModel, table=True):
    """One published state of an agenda: `content` are the bytes whose SHA-256 the log holds."""

    __tablename__ = "agenda_version"
    __table_args__ = (UniqueConstraint("session_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="council_session.id", index=True)
    number: int
    content: bytes = Field(sa_type=LargeBinary)
    digest: str
    reason: str = ""
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: int | None = Field(default=None, foreign_key="account.id")


class DecisionRow(Dated, table=True):
    """`outcome`: unanimous, by_majority, rejected, postponed, withdrawn. One for each topic."""

    __tablename__ = "decision"

    topic_id: int = Field(foreign_key="topic.id", unique=True)
    outcome: str
    number: str = ""
    """N/YYYY; empty for a postponed or withdrawn topic."""
    decided_on: date
    text: str = ""
    ada: str = ""
    file_id: int | None = Field(default=None, foreign_key="file.id")
    noted_vote: str = ""
    """uuid of the vote whose result the council took note of (M36)."""
    version: int = 1


class DecisionVersionRow(SQLModel, table=True):
    """`content` are the bytes whose SHA-256 the log holds."""

    __tablename__ = "decision_version"

    decision_id: int = Field(primary_key=True, foreign_key="decision.id")
    number: int = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: int | None = Field(default=None, foreign_key="account.id")


class CouncilVoteRow(SQLModel, table=True):
    """`choice`: for, against, blank, present_only, did_not_vote, absent."""

    __tablename__ = "council_vote"

    decision_id: int = Field(primary_key=True, foreign_key="decision.id")
    councillor_id: int = Field(primary_key=True, foreign_key="councillor.id")
    choice: str


class MinutesRow(Dated, table=True):
    """One version of a session's minutes. `state`: draft, approved, final."""

    __tablename__ = "minutes"
    __table_args__ = (UniqueConstraint("session_id", "number"),)

    session_id: int = Field(foreign_key="council_session.id", index=True)
    number: int
    state: str
    content: bytes = Field(sa_type=LargeBinary)
    """The bytes whose SHA-256 the log holds: text, and one extract for each topic."""
    digest: str
    file_id: int | None = Field(default=None, foreign_key="file.id")
    made_by: int | None = Field(default=None, foreign_key="account.id")


class MeasureRow(Dated, table=True):
    """`horizon`: short, medium, long. `status`: planned, running, done, stopped. Money in euro cents."""

    __tablename__ = "measure"

    decision_id: int = Field(foreign_key="decision.id", index=True)
    title: str
    owner: str
    budget_cents: int | None = Field(default=None, sa_type=BigInteger)
    horizon: str
    status: str = "planned"
    due_on: date
    version: int = 1


class MeasureNoteRow(SQLModel, table=True):
    __tablename__ = "measure_note"

    id: int | None = Field(default=None, primary_key=True)
    measure_id: int = Field(foreign_key="measure.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    status: str
    text: str
    made_by: int | None = Field(default=None, foreign_key="account.id")


class MeasureVersionRow(SQLModel, table=True):
    """`content` are the bytes whose SHA-256 the log holds."""

    __tablename__ = "measure_version"

    measure_id: int = Field(primary_key=True, foreign_key="measure.id")
    number: int = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: int | None = Field(default=None, foreign_key="account.id")


class CouncillorFileRow(Dated, table=True):
    """What councillors got of a topic: `file_id` is the PDF, `content` the same as canonical JSON."""

    __tablename__ = "councillor_file"

    topic_id: int = Field(foreign_key="topic.id", index=True)
    number: int
    file_id: int = Field(foreign_key="file.id")
    content: bytes = Field(sa_type=LargeBinary)
    contributions: int
    made_by: int | None = Field(default=None, foreign_key="account.id")
