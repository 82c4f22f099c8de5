"""What no one foresaw halts the log: an acceptance is never given for an entry that nobody will append."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from audit import store
from audit.errors import LogHalted, LogUnfit
from audit.sequencer import Sequencer, make_sequencer
from audit.store_tables import OutboxRow
from db import Database
from settings import Settings
from tests.audit.ballots import incident, queue_ballot
from tests.audit.test_sequencer import wait_until
from tests.plugins.house import Clock


@pytest.fixture
def sequencer(settings: Settings, any_database: Database, clock: Clock) -> Iterator[Sequencer]:
    sequencer = make_sequencer(settings, any_database, clock)
    yield sequencer
    sequencer.stop()


@pytest.mark.parametrize(("kind", "credential"), [("ballot", "Ada's"), ("incident", None)])
def test_RL_10_bytes_that_are_no_entry_halt_the_log_and_the_journal_does_not_quote_them(
    sequencer: Sequencer, any_database: Database, caplog: pytest.LogCaptureFixture, kind: str, credential: str | None
) -> None:
    sequencer.open()
    sequencer.start()
    with any_database.writing() as session:
        session.add(OutboxRow(data=b"garbage", kind=kind, referendum=None, credential=credential, sequence=0))
    wait_until(lambda: not sequencer.running)
    with any_database.reading() as session:
        assert store.head(session).halted == "log.fault"
        assert store.log_size(session) == 1
    with pytest.raises(LogHalted), any_database.writing() as session:
        queue_ballot(session, "Bo's")
    assert "Malformed at " in caplog.text
    assert "garbage" not in caplog.text


def test_RL_10_a_missing_tile_halts_the_log(sequencer: Sequencer, any_database: Database) -> None:
    sequencer.open()
    sequencer.start()
    with any_database.writing() as session:
        session.execute(text("DELETE FROM log_tile"))
        store.append(session, incident())
    sequencer.nudge()
    wait_until(lambda: not sequencer.running)
    with pytest.raises(LogHalted), any_database.writing() as session:
        queue_ballot(session, "Ada's")


def test_RL_10_an_entry_that_nobody_can_read_is_found_at_the_start_too(
    sequencer: Sequencer, any_database: Database
) -> None:
    sequencer.open()
    with any_database.writing() as session:
        session.add(OutboxRow(data=b"garbage", kind="incident", referendum=None))
    with pytest.raises(LogUnfit, match=r"log\.fault"):
        sequencer.open()
    with pytest.raises(LogHalted), any_database.writing() as session:
        queue_ballot(session, "Ada's")


def test_RL_10_a_halt_that_cannot_be_stored_yet_is_stored_later(
    sequencer: Sequencer, any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.sequencer.FAULT_PAUSE_SECONDS", 0.05)
    halt, tries = store.halt, iter([True, True, False])

    def halt_later(*arguments: Any) -> None:
        if next(tries):
            raise OperationalError("UPDATE log_head", {}, Exception("busy"))
        halt(*arguments)

    sequencer.open()
    monkeypatch.setattr(store, "halt", halt_later)
    sequencer.start()
    with any_database.writing() as session:
        session.add(OutboxRow(data=b"garbage", kind="incident", referendum=None))
    wait_until(lambda: not sequencer.running)
    with any_database.reading() as session:
        assert store.head(session).halted == "log.fault"


def test_RL_10_the_health_page_says_that_the_log_is_halted(client: TestClient, database: Database) -> None:
    with database.writing() as session:
        session.add(OutboxRow(data=b"garbage", kind="incident", referendum=None))
    wait_until(lambda: client.get("/health").json()["state"] == "log halted")
    assert client.get("/health").status_code == 503
