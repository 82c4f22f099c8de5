import contextlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import store as log
from audit.acceptance import parse_acceptance
from crypto.ballot import decode_ballot
from crypto.encoding import compact
from crypto.order import FIRST
from crypto.sealing import PreparedBallot, prepare_ballot, sign_ballot
from tests.voting.box import BLANK, CLOSES, NO, YES, OpenVote, Voter, body, open_vote
from voting.box_errors import BadBallot, BoxClosed, CodeSpent, CredentialTaken, NotElector, OrderStale
from voting.casting import Envelope, Place, check_cheaply, check_own, next_place, read, record
from voting.challenge import void
from voting.closing import close
from voting.store.casting import BallotBox


def test_a_recorded_ballot_gets_an_acceptance_that_the_service_signed(vote: OpenVote) -> None:
    envelope = vote.seal(vote.ada)
    row = vote.cast(vote.ada, envelope)
    acceptance = parse_acceptance(row.acceptance.encode(), vote.signer.verifier_key)
    assert acceptance.ballot == decode_ballot(envelope.ballot, vote.election).digest
    assert (acceptance.referendum, acceptance.sequence) == (vote.uuid, 0)


def test_ballot_row_and_log_entry_are_one_transaction(vote: OpenVote) -> None:
    checked = vote.check(vote.seal(vote.ada))
    with contextlib.suppress(KeyboardInterrupt), vote.db.writing() as session:
        record(vote.box(session), checked, vote.mark(vote.ada), vote.signer, CLOSES)
        raise KeyboardInterrupt
    with vote.db.reading() as session:
        assert vote.box(session).ballot(checked.digest) is None
        assert log.waiting_count(session) == 0
        assert vote.box(session).count_persons() == 0


def test_BB_03_the_same_ballot_sent_again_gets_the_same_bytes_and_changes_nothing(vote: OpenVote) -> None:
    envelope = vote.seal(vote.ada)
    first = vote.cast(vote.ada, envelope).acceptance
    later = decode_ballot(envelope.ballot, vote.election)
    vote.cast(vote.ada, vote.seal(vote.ada, NO, sequence=1, after=later))
    assert vote.cast(vote.ada, envelope).acceptance == first
    with vote.db.reading() as session:
        assert log.waiting_count(session) == 2
        last = vote.box(session).last_ballot(vote.credential(vote.ada))
        assert last is not None
        assert last.sequence == 1


def test_BB_04_a_ballot_that_does_not_follow_the_last_one_is_refused_with_its_place(vote: OpenVote) -> None:
    first = vote.seal(vote.ada)
    vote.cast(vote.ada, first)
    with pytest.raises(OrderStale) as refused:
        vote.cast(vote.ada, vote.seal(vote.ada, NO))
    digest = decode_ballot(first.ballot, vote.election).digest
    assert refused.value.fields == {"sequence": 1, "previous": digest.hex()}
    other = decode_ballot(vote.seal(vote.ada).ballot, vote.election)
    with pytest.raises(OrderStale):
        vote.cast(vote.ada, vote.seal(vote.ada, NO, sequence=1, after=other))


def test_BB_07_the_order_statement_must_be_for_this_very_ballot(vote: OpenVote) -> None:
    mine, another = vote.seal(vote.ada), vote.seal(vote.ada, NO)
    with pytest.raises(BadBallot) as refused:
        check_cheaply(Envelope(mine.ballot, another.order), vote.electorate)
    assert refused.value.code == "order.ballot"


def test_a_credential_that_is_not_on_the_roll_is_refused(vote: OpenVote) -> None:
    stranger = Voter(99, b"x" * 17)
    with pytest.raises(NotElector) as refused:
        check_cheaply(vote.seal(stranger), vote.electorate)
    assert refused.value.code == "credential.unknown"


def test_a_ballot_of_another_vote_is_refused(vote: OpenVote) -> None:
    other = open_vote(vote.db, vote.settings, slug="alli")
    # The same voting key, so that the credential is known; the ballot is made for the other election.
    key, credential = vote.key(vote.ada), vote.election.group.generator_power(vote.key(vote.ada))
    raw = sign_ballot(other.election, prepare_ballot(other.election, credential, YES), key)
    with pytest.raises(BadBallot) as refused:
        check_cheaply(vote.order(vote.ada, raw, sequence=0, after=None), vote.electorate)
    assert refused.value.code == "ballot.election"


def test_a_person_cannot_use_two_credentials_nor_two_persons_one(vote: OpenVote) -> None:
    vote.cast(vote.ada, vote.seal(vote.ada))
    with pytest.raises(CredentialTaken):
        vote.cast(vote.ada, vote.seal(vote.bo))
    again = decode_ballot(vote.seal(vote.ada).ballot, vote.election)
    with pytest.raises(CredentialTaken):
        vote.cast(vote.bo, vote.seal(vote.ada, NO, sequence=1, after=again))
    with vote.db.reading() as session:
        with pytest.raises(CredentialTaken):
            check_own(vote.box(session), vote.mark(vote.bo), vote.credential(vote.ada))
        check_own(vote.box(session), vote.mark(vote.bo), vote.credential(vote.bo))


