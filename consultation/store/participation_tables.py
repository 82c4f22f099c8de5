"""The tables of what citizens say: consultations, contributions, supports, collectives, replies, moderation, paper.

What can identify a person is in columns that can be emptied: `person_id`, `account_id`, `name`, `title`, `text`,
`salt`.
"""

from datetime import date, datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from consultation.store.council_tables import Dated
from db import UtcDateTime


class ConsultationRow(Dated, table=True):
    """`state`: draft, scheduled, open, in_review, finished. One for each topic."""

    __tablename__ = "consultation"

    topic_id: int = Field(foreign_key="topic.id", unique=True)
    state: str = Field(default="draft", index=True)
    purpose: str = ""
    can_change: str = ""
    decides: str = ""
    answer_by: date | None = None
    plain_summary: str = ""
    opens_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closes_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    premoderated: bool = False
    """Contributions wait for a moderator before they are public."""
    replier_id: int | None = Field(default=None, foreign_key="account.id")
    terms: bytes = b""
    """The canonical JSON whose SHA-256 the opening entry holds; empty before."""
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revision: int = 1


class TextVersionRow(SQLModel, table=True):
    """One state of the text under consultation: canonical JSON of articles and paragraphs with their lasting ids."""

    __tablename__ = "text_version"
    __table_args__ = (UniqueConstraint("consultation_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    consultation_id: int = Field(foreign_key="consultation.id", index=True)
    number: int
    content: bytes = Field(sa_type=LargeBinary)
    digest: str
    reason: str = ""
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: int | None = Field(default=None, foreign_key="account.id")


class CollectiveRow(Dated, table=True):
    """An association or group. `kind`: association, neighbourhood, union, other."""

    __tablename__ = "collective"

    name: str
    kind: str
    purpose: str = ""
    certificate: str = ""
    """What was shown at the certification: number of the register, founding act."""


class RepresentativeRow(SQLModel, table=True):
    """Who may speak for a collective. The role itself is a grant of the account (identity)."""

    __tablename__ = "representative"

    id: int | None = Field(default=None, primary_key=True)
    collective_id: int = Field(foreign_key="collective.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    salt: bytes | None = None
    commitment: str
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PaperFormRow(SQLModel, table=True):
    """One numbered paper form. `state`: printed, once, differs, accepted, discarded."""

    __tablename__ = "paper_form"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    """As printed under the QR symbol, in lower case."""
    consultation_id: int = Field(foreign_key="consultation.id", index=True)
    state: str = "printed"
    created_at: datetime = Field(sa_type=UtcDateTime)


class PaperEntryRow(SQLModel, table=True):
    """What one clerk read on a form; two different clerks enter each."""

    __tablename__ = "paper_entry"

    form_id: int = Field(primary_key=True, foreign_key="paper_form.id")
    account_id: int = Field(primary_key=True, foreign_key="account.id")
    content: bytes = Field(sa_type=LargeBinary)
    salt: bytes | None = None
    entered_at: datetime = Field(sa_type=UtcDateTime)


class ContributionRow(Dated, table=True):
    """`kind`: proposal, objection, question_post, comment, argument (then `parent_id` and `stance` pro or con).

    `state`: draft (the author's alone), waiting (before moderation), published, hidden, withdrawn, erased.
    """

    __tablename__ = "contribution"

    consultation_id: int = Field(foreign_key="consultation.id", index=True)
    kind: str
    state: str = Field(index=True)
    paragraph: str = ""
    """Lasting id of the paragraph it is about; empty for the whole topic."""
    parent_id: int | None = Field(default=None, foreign_key="contribution.id", index=True)
    stance: str = ""
    title: str = ""
    text: str = ""
    name: str = ""
    """Shown as author: the person's name as certified, or what the paper form says."""
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    collective_id: int | None = Field(default=None, foreign_key="collective.id")
    form_id: int | None = Field(default=None, foreign_key="paper_form.id", unique=True)
    salt: bytes | None = None
    commitment: str = ""
    """Hex; in the log since the contribution was submitted."""
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    owner_id: int | None = Field(default=None, foreign_key="account.id")
    """Who has to prepare the reply, and until when."""
    reply_due: date | None = None
    revision: int = 1


class SupportRow(SQLModel, table=True):
    """One row for each supporter there is now; withdrawing deletes it."""

    __tablename__ = "support"

    contribution_id: int = Field(primary_key=True, foreign_key="contribution.id")
    person_id: int = Field(primary_key=True, foreign_key="person.id")
    given_at: datetime = Field(sa_type=UtcDateTime)


class PaceRow(SQLModel, table=True):
    """That an account wrote or supported, for a day, so that nobody floods. `act`: contribution, support.

    Apart from the contribution, because an erased one no longer says whose it was.
    """

    __tablename__ = "participation_pace"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    act: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class ReplyRow(Dated, table=True):
    """`outcome`: accepted, partly, rejected, out_of_scope; answered for questions and comments."""

    __tablename__ = "reply"

    consultation_id: int = Field(foreign_key="consultation.id", index=True)
    outcome: str
    text: str
    signed_by: str
    """Office or person who answers, as shown."""
    content: bytes = Field(sa_type=LargeBinary)
    version: int = 1
    made_by: int | None = Field(default=None, foreign_key="account.id")


class ReplyVersionRow(SQLModel, table=True):
    """Every version of a reply, the newest too: `content` are the bytes whose SHA-256 the log holds."""

    __tablename__ = "reply_version"

    reply_id: int = Field(primary_key=True, foreign_key="reply.id")
    number: int = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: int | None = Field(default=None, foreign_key="account.id")


class ReplyLinkRow(SQLModel, table=True):
    __tablename__ = "reply_link"

    contribution_id: int = Field(primary_key=True, foreign_key="contribution.id")
    reply_id: int = Field(foreign_key="reply.id", index=True)


class ReplyTemplateRow(SQLModel, table=True):
    __tablename__ = "reply_template"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    outcome: str
    text: str
    revision: int = 1


class RemovalRow(Dated, table=True):
    """One hiding. `stage`: before, after publication. `state`: standing, appealed, upheld, reversed, restored."""

    __tablename__ = "removal"

    contribution_id: int = Field(foreign_key="contribution.id", index=True)
    reason: str
    explanation: str
    stage: str
    state: str = "standing"
    moderator_id: int = Field(foreign_key="account.id")
    appeal_until: datetime = Field(sa_type=UtcDateTime)


class AppealRow(Dated, table=True):
    __tablename__ = "appeal"

    removal_id: int = Field(foreign_key="removal.id", unique=True)
    text: str
    due_at: datetime = Field(sa_type=UtcDateTime)
    outcome: str = ""
    """upheld, reversed; empty while it waits."""
    reasoning: str = ""
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
