"""A measure that carries out a decision: who owns it, what it costs, until when, and how it goes.

Leaves out where measures are kept. Money is in euro cents.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from audit.local_time import BadTime, instant, parse_day
from audit.refusal import N_
from consultation.agenda import read_line, read_text
from consultation.errors import Incomplete
from crypto.encoding import compact, parse_json

NOTE_LIMIT = 2_000
"""Characters."""
CENTS_LIMIT = 10**13
"""Exclusive: a hundred thousand million euro."""
_EURO = re.compile(r"(0|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]*)(?:,([0-9]{2}))?", re.ASCII)


class Horizon(StrEnum):
    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class Status(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


HORIZONS: Mapping[str, str] = MappingProxyType(
    {Horizon.SHORT: N_("Short-term"), Horizon.MEDIUM: N_("Medium-term"), Horizon.LONG: N_("Long-term")}
)
STATUSES: Mapping[str, str] = MappingProxyType(
    {
        Status.PLANNED: N_("Planned (measure)"),
        Status.RUNNING: N_("Under way (measure)"),
        Status.DONE: N_("Done (measure)"),
        Status.STOPPED: N_("Stopped (measure)"),
    }
)
UNFINISHED = frozenset({Status.PLANNED, Status.RUNNING})


@dataclass(frozen=True, slots=True)
class Note:
    at: datetime
    status: Status  # from then on
    text: str


@dataclass(frozen=True, slots=True)
class Measure:
    title: str
    owner: str  # the office, as shown
    budget_cents: int | None  # None: no budget stated
    horizon: Horizon
    status: Status
    due_on: date


def read_measure(form: Mapping[str, str]) -> Measure:
    """The form of the desk. Raises Incomplete, which names the field."""
    return Measure(
        read_line(form, "title", N_("Write what is to be done.")),
        read_line(form, "owner", N_("Name the office that answers for it.")),
        parse_euro(form.get("budget", "")),
        _horizon(form.get("horizon", "")),
        _status(form.get("status", "")),
        _due_on(form.get("due_on", "")),
    )


def read_note(form: Mapping[str, str], now: datetime) -> Note:
    """The form for a dated note. Raises Incomplete."""
    text = read_text(form, "text", N_("Write what has happened."), limit=NOTE_LIMIT)
    return Note(now, _status(form.get("status", "")), text)


def parse_euro(text: str) -> int | None:
    """`12.500,00` in cents: dots between thousands, a comma and two digits for cents; both may be left out.

    None when nothing was typed. Raises Incomplete (measure.budget).
    """
    text = text.strip().removesuffix("€").strip()
    if not text:
        return None
    match = _EURO.fullmatch(text)
    cents = int(match[1].replace(".", "")[:20]) * 100 + int(match[2] or 0) if match else CENTS_LIMIT
    if cents >= CENTS_LIMIT:
        raise Incomplete(
            "measure.budget",
            N_("Write the amount as 12.500,00: dots between thousands, a comma before the cents."),
            field="budget",
        )
    return cents


def write_euro(cents: int) -> str:
    """`1250000` as `12.500,00`."""
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02}"


def is_overdue(status: Status, due_on: date, today: date) -> bool:
    """Not finished although its day has passed; on the day itself it is in time."""
    return status in UNFINISHED and due_on < today


def urgency(measure: Measure, today: date) -> tuple[int, int]:
    """For sorting: overdue first, the longest overdue before all, then what is due next, then what is finished."""
    overdue = is_overdue(measure.status, measure.due_on, today)
    order = 0 if overdue else 1 if measure.status in UNFINISHED else 2
    day = measure.due_on.toordinal()
    return (order, -day if order == 2 else day)


def changed_fields(old: Measure, new: Measure) -> list[str]:
    """Names of the members that differ, in the order of the form."""
    names = ("title", "owner", "budget_cents", "horizon", "status", "due_on")
    return [name for name in names if getattr(old, name) != getattr(new, name)]


def write_measure(measure: Measure) -> dict[str, str]:
    """The measure as the form of the desk spells it."""
    return {
        "title": measure.title,
        "owner": measure.owner,
        "budget": "" if measure.budget_cents is None else write_euro(measure.budget_cents),
        "horizon": measure.horizon.value,
        "status": measure.status.value,
        "due_on": measure.due_on.isoformat(),
    }


def decode_measure(raw: bytes) -> Measure:
    """A stored version without its notes, as `measure_content` wrote it."""
    value = parse_json(raw, size_limit=len(raw))
    assert isinstance(value, dict)
    budget = value["budget_cents"]
    return Measure(
        str(value["title"]),
        str(value["owner"]),
        budget if isinstance(budget, int) else None,
        Horizon(str(value["horizon"])),
        Status(str(value["status"])),
        date.fromisoformat(str(value["due_on"])),
    )


def measure_content(measure: Measure, notes: Sequence[Note], key: str, topic: str, version: int) -> bytes:
    """The bytes whose SHA-256 the log holds. `topic` is its key; notes in the order they were written."""
    return compact(
        {
            "measure": 1,
            "key": key,
            "topic": topic,
            "version": version,
            "title": measure.title,
            "owner": measure.owner,
            "budget_cents": measure.budget_cents,
            "horizon": measure.horizon.value,
            "status": measure.status.value,
            "due_on": measure.due_on.isoformat(),
            "notes": [{"at": instant(note.at), "status": note.status.value, "text": note.text} for note in notes],
        }
    )


def _horizon(text: str) -> Horizon:
    try:
        return Horizon(text)
    except ValueError:
        raise Incomplete("measure.horizon", N_("Choose the horizon."), field="horizon") from None


def _status(text: str) -> Status:
    try:
        return Status(text)
    except ValueError:
        raise Incomplete("measure.status", N_("Choose how far it is."), field="status") from None


def _due_on(text: str) -> date:
    try:
        return parse_day(text)
    except BadTime as bad:
        raise Incomplete("measure.due_on", bad.sentence, field="due_on") from None
