"""A ballot is read in one spelling, and only its voter's own ballot for this election is accepted."""

import json
from dataclasses import replace
from pathlib import Path as File

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.archive import read_archive
from crypto.ballot import Ballot, check_ballot, check_signature, decode_ballot, unsigned_bytes
from crypto.card import master_public, new_code, parse_code, public_credential, voting_key
from crypto.election import Election, Question, decode_election, decode_public_credentials
from crypto.encoding import Json, compact, parse_json, sha256_hex
from crypto.errors import InvalidProof, Malformed
from crypto.group import BELENIOS_2048, ED25519, GROUPS, Group, RandomScalar
from crypto.order import FIRST, decode_order, sign_order
from crypto.sealing import sign_ballot
from tests.crypto.elections import WORKS, YES_NO, Voter, make_election
from tests.crypto.places import at, paths, replaced
from tests.crypto.test_answer import questions

ARCHIVES = sorted(File("tests/vectors/belenios").glob("b*/*.bel"))
ELECTION = make_election(YES_NO, WORKS)
ADA = Voter(ELECTION, 1001)
BO = Voter(ELECTION, 1002)
BALLOT = ADA.seal((0, 1, 0), (1, 0, 1))


def resigned(raw: bytes, key: int, election: Election = ELECTION) -> bytes:
    """The changed ballot with a good signature, so that the signature is not what refuses it."""
    return sign_ballot(election, unsigned_bytes(raw), key)


def judge(raw: bytes, election: Election = ELECTION) -> Ballot:
    ballot = decode_ballot(raw, election)
    check_ballot(ballot, election)
    return ballot


def test_there_are_seven_elections_made_by_belenios() -> None:
    assert len(ARCHIVES) == 7


@pytest.mark.parametrize("file", ARCHIVES, ids=lambda file: file.parent.name)
def test_every_ballot_made_by_belenios_is_accepted(file: File) -> None:
    archive = read_archive(file.read_bytes())
    election = decode_election(archive.events[0].bodies[0])
    listed = {item.element for item in decode_public_credentials(archive.events[0].bodies[2], election)}
    ballots = [judge(event.payload, election) for event in archive.of_kind("Ballot")]
    assert len(ballots) >= 5
    for ballot in ballots:
        assert ballot.credential in listed
        assert ballot.digest.hex() == sha256_hex(ballot.raw)
    assert len({ballot.code for ballot in ballots}) == len(ballots)


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
def test_an_honest_ballot_is_accepted_in_either_group(group: Group) -> None:
    election = make_election(YES_NO, WORKS, group=group)
    ballot = Voter(election, 3).seal((1, 0, 0), (0, 1, 0))
    check_ballot(ballot, election)
    assert decode_ballot(ballot.raw, election) == ballot
    assert len(ballot.tracker) == len(ballot.code) == 43


@settings(max_examples=25, deadline=None)
@given(cases=st.lists(questions(), min_size=1, max_size=4))
def test_ballots_of_one_to_four_questions_of_any_form_are_accepted(
    cases: list[tuple[Question, tuple[int, ...]]],
) -> None:
    election = make_election(*(question for question, _ in cases))
    ballot = Voter(election, 3).seal(*(selection for _, selection in cases))
    check_ballot(ballot, election)


@pytest.mark.parametrize("answers", [2, 3, 10, 50])
@pytest.mark.parametrize("blank", [True, False])
def test_a_ballot_of_many_answers_is_accepted(answers: int, blank: bool) -> None:
    names = tuple(f"Έργο {number}" for number in range(answers))
    election = make_election(Question("Ποια;", names, blank, 1, answers - 1))
    chosen = (*(0,) * blank, *(number % 2 for number in range(answers)))
    check_ballot(Voter(election, 3).seal(chosen), election)


# --- whose ballot, for which election (CR-02, CR-05, CR-19, BB-01, BB-15)


def test_CR_02_a_signature_kept_while_anything_below_it_changes_is_refused() -> None:
    places = [path for path in paths(parse_json(BALLOT.raw)) if path[0] != "signature"]
    other = parse_json(ADA.seal((0, 0, 1), (0, 1, 1)).raw)
    for path in places:
        raw = replaced(BALLOT.raw, path, at(other, path))
        if raw != BALLOT.raw:
            with pytest.raises(InvalidProof, match=r"ballot\.signature"):
                check_signature(decode_ballot(raw, ELECTION), ELECTION)


