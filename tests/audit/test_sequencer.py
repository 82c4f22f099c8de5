"""The sequencer: what it promises while it runs, when it is killed, and when somebody has seen more than it has."""

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from audit import entry, store, tree
from audit.checkpoint import open_checkpoint
from audit.errors import LogHalted, LogUnfit
from audit.keeper import Keeper
from audit.sequencer import Sequencer, head_file, log_keeper, make_sequencer
from audit.soundness import check_log
from audit.store_tables import CheckpointRow
from crypto.encoding import sha256_hex
from db import Database, create_tables
from settings import Settings
from tests.audit.ballots import ballot_entry, incident, queue_ballot
from tests.audit.casting_process import SIGNER
from tests.plugins.house import Clock
from tests.plugins.postgres import Cluster

ROUNDS = 100 if os.environ.get("KALPI_SOAK") else 10


@pytest.fixture
def sequencer(settings: Settings, any_database: Database, clock: Clock) -> Iterator[Sequencer]:
    sequencer = make_sequencer(settings, any_database, clock)
    yield sequencer
    sequencer.stop()


def signed_size(database: Database) -> int:
    with database.reading() as session:
        signed = store.latest_checkpoint(session)
        return signed.size if signed else -1


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_new_log_signs_its_emptiness_first_and_then_its_opening(
    sequencer: Sequencer, any_database: Database, settings: Settings
) -> None:
    sequencer.open()
    with any_database.reading() as session:
        sizes = [row.size for row in session.exec(select(CheckpointRow))]
        assert sorted(sizes) == [0, 1]
        opening = store.entry(session, 0)
        assert opening is not None
        assert opening.entry.raw == entry.make("log-opened", origin=settings.origin)
        signed = store.latest_checkpoint(session)
        assert signed is not None
        checkpoint = open_checkpoint(signed.note, log_keeper(settings).verifier_key)
        assert checkpoint.root_hash == store.head(session).root


def test_opening_again_changes_nothing(sequencer: Sequencer, any_database: Database) -> None:
    sequencer.open()
    sequencer.open()
    assert signed_size(any_database) == 1


def test_a_control_entry_is_signed_soon_after_a_nudge(sequencer: Sequencer, any_database: Database) -> None:
    sequencer.open()
    sequencer.start()
    with any_database.writing() as session:
        store.append(session, incident())
    sequencer.nudge()
    wait_until(lambda: signed_size(any_database) == 2)


def test_BB_24_a_ballot_is_under_a_signed_head_after_its_cadence_without_any_nudge(
    sequencer: Sequencer, any_database: Database
) -> None:
    sequencer.open()
    sequencer.start()
    with any_database.writing() as session:
        queue_ballot(session, "Ada's")
    wait_until(lambda: signed_size(any_database) == 2)


def test_BB_26_ballots_wait_for_the_grid_of_the_clock(settings: Settings, database: Database, clock: Clock) -> None:
    sequencer = Sequencer(database, log_keeper(settings), cadence=3600, clock=clock)
    sequencer.open()
    sequencer.start()
    with database.writing() as session:
        queue_ballot(session, "Ada's")
        store.append(session, incident())
    sequencer.nudge()
    wait_until(lambda: signed_size(database) == 2)
    sequencer.stop()
    with database.reading() as session:
        assert store.waiting_count(session) == 1


