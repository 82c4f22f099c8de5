"""The reply workbench: which contributions it lists, and how a selection travels from page to page without a loss."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from urllib.parse import urlencode

from audit.local_time import BadTime, parse_day
from audit.refusal import N_
from consultation.errors import Incomplete, WrongState
from consultation.reply import ANSWERABLE_KINDS

PAGE = 100
"""Contributions on one page, each with a box of its own; a form has at most 200 fields (body.FIELDS_LIMIT)."""
MOST_SELECTED = 1000
ANSWERS: Mapping[str, str] = MappingProxyType(
    {"": N_("Answered or not"), "no": N_("Without a reply"), "yes": N_("With a reply")}
)
DUES: Mapping[str, str] = MappingProxyType(
    {"": N_("Any date"), "overdue": N_("Overdue"), "week": N_("Due within a week"), "none": N_("Without a date")}
)
UNOWNED = "none"


@dataclass(frozen=True, slots=True)
class Filter:
    """`owner` is the number of an account, "none", or empty for all; the others are keys of their tables or empty."""

    kind: str = ""
    answer: str = ""
    owner: str = ""
    due: str = ""

    def query(self, page: int = 1) -> str:
        """`?kind=objection&page=2`; empty for everything."""
        pairs = {"kind": self.kind, "answer": self.answer, "owner": self.owner, "due": self.due}
        pairs["page"] = str(page) if page > 1 else ""
        text = urlencode({name: value for name, value in pairs.items() if value})
        return f"?{text}" if text else ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who prepares the reply (account id, None for nobody) if `set_owner`, and until when; no `due` leaves the date."""

    set_owner: bool
    owner: int | None
    due: date | None


def read_filter(fields: Mapping[str, str]) -> Filter:
    """From a form or an address; what is unknown counts as empty."""
    kind, answer, owner, due = (fields.get(name, "") for name in ("kind", "answer", "owner", "due"))
    numbered = owner.isascii() and owner.isdigit() and len(owner) < 10
    return Filter(
        kind if kind in ANSWERABLE_KINDS else "",
        answer if answer in ANSWERS else "",
        owner if numbered or owner == UNOWNED else "",
        due if due in DUES else "",
    )


def read_page(text: str) -> int:
    """From 1; what is no page is the first."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def picked(form: Mapping[str, str]) -> set[str]:
    """Keys that are selected: those of `selected`, joined by spaces, and each ticked box, a field named by its key."""
    return {*form.get("selected", "").split(), *(name for name in form if len(name) == 32)}


def choose(form: Mapping[str, str], shown: Collection[str], selectable: Sequence[str]) -> list[str]:
    """The selection, in the order of `selectable`: every key that may be chosen now.

    `shown`: keys that the filter lets through, all taken when `every` is ticked. Raises WrongState.
    """
    chosen = picked(form) | (set(shown) if form.get("every") else set())
    if not chosen:
        raise WrongState("reply.none", N_("Nothing is selected."), N_("Tick the contributions that are meant."))
    if not chosen <= set(selectable):
        raise WrongState(
            "reply.foreign",
            N_("Some of what was selected cannot be answered any more: it was hidden or withdrawn. It is taken out."),
            N_("Look at what is selected now and go on."),
        )
    if len(chosen) > MOST_SELECTED:
        raise WrongState(
            "reply.many",
            N_("One reply answers at most %(most)s contributions."),
            N_("Select fewer."),
            most=MOST_SELECTED,
        )
    return [key for key in selectable if key in chosen]


def read_assignment(form: Mapping[str, str], owners: Collection[int]) -> Assignment:
    """`new_owner`: empty leaves it, "none" takes it away; an empty `new_due` leaves the date. Raises Incomplete."""
    owner, due = form.get("new_owner", ""), form.get("new_due", "")
    if owner not in {"", UNOWNED, *map(str, owners)}:
        raise Incomplete("reply.owner", N_("This person does not answer contributions."), field="new_owner")
    try:
        day = parse_day(due) if due else None
    except BadTime as error:
        raise Incomplete("reply.due", error.sentence, field="new_due") from error
    if not owner and not due:
        raise Incomplete("reply.assignment", N_("Choose a person or a date."), field="new_owner")
    return Assignment(bool(owner), int(owner) if owner not in {"", UNOWNED} else None, day)
