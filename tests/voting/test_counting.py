"""From the closing to the result: TK-06, TK-08, TK-17, and what the log says about it."""

import json
import time

import pytest
from starlette.testclient import TestClient

from audit import store as log
from audit.sequencer import Sequencer, make_sequencer
from crypto.decryption import partial_decryption
from crypto.encoding import compact
from crypto.strong import strong_proofs
from crypto.tally import accumulate
from db import Database
from settings import Settings
from tests.plugins.house import Clock
from tests.voting.box import BLANK, CLOSES, NO, YES, OpenVote, open_vote
from voting.box_errors import BadDecryption, NotClosing, NotCountable
from voting.closing import close
from voting.decrypting import accept, count_of, decryptions_missing
from voting.lifecycle import Phase
from voting.publishing import publish, sheet_of
from voting.schedule import Schedule
from voting.tallying import add_up, keep_tally


@pytest.fixture
def sequencer(settings: Settings, database: Database, clock: Clock) -> Sequencer:
    sequencer = make_sequencer(settings, database, clock)
    sequencer.open()
    return sequencer


@pytest.fixture
def voted(vote: OpenVote, sequencer: Sequencer) -> OpenVote:
    """Ada says yes, Bo no, Chi casts a blank vote."""
    for voter, choice in zip(vote.voters, (YES, NO, BLANK), strict=True):
        vote.cast(voter, vote.seal(voter, choice))
    return vote


@pytest.fixture
def closed(voted: OpenVote, sequencer: Sequencer) -> OpenVote:
    with voted.db.writing() as session:
        close(voted.box(session), CLOSES)
    sequencer.turn(ballots=False)
    return voted


@pytest.fixture
def tallied(closed: OpenVote, sequencer: Sequencer) -> OpenVote:
    with closed.db.writing() as session:
        box = closed.box(session)
        keep_tally(box, add_up(box))
    sequencer.turn(ballots=False)
    return closed


def decrypt(vote: OpenVote, owner: int, key: int | None = None) -> tuple[bytes, bytes]:
    with vote.db.reading() as session:
        count = count_of(vote.box(session))
    key = vote.shares[owner - 1] if key is None else key
    return partial_decryption(count.election, count.tally, key), strong_proofs(count.election, count.tally, owner, key)


def send(vote: OpenVote, owner: int, decryption: tuple[bytes, bytes]) -> bool:
    with vote.db.writing() as session:
        return accept(vote.box(session), owner, *decryption, CLOSES)


def test_closing_needs_its_hour_and_happens_once(voted: OpenVote) -> None:
    with pytest.raises(NotClosing) as early, voted.db.writing() as session:
        close(voted.box(session), CLOSES.replace(year=2025))
    assert early.value.code == "closing.early"
    with voted.db.writing() as session:
        close(voted.box(session), CLOSES)
    with voted.db.reading() as session:
        waiting = log.waiting_count(session)
    with pytest.raises(NotClosing) as twice, voted.db.writing() as session:
        close(voted.box(session), CLOSES)
    assert twice.value.code == "closing.phase"
    with voted.db.reading() as session:
        assert log.waiting_count(session) == waiting


def test_the_closing_entry_states_how_many_persons_cast(closed: OpenVote) -> None:
    with closed.db.reading() as session:
        (entry,) = log.find(session, "closed", closed.uuid)
        assert entry.entry.members["persons"] == 3
        assert all(logged.index < entry.index for logged in log.find(session, "ballot", closed.uuid))


def test_TK_08_nothing_is_added_up_before_the_closing_is_in_the_log(voted: OpenVote, sequencer: Sequencer) -> None:
    with pytest.raises(NotCountable) as open_still, voted.db.reading() as session:
        add_up(voted.box(session))
    assert open_still.value.code == "tally.phase"
    with voted.db.writing() as session:
        close(voted.box(session), CLOSES)
    with pytest.raises(NotCountable) as waiting, voted.db.reading() as session:
        add_up(voted.box(session))
    assert waiting.value.code == "tally.waiting"


def test_TK_08_no_decryption_is_taken_before_the_tally_is_logged(closed: OpenVote) -> None:
    election = closed.election
    empty = accumulate(election, [])
    sent = partial_decryption(election, empty, closed.shares[0]), strong_proofs(election, empty, 1, closed.shares[0])
    with pytest.raises(NotCountable) as refused:
        send(closed, 1, sent)
    assert (refused.value.code, refused.value.status) == ("decryption.phase", 409)


def test_RL_22_a_ballot_row_without_its_entry_stops_the_count(closed: OpenVote) -> None:
    with closed.db.writing() as session:
        box = closed.box(session)
        first = box.ballots(box.logged_ballots())[0]
        session.delete(first)
    with pytest.raises(NotCountable) as refused, closed.db.reading() as session:
        add_up(closed.box(session))
    assert refused.value.code == "tally.mismatch"


def test_TK_06_a_wrong_decryption_is_refused_naming_trustee_question_and_choice(tallied: OpenVote) -> None:
    with pytest.raises(BadDecryption) as refused:
        send(tallied, 1, decrypt(tallied, 1, key=12345))
    assert refused.value.fields["trustee"] == "Μέλος 1"
    assert "question 1, choice 1" in str(refused.value.fields["flaw"])
    with tallied.db.reading() as session:
        assert log.waiting_count(session) == 0
        assert decryptions_missing(tallied.box(session)) == 2


