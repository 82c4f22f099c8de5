"""What the front page and the header show of the council, handed to them by `app.py`."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypedDict

from sqlmodel import Session

from consultation.council_vote import OUTCOMES, Outcome
from consultation.store.decision import public_decisions
from consultation.store.session import coming_sessions
from consultation.store.topic import topics
from consultation.store.visibility import sessions_named, topics_named
from web import Visit

SHOWN = 3
DECIDED_SHOWN = 5


class SessionCard(TypedDict):
    title: str
    url: str
    starts: datetime
    topics: int


class DecisionCard(TypedDict):
    title: str
    url: str
    outcome: str
    day: date


def next_sessions(visit: Visit) -> list[SessionCard]:
    """The next few that will take place."""
    listed = [found for found in coming_sessions(visit.session, visit.now) if found.session.state != "cancelled"]
    return [
        SessionCard(
            title=f"{body.name}: {row.title}",
            url=f"/sessions/{row.key}",
            starts=row.starts_at,
            topics=sum(topic.state == "listed" for topic in topics(visit.session, row.id or 0)),
        )
        for row, body in listed[:SHOWN]
    ]


def subjects(session: Session, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Of entries of the log: key of a public topic or session → title and address."""
    return {
        **{row.key: (row.title, f"/topics/{row.key}") for row in topics_named(session, keys)},
        **{row.key: (row.title, f"/sessions/{row.key}") for row in sessions_named(session, keys)},
    }


def decided(visit: Visit) -> list[DecisionCard]:
    """The newest decisions."""
    return [
        DecisionCard(
            title=found.topic.title,
            url=f"/topics/{found.topic.key}#decision",
            outcome=visit.gettext(OUTCOMES[Outcome(found.decision.outcome)]),
            day=found.decision.decided_on,
        )
        for found in public_decisions(visit.session)[:DECIDED_SHOWN]
    ]
