"""Open a prepared ballot instead of casting it: the code is logged as void first, and refused for ever after.

The choices and the randomness never reach the service; they are shown on the voter's own device once the code is void.
"""

from audit import entry
from audit.refusal import N_
from crypto.encoding import b64_digest
from crypto.errors import Malformed
from voting.box_errors import BadBallot, CodeSpent
from voting.casting import check_open
from voting.store.casting import BallotBox


def void(box: BallotBox, code: str) -> None:
    """Make the code void. Asking again for a void code changes nothing and is no error.

    Call inside a writing transaction. Raises BadBallot, BoxClosed, CodeSpent (the ballot was cast).
    """
    try:
        b64_digest(code)
    except Malformed as flaw:
        raise BadBallot.because(flaw) from flaw
    check_open(box.lock_shared())
    if box.spend_code(code, void=True):
        box.append(entry.make("challenged", referendum=box.row.uuid, code=code))
    elif not box.is_void(code):
        raise CodeSpent(
            "challenge.recorded",
            N_("the ballot with this code is recorded, so it cannot be opened"),
            N_("To check another ballot, prepare a new one."),
        )
