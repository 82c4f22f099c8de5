"""What happens by the clock: an open vote is closed at its hour, and a closed one is added up.

A thread of `kalpi serve`. It plans nothing ahead: every turn reads the hours again, so an extension holds at once, and
a closing that was missed while the service was down is made up for at the start.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy.exc import DBAPIError

from audit.refusal import Refused
from audit.rounds import Rounds
from crypto.errors import Flaw
from db import Database
from voting.box_errors import NotClosing, NotCountable
from voting.closing import close
from voting.store.casting import ballot_box
from voting.store.votes import closed_votes, due_to_close
from voting.tallying import add_up, keep_tally

TURN_SECONDS = 1.0

journal = logging.getLogger("kalpi.voting")


class Schedule:
    """`nudge` tells the sequencer that something was committed."""

    def __init__(self, db: Database, clock: Callable[[], datetime], nudge: Callable[[], None]) -> None:
        self._db, self._clock, self._nudge = db, clock, nudge
        rounds = Rounds("schedule", TURN_SECONDS, self.turn, journal)
        self.start, self.stop = rounds.start, rounds.stop

    def turn(self) -> None:
        """Close and add up whatever is due. Another worker may do the same; then one of them is refused."""
        now = self._clock()
        with self._db.reading() as session:
            due, closed = due_to_close(session, now), closed_votes(session)
        for slug in due:
            self._try(slug, partial(self._close, slug, now))
        for slug in closed:
            self._try(slug, partial(self._add_up, slug))

    def _close(self, slug: str, now: datetime) -> None:
        with self._db.writing() as session:
            close(ballot_box(session, slug), now)

    def _add_up(self, slug: str) -> None:
        with self._db.reading() as session:
            tally = add_up(ballot_box(session, slug))
        with self._db.writing() as session:
            keep_tally(ballot_box(session, slug), tally)

    def _try(self, slug: str, act: Callable[[], None]) -> None:
        try:
            act()
        except (NotClosing, NotCountable) as refused:
            if refused.code == "tally.mismatch":
                journal.critical("vote %s cannot be counted: %s", slug, refused)
        except Refused as refused:
            journal.error("vote %s waits: %s", slug, refused)
        except (DBAPIError, Flaw, LookupError) as fault:
            # One vote that cannot be read keeps no other from being closed (RL-22).
            journal.critical("vote %s waits: %s", slug, type(fault).__name__)
        else:
            self._nudge()
