"""What the board says about one ballot, asked for by its code, its Belenios tracker or its hash in hexadecimal.

The answer is the same for everybody and tells nothing about a person or a choice.
"""

from dataclasses import dataclass
from enum import StrEnum

from audit.refusal import N_
from crypto.encoding import b64_digest, hex_digest
from crypto.errors import Malformed
from voting.store.casting import BallotBox, BallotRow


class State(StrEnum):
    RECORDED = "recorded"
    REPLACED = "replaced"
    VOID = "void"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


LABELS: dict[State, str] = {
    State.RECORDED: N_("Recorded, and it counts"),
    State.REPLACED: N_("Replaced"),
    State.VOID: N_("Opened for checking"),
    State.UNKNOWN: N_("Not found"),
    State.UNREADABLE: N_("Not a code"),
}
MEANINGS: dict[State, str] = {
    State.RECORDED: N_(
        "This ballot is in the ballot box. It is the last one of its voting card, so it is the one that counts."
    ),
    State.REPLACED: N_("This ballot was recorded, and a later ballot with the same voting card counts in its place."),
    State.VOID: N_("This ballot was opened for checking. It was never cast and can never be cast."),
    State.UNKNOWN: N_("No ballot with this code is in the ballot box. Check that you copied it whole."),
    State.UNREADABLE: N_("A code has 43 letters, digits, + or /, or 64 hexadecimal digits."),
}


@dataclass(frozen=True, slots=True)
class Found:
    """`ballot` is there for RECORDED and REPLACED only."""

    state: State
    ballot: BallotRow | None = None

    @property
    def label(self) -> str:
        return LABELS[self.state]

    @property
    def meaning(self) -> str:
        return MEANINGS[self.state]


def find(box: BallotBox, text: str) -> Found:
    """Look up what somebody typed or pasted; spaces, line breaks and padding are forgiven."""
    spelled = "".join(text.split()).rstrip("=")
    try:
        digest = _digest(spelled)
    except Malformed:
        return Found(State.UNREADABLE)
    ballot = box.ballot(digest.hex()) or box.ballot_by_code(spelled)
    if ballot is not None:
        return Found(State.REPLACED if box.is_replaced(ballot) else State.RECORDED, ballot)
    return Found(State.VOID if box.is_void(spelled) else State.UNKNOWN)


def _digest(spelled: str) -> bytes:
    return hex_digest(spelled.lower()) if len(spelled) == 64 else b64_digest(spelled)
