"""What is or was public, as conditions of a query: feeds and datasets tell of removed objects too, without their words.

What was deleted before its agenda was published never existed for the public (AC-06).
"""

from typing import Any

from sqlmodel import and_, col, or_

from consultation.store.council_tables import DecisionRow, MeasureRow, SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow, ContributionRow
from consultation.store.visibility import PUBLIC_CONSULTATIONS, PUBLIC_SESSIONS

REMOVED = ("hidden", "withdrawn", "erased")
"""States of a contribution that was submitted and is not shown any more."""


def session_once() -> list[Any]:
    return [col(SessionRow.state).in_(PUBLIC_SESSIONS)]


def topic_once() -> list[Any]:
    """Joins TopicRow and SessionRow."""
    seen = col(TopicRow.deleted_at) >= col(SessionRow.published_at)
    return [
        *session_once(),
        col(TopicRow.session_id) == SessionRow.id,
        or_(col(TopicRow.deleted_at).is_(None), seen),
    ]


def consultation_once() -> list[Any]:
    """Joins ConsultationRow, TopicRow and SessionRow."""
    states = col(ConsultationRow.state).in_(PUBLIC_CONSULTATIONS)
    return [*topic_once(), ConsultationRow.topic_id == TopicRow.id, states]


def contribution_once() -> list[Any]:
    """Joins ContributionRow to `consultation_once`. Nothing of drafts and of what waits for a moderator."""
    gone = and_(col(ContributionRow.state).in_(REMOVED), col(ContributionRow.submitted_at).is_not(None))
    joined = col(ContributionRow.consultation_id) == ConsultationRow.id
    return [*consultation_once(), joined, or_(ContributionRow.state == "published", gone)]


def shown_contribution() -> list[Any]:
    """`is_public_contribution` as SQL."""
    return [ContributionRow.state == "published", col(ContributionRow.deleted_at).is_(None)]


def readable_contribution() -> list[Any]:
    """What everybody may read now. Joins ContributionRow, ConsultationRow, TopicRow and SessionRow."""
    gone = [col(table.deleted_at).is_(None) for table in (ConsultationRow, TopicRow, SessionRow)]
    joined = col(ContributionRow.consultation_id) == ConsultationRow.id
    return [*consultation_once(), joined, *gone, *shown_contribution()]


def decision_once() -> list[Any]:
    """Joins DecisionRow, TopicRow and SessionRow."""
    return [*topic_once(), DecisionRow.topic_id == TopicRow.id]


def measure_once() -> list[Any]:
    """Joins MeasureRow to `decision_once`."""
    return [*decision_once(), MeasureRow.decision_id == DecisionRow.id]
