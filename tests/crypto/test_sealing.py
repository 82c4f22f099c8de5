"""A ballot is prepared, then opened or signed; every random number in it is used once."""

import json
from dataclasses import replace
from pathlib import Path as File
from typing import Any

import pytest

from crypto.answer import Answer
from crypto.ballot import Ballot, check_ballot, decode_ballot
from crypto.election import decode_election
from crypto.encoding import Json, parse_json
from crypto.errors import InvalidProof, Malformed
from crypto.group import ED25519, GROUPS, Group
from crypto.order import FIRST, decode_order, sign_order
from crypto.proof import Proof
from crypto.sealing import PreparedBallot, check_opening, prepare_ballot, sign_ballot
from tests.crypto.elections import WORKS, YES_NO, Recorded, Voter, fixed_scalars, listed, make_election
from tests.crypto.places import at, paths, replaced

ELECTION = make_election(YES_NO, WORKS)
ADA = Voter(ELECTION, 1001)
CHOICES = ((0, 1, 0), (1, 0, 1))
CASES = json.loads(File("tests/vectors/kalpi/ballot.json").read_text(encoding="utf-8"))["cases"]


def prepared() -> PreparedBallot:
    return prepare_ballot(ELECTION, ADA.credential, CHOICES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['group']} {case['selections']}")
def test_the_listed_scalars_make_exactly_the_fixed_ballot(case: dict[str, Any]) -> None:
    election = decode_election(case["election"].encode())
    key = int(case["key"])
    source = Recorded(listed(case["prepare_scalars"]))
    made = prepare_ballot(election, election.group.generator_power(key), case["selections"], source)
    assert (made.unsigned.decode(), made.code) == (case["unsigned"], case["code"])
    assert [[str(exponent) for exponent in row] for row in made.randomness] == case["randomness"]
    assert len(source.drawn) == len(case["prepare_scalars"])
    assert sign_ballot(election, made, key, listed(case["sign_scalars"])).decode() == case["ballot"]
    assert check_opening(election, made.unsigned, made.selections, made.randomness) == case["code"]


def test_the_code_is_known_before_signing_and_stays() -> None:
    made = prepared()
    for signed in (sign_ballot(ELECTION, made, ADA.key), sign_ballot(ELECTION, made.unsigned, ADA.key)):
        ballot = decode_ballot(signed, ELECTION)
        check_ballot(ballot, ELECTION)
        assert ballot.code == made.code


