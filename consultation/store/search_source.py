"""What the public may find: each topic and contribution as documents of weighted parts, read from the rows as they are.

Rows are read by column, never from objects that the caller's transaction has loaded before it had its turn.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from consultation.store.council_tables import DecisionRow, FileRow, MinutesRow, SessionRow, TopicRow
from consultation.store.once_public import readable_contribution
from consultation.store.participation_tables import (
    CollectiveRow,
    ConsultationRow,
    ContributionRow,
    ReplyLinkRow,
    ReplyRow,
    TextVersionRow,
)
from consultation.store.visibility import PUBLIC_CONSULTATIONS, PUBLIC_SESSIONS
from crypto.encoding import Json, parse_json

CODE, TITLE, OF_TOPIC, SUMMARY, BODY = 12, 10, 6, 5, 2
"""Weights of a word by where it stands; OF_TOPIC is a topic's title above its decision, minutes or consultation."""
TEXT_LIMIT = 200_000
"""Characters of one part that are looked through."""
BRIEF = 80


@dataclass(frozen=True)
class Document:
    """`parts`: (weight, text) in the order in which a piece of it is shown."""

    kind: str
    key: str
    topic_id: int
    url: str
    title: str
    at: date | datetime
    parts: list[tuple[int, str]]
    contribution_id: int | None = None

    @property
    def text(self) -> str:
        """Everything but the title."""
        return "\n".join(text for _, text in self.parts[1:] if text)


def of_topic(session: Session, topic_id: int) -> list[Document]:
    """Nothing while its session is a draft, or after it was deleted."""
    query = (
        select(TopicRow, SessionRow)
        .where(TopicRow.id == topic_id, col(TopicRow.session_id) == SessionRow.id)
        .where(col(SessionRow.state).in_(PUBLIC_SESSIONS))
        .where(col(TopicRow.deleted_at).is_(None), col(SessionRow.deleted_at).is_(None))
        .execution_options(populate_existing=True)
    )
    found = session.exec(query).first()
    if found is None:
        return []
    topic, meeting = found
    names = select(FileRow.name).where(FileRow.topic_id == topic_id, col(FileRow.deleted_at).is_(None))
    parts = [
        (TITLE, topic.title),
        (SUMMARY, topic.plain_summary),
        (BODY, _cut(topic.motion)),
        (BODY, topic.proposer),
        *((BODY, name) for name in session.exec(names.order_by(col(FileRow.id)))),
    ]
    documents = [Document("topic", topic.key, topic_id, f"/topics/{topic.key}", topic.title, meeting.starts_at, parts)]
    for document in (_consultation(session, topic), _decision(session, topic), _minutes(session, topic, meeting)):
        if document is not None:
            documents.append(document)
    return documents


def of_contribution(session: Session, contribution_id: int) -> list[Document]:
    """Nothing unless it is published."""
    query = (
        select(ContributionRow, ConsultationRow.topic_id)
        .where(ContributionRow.id == contribution_id, *readable_contribution())
        .execution_options(populate_existing=True)
    )
    found = session.exec(query).first()
    if found is None:
        return []
    row, topic_id = found
    replies = (
        select(ReplyRow.text, ReplyRow.signed_by)
        .where(ReplyLinkRow.contribution_id == contribution_id, col(ReplyLinkRow.reply_id) == ReplyRow.id)
        .where(col(ReplyRow.deleted_at).is_(None))
    )
    collective = session.exec(select(CollectiveRow.name).where(CollectiveRow.id == row.collective_id)).first()
    title = row.title or row.text[:BRIEF]
    parts = [(TITLE, title), (BODY, _cut(row.text)), (SUMMARY, row.name), (SUMMARY, collective or "")]
    parts += [(BODY, _cut(text)) for reply in session.exec(replies) for text in reply]
    at = row.submitted_at or row.created_at
    url = f"/contributions/{row.key}"
    return [Document("contribution", row.key, topic_id, url, title, at, parts, contribution_id)]


def _consultation(session: Session, topic: TopicRow) -> Document | None:
    query = (
        select(ConsultationRow)
        .where(ConsultationRow.topic_id == topic.id, col(ConsultationRow.deleted_at).is_(None))
        .where(col(ConsultationRow.state).in_(PUBLIC_CONSULTATIONS))
        .execution_options(populate_existing=True)
    )
    row = session.exec(query).first()
    if row is None:
        return None
    newest = (
        select(TextVersionRow.content)
        .where(TextVersionRow.consultation_id == row.id)
        .order_by(col(TextVersionRow.number).desc())
    )
    content = session.exec(newest).first()
    parts = [(OF_TOPIC, topic.title), (SUMMARY, row.plain_summary), (SUMMARY, row.purpose), (BODY, row.can_change)]
    parts.append((BODY, _cut("\n".join(_texts(_read(content))) if content else "")))
    at = row.opened_at or row.opens_at or row.created_at
    return Document(
        "consultation", topic.key, row.topic_id, f"/topics/{topic.key}/consultation", topic.title, at, parts
    )


def _decision(session: Session, topic: TopicRow) -> Document | None:
    query = (
        select(DecisionRow)
        .where(DecisionRow.topic_id == topic.id, col(DecisionRow.deleted_at).is_(None))
        .execution_options(populate_existing=True)
    )
    row = session.exec(query).first()
    if row is None:
        return None
    title = f"{row.number}: {topic.title}" if row.number else topic.title
    parts = [(OF_TOPIC, title), (CODE, row.number), (CODE, row.ada), (BODY, _cut(row.text))]
    return Document("decision", topic.key, row.topic_id, f"/topics/{topic.key}#decision", title, row.decided_on, parts)


def _minutes(session: Session, topic: TopicRow, meeting: SessionRow) -> Document | None:
    """What the newest minutes of the session say on this topic."""
    query = (
        select(MinutesRow.content)
        .where(MinutesRow.session_id == meeting.id, col(MinutesRow.deleted_at).is_(None))
        .order_by(col(MinutesRow.number).desc())
    )
    content = session.exec(query).first()
    value = _read(content) if content else None
    extracts = value.get("extracts") if isinstance(value, dict) else None
    for extract in extracts if isinstance(extracts, list) else []:
        if isinstance(extract, dict) and extract.get("topic") == topic.key:
            parts = [(OF_TOPIC, topic.title), (BODY, _cut(str(extract.get("text", ""))))]
            url = f"/sessions/{meeting.key}/minutes"
            return Document("minutes", topic.key, topic.id or 0, url, topic.title, meeting.starts_at, parts)
    return None


def _read(content: bytes) -> Json:
    return parse_json(content, size_limit=max(len(content), 1))


def _texts(value: Json) -> list[str]:
    """Titles and paragraphs of a text under consultation, in order."""
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, dict):
        own = [str(value[name]) for name in ("title", "text") if isinstance(value.get(name), str)]
        return own + [text for name in ("articles", "paragraphs") for text in _texts(value.get(name))]
    return []


def _cut(text: str) -> str:
    return text[:TEXT_LIMIT]
