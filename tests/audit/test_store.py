"""Queueing, appending and proving, on SQLite and on PostgreSQL."""

import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, delete

from audit import entry, store, tree
from audit.errors import HeadMoved, LogHalted
from audit.store_tables import EntryRow, HeadRow, OutboxRow
from crypto.encoding import sha256_hex
from crypto.errors import Malformed
from db import Database, create_tables
from tests.audit.ballots import VOTE, ballot_entry, incident, queue_ballot

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
OTHER_VOTE = "7Tj8q1hzz8nTWuN31uuzNe"


@pytest.fixture
def two_workers(postgres_url: str) -> Iterator[tuple[Database, Database]]:
    """Two processes' views of one PostgreSQL database with an empty log."""
    one, two = Database(postgres_url), Database(postgres_url)
    create_tables(one.engine)
    store.sequence(one, NOW, ballots=True)
    yield one, two
    one.close()
    two.close()


def raw_entries(database: Database) -> list[bytes]:
    with database.reading() as session:
        return list(store.entries(session, 0, store.log_size(session)))


def test_an_act_that_rolls_back_leaves_no_entry(any_database: Database) -> None:
    with pytest.raises(Malformed), any_database.writing() as session:  # noqa: PT012  the second raise undoes the first
        store.append(session, incident())
        store.append(session, b"not an entry")
    assert store.sequence(any_database, NOW, ballots=True) == 0


def test_control_entries_enter_at_once_and_ballots_at_their_cadence(any_database: Database) -> None:
    with any_database.writing() as session:
        queue_ballot(session, "first")
        store.append(session, incident())
    assert store.sequence(any_database, NOW, ballots=False) == 1
    assert raw_entries(any_database) == [incident()]
    with any_database.reading() as session:
        assert store.has_waiting(session, ballots=True)
        assert not store.has_waiting(session, ballots=False)
        assert store.waiting_count(session) == 1
    assert store.sequence(any_database, NOW, ballots=True) == 1
    assert raw_entries(any_database) == [incident(), ballot_entry("first")]


def test_BB_12_the_closing_entry_takes_the_waiting_ballots_of_its_vote_in_before_it(any_database: Database) -> None:
    closing = entry.make("closed", referendum=VOTE, persons=5)
    with any_database.writing() as session:
        for number in range(5):
            queue_ballot(session, f"ballot {number}")
        queue_ballot(session, "of another vote", vote=OTHER_VOTE)
        store.append(session, closing)
    assert store.sequence(any_database, NOW, ballots=False) == 6
    entries = raw_entries(any_database)
    assert entries[-1] == closing
    assert {entry.decode_entry(raw).kind for raw in entries[:-1]} == {"ballot"}
    with any_database.reading() as session:
        assert store.waiting_count(session) == 1


def test_BB_04_a_credential_s_ballots_keep_their_order_whatever_their_hashes(any_database: Database) -> None:
    names = [f"ballot {number} of Ada" for number in range(8)]
    with any_database.writing() as session:
        for sequence, name in enumerate(names):
            queue_ballot(session, name, "Ada", sequence)
            queue_ballot(session, f"{name}'s neighbour")
    store.sequence(any_database, NOW, ballots=True)
    entries = raw_entries(any_database)
    places = [entries.index(ballot_entry(name)) for name in names]
    assert places == sorted(places)


def test_proofs_from_the_tables_verify_at_every_size_the_log_has_had(any_database: Database) -> None:
    dice = random.Random(3)  # noqa: S311  only chooses sizes
    sizes = [0]
    for batch in range(8):
        with any_database.writing() as session:
            for number in range(dice.choice([1, 3, 60, 200])):
                queue_ballot(session, f"{batch}.{number}")
        sizes.append(sizes[-1] + store.sequence(any_database, NOW, ballots=True))
    leaves = [tree.leaf_hash(raw) for raw in raw_entries(any_database)]
    with any_database.reading() as session:
        assert store.head(session).root == tree.root(leaves)
        for size in sizes[1:]:
            root = store.root_at(session, size)
            assert root == tree.root(leaves[:size])
            index = dice.randrange(size)
            tree.verify_inclusion(leaves[index], index, size, store.inclusion(session, index, size), root)
            old = dice.choice(sizes[: sizes.index(size)])
            proof = store.consistency(session, old, size)
            tree.verify_consistency(old, size, proof, store.root_at(session, old), root)
            start, end = sorted((dice.randrange(size), dice.randrange(size)))
            left, right = store.range_proof(session, start, end, size)
            tree.verify_range(leaves[start:end], start, size, left, right, root)
        with pytest.raises(KeyError):
            store.root_at(session, sizes[-1] + 1)


def test_entries_are_found_by_kind_vote_index_and_ballot(any_database: Database) -> None:
    opening = entry.make("cancelled", referendum=OTHER_VOTE, reason="δοκιμή")
    with any_database.writing() as session:
        store.append(session, incident())
        store.append(session, opening)
        queue_ballot(session, "Ada's")
        queue_ballot(session, "Bo's", vote=OTHER_VOTE)
    store.sequence(any_database, NOW, ballots=True)
    with any_database.reading() as session:
        (found,) = store.find(session, "ballot", VOTE)
        assert found.entry.raw == ballot_entry("Ada's")
        assert store.ballot_index(session, sha256_hex(b"Ada's")) == found.index
        assert store.entry(session, found.index) == found
        assert len(store.find(session, "ballot")) == 2
        assert store.count_by_kind(session) == {"ballot": 2, "cancelled": 1, "incident": 1}
        assert [logged.entry.raw for logged in store.newest_acts(session, 5)] == [opening, incident()]
        assert store.ballot_index(session, "not hex") is None
        assert store.ballot_index(session, "00" * 32) is None
        assert store.entry(session, 99) is None
        assert store.entry(session, -1) is None
        with pytest.raises(KeyError):
            list(store.entries(session, 0, 9))


