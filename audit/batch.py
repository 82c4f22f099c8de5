"""In which order waiting entries enter the log. Pure.

Control entries go at once, in the order they were queued. Ballots wait for their cadence, so that a batch tells neither
when nor in which order its voters came; an entry that ends the casting takes this vote's waiting ballots in before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit.tree import leaf_hash

ENDS_CASTING = frozenset({"closed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry in the outbox. `place` grows with the order of queueing; a ballot has a credential and a sequence."""

    place: int
    kind: str
    referendum: str | None
    raw: bytes
    credential: str | None = None
    sequence: int | None = None

    @property
    def is_ballot(self) -> bool:
        return self.credential is not None


def order_batch(waiting: Iterable[Waiting], *, ballots: bool) -> list[Waiting]:
    """What enters the log now; the rest waits. `ballots`: their cadence has come."""
    queue = sorted(waiting, key=lambda item: item.place)
    ballots_left = [item for item in queue if item.is_ballot]
    batch: list[Waiting] = []
    for control in queue:
        if control.is_ballot:
            continue
        if control.kind in ENDS_CASTING:
            batch += order_ballots([item for item in ballots_left if item.referendum == control.referendum])
            ballots_left = [item for item in ballots_left if item.referendum != control.referendum]
        batch.append(control)
    return batch + (order_ballots(ballots_left) if ballots else [])


def order_ballots(ballots: Sequence[Waiting]) -> list[Waiting]:
    """By leaf hash; then each credential's ballots stand, in ascending sequence, in the places they received."""
    shuffled = sorted(ballots, key=lambda item: leaf_hash(item.raw))
    places = defaultdict(list)
    for place, item in enumerate(shuffled):
        places[item.referendum, item.credential].append(place)
    ordered = list(shuffled)
    for taken in places.values():
        chain = sorted((shuffled[place] for place in taken), key=lambda item: item.sequence or 0)
        for place, item in zip(taken, chain, strict=True):
            ordered[place] = item
    return ordered
