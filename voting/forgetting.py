"""After the appeals: destroy the key that ties persons to ballots, and say so in the log.

From then on nobody can tell from the database who cast which ballot, or that one person cast at all; «Οι ψηφοφορίες
μου» no longer lists ballots of this vote. The record and its verification need nothing of it.
"""

from audit import entry
from audit.refusal import N_
from voting.errors import WrongPhase
from voting.lifecycle import Phase
from voting.store.casting import BallotBox

DONE = frozenset({Phase.PUBLISHED, Phase.CANCELLED})


def announce(box: BallotBox) -> None:
    """Log the act; the caller destroys the file once this is committed. Raises WrongPhase before the result."""
    if Phase(box.row.phase) not in DONE:
        raise WrongPhase("forgetting.phase", N_("the key of a vote is kept until its result is published"))
    text = f"Καταστροφή του κλειδιού που συνδέει πρόσωπα με ψηφοδέλτια, ψηφοφορία {box.row.uuid}"
    box.append(entry.make("incident", text=text))
