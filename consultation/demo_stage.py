"""The stage of the demo's council: transactions at moments that the caller sets, and who acts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.visibility import public_topic
from db import Database


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person of the registry who says something; with `account_id` one that a visitor of the demo can log in as."""

    person_id: int
    name: str
    account_id: int | None = None
    login_name: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """Accounts of the town hall."""

    clerk: int
    moderator: int
    councillor: int


@dataclass(slots=True)
class Stage:
    """`turn` brings waiting entries into the log."""

    db: Database
    clock: Callable[[], datetime]
    turn: Callable[[], object]
    staff: Staff
    topics: dict[str, str] = field(default_factory=dict)
    """Key of each topic by its name in demo_council.py."""

    @contextmanager
    def act(self) -> Iterator[tuple[Session, datetime]]:
        """One transaction; its entries are in the log afterwards."""
        with self.db.writing() as session:
            yield session, self.clock()
        self.turn()

    def topic(self, session: Session, name: str) -> tuple[TopicRow, SessionRow]:
        return public_topic(session, self.topics[name])
