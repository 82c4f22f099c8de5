"""The database: one engine, two kinds of session, and the rule that one process serves SQLite.

What is in the tables is each room's business; this module only opens, commits and rolls back.
"""

import fcntl
import importlib
import os
import pkgutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import DateTime, Dialect, Engine, TypeDecorator, event, inspect, text
from sqlalchemy.engine import Connection, make_url
from sqlmodel import Session, SQLModel, create_engine

ROOMS = ("audit", "consultation", "identity", "voting")
BUSY_MILLISECONDS = 5_000


class AlreadyServed(Exception):
    """Another process holds this SQLite database."""


class UnsafeDatabase(Exception):
    """The database would acknowledge a commit that a power cut can lose (RL-07)."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Goes in with any zone, comes out in UTC; a naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone was about to be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """`sqlite:///path` or `postgresql://…`. Connects on first use, not before."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.drivername in {"postgres", "postgresql"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.engine: Engine = create_engine(parsed, pool_pre_ping=not self.is_sqlite, pool_size=20, max_overflow=30)
        self._writer = threading.Lock()
        self._writing = threading.local()
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._write_engine = self.engine.execution_options(writing=True)
        # Without a snapshot two queries of one block could see two moments of a log that others write meanwhile.
        self._read_engine = self.engine
        if not self.is_sqlite:
            self._read_engine = self.engine.execution_options(isolation_level="REPEATABLE READ")

    @property
    def file(self) -> Path | None:
        """Where the SQLite database lies; None on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view; nothing written through it is kept."""
        with Session(self._read_engine, expire_on_commit=False) as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: commits when the block returns, rolls back when it raises.

        On SQLite writers queue on a lock of this process before `BEGIN IMMEDIATE`, because SQLite's own waiting
        starves. A second writing block inside the first would wait for itself, so it raises RuntimeError.
        """
        if getattr(self._writing, "here", False):
            raise RuntimeError("a writing transaction is already open in this thread")
        self._writing.here = True
        try:
            if self.is_sqlite:
                with self._writer, self._transaction() as session:
                    yield session
            else:
                with self._transaction() as session:
                    yield session
        finally:
            self._writing.here = False

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with Session(self._write_engine, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def sole_process(self) -> Iterator[None]:
        """Hold the database for this process: `kalpi serve`, import, backup and restore take it.

        Raises AlreadyServed. On PostgreSQL several processes may serve, and nothing is held.
        """
        if self.file is None:
            yield
            return
        descriptor = os.open(f"{self.file}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyServed(f"another process is using {self.file}; stop it first") from error
            yield
        finally:
            os.close(descriptor)

    def check_durability(self) -> None:
        """Raises UnsafeDatabase unless a commit survives a power cut (RL-07)."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                safe = connection.scalar(text("PRAGMA journal_mode")) == "wal"
                safe = safe and int(connection.scalar(text("PRAGMA synchronous")) or 0) >= 2
            else:
                names = ("fsync", "full_page_writes", "synchronous_commit")
                safe = all(connection.scalar(text(f"SHOW {name}")) in {"on", "remote_apply"} for name in names)
        if not safe:
            raise UnsafeDatabase("the database does not write each commit to disk before it answers")

    def close(self) -> None:
        self.engine.dispose()


def import_stores() -> None:
    """Load every store module of every room, so that no table is forgotten."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.iter_modules(package.__path__):
            if not module.name.startswith("store"):
                continue
            store = importlib.import_module(f"{room}.{module.name}")
            for part in pkgutil.iter_modules(store.__path__) if module.ispkg else ():
                importlib.import_module(f"{room}.{module.name}.{part.name}")


def create_tables(engine: Engine) -> None:
    """Bring an empty or older database to the present tables.

    An empty one gets them at once and is marked as migrated; a test shows that both ways lead to the same tables.
    """
    import_stores()
    scripts = migrations()
    head = ScriptDirectory.from_config(scripts).get_current_head()
    with engine.execution_options(writing=True).begin() as connection:
        scripts.attributes["connection"] = connection
        if not inspect(connection).get_table_names():
            SQLModel.metadata.create_all(connection)
            command.stamp(scripts, "head")
        elif MigrationContext.configure(connection).get_current_revision() != head:
            command.upgrade(scripts, "head")


def migrations() -> Config:
    """Where Alembic finds the scripts of `db_migrations/`."""
    scripts = Config()
    scripts.set_main_option("script_location", str(Path(__file__).parent / "db_migrations"))
    return scripts


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