def test_only_an_entry_of_a_known_kind_can_be_queued_and_each_by_its_own_door(database: Database) -> None:
    unknown = b'{"type":"kalpi/unknown/v1"}'
    with database.writing() as session:
        for raw in (unknown, b"not an entry", ballot_entry("a ballot")):
            with pytest.raises(Malformed):
                store.append(session, raw)
        with pytest.raises(Malformed):
            store.append_ballot(session, incident(), "Ada", 0)
        assert store.waiting_count(session) == 0


def test_a_halted_log_takes_nothing_until_the_halt_is_lifted(any_database: Database) -> None:
    with any_database.writing() as session:
        store.begin_log(session, entry.make("log-opened", origin="vote.example.org/log"))
        store.halt(session, "log.behind")
    with pytest.raises(LogHalted), any_database.writing() as session:
        store.append(session, incident())
    with pytest.raises(LogHalted), any_database.writing() as session:
        queue_ballot(session, "Ada's")
    with any_database.writing() as session:
        store.halt(session, "")
        store.append(session, incident())


def test_a_log_is_begun_once(any_database: Database) -> None:
    opening = entry.make("log-opened", origin="vote.example.org/log")
    begun = []
    for _ in range(2):
        with any_database.writing() as session:
            begun.append(store.begin_log(session, opening))
    store.sequence(any_database, NOW, ballots=True)
    assert begun == [True, False]
    assert raw_entries(any_database) == [opening]


def test_the_newest_checkpoint_is_the_largest_and_a_stored_one_stays(any_database: Database) -> None:
    with any_database.writing() as session:
        for size, note in ((9, b"nine"), (5, b"five"), (9, b"other")):
            store.keep_checkpoint(session, store.Signed(size, note))
    with any_database.reading() as session:
        assert store.latest_checkpoint(session) == store.Signed(9, b"nine")


def test_the_head_is_swapped_only_if_it_is_still_the_one_that_was_read(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock keeps other writers out; this is what holds when it does not."""
    with any_database.writing() as session:
        store.append(session, incident("first"))
    store.sequence(any_database, NOW, ballots=True)
    with any_database.writing() as session:
        store.append(session, incident("second"))
    real = store.head
    monkeypatch.setattr(store, "head", lambda session: real(session)._replace(root=bytes(32)))
    with pytest.raises(HeadMoved):
        store.sequence(any_database, NOW, ballots=True)
    monkeypatch.undo()
    assert raw_entries(any_database) == [incident("first")]
    assert store.sequence(any_database, NOW, ballots=True) == 1


def test_two_sequencers_at_once_leave_one_log_without_gap_or_fork(any_database: Database) -> None:
    database, failures = any_database, []
    other = Database(str(database.url.render_as_string(hide_password=False)))

    def append_all(mine: Database, name: str) -> None:
        try:
            for number in range(40):
                with mine.writing() as session:
                    store.append(session, incident(f"{name} {number}"))
                store.sequence(mine, NOW + timedelta(seconds=number), ballots=True)
        except Exception as error:  # shown below, in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=append_all, args=pair) for pair in ((database, "one"), (other, "two"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert failures == []
    store.sequence(database, NOW, ballots=True)
    entries = raw_entries(database)
    assert sorted(entries) == sorted(incident(f"{name} {number}") for name in ("one", "two") for number in range(40))
    with database.reading() as session:
        assert store.head(session).root == tree.root(map(tree.leaf_hash, entries))


def test_without_the_lock_the_database_still_refuses_a_second_writer(
    two_workers: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two transactions that both read the same head: the slower one fails and leaves nothing."""
    one, two = two_workers
    with one.writing() as session:
        store.append(session, incident())
    monkeypatch.setattr(store, "_sole_sequencer", lambda _session: True)
    both_have_read = threading.Barrier(2)
    real = store._waiting
    outcomes: list[int | str] = []

    def waiting_then_meet(session: Session) -> object:
        found = real(session)
        both_have_read.wait(10)
        return found

    monkeypatch.setattr(store, "_waiting", waiting_then_meet)

    def run(database: Database) -> None:
        try:
            outcomes.append(store.sequence(database, NOW, ballots=True))
        except (DBAPIError, HeadMoved) as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(database,)) for database in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 2
    assert outcomes.count(1) == 1
    assert raw_entries(one) == [incident()]


def test_on_postgresql_a_second_process_waits_its_turn(two_workers: tuple[Database, Database]) -> None:
    one, two = two_workers
    with one.writing() as session:
        store.append(session, incident())
    with one.writing() as session:
        assert store._sole_sequencer(session)
        assert store.sequence(two, NOW, ballots=True) == 0
    assert store.sequence(two, NOW, ballots=True) == 1


def test_rows_are_bytes_as_they_were_given(any_database: Database) -> None:
    """Nothing between us and the table spells an entry again."""
    raw = incident("Ά — «ελληνικά» \u2028 τέλος")
    with any_database.writing() as session:
        store.append(session, raw)
    store.sequence(any_database, NOW, ballots=True)
    with any_database.reading() as session:
        row = session.get(EntryRow, 0)
        assert row is not None
        assert row.data == raw
        head = session.get(HeadRow, 1)
        assert head is not None
        assert head.changed_at == NOW
        assert session.get(OutboxRow, 1) is None
    with any_database.writing() as session:
        session.execute(delete(HeadRow))
    with any_database.reading() as session:
        assert store.head(session).size == 0
