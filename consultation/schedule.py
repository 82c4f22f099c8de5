"""What happens by the clock: an announced consultation opens, and an open one closes at its hour.

A thread of `kalpi serve`. Every turn reads the hours again, so an extension holds at once, and what was missed while
the service was down is made up for at the start. A clock that jumps back undoes nothing: states only go forward.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from audit.refusal import Refused
from audit.rounds import Rounds
from consultation import lifecycle
from consultation.errors import NotFound, WrongState
from consultation.store.consultation import due, locked_consultation, topic_with_session
from crypto.errors import Flaw
from db import Database

TURN_SECONDS = 1.0

journal = logging.getLogger("kalpi.consultation")


class ConsultationClock:
    """`nudge` tells the sequencer that something was committed."""

    def __init__(self, db: Database, clock: Callable[[], datetime], nudge: Callable[[], None]) -> None:
        self._db, self._clock, self._nudge = db, clock, nudge
        self._told: dict[int, str] = {}
        rounds = Rounds("consultations", TURN_SECONDS, self.turn, journal)
        self.start, self.stop = rounds.start, rounds.stop

    def turn(self) -> None:
        """Open and close whatever is due. Another worker may do the same; then one of them is refused."""
        now = self._clock()
        with self._db.reading() as session:
            topics = due(session, now)
        for topic_id in topics:
            try:
                with self._db.writing() as session:
                    act(session, topic_id, now)
            except (WrongState, NotFound):
                continue  # somebody else was faster
            except Refused as refused:
                self._tell(topic_id, refused.code)
            except (DBAPIError, Flaw, LookupError, ValueError) as fault:
                # One that cannot be read keeps no other from being closed (RL-22).
                self._tell(topic_id, type(fault).__name__)
            else:
                self._nudge()

    def _tell(self, topic_id: int, why: str) -> None:
        """Once, and again when the reason changes: a turn comes every second."""
        if self._told.get(topic_id) != why:
            journal.error("the consultation of topic %d waits: %s", topic_id, why)
            self._told[topic_id] = why


def act(session: Session, topic_id: int, now: datetime) -> None:
    """Open or close the consultation of this topic, whichever is due. Raises Refused.

    One that was announced and can no longer open becomes a draft again, so that the desk shows what it lacks.
    """
    row = locked_consultation(session, topic_id)
    topic, council_session = topic_with_session(session, topic_id)
    if row.state == "open":
        lifecycle.close(session, row, topic, now)
        return
    try:
        lifecycle.open_scheduled(session, row, topic, council_session, now)
    except lifecycle.NotReady as fault:
        journal.error("the consultation of topic %d does not open: %s", topic_id, fault.faults[0].code)
        lifecycle.take_back(session, row, now)
