import dataclasses
import re
from datetime import timedelta

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audit import store as log
from audit.acceptance import parse_acceptance
from audit.checkpoint import open_checkpoint
from audit.note import decode_base64
from audit.sequencer import log_keeper
from audit.tree import verify_inclusion
from crypto.ballot import decode_ballot
from identity.store.account import AccountRow
from identity.store.mail import due
from settings import Settings
from tests.plugins.house import Clock
from tests.voting.box import CLOSES, NO, OPENED, OpenVote, body
from tests.voting.visitors import browser_of, let_in
from voting.closing import close
from voting.store.person_key import PersonKeys

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def service(house_app: Starlette, client: TestClient, vote: OpenVote) -> Starlette:
    """The running service with an open vote; citizens 1 to 4 can log in, 4 is not on the roll."""
    let_in(house_app, 1, 2, 3, 4)
    return house_app


@pytest.fixture
def ada(service: Starlette, settings: Settings) -> TestClient:
    return browser_of(service, settings, "person-1")


@pytest.fixture
def stranger(service: Starlette, settings: Settings) -> TestClient:
    return browser_of(service, settings, "")


def cast(browser: TestClient, vote: OpenVote, content: bytes) -> httpx2.Response:
    return browser.post(f"/referenda/{vote.slug}/ballots", content=content, headers=JSON)


def test_a_cast_is_answered_with_an_acceptance_that_verifies(ada: TestClient, vote: OpenVote) -> None:
    envelope = vote.seal(vote.ada)
    answer = cast(ada, vote, body(envelope))
    assert (answer.status_code, answer.json()["state"]) == (201, "recorded")
    acceptance = parse_acceptance(answer.json()["acceptance"].encode(), vote.signer.verifier_key)
    assert acceptance.ballot.hex() == envelope.digest


def test_RL_02_the_same_post_gives_the_same_bytes_even_without_a_login(
    ada: TestClient, stranger: TestClient, vote: OpenVote
) -> None:
    content = body(vote.seal(vote.ada))
    first = cast(ada, vote, content)
    again = cast(stranger, vote, content)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content


def test_without_a_login_a_new_ballot_is_not_recorded(stranger: TestClient, vote: OpenVote) -> None:
    envelope = vote.seal(vote.ada)
    answer = cast(stranger, vote, body(envelope))
    assert (answer.status_code, answer.json()["code"]) == (401, "login.needed")
    assert stranger.get(f"/referenda/{vote.slug}/ballots/{envelope.digest}").json() == {"state": "not_recorded"}


def test_M19_nobody_votes_without_a_fresh_one_time_code(service: Starlette, settings: Settings, vote: OpenVote) -> None:
    stale = browser_of(service, settings, "stale-1")
    asked = stale.post(f"/referenda/{vote.slug}/next", json={"credential": vote.credential(vote.ada)})
    sent = cast(stale, vote, body(vote.seal(vote.ada)))
    assert [answer.json()["code"] for answer in (asked, sent)] == ["login.stale", "login.stale"]


def test_a_citizen_who_is_not_on_the_roll_cannot_vote(service: Starlette, settings: Settings, vote: OpenVote) -> None:
    answer = cast(browser_of(service, settings, "person-4"), vote, body(vote.seal(vote.ada)))
    assert (answer.status_code, answer.json()["code"]) == (403, "roll.missing")


def test_the_next_place_is_told_to_its_own_voter_only(
    ada: TestClient, service: Starlette, settings: Settings, vote: OpenVote
) -> None:
    bo, url = browser_of(service, settings, "person-2"), f"/referenda/{vote.slug}/next"
    mine = {"credential": vote.credential(vote.ada)}
    assert ada.post(url, json=mine).json() == {"sequence": 0, "previous": "0" * 64}
    envelope = vote.seal(vote.ada)
    cast(ada, vote, body(envelope))
    assert ada.post(url, json=mine).json() == {"sequence": 1, "previous": envelope.digest}
    assert bo.post(url, json=mine).json()["code"] == "credential.taken"
    assert bo.post(url, json={"credential": "ab" * 32}).json()["code"] == "credential.unknown"


def test_a_stale_ballot_is_refused_with_the_place_it_must_take(ada: TestClient, vote: OpenVote) -> None:
    first = vote.seal(vote.ada)
    cast(ada, vote, body(first))
    answer = cast(ada, vote, body(vote.seal(vote.ada, NO)))
    assert answer.status_code == 409
    assert {"code": "order.stale", "sequence": 1, "previous": first.digest}.items() <= answer.json().items()


def test_the_state_of_a_ballot_comes_with_a_proof_that_verifies(
    ada: TestClient, stranger: TestClient, service: Starlette, settings: Settings, vote: OpenVote
) -> None:
    envelope = vote.seal(vote.ada)
    cast(ada, vote, body(envelope))
    service.state.house.parts["sequencer"].turn(ballots=True)
    told = stranger.get(f"/referenda/{vote.slug}/ballots/{envelope.digest}").json()
    signed = open_checkpoint(told["checkpoint"].encode(), log_keeper(settings).verifier_key)
    with vote.db.reading() as session:
        logged = log.entry(session, told["index"])
    assert logged is not None
    assert logged.entry.members["ballot"] == envelope.digest
    proof = [decode_base64(text) for text in told["hashes"]]
    verify_inclusion(logged.entry.leaf_hash, told["index"], told["size"], proof, signed.root_hash)