def test_TK_06_swapped_choices_another_trustees_and_plain_proofs_alone_are_refused(tallied: OpenVote) -> None:
    payload, strong = decrypt(tallied, 1)
    value = json.loads(payload)
    factors, proofs = value["decryption_factors"][0], value["decryption_proofs"][0]
    factors[0], factors[1], proofs[0], proofs[1] = factors[1], factors[0], proofs[1], proofs[0]
    for wrong in ((compact(value), strong), decrypt(tallied, 2), (payload, decrypt(tallied, 2)[1]), (payload, b"{}")):
        with pytest.raises(BadDecryption):
            send(tallied, 1, wrong)


@pytest.mark.parametrize("present", [(1, 2), (1, 3), (2, 3), (1, 2, 3)])
def test_TK_17_any_two_of_three_trustees_give_the_same_result(
    tallied: OpenVote, sequencer: Sequencer, present: tuple[int, ...]
) -> None:
    for owner in present:
        assert send(tallied, owner, decrypt(tallied, owner))
    with tallied.db.writing() as session:
        sheet = publish(tallied.box(session), CLOSES)
    sequencer.turn(ballots=False)
    (question,) = sheet.questions
    assert ([answer.votes for answer in question.answers], question.blank) == ([1, 1], 1)
    assert (sheet.registered, sheet.voted, sheet.counted_at) == (3, 3, CLOSES)


def test_a_decryption_sent_twice_is_kept_once_and_a_different_second_one_is_refused(tallied: OpenVote) -> None:
    first = decrypt(tallied, 1)
    assert send(tallied, 1, first)
    assert not send(tallied, 1, first)
    with pytest.raises(NotCountable) as refused:
        send(tallied, 1, decrypt(tallied, 1))
    assert refused.value.code == "decryption.sent"


def test_one_decryption_too_few_gives_no_result_and_publishing_twice_is_refused(tallied: OpenVote) -> None:
    send(tallied, 3, decrypt(tallied, 3))
    with pytest.raises(NotCountable) as few, tallied.db.writing() as session:
        publish(tallied.box(session), CLOSES)
    assert few.value.code == "result.missing"
    send(tallied, 1, decrypt(tallied, 1))
    with tallied.db.writing() as session:
        publish(tallied.box(session), CLOSES)
    with pytest.raises(NotCountable) as twice, tallied.db.writing() as session:
        publish(tallied.box(session), CLOSES)
    assert twice.value.code == "result.phase"


def test_only_the_last_ballot_of_a_credential_counts(vote: OpenVote, sequencer: Sequencer) -> None:
    first = vote.seal(vote.ada, YES)
    vote.cast(vote.ada, first)
    vote.cast(vote.ada, vote.seal(vote.ada, NO, sequence=1, after=vote.check(first).ballot))
    with vote.db.writing() as session:
        close(vote.box(session), CLOSES)
    sequencer.turn(ballots=False)
    with vote.db.writing() as session:
        box = vote.box(session)
        keep_tally(box, add_up(box))
    sequencer.turn(ballots=False)
    for owner in (1, 2):
        send(vote, owner, decrypt(vote, owner))
    with vote.db.writing() as session:
        publish(vote.box(session), CLOSES)
    with vote.db.reading() as session:
        sheet = sheet_of(vote.box(session).row)
    assert [answer.votes for answer in sheet.questions[0].answers] == [0, 1]
    assert sheet.voted == 1


def test_the_clock_closes_at_the_hour_and_adds_up(voted: OpenVote, sequencer: Sequencer, clock: Clock) -> None:
    schedule = Schedule(voted.db, clock, lambda: None)
    schedule.turn()
    assert phase_of(voted) is Phase.OPEN
    clock.moment = CLOSES
    schedule.turn()
    assert phase_of(voted) is Phase.CLOSED
    schedule.turn()
    assert phase_of(voted) is Phase.CLOSED, "the closing entry has no place in the log yet"
    sequencer.turn(ballots=False)
    schedule.turn()
    assert phase_of(voted) is Phase.TALLIED


def test_RL_22_a_vote_that_cannot_be_read_keeps_no_other_from_being_closed(
    voted: OpenVote, sequencer: Sequencer, clock: Clock, settings: Settings
) -> None:
    other = open_vote(voted.db, settings, slug="allo", first_person=10)
    clock.moment = CLOSES
    schedule = Schedule(voted.db, clock, lambda: None)
    schedule.turn()
    sequencer.turn(ballots=True)
    with voted.db.writing() as session:
        voted.box(session).row.election = b"{}"
    schedule.turn()
    assert (phase_of(voted), phase_of(other)) == (Phase.CLOSED, Phase.TALLIED)


def test_RL_20_an_extension_moves_the_closing_at_once(voted: OpenVote, sequencer: Sequencer, clock: Clock) -> None:
    with voted.db.writing() as session:
        voted.box(session).row.closes_at = CLOSES.replace(hour=20)
    schedule = Schedule(voted.db, clock, lambda: None)
    clock.moment = CLOSES
    schedule.turn()
    assert phase_of(voted) is Phase.OPEN


def test_the_service_itself_closes_and_adds_up_at_the_hour(
    client: TestClient, settings: Settings, database: Database, clock: Clock
) -> None:
    vote = open_vote(database, settings)
    clock.moment = CLOSES
    deadline = time.monotonic() + 15
    while phase_of(vote) is not Phase.TALLIED:
        assert time.monotonic() < deadline, phase_of(vote)
        time.sleep(0.1)


def phase_of(vote: OpenVote) -> Phase:
    with vote.db.reading() as session:
        return Phase(vote.box(session).row.phase)
