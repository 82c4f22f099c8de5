"""Topics of an agenda, in their order, and how many people took part on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from consultation.agenda import Agenda
from consultation.store.body import body_names
from consultation.store.council_tables import DecisionRow, SessionRow, TopicRow
from consultation.store.file import delete_file, files_of_session, files_of_topics
from consultation.store.participation_tables import ConsultationRow, ContributionRow, SupportRow
from consultation.store.visibility import nothing_here


@dataclass(frozen=True, slots=True)
class TakingPart:
    """Of published contributions only; arguments are part of what they are about and are not counted."""

    contributions: int
    supports: int


def topics(session: Session, session_id: int) -> list[TopicRow]:
    query = select(TopicRow).where(TopicRow.session_id == session_id, col(TopicRow.deleted_at).is_(None))
    return list(session.exec(query.order_by(col(TopicRow.position), col(TopicRow.id))))


def topic_row(session: Session, key: str) -> TopicRow:
    """Drafts too: for the desk only. Raises NotFound."""
    row = session.exec(select(TopicRow).where(TopicRow.key == key)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def topic_for_change(session: Session, key: str) -> TopicRow:
    """The row as it is now, locked until the transaction ends. Raises NotFound."""
    query = select(TopicRow).where(TopicRow.key == key).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def add_topic(session: Session, row: TopicRow) -> TopicRow:
    """At the end of its agenda."""
    row.position = len(topics(session, row.session_id)) + 1
    session.add(row)
    session.flush()
    return row


def save_topic(session: Session, row: TopicRow, now: datetime) -> None:
    """An edit: counted, so that another writer notices."""
    row.modified_at = now
    row.revision += 1
    session.add(row)
    session.flush()


def move_topic(session: Session, row: TopicRow, to: int, now: datetime) -> None:
    """`to` counts from 1; all topics of the session are numbered anew."""
    order = [topic for topic in topics(session, row.session_id) if topic.id != row.id]
    order.insert(max(to, 1) - 1, row)
    for position, topic in enumerate(order, 1):
        if topic.position != position:
            topic.position = position
            topic.modified_at = now
            session.add(topic)
    session.flush()


def delete_topic(session: Session, row: TopicRow) -> None:
    """Of a draft session, with its files and the draft of a consultation; nobody outside has seen any of it."""
    for files in files_of_topics(session, [row.id or 0]).values():
        for file in files:
            delete_file(session, file)
    session.exec(delete(ConsultationRow).where(col(ConsultationRow.topic_id) == row.id))
    session.delete(row)
    session.flush()
    for position, topic in enumerate(topics(session, row.session_id), 1):
        topic.position = position
        session.add(topic)
    session.flush()


def agenda_of(session: Session, row: SessionRow) -> Agenda:
    """Everything that stands on it now."""
    listed = topics(session, row.id or 0)
    files = files_of_topics(session, [topic.id or 0 for topic in listed])
    body = body_names(session, [row.body_id])[row.body_id]
    return Agenda(row, body, listed, files, files_of_session(session, row.id or 0))


def taking_part(session: Session, topic_ids: Iterable[int]) -> dict[int, TakingPart]:
    """By topic; one without a contribution has no key."""
    wanted = [*topic_ids]
    # Arguments stand under a contribution and are not counted beside it: the consultation's page counts alike.
    published = (
        select(ConsultationRow.topic_id, func.count(col(ContributionRow.id)))
        .join(ContributionRow, col(ContributionRow.consultation_id) == ConsultationRow.id)
        .where(
            col(ConsultationRow.topic_id).in_(wanted),
            ContributionRow.state == "published",
            ContributionRow.kind != "argument",
        )
        .group_by(col(ConsultationRow.topic_id))
    )
    supported = (
        select(ConsultationRow.topic_id, func.count())
        .join(ContributionRow, col(ContributionRow.consultation_id) == ConsultationRow.id)
        .join(SupportRow, col(SupportRow.contribution_id) == ContributionRow.id)
        .where(col(ConsultationRow.topic_id).in_(wanted), ContributionRow.state == "published")
        .group_by(col(ConsultationRow.topic_id))
    )
    supports = dict(session.exec(supported).all())
    return {topic: TakingPart(count, supports.get(topic, 0)) for topic, count in session.exec(published)}


def decisions_on(session: Session, topic_ids: Iterable[int]) -> dict[int, DecisionRow]:
    """By topic; one without a decision has no key."""
    query = select(DecisionRow).where(
        col(DecisionRow.topic_id).in_([*topic_ids]), col(DecisionRow.deleted_at).is_(None)
    )
    return {row.topic_id: row for row in session.exec(query)}
