"""A whole election without a browser, through the service's own nouns and stores: `kalpi rehearse`.

Everything happens in a temporary database that is deleted at the end; what remains is DIR/record, and in it only what
RECORD.md names.
"""

import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from db import Database, create_tables
from settings import Settings, make_secret
from voting.appointment import Appointee
from voting.authority import AuthorityFile, add_cards
from voting.rehearse_plan import Plan, Progress, Report, in_silence
from voting.rehearse_voters import VoterDevice
from voting.rehearsed_town import Clock, Town
from voting.rehearsed_vote import Electorate, Officials, RehearsedVote

SLUG = "rehearsal"
CLERK, FIRST_MEMBER, SECOND_MEMBER, FIRST_TRUSTEE = 1, 2, 3, 100
"""Accounts: who drafts, the two of the committee, and the trustees from there on."""


def rehearse(plan: Plan, out: Path, progress: Progress = in_silence) -> Report:
    """Run the election and write its record to `out`/record, which must not exist yet.

    Raises FileExistsError before anything is done.
    """
    folder = out / "record"
    folder.mkdir(parents=True, exist_ok=False)
    with tempfile.TemporaryDirectory(prefix="kalpi-rehearse-") as directory:
        town = _make_town(Path(directory) / "data")
        try:
            vote = _make_vote(town, plan)
            _run(vote, progress)
            files = town.record(SLUG)
        finally:
            town.db.close()
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    return vote.report


def _make_town(data: Path) -> Town:
    data.mkdir()
    make_secret(data / "secret.key")
    settings = Settings(
        data_directory=data,
        database_url=f"sqlite:///{data / 'kalpi.db'}",
        base_url="http://127.0.0.1:8000",
        origin="rehearsal.invalid/log",
        municipality="Δήμος Πρόβας",
        secret_key_file=data / "secret.key",
    )
    db = Database(settings.database_url)
    create_tables(db.engine)
    town = Town(settings, db, Clock())
    town.open()
    return town


def _make_vote(town: Town, plan: Plan) -> RehearsedVote:
    authority = AuthorityFile(town.settings.base_url, (plan.group,))
    authority, cards = add_cards(authority, plan.voters, secrets.token_bytes)
    voters = [VoterDevice(place, place + 1, card.code) for place, card in enumerate(cards)]
    roll = [(voter.person_id, card.number) for voter, card in zip(voters, cards, strict=True)]
    trustees = [
        Appointee(FIRST_TRUSTEE + index, FIRST_TRUSTEE + index, f"Μέλος {index + 1}", frozenset({"trustee"}))
        for index in range(plan.size)
    ]
    officials = Officials(CLERK, (FIRST_MEMBER, SECOND_MEMBER), trustees)
    return RehearsedVote(town, SLUG, plan, officials, Electorate(roll, authority, voters))


def _run(vote: RehearsedVote, progress: Progress) -> None:
    def prepare() -> None:
        now = vote.town.clock()
        vote.draft(now + timedelta(hours=1), now + timedelta(hours=2))
        vote.prepare()

    def ceremony() -> None:
        vote.open_ceremony()
        vote.hold_ceremony(progress)

    stages: tuple[tuple[str, Callable[[], None]], ...] = (
        ("preparation", prepare),
        ("ceremony", ceremony),
        ("rehearsal", lambda: vote.rehearse(progress)),
        ("opening", vote.open),
        ("casting", lambda: vote.cast(progress)),
        ("closing and tally", vote.close),
        ("decryption", lambda: vote.decrypt(progress)),
    )
    for name, stage in stages:
        started = time.perf_counter()
        stage()
        vote.report.stages[name] = time.perf_counter() - started
