"""BB-11 and BB-12: whatever arrives together, the board has one order and every answer is true."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from audit import store as log
from audit.acceptance import parse_acceptance
from audit.sequencer import make_sequencer
from crypto.encoding import sha256
from crypto.order import FIRST, decode_order
from crypto.sealing import prepare_ballot, sign_ballot
from db import Database, create_tables
from settings import Settings
from tests.voting.box import CLOSES, NO, YES, OpenVote, Voter, open_vote
from tests.voting.storm import NOW, Orders, storm
from voting.closing import close

CASTS = 500
ROOT = Path(__file__).parents[2]


def casts_of(vote: OpenVote, voter: Voter, count: int) -> list[tuple[str, str, int, int]]:
    """Different ballots that all claim to be this voter's first."""
    key = vote.key(voter)
    credential = vote.election.group.generator_power(key)
    made = []
    for number in range(count):
        raw = sign_ballot(vote.election, prepare_ballot(vote.election, credential, NO if number % 2 else YES), key)
        order = vote.order(voter, raw, sequence=0, after=None)
        made.append((raw.decode(), order.order.decode(), voter.person_id, key))
    return made


def orders_of(vote: OpenVote, settings: Settings, casts: list[tuple[str, str, int, int]], tries: int = 1) -> Orders:
    election = vote.election.raw.decode()
    return Orders(str(settings.data_directory), settings.database_url, vote.slug, election, casts, tries)


def sequence_log(vote: OpenVote, settings: Settings) -> list[str]:
    """Append everything that waits; the ballots of the vote in log order."""
    sequencer = make_sequencer(settings, vote.db, lambda: NOW)
    sequencer.open()
    while sequencer.turn(ballots=True):
        pass
    with vote.db.reading() as session:
        return vote.box(session).logged_ballots()


def check_one_order(vote: OpenVote, settings: Settings, answers: list[dict[str, str]]) -> int:
    """Accepted = recorded = logged; the order of the one credential has no gap and no fork. Returns its length."""
    accepted = {answer["digest"]: answer["acceptance"] for answer in answers if "acceptance" in answer}
    logged = sequence_log(vote, settings)
    with vote.db.reading() as session:
        box = vote.box(session)
        rows = box.ballots(logged)
        assert box.recorded_ballots() == set(logged) == set(accepted)
        assert box.count_persons() == 1
        assert [row.sequence for row in rows] == list(range(len(rows)))
        previous = FIRST
        for row in rows:
            statement = decode_order(row.statement, vote.election.group)
            assert statement.previous == previous
            assert row.acceptance == accepted[row.digest]
            previous = sha256(row.raw)
        counted = [row for row in rows if not box.is_replaced(row)]
        assert len(counted) == 1
    return len(logged)


def test_BB_11_parallel_first_ballots_of_one_credential_leave_exactly_one(vote: OpenVote, settings: Settings) -> None:
    answers = storm(orders_of(vote, settings, casts_of(vote, vote.ada, CASTS)))
    assert check_one_order(vote, settings, answers) == 1
    assert [answer["refused"] for answer in answers if "refused" in answer] == ["order.stale"] * (CASTS - 1)


def test_BB_11_parallel_ballots_that_are_signed_again_form_one_unbroken_order(
    vote: OpenVote, settings: Settings
) -> None:
    answers = storm(orders_of(vote, settings, casts_of(vote, vote.ada, 60), tries=4))
    assert check_one_order(vote, settings, answers) > 1


def test_BB_11_two_workers_on_postgresql_keep_one_order(settings: Settings, postgres_url: str, tmp_path: Path) -> None:
    settings = replace(settings, database_url=postgres_url)
    db = Database(postgres_url)
    create_tables(db.engine)
    vote = open_vote(db, settings)
    casts = casts_of(vote, vote.ada, CASTS)
    orders = [
        orders_of(vote, settings, casts[half::2], tries=2).write(tmp_path / f"orders-{half}.json") for half in (0, 1)
    ]
    command = [sys.executable, "-m", "tests.voting.storm"]
    workers = [
        subprocess.Popen([*command, str(path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for path in orders
    ]
    answers: list[dict[str, str]] = []
    for worker in workers:
        told, error = worker.communicate(timeout=240)
        assert worker.returncode == 0, error
        answers += json.loads(told)
    try:
        assert check_one_order(vote, settings, answers) >= 1
    finally:
        db.close()


def test_a_storm_of_one_voter_is_no_faster_than_the_pace(vote: OpenVote, settings: Settings) -> None:
    casts = casts_of(vote, vote.ada, 60)
    answers = storm(replace(orders_of(vote, settings, casts, tries=20), paced=True))
    assert check_one_order(vote, settings, answers) == 10
    assert {answer["refused"] for answer in answers if "refused" in answer} == {"ballot.pace"}


def test_RL_02_one_ballot_sent_a_hundred_times_at_once_has_one_entry_and_one_acceptance(
    vote: OpenVote, settings: Settings
) -> None:
    (cast,) = casts_of(vote, vote.ada, 1)
    answers = storm(orders_of(vote, settings, [cast] * 100, tries=1))
    assert len({answer["acceptance"] for answer in answers}) == 1
    assert sequence_log(vote, settings) == [answers[0]["digest"]]


@pytest.mark.parametrize("pause", [0.02, 0.2])
def test_BB_12_casts_around_the_closing_are_below_its_entry_or_refused(
    database: Database, settings: Settings, pause: float
) -> None:
    vote = open_vote(database, settings, voters=120)
    casts = [casts_of(vote, voter, 1)[0] for voter in vote.voters]
    closing = threading.Timer(pause, _close, [vote])
    with ThreadPoolExecutor(1) as pool:
        answers = pool.submit(storm, orders_of(vote, settings, casts))
        closing.start()
        told = answers.result()
    closing.join()
    accepted = {answer["digest"]: answer["acceptance"] for answer in told if "acceptance" in answer}
    refused = [answer["refused"] for answer in told if "refused" in answer]
    assert len(accepted) + len(refused) == len(casts)
    assert set(refused) <= {"election.closed"}
    assert set(sequence_log(vote, settings)) == set(accepted)
    with vote.db.reading() as session:
        (closed,) = log.find(session, "closed", vote.uuid)
        indices = [logged.index for logged in log.find(session, "ballot", vote.uuid)]
        assert all(index < closed.index for index in indices)
        assert closed.entry.members["persons"] == len(accepted)
        for digest, acceptance in accepted.items():
            assert parse_acceptance(acceptance.encode(), vote.signer.verifier_key).ballot.hex() == digest


def _close(vote: OpenVote) -> None:
    with vote.db.writing() as session:
        close(vote.box(session), CLOSES)
