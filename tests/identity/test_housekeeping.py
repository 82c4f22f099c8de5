"""What is kept of people ends by itself."""

from datetime import timedelta

from sqlmodel import select

from db import Database
from identity.store import attempt
from identity.store.housekeeping import forget_old
from tests.plugins.house import Clock


def test_a_failed_attempt_is_forgotten_after_its_day_and_not_before(database: Database, clock: Clock) -> None:
    with database.writing() as session:
        attempt.count(session, b"somebody", clock())
    for later, kept in ((timedelta(hours=23), 1), (timedelta(hours=25), 0)):
        with database.writing() as session:
            forget_old(session, clock() + later)
        with database.reading() as session:
            assert len(session.exec(select(attempt.AttemptRow)).all()) == kept
