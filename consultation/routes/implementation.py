"""What became of decisions, as everybody sees it: overdue measures first, and each measure with its history (M13)."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit import store as log
from audit.local_time import day_of
from consultation.council_vote import ADOPTED
from consultation.measure import (
    HORIZONS,
    STATUSES,
    Measure,
    changed_fields,
    decode_measure,
    is_overdue,
    urgency,
    write_euro,
)
from consultation.store import measure as store
from consultation.store.council_tables import MeasureVersionRow, TopicRow
from consultation.store.decision import decision_of
from consultation.store.measure import Kept
from pages import day
from web import Visit, endpoint

OVERDUE = "overdue"
"""A filter beside the statuses."""


def routes() -> list[BaseRoute]:
    return [
        Route("/implementation", list_measures, methods=["GET"]),
        Route("/measures/{key}", show_measure, methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """A measure in a list; words are finished. `budget` is empty when none was stated."""

    kept: Kept
    status: str
    horizon: str
    budget: str
    overdue: bool


def measures_panel(visit: Visit, topic: TopicRow) -> dict[str, Any]:
    """For the page of the topic: `lines`, the most urgent first. Empty unless something was decided to be done."""
    decision = decision_of(visit.session, topic.id or 0)
    if decision is None or decision.outcome not in ADOPTED:
        return {}
    return {"lines": lines(visit, store.public_measures(visit.session, topic_id=topic.id))}


def lines(visit: Visit, found: list[Kept]) -> list[Line]:
    """The most urgent first."""
    today = day_of(visit.now)
    found = sorted(found, key=lambda kept: urgency(kept.value, today))
    return [_line(visit, kept) for kept in found]


@endpoint
def list_measures(visit: Visit) -> Response:
    """Counts are of all measures, whatever is asked for."""
    everything = lines(visit, store.public_measures(visit.session))
    counts = Counter(line.kept.row.status for line in everything)
    owners = sorted({line.kept.row.owner for line in everything})
    status = visit.query.get("status", "")
    owner = visit.query.get("owner", "")
    status = status if status in STATUSES or status == OVERDUE else ""
    owner = owner if owner in owners else ""
    return visit.page(
        "consultation/implementation.html",
        lines=[line for line in everything if _wanted(line, status, owner)],
        counts=[(visit.gettext(label), counts[code]) for code, label in STATUSES.items()],
        overdue=sum(line.overdue for line in everything),
        total=len(everything),
        changed_at=max((line.kept.row.modified_at for line in everything), default=None),
        statuses=[
            ("", visit.gettext("All (measures)")),
            (OVERDUE, visit.gettext("Overdue (measure)")),
            *((code, visit.gettext(label)) for code, label in STATUSES.items()),
        ],
        owners=[("", visit.gettext("All offices")), *((one, one) for one in owners)],
        progress=status,
        owner=owner,
    )


@endpoint
def show_measure(visit: Visit) -> Response:
    kept = store.public_measure(visit.session, visit.path["key"])
    versions = store.measure_versions(visit.session, kept.row.id or 0)
    notes = store.notes_of(visit.session, kept.row.id or 0)
    return visit.page(
        "consultation/measure.html",
        line=_line(visit, kept),
        topic=kept.topic,
        decision=kept.decision,
        notes=[(note, visit.gettext(STATUSES[note.status])) for note in reversed(notes)],
        history=_history(visit, versions),
        digest=versions[-1].digest,
        logged=_logged(visit, kept, versions[-1].digest),
    )


def _line(visit: Visit, kept: Kept) -> Line:
    value = kept.value
    return Line(
        kept,
        visit.gettext(STATUSES[value.status]),
        visit.gettext(HORIZONS[value.horizon]),
        _budget(value),
        is_overdue(value.status, value.due_on, day_of(visit.now)),
    )


def _wanted(line: Line, status: str, owner: str) -> bool:
    fits = line.overdue if status == OVERDUE else not status or line.kept.row.status == status
    return fits and (not owner or line.kept.row.owner == owner)


def _budget(measure: Measure) -> str:
    return "" if measure.budget_cents is None else f"{write_euro(measure.budget_cents)} €"


def _history(visit: Visit, versions: list[MeasureVersionRow]) -> list[tuple[Any, list[tuple[str, str, str]]]]:
    """When something was changed, newest first: what, from, to. A moved day cannot be hidden."""
    values = [decode_measure(row.content) for row in versions]
    steps = zip(versions[1:], values, values[1:], strict=False)
    found = [
        (row.made_at, [_change(visit, name, old, new) for name in changed_fields(old, new)]) for row, old, new in steps
    ]
    return [(at, changes) for at, changes in reversed(found) if changes]


def _change(visit: Visit, name: str, old: Measure, new: Measure) -> tuple[str, str, str]:
    label = {
        "title": visit.gettext("What is to be done"),
        "owner": visit.gettext("Office that answers for it"),
        "budget_cents": visit.gettext("Budget"),
        "horizon": visit.gettext("Horizon"),
        "status": visit.gettext("How far it is"),
        "due_on": visit.gettext("Due on"),
    }[name]
    return label, _word(visit, name, old), _word(visit, name, new)


def _word(visit: Visit, name: str, measure: Measure) -> str:
    if name == "budget_cents":
        return _budget(measure) or "–"
    if name == "due_on":
        return day(measure.due_on, visit.language)
    value = str(getattr(measure, name))
    return visit.gettext({**STATUSES, **HORIZONS}[value]) if name in {"status", "horizon"} else value


def _logged(visit: Visit, kept: Kept, digest: str) -> int | None:
    """The index of the newest version's entry, once it has one."""
    found = log.entries_about(visit.session, kept.topic.key)
    return next((one.index for one in found if one.entry.members.get("content") == digest), None)
