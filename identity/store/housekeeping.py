"""What is no longer needed of people is deleted, by the clock (product.md M41)."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from audit.rounds import Rounds
from db import Database
from identity.store import attempt, event, login, mail, message

EVERY_SECONDS = 3600.0

journal = logging.getLogger("kalpi.identity")


def forget_old(session: Session, now: datetime) -> None:
    """Failed attempts, security events, ended logins, mails nobody sends, old messages.

    Letters stay: they say who invited whom.
    """
    for rows in (attempt, event, login, mail, message):
        rows.forget_old(session, now)


def housekeeping(db: Database, clock: Callable[[], datetime]) -> Rounds:
    def turn() -> None:
        with db.writing() as session:
            forget_old(session, clock())

    return Rounds("housekeeping", EVERY_SECONDS, turn, journal)
