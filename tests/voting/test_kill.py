"""RL-05: a worker killed at any moment loses no ballot that was accepted and leaves no half of one."""

import json
import multiprocessing
import random
import time
from pathlib import Path

from audit import store as log
from audit.sequencer import make_sequencer
from crypto.ballot import decode_ballot
from crypto.encoding import sha256_hex
from db import Database
from settings import Settings
from tests.voting.box import NO, YES, OpenVote, open_vote
from tests.voting.storm import NOW, Orders
from tests.voting.victim import cast_until_killed

KILLS = 50
VOTERS, TURNS = 60, 8


def ballots_in_order(vote: OpenVote) -> list[tuple[str, str, int, int]]:
    """Each voter's ballots, one after the other, in rounds; each follows the voter's last."""
    made = []
    last = dict.fromkeys(vote.voters)
    for turn in range(TURNS):
        for voter in vote.voters:
            envelope = vote.seal(voter, NO if turn % 2 else YES, sequence=turn, after=last[voter])
            last[voter] = decode_ballot(envelope.ballot, vote.election)
            made.append((envelope.ballot.decode(), envelope.order.decode(), voter.person_id, 0))
    return made


def test_RL_05_fifty_kills_lose_no_accepted_ballot(database: Database, settings: Settings, tmp_path: Path) -> None:
    vote = open_vote(database, settings, voters=VOTERS)
    casts = ballots_in_order(vote)
    orders = Orders(str(settings.data_directory), settings.database_url, vote.slug, "", casts)
    path, notes = orders.write(tmp_path / "orders.json"), tmp_path / "notes"
    notes.touch()
    sequencer = make_sequencer(settings, vote.db, lambda: NOW)
    sequencer.open()
    workers = multiprocessing.get_context("forkserver")
    workers.set_forkserver_preload(["tests.voting.victim"])
    moments = random.Random(5)  # noqa: S311  the same moments at every run
    kills = recorded = 0
    while kills < KILLS:
        worker = workers.Process(target=cast_until_killed, args=(str(path), recorded, str(notes)))
        worker.start()
        wait_for_a_note(notes)
        time.sleep(moments.uniform(0, 0.03))
        assert worker.is_alive(), "the ballots ran out before the kills"
        worker.kill()
        worker.join()
        kills += 1
        sequencer.turn(ballots=kills % 2 == 0)
        recorded = check_nothing_is_lost(vote, notes, casts)
    while sequencer.turn(ballots=True):
        pass
    with vote.db.reading() as session:
        logged = vote.box(session).logged_ballots()
        assert len(logged) == recorded
        assert log.entry_count(session) == log.log_size(session)


def wait_for_a_note(notes: Path) -> None:
    """The worker is at work: one more acceptance was noted."""
    size, deadline = notes.stat().st_size, time.monotonic() + 20
    while notes.stat().st_size == size:
        assert time.monotonic() < deadline, "the worker casts nothing"
        time.sleep(0.001)


def check_nothing_is_lost(vote: OpenVote, notes: Path, casts: list[tuple[str, str, int, int]]) -> int:
    """Every noted acceptance is on record byte for byte, rows and entries match; returns how many are recorded."""
    accepted = [json.loads(line) for line in notes.read_text().splitlines()]
    with vote.db.reading() as session:
        box = vote.box(session)
        recorded = box.recorded_ballots()
        for digest, acceptance in accepted:
            row = box.ballot(digest)
            assert row is not None, "an accepted ballot is gone"
            assert row.acceptance == acceptance
        waiting = log.waiting_count(session)
        assert len(box.logged_ballots()) + waiting == len(recorded), "a ballot without its entry, or the reverse"
        # Recorded are the first so many of the ballots, in their order: no gap and no fork for any voter.
        digests = [sha256_hex(cast[0].encode()) for cast in casts[: len(recorded)]]
        assert set(digests) == recorded
    assert len(recorded) - len(accepted) <= KILLS, "more than one unanswered ballot per kill"
    return len(recorded)
