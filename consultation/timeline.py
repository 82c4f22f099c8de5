"""The line of time of a topic: agenda, consultation, council, decision, implementation; and what one can still do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from audit.local_time import day_of
from audit.refusal import N_
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "agenda": N_("Agenda"),
        "consultation": N_("Consultation"),
        "council": N_("Council"),
        "decision": N_("Decision"),
        "implementation": N_("Implementation"),
    }
)
STATES: Mapping[str, str] = MappingProxyType(
    {
        "done": N_("completed"),
        "now": N_("happening now"),
        "coming": N_("still to come"),
        "none": N_("not planned"),
    }
)
"""Read aloud; the eye gets a sign."""


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is also the id of its section on the page; `at` is the day shown, `until` says it is a last one."""

    name: str
    state: str
    at: date | None = None
    until: bool = False


def line_of_time(
    topic: TopicRow,
    council_session: SessionRow,
    consultation: ConsultationRow | None,
    now: datetime,
    *,
    decided_on: date | None,
    measures: int,
) -> list[Step]:
    """Five steps in order. `measures`: how many the decision has."""
    over = topic.state == "withdrawn" or council_session.state == "cancelled"
    agenda = Step("agenda", "done", day_of(council_session.published_at) if council_session.published_at else None)
    held = council_session.state == "held" or decided_on is not None
    waiting = "none" if over else "coming"
    if over and decided_on is None and not held:
        council = Step("council", "none")
    elif held:
        council = Step("council", "done", day_of(council_session.starts_at))
    else:
        same_day = day_of(now) == day_of(council_session.starts_at)
        council = Step("council", "now" if same_day else "coming", day_of(council_session.starts_at))
    decision = (
        Step("decision", "done", decided_on)
        if decided_on
        else Step("decision", "now" if held and not over else waiting)
    )
    implementation = Step("implementation", "now") if measures else Step("implementation", waiting)
    return [agenda, _consultation_step(consultation, waiting), council, decision, implementation]


def _consultation_step(row: ConsultationRow | None, waiting: str) -> Step:
    if row is None:
        return Step("consultation", "none")
    if row.state == "scheduled":
        return Step("consultation", waiting, day_of(row.opens_at) if row.opens_at else None)
    closes = day_of(row.closes_at) if row.closes_at else None
    return Step("consultation", "done" if row.state == "finished" else "now", closes, until=row.state == "open")


def what_you_can_do(
    topic: TopicRow, council_session: SessionRow, consultation: ConsultationRow | None, now: datetime
) -> str:
    """One word for the page: write, opens, waits, answered, read; nothing for a topic that is over."""
    if topic.state == "withdrawn" or council_session.state == "cancelled":
        return "nothing"
    if consultation is None:
        return "read" if council_session.state == "published" else "nothing"
    if consultation.state == "open" and consultation.closes_at is not None and now < consultation.closes_at:
        return "write"
    return {"scheduled": "opens", "finished": "answered"}.get(consultation.state, "waits")


def days_until(moment: datetime, now: datetime) -> int:
    """Nights until then, in Athens; negative when it is past."""
    return (day_of(moment) - day_of(now)).days