def test_M32_an_opened_ballot_can_never_be_cast(ada: TestClient, vote: OpenVote) -> None:
    prepared = vote.prepare(vote.ada)
    url = f"/referenda/{vote.slug}/challenges"
    assert ada.post(url, json={"code": prepared.code}).json() == {"state": "void"}
    assert ada.post(url, json={"code": prepared.code}).json() == {"state": "void"}
    assert cast(ada, vote, body(vote.seal(vote.ada, prepared))).json()["code"] == "ballot.void"


def test_M32_only_who_is_on_the_roll_of_the_vote_may_open_a_ballot(
    service: Starlette, settings: Settings, vote: OpenVote
) -> None:
    url, code = f"/referenda/{vote.slug}/challenges", {"code": vote.prepare(vote.ada).code}
    answer = browser_of(service, settings, "person-4").post(url, json=code)
    assert (answer.status_code, answer.json()["code"]) == (403, "roll.missing")
    with vote.db.reading() as session:
        assert not vote.box(session).is_void(code["code"])


def test_opening_ballots_without_end_is_slowed_down(ada: TestClient, vote: OpenVote) -> None:
    url, code = f"/referenda/{vote.slug}/challenges", vote.prepare(vote.ada).code
    codes = [ada.post(url, json={"code": code}).status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]


def test_voting_again_without_end_is_slowed_down_and_a_recorded_ballot_never(
    ada: TestClient, service: Starlette, settings: Settings, vote: OpenVote, clock: Clock
) -> None:
    sent, after = [], None
    for sequence in range(11):
        envelope = vote.seal(vote.ada, sequence=sequence, after=after)
        after = decode_ballot(envelope.ballot, vote.election)
        sent.append(body(envelope))
    clock.forward(seconds=15)
    assert [cast(ada, vote, content).status_code for content in sent[:10]] == [201] * 10
    late = cast(ada, vote, sent[10])
    assert (late.status_code, late.json()["code"], late.headers["Retry-After"]) == (429, "ballot.pace", "45")
    asked = ada.post(f"/referenda/{vote.slug}/next", json={"credential": vote.credential(vote.ada)})
    assert (asked.status_code, asked.json()["code"]) == (429, "ballot.pace")
    assert cast(ada, vote, sent[9]).status_code == 200
    assert cast(browser_of(service, settings, "person-2"), vote, body(vote.seal(vote.bo))).status_code == 201
    clock.forward(seconds=45)
    assert cast(ada, vote, sent[10]).status_code == 201


def test_BB_08_my_votes_tells_how_many_ballots_there_are_and_which_counts(ada: TestClient, vote: OpenVote) -> None:
    first = vote.seal(vote.ada)
    cast(ada, vote, body(first))
    after = decode_ballot(first.ballot, vote.election)
    second = vote.seal(vote.ada, NO, sequence=1, after=after)
    cast(ada, vote, body(second))
    page = ada.get("/my/votes", headers={"Accept": "text/html"}).text
    codes = re.findall(r'class="code"[^>]*>([^<]{43})<', page)
    assert codes == [decode_ballot(second.ballot, vote.election).code, after.code]


def test_without_the_key_of_the_vote_no_ballot_is_taken(
    ada: TestClient, service: Starlette, settings: Settings, vote: OpenVote
) -> None:
    cast(ada, vote, body(vote.seal(vote.ada)))
    PersonKeys(settings.data_directory).path(vote.uuid).unlink()
    bo = browser_of(service, settings, "person-2")
    lost = cast(bo, vote, body(vote.seal(vote.bo)))
    assert (lost.status_code, lost.json()["code"]) == (503, "person_key.lost")
    PersonKeys(settings.data_directory).make(vote.uuid)
    assert cast(bo, vote, body(vote.seal(vote.bo))).json()["code"] == "person_key.lost"


def test_the_key_of_a_vote_is_a_file_that_only_its_owner_can_read(
    ada: TestClient, settings: Settings, vote: OpenVote
) -> None:
    cast(ada, vote, body(vote.seal(vote.ada)))
    assert PersonKeys(settings.data_directory).path(vote.uuid).stat().st_mode & 0o077 == 0


def test_after_the_closing_the_booth_is_shut(ada: TestClient, vote: OpenVote, clock: Clock) -> None:
    assert ada.get(f"/referenda/{vote.slug}/booth", headers={"Accept": "text/html"}).status_code == 200
    with vote.db.writing() as session:
        close(vote.box(session), CLOSES)
    clock.moment = CLOSES
    assert ada.get(f"/referenda/{vote.slug}/booth").json()["code"] == "election.closed"
    assert cast(ada, vote, body(vote.seal(vote.ada))).json()["code"] == "election.closed"


def test_BB_08_a_voter_whose_login_name_is_an_address_gets_a_message_in_the_queue(
    house_app: Starlette, service: Starlette, settings: Settings, vote: OpenVote
) -> None:
    house = house_app.state.house
    house_app.state.house = dataclasses.replace(house, settings=dataclasses.replace(settings, mail_host="mail.invalid"))
    with vote.db.writing() as session:
        session.add(AccountRow(id=1001, login_name="ada@example.gr", password_hash="", created_at=OPENED, last_step=0))
    cast(browser_of(service, settings, "person-1"), vote, body(vote.seal(vote.ada)))
    with vote.db.reading() as session:
        (message,) = due(session, OPENED + timedelta(days=99), 10)
    assert message.recipient == "ada@example.gr"
    assert f"/referenda/{vote.slug}/tracker" in message.body


def test_bytes_that_are_no_ballot_are_refused_with_a_sentence(ada: TestClient, vote: OpenVote) -> None:
    answer = cast(ada, vote, b'{"ballot":"{}","order":"{}"}')
    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "sentence", "advice"}
