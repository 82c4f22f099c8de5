"""The public register of removals (μητρώο αποκρύψεων), and whether it says what the public log says.

A line holds no text, no name and no address of a contribution: once shown again, that would lead to its author.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from audit.entry import Entry
from audit.local_time import day_of
from consultation.moderation import HIDDEN, days_late

LOG_KINDS = ("hidden", "restored", "appeal-filed", "appeal-decided")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one hiding, as the rows or as the log's entries tell it. `state`: of `moderation.STATES`.

    `timing`: in_time or late once an appeal is decided.
    """

    topic: str
    contribution: str
    reason: str
    stage: str
    state: str = "standing"
    appealed: bool = False
    timing: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """`hidden`: hidings so far; `standing`: those in force now, hidden − restored − reversed."""

    hidden: int = 0
    restored: int = 0
    appealed: int = 0
    upheld: int = 0
    reversed: int = 0
    standing: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One hiding as the register shows it; days are those of Athens, `days_late` grows until an appeal is decided."""

    topic: str
    topic_title: str
    kind: str
    reason: str
    stage: str
    state: str
    hidden_on: date
    appealed_on: date | None
    decided_on: date | None
    days_late: int


def fates_of(entries: Iterable[Entry]) -> dict[str, Fate]:
    """By the removal's key, of entries in log order of the kinds in LOG_KINDS.

    What speaks of a hiding that the log does not hold is a fate without a reason: no row says the same.
    """
    fates: dict[str, Fate] = {}
    for entry in entries:
        members = {name: str(value) for name, value in entry.members.items()}
        key = members["removal"]
        if entry.kind == "hidden":
            told = Fate(members["topic"], members["contribution"], members["reason"], members["stage"])
        else:
            told = _after(fates.get(key, Fate(members["topic"], "", "", "")), entry.kind, members)
        fates[key] = told
    return fates


def _after(fate: Fate, kind: str, members: Mapping[str, str]) -> Fate:
    if kind == "restored":
        return replace(fate, state="restored")
    if kind == "appeal-filed":
        return replace(fate, state="appealed", appealed=True)
    return replace(fate, state=members["outcome"], timing=members["timing"])


def totals(fates: Iterable[Fate]) -> Totals:
    known = list(fates)
    states = [fate.state for fate in known]
    return Totals(
        hidden=len(known),
        restored=states.count("restored"),
        appealed=sum(fate.appealed for fate in known),
        upheld=states.count("upheld"),
        reversed=states.count("reversed"),
        standing=len(known) - states.count("restored") - states.count("reversed"),
    )


def differing(rows: Mapping[str, Fate], logged: Mapping[str, Fate]) -> int:
    """How many hidings the register tells otherwise than the log."""
    return sum(rows.get(key) != logged.get(key) for key in rows.keys() | logged.keys())


def shown_wrongly(logged: Iterable[Fate], states: Mapping[str, str]) -> int:
    """How many contributions are hidden without an entry, or shown though the log says that they are hidden.

    `states`: of every contribution that is hidden or was once, by key. An erased one is shown to nobody.
    """
    hidden = {fate.contribution for fate in logged if fate.state in HIDDEN}
    wrong = [key for key, state in states.items() if (key in hidden) != (state == "hidden") and state != "erased"]
    return len(wrong) + len(hidden - states.keys())


def lateness(due_at: datetime | None, decided_at: datetime | None, now: datetime) -> int:
    """Days by which an appeal was decided late, or is late now; 0 without an appeal."""
    return days_late(due_at, decided_at or now) if due_at is not None else 0


def day_or_none(moment: datetime | None) -> date | None:
    return day_of(moment) if moment is not None else None


def as_csv(lines: Iterable[Line]) -> str:
    """RFC 4180 with a header; a cell that a spreadsheet would calculate begins with an apostrophe (WB-13)."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = list(Line.__dataclass_fields__)
    writer.writerow(names)
    for line in lines:
        writer.writerow([safe_cell(getattr(line, name)) for name in names])
    return out.getvalue()


def safe_cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