def test_RL_10_after_a_database_fault_it_checks_the_log_again_and_goes_on(
    settings: Settings, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.sequencer.FAULT_PAUSE_SECONDS", 0.05)
    sequencer = make_sequencer(settings, database, clock)
    sequencer.open()
    sequencer.start()
    with database.writing() as session:
        session.execute(text("ALTER TABLE log_outbox RENAME TO log_elsewhere"))
    sequencer.nudge()
    time.sleep(0.3)
    with database.writing() as session:
        session.execute(text("ALTER TABLE log_elsewhere RENAME TO log_outbox"))
        store.append(session, incident())
    wait_until(lambda: signed_size(database) == 2)
    assert sequencer.running
    sequencer.stop()


def test_RL_10_after_the_server_was_killed_and_restarted_it_goes_on(
    postgres_cluster: Cluster, postgres_url: str, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.sequencer.FAULT_PAUSE_SECONDS", 0.05)
    database = Database(postgres_url)
    create_tables(database.engine)
    sequencer = make_sequencer(settings, database, clock)
    sequencer.open()
    sequencer.start()
    with database.writing() as session:
        store.append(session, incident())
    postgres_cluster.run("pg_ctl", "-D", postgres_cluster.data, "-m", "immediate", "-w", "restart")
    wait_until(lambda: signed_size(database) == 2)
    assert sequencer.running
    sequencer.stop()
    database.close()


def test_RL_12_an_old_copy_of_the_database_is_never_signed_and_the_sentence_says_who_is_ahead(
    settings: Settings, clock: Clock
) -> None:
    path, old = settings.data_directory / "kalpi.db", settings.data_directory / "old.db"
    database = Database(settings.database_url)
    create_tables(database.engine)
    sequencer = make_sequencer(settings, database, clock)
    sequencer.open()
    database.close()
    shutil.copy(path, old)
    with database.writing() as session:
        store.append(session, incident("after the copy"))
    sequencer.turn(ballots=True)
    database.close()

    newer = settings.data_directory / "newer.db"
    shutil.move(path, newer)
    shutil.copy(old, path)
    restored = Database(settings.database_url)
    with pytest.raises(LogUnfit, match=r"log\.behind.*last signed head has seen 2 entries and the database has 1"):
        make_sequencer(settings, restored, clock).open()
    with pytest.raises(LogHalted), restored.writing() as session:
        store.append(session, incident("on the old copy"))
    assert make_sequencer(settings, restored, clock).turn(ballots=True) == 0
    with restored.reading() as session:
        assert store.head(session).halted == "log.behind"
        assert store.entry(session, 0) is not None
    restored.close()

    shutil.copy(newer, path)
    repaired = Database(settings.database_url)
    make_sequencer(settings, repaired, clock).open()
    with repaired.writing() as session:
        store.append(session, incident("recording goes on"))
    repaired.close()


def test_BB_20_two_pasts_of_one_size_are_a_fork_and_are_not_signed(settings: Settings, clock: Clock) -> None:
    path, copy = settings.data_directory / "kalpi.db", settings.data_directory / "copy.db"
    for name in ("one", "two"):
        if name == "two":
            shutil.copy(copy, path)
        database = Database(settings.database_url)
        create_tables(database.engine)
        sequencer = make_sequencer(settings, database, clock)
        if name == "one":
            sequencer.open()
            database.close()
            shutil.copy(path, copy)
        with database.writing() as session:
            store.append(session, incident(name))
        if name == "one":
            sequencer.turn(ballots=True)
        else:
            with pytest.raises(LogUnfit, match=r"log\.fork"):
                sequencer.turn(ballots=True)
        database.close()


def test_the_memory_lies_beside_the_data_directory_and_not_in_it(settings: Settings) -> None:
    assert head_file(settings).parent == settings.data_directory.parent


def test_two_workers_keep_one_log(postgres_url: str, settings: Settings, clock: Clock) -> None:
    databases = [Database(postgres_url), Database(postgres_url)]
    create_tables(databases[0].engine)
    workers = [make_sequencer(settings, database, clock) for database in databases]
    opening = [threading.Thread(target=worker.open) for worker in workers]
    for thread in opening:
        thread.start()
    for thread in opening:
        thread.join()
    for worker in workers:
        worker.start()
    for number in range(60):
        with databases[number % 2].writing() as session:
            queue_ballot(session, f"ballot {number}")
    wait_until(lambda: signed_size(databases[0]) == 61)
    assert all(worker.running for worker in workers)
    for worker in workers:
        worker.stop()
    with databases[0].reading() as session:
        check_log(session, log_keeper(settings).kept(), log_keeper(settings).verifier_key, every_entry=True)
        assert len(store.find(session, "log-opened")) == 1
    for database in databases:
        database.close()


def test_RL_05_RL_06_no_kill_loses_an_acknowledged_ballot_or_forks_the_log(
    any_database: Database, tmp_path: Path
) -> None:
    dice = random.Random(11)  # noqa: S311  only chooses when to kill
    url = any_database.url.render_as_string(hide_password=False)
    acknowledged: list[str] = []
    for number in range(ROUNDS):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.audit.casting_process", url, str(tmp_path / "head"), f"round {number}"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        time.sleep(dice.uniform(0, 0.25))
        process.kill()
        acknowledged += [line.rstrip("\n") for line in process.stdout if line.endswith("\n")]
        process.wait()
        process.stdout.close()
    keeper = Keeper(SIGNER, tmp_path / "head")
    sequencer = Sequencer(any_database, keeper, cadence=1, clock=lambda: datetime.now(UTC))
    sequencer.open()
    sequencer.turn(ballots=True)
    with any_database.reading() as session:
        check_log(session, keeper.kept(), keeper.verifier_key, every_entry=True)
        entries = list(store.entries(session, 0, store.log_size(session)))
        leaves = [tree.leaf_hash(raw) for raw in entries]
        for row in session.exec(select(CheckpointRow)):
            checkpoint = open_checkpoint(row.note, keeper.verifier_key)
            assert checkpoint.root_hash == tree.root(leaves[: checkpoint.tree_size])
        for name in acknowledged:
            assert store.ballot_index(session, sha256_hex(name.encode())) is not None, name
    assert len(set(entries)) == len(entries)
    assert {ballot_entry(name) for name in acknowledged} <= set(entries)
    assert len(acknowledged) >= ROUNDS