@pytest.mark.parametrize(
    "choices",
    [
        ((0, 1, 1), (1, 0, 0)),
        ((1, 1, 0), (1, 0, 0)),
        ((0, 0, 0), (1, 0, 0)),
        ((0, 2, 0), (1, 0, 0)),
        ((0, -1, 0), (1, 0, 0)),
        ((0, 1), (1, 0, 0)),
        ((0, 1, 0, 0), (1, 0, 0)),
        ((0, 1, 0), (1, 1, 1)),
        ((0, 1, 0), (0, 0, 0)),
        ((0, 1, 0),),
        ((0, 1, 0), (1, 0, 0), (1, 0, 0)),
        (),
    ],
)
def test_CR_07_a_choice_that_is_not_allowed_is_not_sealed(choices: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(Malformed, match=r"ballot\.selection") as refusal:
        prepare_ballot(ELECTION, ADA.credential, choices)
    assert not any(digit in refusal.value.sentence for digit in ("-1", "(", "["))


def test_CR_12_randomness_that_is_zero_is_not_used() -> None:
    for zero in (0, ED25519.order):
        with pytest.raises(ValueError, match="randomness"):
            prepare_ballot(ELECTION, ADA.credential, CHOICES, lambda zero=zero: zero)  # type: ignore[misc]


def test_a_prepared_ballot_does_not_print_the_vote() -> None:
    made = prepared()
    assert "selections" not in repr(made)
    assert "randomness" not in repr(made)


def test_an_opened_ballot_encrypts_what_was_shown() -> None:
    made = prepared()
    assert check_opening(ELECTION, made.unsigned, made.selections, made.randomness) == made.code


def test_BB_09_an_opened_ballot_that_encrypts_another_choice_is_caught() -> None:
    made = prepared()
    for shown in (((0, 0, 1), (1, 0, 1)), ((1, 0, 0), (1, 0, 1)), ((0, 1, 0), (0, 1, 1))):
        with pytest.raises(InvalidProof, match=r"challenge\.opening"):
            check_opening(ELECTION, made.unsigned, shown, made.randomness)


def test_BB_09_an_opening_with_another_exponent_or_ciphertext_is_caught() -> None:
    made = prepared()
    for question, row in enumerate(made.randomness):
        for place in range(len(row)):
            randomness = [list(exponents) for exponents in made.randomness]
            randomness[question][place] += 1
            with pytest.raises(InvalidProof, match=r"challenge\.opening"):
                check_opening(ELECTION, made.unsigned, made.selections, randomness)
    other = parse_json(prepared().unsigned)
    for path in paths(parse_json(made.unsigned)):
        if path[-1] in ("alpha", "beta"):
            changed = replaced(made.unsigned, path, at(other, path))
            with pytest.raises(InvalidProof, match=r"challenge\.opening"):
                check_opening(ELECTION, changed, made.selections, made.randomness)


def test_an_opening_for_another_election_is_refused() -> None:
    made = prepared()
    for path, value in ((("election_uuid",), "2AtestTestTest"), (("election_hash",), "A" * 43)):
        with pytest.raises(InvalidProof, match=r"challenge\.opening"):
            check_opening(ELECTION, replaced(made.unsigned, path, value), made.selections, made.randomness)
    other = replace(ELECTION, public_key=ED25519.generator_power(5))
    with pytest.raises(InvalidProof, match=r"challenge\.opening"):
        check_opening(other, made.unsigned, made.selections, made.randomness)


def test_an_opening_of_another_shape_is_refused() -> None:
    made = prepared()
    short = [row[:-1] for row in made.randomness]
    for unsigned, selections, randomness in (
        (made.unsigned, made.selections, short),
        (made.unsigned, made.selections[:1], made.randomness),
        (made.unsigned, ((0, 1, 1), (1, 0, 1)), made.randomness),
        (replaced(made.unsigned, ("answers", 0, "choices"), []), made.selections, made.randomness),
        (replaced(made.unsigned, ("answers",), []), made.selections, made.randomness),
        (replaced(made.unsigned, ("credential",), "0" * 64), made.selections, made.randomness),
        (made.unsigned + b" ", made.selections, made.randomness),
        (b"", made.selections, made.randomness),
        (sign_ballot(ELECTION, made, ADA.key), made.selections, made.randomness),
    ):
        with pytest.raises(Malformed):
            check_opening(ELECTION, unsigned, selections, randomness)


# --- randomness (CR-18)


def nonces(answer: Answer, randomness: tuple[int, ...], group: Group, blank: bool) -> list[int]:
    """w = response + r challenge, for every branch."""

    def of(proofs: tuple[Proof, ...], exponents: list[int]) -> list[int]:
        pairs = zip(proofs, exponents, strict=True)
        return [(proof.response + exponent * proof.challenge) % group.order for proof, exponent in pairs]

    total = sum(randomness[blank:])
    found = []
    for proofs, exponent in zip(answer.individual_proofs, randomness, strict=True):
        found += of(proofs, [exponent, exponent])
    branches = len(answer.overall_proof) - blank
    found += of(answer.overall_proof, [randomness[0]] * blank + [total] * branches)
    if answer.blank_proof is not None:
        found += of(answer.blank_proof, [randomness[0], total])
    return found


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
def test_CR_18_no_random_number_of_a_ballot_and_its_order_statement_is_used_twice(group: Group) -> None:
    election = make_election(YES_NO, WORKS, group=group)
    voter = Voter(election, 31337)
    seen: list[int] = []
    ballots = 12 if group is ED25519 else 2
    for sequence in range(ballots):
        made = prepare_ballot(election, voter.credential, CHOICES)
        ballot = decode_ballot(sign_ballot(election, made, voter.key), election)
        previous = bytes([7]) * 32 if sequence else FIRST
        order = decode_order(sign_order(election, voter.key, sequence, previous, ballot.digest), group)
        for question, answer, randomness in zip(election.questions, ballot.answers, made.randomness, strict=True):
            seen += [*randomness, *nonces(answer, randomness, group, question.blank)]
        seen += [(proof.response + voter.key * proof.challenge) % group.order for proof in (ballot.proof, order.proof)]
    assert len(seen) == ballots * (6 + 6 + 2 + 2 + 6 + 2 + 2)
    assert len(set(seen)) == len(seen)


def test_CR_18_the_scalars_drawn_are_the_nonces_used() -> None:
    """The former test sees every draw: nothing else in a ballot is random."""
    source = Recorded(fixed_scalars(ED25519, "recorded"))
    made = prepare_ballot(ELECTION, ADA.credential, CHOICES, source)
    ballot: Ballot = decode_ballot(sign_ballot(ELECTION, made, ADA.key, source), ELECTION)
    used: set[int] = {(ballot.proof.response + ADA.key * ballot.proof.challenge) % ED25519.order}
    for question, answer, randomness in zip(ELECTION.questions, ballot.answers, made.randomness, strict=True):
        used |= {*randomness, *nonces(answer, randomness, ED25519, question.blank)}
        for proofs in (*answer.individual_proofs, answer.overall_proof, answer.blank_proof or ()):
            used |= {proof.challenge for proof in proofs}
    # Only the guesses set aside, one per disjunction, are drawn and do not show.
    disjunctions = sum(question.width + 1 + question.blank for question in ELECTION.questions)
    assert len(set(source.drawn) - used) == disjunctions
    assert len(source.drawn) == len(set(source.drawn))


def test_CR_18_many_ballots_repeat_no_alpha() -> None:
    election = make_election(YES_NO)
    voter = Voter(election, 5)
    alphas = [alpha for _ in range(120) for alpha in voter.seal((0, 1, 0)).alphas]
    assert len(set(alphas)) == len(alphas) == 360


def test_the_bytes_of_a_ballot_are_the_compact_spelling() -> None:
    value: Json = parse_json(ADA.seal(*CHOICES).raw)
    assert list(value) == ["election_uuid", "election_hash", "credential", "answers", "signature"]  # type: ignore[arg-type]