def test_M32_a_void_code_can_never_be_cast(vote: OpenVote) -> None:
    prepared = vote.prepare(vote.ada)
    with vote.db.writing() as session:
        void(vote.box(session), prepared.code)
    with pytest.raises(CodeSpent) as refused:
        vote.cast(vote.ada, vote.seal(vote.ada, prepared))
    assert refused.value.code == "ballot.void"


def test_one_prepared_ballot_signed_twice_is_recorded_once(vote: OpenVote) -> None:
    prepared = vote.prepare(vote.ada)
    first = vote.seal(vote.ada, prepared)
    vote.cast(vote.ada, first)
    again = vote.seal(vote.ada, prepared, sequence=1, after=decode_ballot(first.ballot, vote.election))
    with pytest.raises(CodeSpent) as refused:
        vote.cast(vote.ada, again)
    assert refused.value.code == "ballot.code"


def test_BB_01_a_ciphertext_that_is_on_the_board_is_refused_even_from_its_own_voter(vote: OpenVote) -> None:
    fixed = iter(range(1000, 2000))
    prepared = _prepare(vote, fixed)
    first = vote.seal(vote.ada, prepared)
    vote.cast(vote.ada, first)
    replayed = _prepare(vote, iter([1000, 1001, 1002, *range(5000, 6000)]))
    again = vote.seal(vote.ada, replayed, sequence=1, after=decode_ballot(first.ballot, vote.election))
    with pytest.raises(BadBallot) as refused:
        vote.cast(vote.ada, again)
    assert refused.value.code == "ballot.ciphertext"


def test_after_the_closing_a_new_ballot_is_refused_and_a_recorded_one_is_answered(vote: OpenVote) -> None:
    envelope = vote.seal(vote.ada)
    accepted = vote.cast(vote.ada, envelope).acceptance
    with vote.db.writing() as session:
        close(vote.box(session), CLOSES)
    with pytest.raises(BoxClosed):
        vote.cast(vote.bo, vote.seal(vote.bo))
    assert vote.cast(vote.ada, envelope).acceptance == accepted


def test_a_ballot_whose_proofs_do_not_hold_is_refused_before_the_transaction(vote: OpenVote) -> None:
    envelope = vote.seal(vote.ada)
    value = json.loads(envelope.ballot)
    proofs = value["answers"][0]["individual_proofs"]
    proofs[0], proofs[1] = proofs[1], proofs[0]
    unsigned = compact({name: member for name, member in value.items() if name != "signature"})
    raw = sign_ballot(vote.election, unsigned, vote.key(vote.ada))
    with pytest.raises(BadBallot) as refused:
        vote.check(vote.order(vote.ada, raw, sequence=0, after=None))
    assert refused.value.code.startswith("proof.")


def test_M31_the_next_place_of_a_credential_follows_its_last_ballot(vote: OpenVote) -> None:
    with vote.db.reading() as session:
        assert next_place(vote.box(session), vote.credential(vote.ada)) == Place(0, FIRST)
    envelope = vote.seal(vote.ada, BLANK)
    vote.cast(vote.ada, envelope)
    with vote.db.reading() as session:
        expected = Place(1, decode_ballot(envelope.ballot, vote.election).digest)
        assert next_place(vote.box(session), vote.credential(vote.ada)) == expected


def test_BB_08_each_acceptance_leaves_the_voter_a_notice_and_nobody_else(vote: OpenVote) -> None:
    first = vote.seal(vote.ada)
    vote.cast(vote.ada, first)
    vote.cast(vote.ada, vote.seal(vote.ada, NO, sequence=1, after=decode_ballot(first.ballot, vote.election)))
    with vote.db.reading() as session:
        box: BallotBox = vote.box(session)
        assert [notice.sequence for notice in box.notices(vote.mark(vote.ada))] == [0, 1]
        assert box.notices(vote.mark(vote.bo)) == []


def test_no_table_holds_the_person_in_the_clear(vote: OpenVote) -> None:
    vote.cast(vote.ada, vote.seal(vote.ada))
    with vote.db.reading() as session:
        mark = vote.box(session).mark_of(vote.mark(vote.ada))
        assert mark is not None
        assert set(mark.model_dump()) == {"referendum_id", "person", "credential"}
        assert mark.person == vote.mark(vote.ada)


@given(st.binary(max_size=300) | st.recursive(st.text(), lambda x: st.lists(x)).map(lambda v: json.dumps(v).encode()))
def test_any_bytes_are_an_envelope_or_a_bad_ballot(raw: bytes) -> None:
    with contextlib.suppress(BadBallot):
        assert isinstance(read(raw), Envelope)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(ballot=st.binary(max_size=200), order=st.binary(max_size=200))
def test_any_two_texts_are_a_cast_or_refused(vote: OpenVote, ballot: bytes, order: bytes) -> None:
    with contextlib.suppress(BadBallot, NotElector):
        check_cheaply(Envelope(ballot, order), vote.electorate)
    with contextlib.suppress(BadBallot, NotElector):
        check_cheaply(Envelope(ballot, vote.seal(vote.ada, YES).order), vote.electorate)


def test_what_the_booth_sends_is_read_back(vote: OpenVote) -> None:
    envelope = vote.seal(vote.ada)
    assert read(body(envelope)) == envelope


def _prepare(vote: OpenVote, scalars: Iterator[int]) -> PreparedBallot:
    credential = vote.election.group.generator_power(vote.key(vote.ada))
    return prepare_ballot(vote.election, credential, YES, scalars.__next__)
