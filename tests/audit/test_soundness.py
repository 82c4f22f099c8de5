"""The start-up check: whatever was taken from, added to or changed in the stored log is named."""

import pytest
from sqlalchemy import text

from audit import store
from audit.errors import LogUnfit
from audit.note import Signer
from audit.sequencer import Sequencer, log_keeper, make_sequencer
from audit.soundness import check_log
from db import Database
from settings import Settings
from tests.audit.ballots import incident, queue_ballot
from tests.plugins.house import Clock


@pytest.fixture
def sequencer(settings: Settings, any_database: Database, clock: Clock) -> Sequencer:
    """A log of 300 ballots and an incident, signed."""
    sequencer = make_sequencer(settings, any_database, clock)
    sequencer.open()
    with any_database.writing() as session:
        for number in range(300):
            queue_ballot(session, f"ballot {number}")
    sequencer.turn(ballots=True)
    with any_database.writing() as session:
        store.append(session, incident())
    sequencer.turn(ballots=True)
    return sequencer


def check(database: Database, settings: Settings, *, every_entry: bool = False) -> None:
    keeper = log_keeper(settings)
    with database.reading() as session:
        check_log(session, keeper.kept(), keeper.verifier_key, every_entry=every_entry)


def test_a_log_as_it_was_written_is_sound(sequencer: Sequencer, any_database: Database, settings: Settings) -> None:
    check(any_database, settings)
    check(any_database, settings, every_entry=True)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("DELETE FROM log_entry WHERE idx = 301", "log.entries"),
        ("DELETE FROM log_entry WHERE idx = 200", "log.entries"),
        ("UPDATE log_entry SET idx = 700 WHERE idx = 200", "log.entries"),
        ("UPDATE log_entry SET data = (SELECT data FROM log_entry WHERE idx = 0) WHERE idx = 301", "log.entries"),
        ("UPDATE log_entry SET data = :garbage WHERE idx = 301", "log.entries"),
        ("UPDATE log_head SET size = 301", "log.entries"),
        ("UPDATE log_head SET root = (SELECT data FROM log_tile WHERE level = 1)", "log.root"),
        ("DELETE FROM log_tile WHERE level = 1", "log.root"),
        ("DELETE FROM log_tile WHERE level = 0 AND idx = 1", "log.root"),
        (
            "UPDATE log_tile SET data = (SELECT data FROM log_tile WHERE level = 0 AND idx = 0) WHERE idx = 1",
            "log.root",
        ),
        ("UPDATE log_checkpoint SET note = :garbage WHERE size = 302", "log.key"),
        ("INSERT INTO log_checkpoint SELECT 900, note FROM log_checkpoint WHERE size = 0", "log.key"),
        ("DELETE FROM log_head", "log.entries"),
    ],
)
def test_RL_19_a_log_that_was_changed_is_unfit(
    sequencer: Sequencer, any_database: Database, settings: Settings, damage: str, code: str
) -> None:
    with any_database.writing() as session:
        session.execute(text(damage), {"garbage": b"garbage"} if ":garbage" in damage else {})
    with pytest.raises(LogUnfit) as unfit:
        check(any_database, settings)
    assert unfit.value.code == code


def test_RL_21_a_flipped_bit_in_an_old_entry_is_found_when_every_entry_is_hashed(
    sequencer: Sequencer, any_database: Database, settings: Settings
) -> None:
    with any_database.writing() as session:
        session.execute(text("UPDATE log_entry SET data = (SELECT data FROM log_entry WHERE idx = 8) WHERE idx = 7"))
    check(any_database, settings)
    with pytest.raises(LogUnfit, match=r"log\.entries: an entry from 0 on"):
        check(any_database, settings, every_entry=True)


def test_a_database_signed_under_another_key_is_unfit(
    sequencer: Sequencer, any_database: Database, settings: Settings
) -> None:
    other = Signer(settings.origin, bytes(32)).verifier_key
    with any_database.reading() as session, pytest.raises(LogUnfit, match=r"log\.key"):
        check_log(session, None, other)
