"""The one who appends and signs, as a thread of `kalpi serve`.

It keeps nothing in memory: every turn reads the head again, so after a fault there is nothing to forget. A log that is
not fit to be signed is halted: nothing more is recorded, everything can still be read, and the sentence says why.
"""

import logging
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from audit import entry, store
from audit.errors import LogUnfit
from audit.keeper import Keeper
from audit.note import Signer
from audit.soundness import check_log
from db import Database
from settings import Settings

POLL_SECONDS = 0.5
"""How long an entry queued by another process, or without a nudge, waits at most."""
FAULT_PAUSE_SECONDS = 2.0
PASSING = (OperationalError, InterfaceError, PoolTimeout, OSError)
"""Faults of database or disk that may pass by themselves; whatever else is raised halts the log."""

journal = logging.getLogger("kalpi.audit")


class Sequencer:
    """`cadence` is seconds between batches of ballots, on the grid of the clock so that several workers agree."""

    def __init__(self, db: Database, keeper: Keeper, *, cadence: float, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._keeper = keeper
        self._cadence = max(cadence, 0.01)
        self._clock = clock
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """False once the log is halted; the health page asks."""
        return self._thread is not None and self._thread.is_alive()

    def open(self) -> None:
        """Check the log, begin it if there is none, and sign what was left unsigned.

        Raises LogUnfit or DBAPIError with the log halted for every worker until a later `open` finds it well, and
        OperationalError, InterfaceError, PoolTimeout or OSError for what may pass.
        """
        try:
            with self._db.writing() as session:
                store.begin_log(session, entry.make("log-opened", origin=self._keeper.verifier_key.name))
            with self._db.reading() as session:
                check_log(session, self._keeper.kept(), self._keeper.verifier_key)
                was_halted = bool(store.head(session).halted)
            if was_halted:
                with self._db.writing() as session:
                    store.halt(session, "")
            self._sign()
            self.turn(ballots=False)
        except PASSING:
            raise
        except Exception as fault:
            self._halt(fault)
            if isinstance(fault, LogUnfit | DBAPIError):
                raise
            raise LogUnfit(
                "log.fault", "an entry or a tile could not be worked on; the journal has the place"
            ) from None

    def turn(self, *, ballots: bool) -> int:
        """Append what is due and sign the head. Returns the number of new entries. Raises LogUnfit."""
        with self._db.reading() as session:
            if store.head(session).halted:
                return 0
            due = store.has_waiting(session, ballots=ballots)
        count = store.sequence(self._db, self._clock(), ballots=ballots) if due else 0
        self._sign()
        return count

    def start(self) -> None:
        """Run until `stop`. Call `open` first."""
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """Something was committed: look now. Safe from any thread."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the turn and end. Waiting ballots stay promised and enter after the next start."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        due_at = self._next_batch()
        while not self._stopping.is_set():
            self._wake.wait(min(POLL_SECONDS, max(0.01, due_at - time.time())))
            self._wake.clear()
            # More than a whole cadence ahead: the clock went back.
            ballots = not 0 < due_at - time.time() <= self._cadence
            if ballots:
                due_at = self._next_batch()
            try:
                self.turn(ballots=ballots)
            except PASSING as fault:
                journal.error("sequencer pauses: %s", type(fault).__name__)
                self._recover()
            except Exception as fault:
                while not self._halt(fault) and not self._stopping.wait(FAULT_PAUSE_SECONDS):
                    pass
                return

    def _recover(self) -> None:
        """After a database or disk fault nothing read before counts: new connections, then the start-up check again."""
        while not self._stopping.wait(FAULT_PAUSE_SECONDS):
            self._db.engine.dispose()
            try:
                self.open()
            except PASSING:
                continue
            except (LogUnfit, DBAPIError):
                self._stopping.set()
            return

    def _sign(self) -> None:
        """Sign the durable head unless its checkpoint is stored already."""
        with self._db.reading() as session:
            head, latest = store.head(session), store.latest_checkpoint(session)
            if latest is not None and latest.size == head.size:
                return
            root_at = partial(store.root_at, session)
            # Read back from the tiles: a root that readers could not compute is never signed.
            if root_at(head.size) != head.root:
                raise LogUnfit("log.root", "the hashes of the tree do not give the root of the head")
            note = self._keeper.sign(head.size, head.root, root_at)
        with self._db.writing() as session:
            store.keep_checkpoint(session, store.Signed(head.size, note))

    def _halt(self, fault: Exception) -> bool:
        """False when the halt could not be stored. Class and place only: a message may hold what was in a row."""
        if isinstance(fault, LogUnfit):
            reason, told = fault.code, str(fault)
        else:
            reason = "log.database" if isinstance(fault, DBAPIError) else "log.fault"
            frames = traceback.extract_tb(fault.__traceback__)
            places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-4:]))
            told = f"{type(fault).__name__} at {places}"
        journal.critical("the log is halted: %s", told)
        try:
            with self._db.writing() as session:
                store.halt(session, reason)
        except SQLAlchemyError as error:
            journal.critical("the halt could not be stored: %s", type(error).__name__)
            return False
        return True

    def _next_batch(self) -> float:
        """The next moment on the grid, in seconds of the system clock."""
        return (time.time() // self._cadence + 1) * self._cadence


def head_file(settings: Settings) -> Path:
    """Beside the data directory, not in it: replacing the directory by an old copy leaves the memory."""
    return settings.data_directory.with_name(f"{settings.data_directory.name}.log-head")


def log_keeper(settings: Settings) -> Keeper:
    """Raises UnusableSettings when the secret key cannot be read."""
    return Keeper(Signer(settings.origin, settings.key("log")), head_file(settings))


def make_sequencer(settings: Settings, db: Database, clock: Callable[[], datetime]) -> Sequencer:
    return Sequencer(db, log_keeper(settings), cadence=settings.ballot_cadence, clock=clock)
