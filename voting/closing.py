"""The end of polling. Closing is an entry in the log, not a clock comparison.

Whatever was accepted before the closing entry is below it in the log; nothing is accepted after it (BB-12).
"""

from datetime import datetime

from audit import entry
from audit.refusal import N_
from voting.box_errors import NotClosing
from voting.lifecycle import Phase, advance
from voting.store.casting import BallotBox


def close(box: BallotBox, now: datetime) -> None:
    """Close the ballot box and state how many persons cast.

    Call inside a writing transaction: the lock waits for every cast in progress. Raises NotClosing before the hour that
    was announced or extended to, and when the box is not open. A second closing writes nothing.
    """
    if box.lock() != Phase.OPEN:
        raise NotClosing("closing.phase", N_("the ballot box of this vote is not open, so it cannot be closed"))
    if now < box.row.closes_at:
        raise NotClosing("closing.early", N_("this vote is not closed before the hour that was announced"))
    persons = box.count_persons()
    box.append(entry.make("closed", referendum=box.row.uuid, persons=persons))
    box.row.persons = persons
    box.row.closed_at = now
    advance(box.row, Phase.CLOSED)
