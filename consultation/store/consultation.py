"""Rows of consultations: finding them, locking one, and lists by state."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, or_, select

from audit.refusal import N_
from consultation.consultation import is_accepting
from consultation.errors import NotFound
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow
from consultation.store.text import text_now
from consultation.store.visibility import PUBLIC_SESSIONS

__all__ = [
    "add_consultation",
    "add_unless_there",
    "consultation_of",
    "consultations_in",
    "due",
    "is_accepting",
    "keep_terms",
    "locked_consultation",
    "open_consultations",
    "text_now",
    "topic_to_consult",
    "topic_with_session",
]


def consultation_of(session: Session, topic_id: int) -> ConsultationRow | None:
    """In any state, a draft too."""
    query = select(ConsultationRow).where(
        ConsultationRow.topic_id == topic_id, col(ConsultationRow.deleted_at).is_(None)
    )
    return session.exec(query).first()


def locked_consultation(session: Session, topic_id: int, *, shared: bool = False) -> ConsultationRow:
    """As it is now, and its state stands until this transaction ends. Raises NotFound.

    `shared`: for whoever only relies on the state, so that contributions do not wait for each other; whoever changes
    the row takes the lock alone.
    """
    query = select(ConsultationRow).where(
        ConsultationRow.topic_id == topic_id, col(ConsultationRow.deleted_at).is_(None)
    )
    locked = query.with_for_update(read=shared).execution_options(populate_existing=True)
    row = session.exec(locked).first()
    if row is None:
        raise NotFound("consultation.unknown", N_("There is no consultation on this topic."))
    return row


def topic_to_consult(session: Session, key: str) -> tuple[TopicRow, SessionRow]:
    """For the desk: of a draft session too. Raises NotFound."""
    query = select(TopicRow, SessionRow).where(TopicRow.key == key, col(TopicRow.session_id) == SessionRow.id)
    found = session.exec(query).first()
    if found is None or found[0].deleted_at is not None or found[1].deleted_at is not None:
        raise NotFound("topic.unknown", N_("There is no such topic."))
    return found


def topic_with_session(session: Session, topic_id: int) -> tuple[TopicRow, SessionRow]:
    """As they are now, whatever this transaction read before."""
    query = select(TopicRow, SessionRow).where(TopicRow.id == topic_id, col(TopicRow.session_id) == SessionRow.id)
    return session.exec(query.execution_options(populate_existing=True)).one()


def add_consultation(session: Session, row: ConsultationRow) -> ConsultationRow:
    session.add(row)
    session.flush()
    return row


def add_unless_there(session: Session, row: ConsultationRow) -> None:
    """Of two clerks who begin it at once the second finds what the first added, and nothing else is undone."""
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        if consultation_of(session, row.topic_id) is None:
            raise


def keep_terms(session: Session, row: ConsultationRow) -> None:
    """What was changed of a draft."""
    session.add(row)
    session.flush()


def consultations_in(session: Session, states: Iterable[str]) -> Sequence[tuple[ConsultationRow, TopicRow, SessionRow]]:
    """What the public may see, the one that closes first foremost."""
    query = (
        select(ConsultationRow, TopicRow, SessionRow)
        .where(
            col(ConsultationRow.topic_id) == TopicRow.id,
            col(TopicRow.session_id) == SessionRow.id,
            col(ConsultationRow.state).in_([*states]),
            col(SessionRow.state).in_(PUBLIC_SESSIONS),
            col(ConsultationRow.deleted_at).is_(None),
            col(TopicRow.deleted_at).is_(None),
            col(SessionRow.deleted_at).is_(None),
        )
        .order_by(col(ConsultationRow.closes_at), col(ConsultationRow.id))
    )
    return session.exec(query).all()


def open_consultations(session: Session) -> Sequence[tuple[ConsultationRow, TopicRow, SessionRow]]:
    return consultations_in(session, ("open",))


def due(session: Session, now: datetime) -> list[int]:
    """Topics whose consultation the clock has to open or close."""
    query = select(ConsultationRow.topic_id).where(
        or_(
            (col(ConsultationRow.state) == "scheduled") & (col(ConsultationRow.opens_at) <= now),
            (col(ConsultationRow.state) == "open") & (col(ConsultationRow.closes_at) <= now),
        ),
        col(ConsultationRow.deleted_at).is_(None),
    )
    return list(session.exec(query.order_by(col(ConsultationRow.closes_at))).all())
