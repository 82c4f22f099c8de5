"""Since when each dataset has rows, and when one of them last changed: what the catalogue says of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, func, select

from consultation.store.council_tables import CouncilVoteRow, DecisionRow, MeasureRow, SessionRow, TopicRow
from consultation.store.once_public import (
    consultation_once,
    contribution_once,
    decision_once,
    measure_once,
    session_once,
    topic_once,
)
from consultation.store.participation_tables import ConsultationRow, ContributionRow, RemovalRow, ReplyRow


class Span(NamedTuple):
    """None when there is no row."""

    begins: datetime | None
    changed: datetime | None


def spans(session: Session) -> Mapping[str, Span]:
    """By dataset."""
    voted = [*decision_once(), CouncilVoteRow.decision_id == DecisionRow.id]
    replied = [*consultation_once(), col(ReplyRow.consultation_id) == ConsultationRow.id]
    removed = [
        *consultation_once(),
        col(ContributionRow.consultation_id) == ConsultationRow.id,
        RemovalRow.contribution_id == ContributionRow.id,
    ]
    asked: dict[str, tuple[Any, list[Any]]] = {
        "sessions": (SessionRow, session_once()),
        "topics": (TopicRow, topic_once()),
        "consultations": (ConsultationRow, consultation_once()),
        "contributions": (ContributionRow, contribution_once()),
        "replies": (ReplyRow, replied),
        "decisions": (DecisionRow, decision_once()),
        "votes": (DecisionRow, voted),
        "measures": (MeasureRow, measure_once()),
        "removals": (RemovalRow, removed),
    }
    found = {}
    for name, (table, conditions) in asked.items():
        moments = (func.min(table.created_at), func.max(table.modified_at), func.max(table.deleted_at))
        begins, *ends = session.exec(select(*moments).where(*conditions)).one()
        found[name] = Span(begins, max((end for end in ends if end is not None), default=None))
    return found
