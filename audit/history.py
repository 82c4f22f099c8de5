"""What the log says of one vote: its entries from the proclamation on, in the only order they may have. Pure.

Entries of other votes and of the house stand in between; they count in the proof of the range and are skipped here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from audit.entry import Entry
from audit.report import at
from crypto.encoding import Json
from crypto.errors import InvalidProof

_BEFORE, _OPEN, _CLOSED, _TALLIED, _DONE = range(5)

_ALLOWED: dict[str, tuple[frozenset[int], int | None]] = {
    # kind: stages in which it may stand, stage it leads to
    **{
        kind: (frozenset({_BEFORE}), None)
        for kind in (
            "roll-frozen",
            "credentials-listed",
            "ceremony-opened",
            "ceremony-commitment",
            "ceremony-failed",
            "ceremony-completed",
            "rehearsal-opened",
            "rehearsal-tallied",
            "rehearsal-decrypted",
            "rehearsal-completed",
        )
    },
    "opened": (frozenset({_BEFORE}), _OPEN),
    "ballot": (frozenset({_OPEN}), None),
    "challenged": (frozenset({_OPEN}), None),
    "extended": (frozenset({_OPEN}), None),
    "closed": (frozenset({_OPEN}), _CLOSED),
    "tallied": (frozenset({_CLOSED}), _TALLIED),
    "partial-decryption": (frozenset({_TALLIED}), None),
    "result": (frozenset({_TALLIED}), _DONE),
    "cancelled": (frozenset({_BEFORE, _OPEN, _CLOSED}), _DONE),
}


@dataclass(frozen=True)
class History:
    """`entries` are this vote's own, in log order, with their indexes in the log."""

    referendum: str
    entries: tuple[tuple[int, Entry], ...] = field(repr=False)

    def all(self, kind: str) -> list[Entry]:
        return [entry for _, entry in self.entries if entry.kind == kind]

    def last(self, kind: str) -> Entry | None:
        """The last of a kind: what was done again replaces what was done before."""
        return next(iter(reversed(self.all(kind))), None)

    def index(self, wanted: Entry) -> int:
        """The entry's index in the log."""
        return next(index for index, entry in self.entries if entry is wanted)

    def needed(self, kind: str) -> Entry:
        """Raises InvalidProof (history.missing)."""
        entry = self.last(kind)
        if entry is None:
            raise InvalidProof("history.missing", f"the log has no entry of kind {kind} for this vote")
        return entry


def read_history(first: int, entries: Sequence[Entry]) -> History:
    """The vote whose proclamation is the first entry; everything of it in its order.

    Raises InvalidProof: history.start, history.order, history.end, history.extended.
    """
    referendum = entries[0].referendum if entries else None
    if not entries or entries[0].kind != "proclaimed" or referendum is None:
        raise InvalidProof("history.start", "the first entry is not the proclamation of a vote")
    own = [
        (index, entry) for index, entry in enumerate(entries, first) if entry.known and entry.referendum == referendum
    ]
    stage = _BEFORE
    closes: Json = None
    for index, entry in own[1:]:
        with at("entry", index + 1):
            stages, following = _ALLOWED.get(entry.kind, (frozenset(), None))
            if stage not in stages:
                raise InvalidProof("history.order", f"an entry of kind {entry.kind} may not stand here")
            stage = stage if following is None else following
            if entry.kind in ("opened", "extended"):
                if closes is not None and str(entry.members["closes"]) <= str(closes):
                    raise InvalidProof("history.extended", "an extension moves the closing time to a later hour")
                closes = entry.members["closes"]
    if stage == _DONE and own[-1][0] != first + len(entries) - 1:
        raise InvalidProof("history.end", "entries stand behind the end of the vote")
    return History(referendum, tuple(own))