def test_CR_02_a_signature_of_another_key_or_number_is_refused() -> None:
    good = BALLOT.proof
    other = decode_ballot(resigned(BALLOT.raw, BO.key), ELECTION).proof
    for proof in (other, replace(good, challenge=good.challenge ^ 1), replace(good, response=good.response ^ 1)):
        raw = replaced(BALLOT.raw, ("signature", "proof"), proof.encode())
        with pytest.raises(InvalidProof, match=r"ballot\.signature"):
            check_signature(decode_ballot(raw, ELECTION), ELECTION)
    other_code = ADA.seal((0, 1, 0), (1, 0, 1)).code
    with pytest.raises(InvalidProof, match=r"ballot\.signature"):
        judge(replaced(BALLOT.raw, ("signature", "hash"), other_code))


def test_CR_19_a_signature_made_for_an_order_statement_is_none_for_a_ballot() -> None:
    statement = decode_order(sign_order(ELECTION, ADA.key, 0, FIRST, BALLOT.digest), ED25519)
    raw = replaced(BALLOT.raw, ("signature", "proof"), statement.proof.encode())
    with pytest.raises(InvalidProof, match=r"ballot\.signature"):
        judge(raw)


@pytest.mark.parametrize(("member", "value"), [("election_uuid", "2AtestTestTest"), ("election_hash", "A" * 43)])
def test_CR_05_a_ballot_for_another_election_is_refused(member: str, value: str) -> None:
    raw = resigned(replaced(BALLOT.raw, (member,), value), ADA.key)
    with pytest.raises(InvalidProof, match=r"ballot\.election"):
        check_signature(decode_ballot(raw, ELECTION), ELECTION)


def test_CR_05_a_ballot_relabelled_for_another_election_is_refused() -> None:
    other = make_election(YES_NO, WORKS, uuid="2AtestTestTest")
    raw = replaced(BALLOT.raw, ("election_uuid",), other.uuid)
    raw = resigned(replaced(raw, ("election_hash",), other.fingerprint), ADA.key, other)
    check_signature(decode_ballot(raw, other), other)
    with pytest.raises(InvalidProof, match=r"proof\.individual"):
        judge(raw, other)


def test_CR_05_answers_exchanged_between_questions_of_the_same_form_are_another_vote_and_need_the_voters_key() -> None:
    election = make_election(YES_NO, replace(YES_NO, question="Συμφωνείτε με το πάρκο;"))
    voter = Voter(election, 9)
    value = json.loads(voter.seal((0, 1, 0), (0, 0, 1)).raw)
    value["answers"].reverse()
    with pytest.raises(InvalidProof, match=r"ballot\.signature"):
        judge(compact(value), election)


def test_CR_05_one_answer_given_to_two_questions_is_refused() -> None:
    election = make_election(YES_NO, replace(YES_NO, question="Συμφωνείτε με το πάρκο;"))
    voter = Voter(election, 9)
    value = json.loads(voter.seal((0, 1, 0), (0, 0, 1)).raw)
    value["answers"][1] = value["answers"][0]
    raw = resigned(compact(value), voter.key, election)
    with pytest.raises(Malformed, match=r"ballot\.repeated"):
        decode_ballot(raw, election)
    # Nothing else refuses it: the proofs do not name their question.
    judge(raw, replace(election, rules=None))


def test_CR_05_two_choices_exchanged_with_their_proofs_are_refused() -> None:
    value = json.loads(BALLOT.raw)
    answer = value["answers"][0]
    for name in ("choices", "individual_proofs"):
        answer[name][1], answer[name][2] = answer[name][2], answer[name][1]
    with pytest.raises(InvalidProof, match=r"proof\.(blank|overall)"):
        judge(resigned(compact(value), ADA.key))


