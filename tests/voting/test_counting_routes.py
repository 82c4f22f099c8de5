"""The committee's counting page: who may look, who may act, and the way from the closing to the result."""

import dataclasses
from datetime import datetime, timedelta

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audit import store as log
from crypto.decryption import partial_decryption
from crypto.strong import strong_proofs
from crypto.tally import EncryptedTally
from db import Database
from identity.login import Login
from settings import Settings
from tests.audit.ballots import incident
from tests.plugins.house import Clock
from tests.voting.box import CLOSES, OpenVote, log_opening
from tests.voting.visitors import browser_of
from voting.decrypting import accept, count_of
from voting.store.casting import BallotBox
from voting.tallying import add_up

HTML = {"Accept": "text/html"}
ROLES = {"person-1": "committee", "person-2": "secretariat", "person-3": "citizen"}


@pytest.fixture
def service(house_app: Starlette, client: TestClient, vote: OpenVote) -> Starlette:
    """Person 1 sits on the committee, 2 is a clerk, 3 a citizen; the clock's own thread is stopped."""

    def find_login(_db: Database, token: str, now: datetime) -> Login | None:
        role = ROLES.get(token)
        person = int(token[-1]) if role else 0
        fresh = now + timedelta(minutes=10)
        return Login(person, person, person, frozenset({role}), role, fresh) if role else None

    house_app.state.house.parts["schedule"].stop()
    house_app.state.house = dataclasses.replace(house_app.state.house, find_login=find_login)
    return house_app


def act(browser: TestClient, vote: OpenVote, name: str) -> httpx2.Response:
    return browser.post(f"/desk/referenda/{vote.slug}/{name}")


def test_only_the_desk_sees_the_count_and_only_the_committee_acts(
    service: Starlette, settings: Settings, vote: OpenVote, clock: Clock
) -> None:
    clock.moment = CLOSES
    url = f"/desk/referenda/{vote.slug}/counting"
    seen = {who: browser_of(service, settings, who).get(url, headers=HTML).status_code for who in ROLES}
    assert seen == {"person-1": 200, "person-2": 200, "person-3": 403}
    for who in ("person-2", "person-3", ""):
        browser = browser_of(service, settings, who)
        assert {act(browser, vote, name).status_code for name in ("closing", "tally", "publication")} <= {401, 403}


def test_others_can_write_while_the_ballots_are_added_up(
    service: Starlette, settings: Settings, vote: OpenVote, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    committee, sequencer = browser_of(service, settings, "person-1"), service.state.house.parts["sequencer"]
    log_opening(vote)
    vote.cast(vote.ada, vote.seal(vote.ada))
    clock.moment = CLOSES
    act(committee, vote, "closing")
    sequencer.turn(ballots=True)

    def add_up_while_somebody_writes(box: BallotBox) -> EncryptedTally:
        with vote.db.writing() as session:
            log.append(session, incident("meanwhile"))
        return add_up(box)

    monkeypatch.setattr("voting.routes.counting.add_up", add_up_while_somebody_writes)
    assert act(committee, vote, "tally").status_code == 303
    sequencer.turn(ballots=True)
    with vote.db.reading() as session:
        assert vote.box(session).is_tallied_in_log()
        assert len(log.find(session, "incident")) == 1


def test_from_closing_to_result_each_act_happens_once_and_in_its_order(
    service: Starlette, settings: Settings, vote: OpenVote, clock: Clock
) -> None:
    committee, sequencer = browser_of(service, settings, "person-1"), service.state.house.parts["sequencer"]
    log_opening(vote)
    vote.cast(vote.ada, vote.seal(vote.ada))
    refused = [act(committee, vote, name).json()["code"] for name in ("closing", "tally", "publication")]
    assert refused == ["closing.early", "tally.phase", "result.phase"]
    clock.moment = CLOSES
    for name in ("closing", "tally"):
        assert act(committee, vote, name).status_code == 303
        sequencer.turn(ballots=True)
    assert act(committee, vote, "publication").json()["code"] == "result.missing"
    for owner, key in enumerate(vote.shares[:2], 1):
        with vote.db.writing() as session:
            box = vote.box(session)
            count = count_of(box)
            proofs = strong_proofs(count.election, count.tally, owner, key)
            accept(box, owner, partial_decryption(count.election, count.tally, key), proofs, clock())
    assert act(committee, vote, "publication").headers["location"] == f"/referenda/{vote.slug}/result"
    assert act(committee, vote, "publication").json()["code"] == "result.phase"
