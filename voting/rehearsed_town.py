"""A town hall without a web server: the settings, database, log and keys that a rehearsed vote runs on.

`kalpi rehearse` uses one in a temporary directory, `kalpi demo` one that is served afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from audit.sequencer import Sequencer, log_keeper
from db import Database
from settings import Settings
from voting.casting import acceptance_signer
from voting.store import referendum as store
from voting.store.casting import BallotBox
from voting.store.preparation import Preparation
from voting.store.record import VOTE, record_files


class Clock:
    """A clock that is set by hand, so that opening and closing hours pass at once."""

    def __init__(self, moment: datetime | None = None) -> None:
        self.moment = (moment or datetime.now(UTC)).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.moment


class Town:
    """The tables must exist. `open` makes the log; whoever is done calls `db.close` or serves on."""

    def __init__(self, settings: Settings, db: Database, clock: Clock) -> None:
        self.settings, self.db, self.clock = settings, db, clock
        self.keeper = log_keeper(settings)
        self.sequencer = Sequencer(db, self.keeper, cadence=0.01, clock=clock)
        self.signer = acceptance_signer(settings.origin, settings.key("acceptance"))

    def open(self) -> None:
        self.sequencer.open()

    @contextmanager
    def preparing(self, slug: str) -> Iterator[Preparation]:
        """One transaction before the opening; its entries are in the log afterwards."""
        with self.db.writing() as session:
            yield Preparation.writing(session, slug)
        self.sequencer.turn(ballots=False)

    @contextmanager
    def box(self, slug: str) -> Iterator[BallotBox]:
        """One transaction from the opening on."""
        with self.db.writing() as session:
            yield BallotBox(session, store.referendum(session, slug))

    def record(self, slug: str) -> dict[str, bytes]:
        with self.db.reading() as session:
            return record_files(session, store.referendum(session, slug), VOTE, self.keeper.verifier_key)
