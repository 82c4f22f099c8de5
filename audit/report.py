"""What a verification found: named checks, a verdict, and the result it stands for.

A check passes, fails with a stable code, or was not made because something it needs failed or is not there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, TypeVar

from crypto.election import Election
from crypto.errors import Flaw
from crypto.result import Result

T = TypeVar("T")


class Status(StrEnum):
    PASS = "PASS"  # noqa: S105 (not a password)
    FAIL = "FAIL"
    SKIPPED = "—"


class Verdict(IntEnum):
    """The exit code of the command."""

    VERIFIED = 0
    REFUSED = 1
    UNFINISHED = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the record a flaw is: `kind` is a word of phrases.py, `number` counts from 1 or is an object's name."""

    kind: str
    number: int | str


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    status: Status
    code: str = ""
    sentence: str = ""
    place: Place | None = None


@dataclass
class Report:
    """`missing` names what an unfinished vote still lacks; `facts` are fingerprints for people to compare."""

    checks: list[Check] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    facts: dict[str, str | int] = field(default_factory=dict)
    election: Election | None = None
    rehearsal_of: str | None = None
    result: Result | None = None
    registered: int | None = None
    voted: int | None = None
    council: dict[str, int] | None = None
    """What was counted in the council's record; None for a vote's."""

    @property
    def failures(self) -> list[Check]:
        return [check for check in self.checks if check.status is Status.FAIL]

    @property
    def verdict(self) -> Verdict:
        if self.failures:
            return Verdict.REFUSED
        return Verdict.UNFINISHED if self.missing else Verdict.VERIFIED

    def run(self, name: str, action: Callable[..., T], *needs: Any) -> T | None:
        """Make one check: `action(*needs)`. Without one of its needs (None) it is skipped.

        What the action returns is what later checks need; a Flaw makes the check fail.
        """
        if any(need is None for need in needs):
            self.checks.append(Check(name, Status.SKIPPED))
            return None
        try:
            value = action(*needs)
        except Flaw as flaw:
            self.checks.append(Check(name, Status.FAIL, flaw.code, flaw.sentence, getattr(flaw, "place", None)))
            return None
        self.checks.append(Check(name, Status.PASS))
        return value

    def skip(self, name: str) -> None:
        self.checks.append(Check(name, Status.SKIPPED))


class PlacedFlaw(Flaw):
    """A flaw with its place in the record."""

    def __init__(self, flaw: Flaw, place: Place) -> None:
        super().__init__(flaw.code, flaw.sentence)
        self.place = place


@contextmanager
def at(kind: str, number: int) -> Iterator[None]:
    """Flaws inside get this place."""
    try:
        yield
    except PlacedFlaw:
        raise
    except Flaw as flaw:
        raise PlacedFlaw(flaw, Place(kind, number)) from flaw
