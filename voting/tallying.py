"""The encrypted tally: the product of the ballots that count, in the order of the log. No key is needed for it.

Nothing is skipped silently: a ballot in the log without its bytes, or bytes without their entry, stops the count.
"""

from audit import entry
from audit.refusal import N_
from crypto.ballot import decode_ballot
from crypto.election import decode_election
from crypto.encoding import sha256_hex
from crypto.tally import EncryptedTally, accumulate
from voting.box_errors import NotCountable
from voting.lifecycle import Phase, advance
from voting.store.casting import BallotBox


def add_up(box: BallotBox) -> EncryptedTally:
    """The tally of a closed vote; reads only, so it can run outside every lock.

    Raises NotCountable: tally.phase before the closing (TK-08), tally.waiting until the closing entry has its place in
    the log, tally.mismatch when board and log differ (RL-22).
    """
    if box.row.phase != Phase.CLOSED or box.row.election is None:
        raise NotCountable("tally.phase", N_("there is nothing to count before the vote is closed"))
    if not box.is_closed_in_log():
        raise NotCountable(
            "tally.waiting", N_("the closing has not entered the log yet"), N_("Please try again in a minute.")
        )
    digests = box.logged_ballots()
    if len(digests) != len(set(digests)) or set(digests) != box.recorded_ballots():
        raise NotCountable("tally.mismatch", N_("the ballots in the log are not those in the ballot box"))
    election = decode_election(box.row.election)
    return accumulate(election, (decode_ballot(row.raw, election) for row in box.ballots(digests)))


def keep_tally(box: BallotBox, tally: EncryptedTally) -> None:
    """Keep and log the tally. Call inside a writing transaction; a second time it is refused. Raises NotCountable."""
    if box.lock() != Phase.CLOSED:
        raise NotCountable("tally.phase", N_("there is nothing to count before the vote is closed"))
    box.row.encrypted_tally, box.row.sized_tally = tally.raw, tally.sized
    box.append(
        entry.make("tallied", referendum=box.row.uuid, tally=sha256_hex(tally.sized), encrypted=tally.digest.hex())
    )
    advance(box.row, Phase.TALLIED)
