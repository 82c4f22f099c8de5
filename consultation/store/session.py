"""Sessions of the council's bodies."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from consultation.store.council_tables import BodyRow, SessionRow, TopicRow
from consultation.store.visibility import PUBLIC_SESSIONS, nothing_here

PAST_SHOWN = 50


class Listed(NamedTuple):
    session: SessionRow
    body: BodyRow


def session_row(session: Session, key: str) -> SessionRow:
    """Drafts too: for the desk only. Raises NotFound."""
    row = session.exec(select(SessionRow).where(SessionRow.key == key)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def session_for_change(session: Session, key: str) -> SessionRow:
    """The row as it is now, locked until the transaction ends. Raises NotFound."""
    query = select(SessionRow).where(SessionRow.key == key).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def locked_session(session: Session, session_id: int) -> SessionRow:
    query = select(SessionRow).where(SessionRow.id == session_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def session_of(session: Session, topic: TopicRow) -> SessionRow:
    """Drafts too: for the desk only."""
    return session.get_one(SessionRow, topic.session_id)


def body_of(session: Session, row: SessionRow) -> BodyRow:
    return session.get_one(BodyRow, row.body_id)


def desk_sessions(session: Session) -> list[Listed]:
    """All of them, drafts too, the newest first."""
    query = select(SessionRow, BodyRow).join(BodyRow, col(BodyRow.id) == SessionRow.body_id)
    query = query.where(col(SessionRow.deleted_at).is_(None)).order_by(col(SessionRow.starts_at).desc())
    return [Listed(*found) for found in session.exec(query)]


def coming_sessions(session: Session, since: datetime, body_id: int | None = None) -> list[Listed]:
    """Public ones that begin at `since` or later, the next first; cancelled ones among them."""
    query = select(SessionRow, BodyRow).join(BodyRow, col(BodyRow.id) == SessionRow.body_id)
    query = query.where(
        col(SessionRow.state).in_(PUBLIC_SESSIONS), col(SessionRow.deleted_at).is_(None), SessionRow.starts_at >= since
    )
    if body_id is not None:
        query = query.where(SessionRow.body_id == body_id)
    return [Listed(*found) for found in session.exec(query.order_by(col(SessionRow.starts_at), col(SessionRow.id)))]


def past_sessions(session: Session, before: datetime, body_id: int | None = None, skip: int = 0) -> list[Listed]:
    """Public ones that began earlier, the newest first, PAST_SHOWN and one more to tell that there are more."""
    query = select(SessionRow, BodyRow).join(BodyRow, col(BodyRow.id) == SessionRow.body_id)
    query = query.where(
        col(SessionRow.state).in_(PUBLIC_SESSIONS), col(SessionRow.deleted_at).is_(None), SessionRow.starts_at < before
    )
    if body_id is not None:
        query = query.where(SessionRow.body_id == body_id)
    query = query.order_by(col(SessionRow.starts_at).desc(), col(SessionRow.id).desc())
    return [Listed(*found) for found in session.exec(query.offset(skip).limit(PAST_SHOWN + 1))]


def add_session(session: Session, row: SessionRow) -> SessionRow:
    session.add(row)
    session.flush()
    return row


def save_session(session: Session, row: SessionRow, now: datetime) -> None:
    """An edit: counted, so that another writer notices."""
    row.modified_at = now
    row.revision += 1
    session.add(row)
    session.flush()
