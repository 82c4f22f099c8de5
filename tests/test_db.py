"""One writer, durable commits, moments in UTC, and one process on SQLite."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.exc import StatementError
from sqlmodel import Session, SQLModel

from db import (
    AlreadyServed,
    Database,
    UnsafeDatabase,
    UtcDateTime,
    create_tables,
    import_stores,
    migrations,
)

MOMENTS = MetaData()
MOMENT = Table("test_moment", MOMENTS, Column("id", Integer, primary_key=True), Column("at", UtcDateTime))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'empty.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def moments(any_database: Database) -> Database:
    MOMENTS.create_all(any_database.engine)
    return any_database


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(MOMENT)) or 0


def test_a_moment_comes_back_in_utc_whatever_its_zone(moments: Database) -> None:
    athens = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=3)))
    with moments.writing() as session:
        session.execute(insert(MOMENT).values(at=athens))
    with moments.reading() as session:
        stored = session.scalar(select(MOMENT.c.at))
    assert stored == athens
    assert stored is not None
    assert stored.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(moments: Database) -> None:
    with pytest.raises(StatementError, match="time zone"), moments.writing() as session:
        session.execute(insert(MOMENT).values(at=datetime(2026, 7, 1, 12, 0)))  # noqa: DTZ001


def test_a_block_that_raises_leaves_nothing(moments: Database) -> None:
    def write_and_raise() -> None:
        with moments.writing() as session:
            session.execute(insert(MOMENT).values(at=None))
            raise KeyError

    with pytest.raises(KeyError):
        write_and_raise()
    with moments.reading() as session:
        assert count(session) == 0


def test_what_a_reader_writes_is_not_kept(moments: Database) -> None:
    with moments.reading() as session:
        session.execute(insert(MOMENT).values(at=None))
    with moments.reading() as session:
        assert count(session) == 0


def test_a_reader_sees_one_state_throughout(moments: Database) -> None:
    with moments.reading() as reader:
        assert count(reader) == 0
        with moments.writing() as writer:
            writer.execute(insert(MOMENT).values(at=None))
        assert count(reader) == 0


def test_a_writing_block_inside_another_raises_instead_of_waiting_for_itself(database: Database) -> None:
    with database.writing(), pytest.raises(RuntimeError, match="already open"), database.writing():
        pass


def test_parallel_writers_all_get_their_turn(moments: Database) -> None:
    def write() -> None:
        with moments.writing() as session:
            session.execute(insert(MOMENT).values(at=None))

    threads = [threading.Thread(target=write) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with moments.reading() as session:
        assert count(session) == 30


def test_RL_07_every_connection_writes_through_to_disk(database: Database) -> None:
    connections = [database.engine.connect() for _ in range(5)]
    for connection in connections:
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        connection.close()
    database.check_durability()


def test_RL_07_a_database_that_may_forget_is_refused(postgres_url: str) -> None:
    safe = Database(postgres_url)
    safe.check_durability()
    careless = Database(postgres_url + "&options=-csynchronous_commit%3Doff")
    with pytest.raises(UnsafeDatabase):
        careless.check_durability()
    safe.close()
    careless.close()


def test_one_process_serves_a_sqlite_database(database: Database) -> None:
    other = Database(str(database.url))
    with database.sole_process(), pytest.raises(AlreadyServed), other.sole_process():
        pass
    with other.sole_process():
        pass
    other.close()


def test_several_processes_may_serve_postgresql(postgres_url: str) -> None:
    one, two = Database(postgres_url), Database(postgres_url)
    with one.sole_process(), two.sole_process():
        pass
    one.close()
    two.close()


def test_the_tables_of_every_store_are_made(any_database: Database) -> None:
    names = set(inspect(any_database.engine).get_table_names())
    assert set(SQLModel.metadata.tables) | {"alembic_version"} == names
    assert {"person", "account", "login", "log_entry", "referendum", "ballot"} <= names


def test_migrations_lead_to_the_same_tables(empty_database: Database) -> None:
    """If this fails, a row class has changed: `make migration` writes the step that leads there."""
    import_stores()
    scripts = migrations()
    with empty_database.engine.begin() as connection:
        scripts.attributes["connection"] = connection
        command.upgrade(scripts, "head")
    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_making_tables_twice_changes_nothing(any_database: Database) -> None:
    before = inspect(any_database.engine).get_table_names()
    create_tables(any_database.engine)
    assert inspect(any_database.engine).get_table_names() == before
