"""The log over HTTP: what anybody can fetch verifies offline, and the page speaks to people."""

import base64
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from audit import entry, store
from audit.checkpoint import open_checkpoint
from audit.note import decode_verifier_key
from audit.sequencer import Sequencer, make_sequencer
from audit.tree import leaf_hash, verify_inclusion
from crypto.encoding import sha256_hex
from db import Database
from settings import Settings
from tests.audit.ballots import VOTE, ballot_entry, incident, queue_ballot
from tests.plugins.house import Clock


@pytest.fixture
def sequencer(client: TestClient, settings: Settings, database: Database, clock: Clock) -> Sequencer:
    """The one of the application rests, so that a test says itself when the log grows and is signed."""
    cast(Any, client.app).state.house.parts["sequencer"].stop()
    sequencer = make_sequencer(settings, database, clock)
    sequencer.open()
    return sequencer


def test_BB_10_the_proof_of_a_ballot_verifies_with_nothing_but_what_is_public(
    client: TestClient, database: Database, sequencer: Sequencer
) -> None:
    with database.writing() as session:
        for number in range(20):
            queue_ballot(session, f"ballot {number}")
    sequencer.turn(ballots=True)
    answer = client.get(f"/log/proof/{sha256_hex(b'ballot 7')}")
    proof = answer.json()
    key = decode_verifier_key(client.get("/log/vkey").text.rstrip("\n"))
    checkpoint = open_checkpoint(proof["checkpoint"].encode(), key)
    raw = client.get(f"/log/entries/{proof['index']}").content
    hashes = [base64.b64decode(text) for text in proof["hashes"]]
    assert raw == ballot_entry("ballot 7")
    assert checkpoint.tree_size == proof["size"]
    verify_inclusion(leaf_hash(raw), proof["index"], proof["size"], hashes, checkpoint.root_hash)
    assert client.get("/log/checkpoint").text == proof["checkpoint"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=2"


@pytest.mark.parametrize("digest", ["00" * 32, "00", "0F" * 32, "x"])
def test_a_ballot_that_is_not_in_the_log_has_no_proof(client: TestClient, sequencer: Sequencer, digest: str) -> None:
    answer = client.get(f"/log/proof/{digest}")
    assert (answer.status_code, answer.json()["code"]) == (404, "log.unknown")
    assert answer.headers["cache-control"] == "no-store"


def test_a_waiting_ballot_is_not_shown(client: TestClient, database: Database, sequencer: Sequencer) -> None:
    with database.writing() as session:
        queue_ballot(session, "waiting")
    assert client.get(f"/log/proof/{sha256_hex(b'waiting')}").status_code == 404


def test_what_is_not_under_a_checkpoint_is_not_served(
    client: TestClient, database: Database, sequencer: Sequencer, clock: Clock
) -> None:
    with database.writing() as session:
        queue_ballot(session, "unsigned")
    store.sequence(database, clock(), ballots=True)
    with database.reading() as session:
        index = store.ballot_index(session, sha256_hex(b"unsigned"))
    assert index is not None
    assert client.get(f"/log/proof/{sha256_hex(b'unsigned')}").status_code == 404
    assert client.get(f"/log/entries/{index}").status_code == 404


def test_an_entry_is_served_as_it_was_hashed_and_may_be_kept_for_ever(
    client: TestClient, sequencer: Sequencer, settings: Settings
) -> None:
    answer = client.get("/log/entries/0")
    assert answer.content == entry.make("log-opened", origin=settings.origin)
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("index", ["99", "-1", "00", "0x0", "٠", "9" * 19, "9" * 40])
def test_an_entry_that_is_not_there_is_not_found(client: TestClient, sequencer: Sequencer, index: str) -> None:
    assert client.get(f"/log/entries/{index}").status_code == 404


def test_before_the_log_is_opened_there_is_no_checkpoint(client: TestClient, database: Database) -> None:
    with database.reading() as session:
        if store.latest_checkpoint(session) is None:
            assert client.get("/log/checkpoint").status_code == 404


def test_the_page_says_in_greek_what_happened_last(
    client: TestClient, database: Database, sequencer: Sequencer
) -> None:
    with database.writing() as session:
        store.append(session, incident("Διακοπή <b>ρεύματος</b> 5%"))
        store.append(session, entry.make("closed", referendum=VOTE, persons=412))
    sequencer.turn(ballots=False)
    page = client.get("/log").text
    for words in ("Αρχείο ελέγχου", "Συμβάν", "Λήξη ψηφοφορίας", "ψήφισαν 412", VOTE, "127.0.0.1/log"):
        assert words in page
    assert "Διακοπή &lt;b&gt;ρεύματος&lt;/b&gt; 5%" in page


def test_the_page_of_a_halted_log_says_so_and_still_shows_everything(
    client: TestClient, database: Database, sequencer: Sequencer
) -> None:
    with database.writing() as session:
        store.halt(session, "log.behind")
    page = client.get("/log").text
    assert "Το αρχείο ελέγχου έχει σταματήσει" in page
    assert "log.behind" in page
    assert client.get("/log/checkpoint").status_code == 200
