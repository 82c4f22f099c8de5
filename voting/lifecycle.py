"""The phases of a referendum and the only moves between them.

Nothing else in the house assigns `.phase`; whether a move is due is for the noun that asks for it.
"""

from enum import StrEnum
from typing import Protocol

from audit.refusal import N_
from voting.errors import WrongPhase


class Phase(StrEnum):
    """In the order they happen; CANCELLED can follow any of the first six."""

    DRAFTED = "drafted"
    PROCLAIMED = "proclaimed"
    KEYED = "keyed"
    REHEARSED = "rehearsed"
    OPEN = "open"
    CLOSED = "closed"
    TALLIED = "tallied"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


LABELS: dict[Phase, str] = {
    Phase.DRAFTED: N_("Draft"),
    Phase.PROCLAIMED: N_("Proclaimed"),
    Phase.KEYED: N_("Keys made"),
    Phase.REHEARSED: N_("Rehearsed"),
    Phase.OPEN: N_("Open"),
    Phase.CLOSED: N_("Closed"),
    Phase.TALLIED: N_("Counting"),
    Phase.PUBLISHED: N_("Result published"),
    Phase.CANCELLED: N_("Cancelled"),
}

# A ceremony that has to be repeated (a key was lost, the rehearsal failed) leads back to PROCLAIMED. From OPEN on there
# is no way back: what was opened is closed or cancelled in public.
MOVES: dict[Phase, frozenset[Phase]] = {
    Phase.DRAFTED: frozenset({Phase.PROCLAIMED}),
    Phase.PROCLAIMED: frozenset({Phase.KEYED, Phase.CANCELLED}),
    Phase.KEYED: frozenset({Phase.REHEARSED, Phase.PROCLAIMED, Phase.CANCELLED}),
    Phase.REHEARSED: frozenset({Phase.OPEN, Phase.PROCLAIMED, Phase.CANCELLED}),
    Phase.OPEN: frozenset({Phase.CLOSED, Phase.CANCELLED}),
    Phase.CLOSED: frozenset({Phase.TALLIED, Phase.CANCELLED}),
    Phase.TALLIED: frozenset({Phase.PUBLISHED}),
    Phase.PUBLISHED: frozenset(),
    Phase.CANCELLED: frozenset(),
}

PREPARING = frozenset({Phase.PROCLAIMED, Phase.KEYED, Phase.REHEARSED})
"""Proclaimed and not yet open: the roll, the keys and the rehearsal are made here."""
FROZEN = frozenset(Phase) - PREPARING - {Phase.DRAFTED}
"""Nothing that a voter relies on can change here (AC-08)."""


class HasPhase(Protocol):
    """A referendum as it is stored; `phase` holds a value of `Phase`."""

    phase: str


def advance(referendum: HasPhase, to: Phase) -> None:
    """Move to the next phase. Raises WrongPhase when this move does not exist."""
    if to not in MOVES[Phase(referendum.phase)]:
        raise WrongPhase("phase.move", N_("this vote has no such step from the phase it is in"))
    referendum.phase = to.value


def check_phase(referendum: HasPhase, *allowed: Phase) -> None:
    """Raises WrongPhase unless the referendum is in one of the phases; what was opened is said to be frozen."""
    now = Phase(referendum.phase)
    if now in allowed:
        return
    if now in FROZEN:
        raise WrongPhase(
            "referendum.frozen",
            N_("this vote is no longer in preparation, so nothing in it can change"),
            N_("After the opening it can only be extended or cancelled, by two members of the committee."),
        )
    raise WrongPhase("phase.wrong", N_("this step does not belong to the phase the vote is in"))