def test_BB_01_a_ballot_copied_under_another_credential_is_refused() -> None:
    credential = ED25519.encode(BO.credential)
    raw = resigned(replaced(BALLOT.raw, ("credential",), credential), BO.key)
    check_signature(decode_ballot(raw, ELECTION), ELECTION)
    with pytest.raises(InvalidProof, match=r"proof\.individual"):
        judge(raw)


def test_BB_01_one_ciphertext_copied_with_its_proof_is_refused() -> None:
    value, mine = json.loads(BALLOT.raw), json.loads(BO.seal((0, 0, 1), (0, 1, 0)).raw)
    for name in ("choices", "individual_proofs"):
        mine["answers"][0][name][1] = value["answers"][0][name][1]
    with pytest.raises(InvalidProof, match=r"proof\.individual"):
        judge(resigned(compact(mine), BO.key))


def test_BB_02_a_rerandomised_or_inverted_ballot_is_refused() -> None:
    group, key = ED25519, ELECTION.public_key
    choice = BALLOT.answers[0].choices[1]
    again = (group.multiply(choice.alpha, group.generator_power(5)), group.multiply(choice.beta, group.power(key, 5)))
    inverse = (group.divide(group.identity, choice.alpha), group.divide(group.identity, choice.beta))
    for alpha, beta in (again, inverse):
        pair: Json = {"alpha": group.encode(alpha), "beta": group.encode(beta)}
        raw = replaced(BALLOT.raw, ("answers", 0, "choices", 1), pair)
        with pytest.raises(InvalidProof, match=r"ballot\.signature"):
            judge(raw)
        with pytest.raises(InvalidProof, match=r"proof\.individual"):
            judge(resigned(raw, ADA.key))


def test_BB_07_equal_votes_never_share_a_code_or_a_tracker() -> None:
    ballots = [Voter(ELECTION, key).seal((0, 1, 0), (1, 0, 0)) for key in (5, 5, 6, 7, 8)]
    assert len({ballot.code for ballot in ballots}) == len({ballot.tracker for ballot in ballots}) == 5
    # Even with the same randomness: the credential is under both hashes.
    alike = [Voter(ELECTION, key).seal((0, 1, 0), (1, 0, 0), random_scalar=count()) for key in (5, 6)]
    assert alike[0].alphas == alike[1].alphas
    assert alike[0].code != alike[1].code
    assert alike[0].tracker != alike[1].tracker


def count() -> RandomScalar:
    return iter(range(3, 1000)).__next__


def test_BB_15_one_card_has_another_credential_in_every_election_and_its_ballot_stays_in_its_own() -> None:
    code = parse_code(new_code())
    other = make_election(YES_NO, WORKS, uuid="2AtestTestTest")
    master = master_public(ED25519, code)
    credentials = [public_credential(ED25519, master, election.uuid) for election in (ELECTION, other)]
    assert credentials[0] != credentials[1]
    key = voting_key(ED25519, code, ELECTION.uuid)
    ballot = Voter(ELECTION, key).seal((0, 1, 0), (1, 0, 0))
    assert ballot.credential == credentials[0]
    with pytest.raises(InvalidProof, match=r"ballot\.election"):
        judge(ballot.raw, other)


def test_a_ballot_larger_than_we_accept_is_refused_unread() -> None:
    raw = b'{"election_uuid":"' + b"z" * 240_001 + b'"}'
    with pytest.raises(Malformed, match=r"json\.size"):
        decode_ballot(raw, ELECTION)


def test_the_unsigned_ballot_is_cut_out_of_the_bytes_as_it_was() -> None:
    value = json.loads(BALLOT.raw)
    del value["signature"]
    assert unsigned_bytes(BALLOT.raw) == compact(value)


def test_the_fixed_ballots_are_accepted() -> None:
    cases = json.loads(File("tests/vectors/kalpi/ballot.json").read_text(encoding="utf-8"))["cases"]
    assert {case["group"] for case in cases} == {ED25519.name, BELENIOS_2048.name}
    for case in cases:
        election = decode_election(case["election"].encode())
        ballot = judge(case["ballot"].encode(), election)
        assert election.fingerprint == case["fingerprint"]
        found = (ballot.code, ballot.tracker, ballot.digest.hex(), ballot.credential_text)
        assert found == (case["code"], case["tracker"], case["digest"], case["credential"])
