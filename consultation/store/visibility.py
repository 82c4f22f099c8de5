"""What the public may know of (AC-06). One rule for pages, search, feeds, exports and files.

A draft does not exist: who may not see an object gets the same answer as for a key that nobody ever had.
"""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from audit.refusal import N_
from consultation.errors import NotFound
from consultation.store.council_tables import BodyRow, FileRow, SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow, ContributionRow

PUBLIC_SESSIONS = ("published", "held", "cancelled")
PUBLIC_CONSULTATIONS = ("scheduled", "open", "in_review", "finished")


def nothing_here() -> NotFound:
    return NotFound(
        "council.unknown", N_("There is no such page."), N_("Check the address, or start from the front page.")
    )


def is_public_session(row: SessionRow) -> bool:
    return row.state in PUBLIC_SESSIONS and row.deleted_at is None


def public_body(session: Session, key: str) -> BodyRow:
    """Raises NotFound."""
    row = session.exec(select(BodyRow).where(BodyRow.key == key)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def public_session(session: Session, key: str) -> SessionRow:
    """Raises NotFound."""
    row = session.exec(select(SessionRow).where(SessionRow.key == key)).first()
    if row is None or not is_public_session(row):
        raise nothing_here()
    return row


def sessions_named(session: Session, keys: Iterable[str]) -> Sequence[SessionRow]:
    """The public ones among these keys."""
    query = select(SessionRow).where(col(SessionRow.key).in_([*keys]), col(SessionRow.state).in_(PUBLIC_SESSIONS))
    return session.exec(query.where(col(SessionRow.deleted_at).is_(None))).all()


def topics_named(session: Session, keys: Iterable[str]) -> Sequence[TopicRow]:
    """The public ones among these keys."""
    query = select(TopicRow).join(SessionRow, col(SessionRow.id) == TopicRow.session_id)
    query = query.where(col(TopicRow.key).in_([*keys]), col(SessionRow.state).in_(PUBLIC_SESSIONS))
    return session.exec(query.where(col(TopicRow.deleted_at).is_(None), col(SessionRow.deleted_at).is_(None))).all()


def public_topic(session: Session, key: str) -> tuple[TopicRow, SessionRow]:
    """A withdrawn topic stays public. Raises NotFound."""
    query = select(TopicRow, SessionRow).where(TopicRow.key == key, col(TopicRow.session_id) == SessionRow.id)
    found = session.exec(query).first()
    if found is None or found[0].deleted_at is not None or not is_public_session(found[1]):
        raise nothing_here()
    return found


def public_consultation(session: Session, topic: TopicRow) -> ConsultationRow | None:
    """Of a topic that is public itself; None while the consultation is a draft."""
    query = select(ConsultationRow).where(
        ConsultationRow.topic_id == topic.id,
        col(ConsultationRow.state).in_(PUBLIC_CONSULTATIONS),
        col(ConsultationRow.deleted_at).is_(None),
    )
    return session.exec(query).first()


def public_consultations(session: Session, topic_ids: Iterable[int]) -> dict[int, ConsultationRow]:
    """The same for many topics at once, by topic."""
    query = select(ConsultationRow).where(
        col(ConsultationRow.topic_id).in_([*topic_ids]),
        col(ConsultationRow.state).in_(PUBLIC_CONSULTATIONS),
        col(ConsultationRow.deleted_at).is_(None),
    )
    return {row.topic_id: row for row in session.exec(query)}


def is_public_contribution(row: ContributionRow) -> bool:
    """Whether its text may be shown; of a hidden or withdrawn one only that there was one."""
    return row.state == "published" and row.deleted_at is None


def is_public_file(session: Session, row: FileRow) -> bool:
    """A file is as public as the session or the topic it belongs to."""
    if row.deleted_at is not None:
        return False
    if row.topic_id is not None:
        topic = session.get(TopicRow, row.topic_id)
        if topic is None or topic.deleted_at is not None:
            return False
        council_session = session.get(SessionRow, topic.session_id)
    else:
        council_session = session.get(SessionRow, row.session_id) if row.session_id else None
    return council_session is not None and is_public_session(council_session)
