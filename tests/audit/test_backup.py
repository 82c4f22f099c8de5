"""Backup and restore: a copy verifies, and an old one is never signed (M45, RL-12)."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

import cli
from audit import store
from audit.backup import make_backup, restore_backup
from audit.errors import BackupRefused, LogHalted, LogUnfit
from audit.sequencer import Sequencer, head_file, log_keeper, make_sequencer
from audit.snapshot import is_empty, take_away
from audit.soundness import check_log
from db import Database
from settings import Settings, make_secret
from tests.audit.ballots import incident, queue_ballot
from tests.plugins.house import Clock

PASSPHRASE = "σωστή μπαταρία άλογο"


@pytest.fixture
def house(settings: Settings, any_database: Database) -> Settings:
    """The settings of the service that uses this database."""
    return dataclasses.replace(settings, database_url=any_database.url.render_as_string(hide_password=False))


@pytest.fixture
def sequencer(house: Settings, any_database: Database, clock: Clock) -> Sequencer:
    sequencer = make_sequencer(house, any_database, clock)
    sequencer.open()
    record(any_database, sequencer, "before the backup")
    return sequencer


def record(database: Database, sequencer: Sequencer, text: str) -> None:
    with database.writing() as session:
        store.append(session, incident(text))
        queue_ballot(session, text)
    sequencer.turn(ballots=True)


@pytest.fixture
def backup(house: Settings, any_database: Database, sequencer: Sequencer, tmp_path: Path) -> Path:
    """A backup of three entries and one ballot that waits."""
    with any_database.writing() as session:
        queue_ballot(session, "waiting")
    target = tmp_path / "monday.kalpi-backup"
    report = make_backup(house, any_database, target, PASSPHRASE)
    assert (report.size, report.fault) == (3, "")
    return target


@pytest.fixture
def empty(any_database: Database) -> Iterator[Database]:
    """The same address after the database was lost. Depend on `backup` before it."""
    take_away(any_database)
    assert is_empty(any_database)
    yield any_database
    any_database.close()


def check(house: Settings, database: Database) -> None:
    keeper = log_keeper(house)
    with database.reading() as session:
        check_log(session, keeper.kept(), keeper.verifier_key, every_entry=True)


def test_M45_a_restored_copy_verifies_and_goes_on(house: Settings, backup: Path, empty: Database, clock: Clock) -> None:
    report = restore_backup(house, empty, backup, PASSPHRASE)
    assert (report.size, report.fault) == (3, "")
    check(house, empty)
    sequencer = make_sequencer(house, empty, clock)
    sequencer.open()
    assert sequencer.turn(ballots=True) == 1  # the ballot that was waiting is still promised
    record(empty, sequencer, "after the restore")
    check(house, empty)


def test_M45_a_backup_brings_the_head_to_a_machine_that_has_none(
    house: Settings, backup: Path, empty: Database, clock: Clock
) -> None:
    head = head_file(house)
    before = head.read_bytes()
    head.unlink()
    restore_backup(house, empty, backup, PASSPHRASE)
    assert head.read_bytes() == before
    make_sequencer(house, empty, clock).open()


def test_RL_12_a_copy_older_than_what_was_seen_here_is_readable_and_never_signed(
    house: Settings, any_database: Database, sequencer: Sequencer, backup: Path, clock: Clock
) -> None:
    record(any_database, sequencer, "after the backup")
    newest = head_file(house).read_bytes()
    take_away(any_database)
    report = restore_backup(house, any_database, backup, PASSPHRASE)
    assert "has seen 6 entries and the database has 3" in report.fault
    assert head_file(house).read_bytes() == newest
    with pytest.raises(LogHalted), any_database.writing() as session:
        store.append(session, incident())
    with pytest.raises(LogUnfit, match=r"log\.behind"):
        make_sequencer(house, any_database, clock).open()
    with any_database.reading() as session:
        assert store.entry(session, 2) is not None


def test_a_backup_is_made_while_others_write_and_replaces_no_file(
    house: Settings, any_database: Database, sequencer: Sequencer, backup: Path
) -> None:
    with any_database.reading() as session:
        session.execute(text("SELECT count(*) FROM log_entry"))
        make_backup(house, any_database, backup.with_name("tuesday"), PASSPHRASE)
    raw, before = backup.read_bytes(), set(house.data_directory.iterdir())
    with pytest.raises(BackupRefused, match=r"backup\.exists"):
        make_backup(house, any_database, backup, PASSPHRASE)
    assert backup.read_bytes() == raw
    assert backup.stat().st_mode & 0o077 == 0
    assert not [path for path in before if path.name.startswith("backup-")]


def test_a_backup_never_lands_on_a_database_that_holds_something(
    house: Settings, any_database: Database, backup: Path
) -> None:
    with pytest.raises(BackupRefused, match=r"backup\.target"):
        restore_backup(house, any_database, backup, PASSPHRASE)
    check(house, any_database)


def test_a_backup_that_cannot_be_believed_leaves_the_database_empty(
    house: Settings, backup: Path, empty: Database, tmp_path: Path
) -> None:
    make_secret(tmp_path / "other.key")
    other_key = dataclasses.replace(house, secret_key_file=tmp_path / "other.key")
    other_log = dataclasses.replace(house, origin="other.example/log")
    damaged = tmp_path / "damaged"
    damaged.write_bytes(backup.read_bytes()[:-1])
    for settings, source, passphrase, code in (
        (house, backup, "another passphrase", "backup.passphrase"),
        (house, damaged, PASSPHRASE, "backup."),
        (other_key, backup, PASSPHRASE, "backup.other_key"),
        (other_log, backup, PASSPHRASE, "backup.other_log"),
    ):
        with pytest.raises(BackupRefused, match=code):
            restore_backup(settings, empty, source, passphrase)
        assert is_empty(empty)
    assert restore_backup(house, empty, backup, PASSPHRASE).fault == ""


def test_a_log_that_is_not_sound_is_named_when_it_is_backed_up_and_refused_when_it_is_restored(
    house: Settings, any_database: Database, sequencer: Sequencer, tmp_path: Path
) -> None:
    with any_database.writing() as session:
        session.execute(text("UPDATE log_entry SET data = (SELECT data FROM log_entry WHERE idx = 0) WHERE idx = 1"))
    report = make_backup(house, any_database, tmp_path / "unsound", PASSPHRASE)
    assert "log.entries" in report.fault
    take_away(any_database)
    with pytest.raises(BackupRefused, match=r"backup\.unsound.*log\.entries"):
        restore_backup(house, any_database, tmp_path / "unsound", PASSPHRASE)
    assert is_empty(any_database)


def test_the_commands_back_up_and_restore_and_say_what_is_not_inside(
    house: Settings, any_database: Database, sequencer: Sequencer, tmp_path: Path
) -> None:
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    target, passphrase = str(tmp_path / "copy"), ["--passphrase-file", str(tmp_path / "passphrase")]
    environment = {
        "KALPI_DATA": str(house.data_directory),
        "DATABASE_URL": house.database_url,
        "KALPI_LOG_ORIGIN": house.origin,
        "KALPI_SECRET_KEY_FILE": str(house.secret_key_file),
    }
    run = CliRunner(env=environment).invoke
    made = run(cli.kalpi, ["backup", target, *passphrase])
    said = " ".join(made.output.split())  # the console breaks lines where it likes
    assert (made.exit_code, "3 log entries" in said, "Keep a copy of it" in said) == (0, True, True), said
    refused = run(cli.kalpi, ["restore", target, *passphrase])
    assert (refused.exit_code, "backup.target" in refused.output) == (1, True)
    take_away(any_database)
    restored = run(cli.kalpi, ["restore", target, *passphrase])
    said = " ".join(restored.output.split())
    assert (restored.exit_code, "Restored and checked: 3 log entries" in said) == (0, True), said
