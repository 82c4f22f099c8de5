"""What feeds and calendars tell: the newest public sessions, decisions and consultations, removed ones among them.

A removed object is told as removed, without its words. What was never public is not told at all (AC-06).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, func, select

from consultation.store.council_tables import AgendaVersionRow, BodyRow, DecisionRow, SessionRow, TopicRow
from consultation.store.once_public import consultation_once, decision_once, session_once
from consultation.store.participation_tables import ConsultationRow

ENTRIES = 50
"""Of a feed; older ones are in the lists of the pages and in the datasets."""
APPOINTMENTS = 2_000
"""Of a calendar, the latest: decades of a town's sessions."""


class ToldSession(NamedTuple):
    """`changed`: when its agenda last changed. `titles`: of its topics in their order."""

    row: SessionRow
    body: BodyRow
    changed: datetime
    titles: list[str]

    @property
    def deleted(self) -> bool:
        return self.row.deleted_at is not None


class ToldTopic(NamedTuple):
    """A decision or a consultation with its topic. `changed` is not earlier than the publication of the agenda."""

    row: Any
    topic: TopicRow
    changed: datetime
    deleted: bool


def told_sessions(
    session: Session, limit: int, *, body_id: int | None = None, session_id: int | None = None, latest: bool = False
) -> list[ToldSession]:
    """The newest changed first, or with `latest` the last to be held first."""
    order = SessionRow.starts_at if latest else SessionRow.modified_at
    query = select(SessionRow, BodyRow).where(col(SessionRow.body_id) == BodyRow.id, *session_once())
    if body_id is not None:
        query = query.where(SessionRow.body_id == body_id)
    if session_id is not None:
        query = query.where(SessionRow.id == session_id)
    found = session.exec(query.order_by(col(order).desc(), col(SessionRow.id).desc()).limit(limit)).all()
    ids = [row.id or 0 for row, _body in found]
    changed = _version_moments(session, ids)
    titles = _titles(session, ids)
    return [
        ToldSession(row, body, _newest(row, changed.get(row.id or 0), row.published_at), titles.get(row.id or 0, []))
        for row, body in found
    ]


def told_decisions(session: Session) -> list[ToldTopic]:
    query = select(DecisionRow, TopicRow, SessionRow).where(*decision_once())
    found = session.exec(query.order_by(col(DecisionRow.modified_at).desc(), col(DecisionRow.id).desc()).limit(ENTRIES))
    return [_told(*one) for one in found]


def told_consultations(session: Session, *, limit: int = ENTRIES, body_id: int | None = None) -> list[ToldTopic]:
    query = select(ConsultationRow, TopicRow, SessionRow).where(*consultation_once())
    if body_id is not None:
        query = query.where(SessionRow.body_id == body_id)
    order = (col(ConsultationRow.modified_at).desc(), col(ConsultationRow.id).desc())
    return [_told(*one) for one in session.exec(query.order_by(*order).limit(limit))]


def _told(row: Any, topic: TopicRow, owner: SessionRow) -> ToldTopic:
    ends = [one.deleted_at for one in (row, topic, owner) if one.deleted_at is not None]
    return ToldTopic(row, topic, _newest(row, owner.published_at, *ends), bool(ends))


def _newest(row: Any, *moments: datetime | None) -> datetime:
    known: list[datetime | None] = [row.modified_at, row.deleted_at, *moments]
    return max(moment for moment in known if moment is not None)


def _version_moments(session: Session, ids: list[int]) -> Mapping[int, datetime]:
    query = select(AgendaVersionRow.session_id, func.max(AgendaVersionRow.made_at)).where(
        col(AgendaVersionRow.session_id).in_(ids)
    )
    return dict(session.exec(query.group_by(col(AgendaVersionRow.session_id))).all())


def _titles(session: Session, ids: list[int]) -> Mapping[int, list[str]]:
    query = select(TopicRow.session_id, TopicRow.title).where(
        col(TopicRow.session_id).in_(ids), col(TopicRow.deleted_at).is_(None), TopicRow.state == "listed"
    )
    found: dict[int, list[str]] = {}
    for owner, title in session.exec(query.order_by(col(TopicRow.position), col(TopicRow.id))):
        found.setdefault(owner, []).append(title)
    return found
