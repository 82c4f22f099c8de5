"""The proofs of an answer: complete, bound to their place, and impossible for a vote that is not allowed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import proof as proof_module
from crypto.answer import Answer, Ciphertext, check_answer, encrypt, product, prove_answer
from crypto.election import Election, Question
from crypto.encoding import compact, parse_json
from crypto.errors import InvalidProof, Malformed
from crypto.group import BELENIOS_2048, ED25519, Element, Group
from crypto.proof import Proof, Witness, prove_one_empty
from crypto.transcript import challenge
from tests.crypto.elections import WORKS, YES_NO, Voter, fixed_scalars, make_election

CREDENTIAL = ED25519.encode(ED25519.generator_power(31))
OTHER_CREDENTIAL = ED25519.encode(ED25519.generator_power(32))
ELECTION = make_election(YES_NO, WORKS)
OTHER_ELECTION = replace(ELECTION, raw=ELECTION.raw + b" ")
OTHER_KEY = replace(ELECTION, public_key=ED25519.generator_power(4321))
R = (11, 12, 13)

KINDS: dict[str, tuple[Question, tuple[int, ...], str, Callable[[Answer, Answer], Answer]]] = {
    "individual": (
        YES_NO,
        (0, 1, 0),
        "proof.individual",
        lambda new, old: replace(new, individual_proofs=old.individual_proofs),
    ),
    "overall with blank": (
        YES_NO,
        (0, 1, 0),
        "proof.overall",
        lambda new, old: replace(new, overall_proof=old.overall_proof),
    ),
    "overall without blank": (
        WORKS,
        (1, 0, 1),
        "proof.overall",
        lambda new, old: replace(new, overall_proof=old.overall_proof),
    ),
    "blank": (YES_NO, (1, 0, 0), "proof.blank", lambda new, old: replace(new, blank_proof=old.blank_proof)),
}
CHANGES: dict[str, tuple[Election, str, tuple[int, ...]]] = {
    "fingerprint": (OTHER_ELECTION, CREDENTIAL, R),
    "public key": (OTHER_KEY, CREDENTIAL, R),
    "credential": (ELECTION, OTHER_CREDENTIAL, R),
    "ciphertext 0": (ELECTION, CREDENTIAL, (99, 12, 13)),
    "ciphertext 1": (ELECTION, CREDENTIAL, (11, 99, 13)),
    "ciphertext 2": (ELECTION, CREDENTIAL, (11, 12, 99)),
}


def answered(question: Question, selection: Sequence[int], change: str | None = None) -> Answer:
    election, credential, randomness = CHANGES[change] if change else (ELECTION, CREDENTIAL, R)
    return prove_answer(election, question, credential, selection, randomness, ED25519.random_scalar)


@pytest.mark.parametrize("kind", KINDS)
def test_the_honest_twin_of_the_next_test_is_accepted(kind: str) -> None:
    question, selection, _code, keep = KINDS[kind]
    kept = keep(answered(question, selection), answered(question, selection))
    check_answer(ELECTION, question, CREDENTIAL, kept)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", KINDS)
def test_CR_02_a_proof_kept_while_one_element_of_its_statement_changes_is_refused(kind: str, change: str) -> None:
    """All other proofs of the answer are made for the changed statement, so only the kept one can fail."""
    question, selection, code, keep = KINDS[kind]
    election, credential, _randomness = CHANGES[change]
    changed = answered(question, selection, change)
    check_answer(election, question, credential, changed)
    with pytest.raises(InvalidProof, match=re.escape(code)):
        check_answer(election, question, credential, keep(changed, answered(question, selection)))


@pytest.mark.parametrize("question", [YES_NO, WORKS])
def test_CR_02_an_overall_proof_for_other_bounds_is_refused(question: Question) -> None:
    other = replace(question, minimum=question.minimum - 1, maximum=question.maximum - 1)
    selection = (0, 1, 0)
    answer = answered(question, selection)
    check_answer(ELECTION, question, CREDENTIAL, answer)
    with pytest.raises(InvalidProof, match=r"proof\.overall"):
        check_answer(ELECTION, other, CREDENTIAL, answer)


def test_CR_02_every_field_of_the_statement_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []

    def recorded(group: Group, prefix: str, commitments: Sequence[Element]) -> int:
        hashed.append(prefix)
        return challenge(group, prefix, commitments)

    answers = [answered(YES_NO, (0, 1, 0)), answered(WORKS, (1, 0, 0))]
    monkeypatch.setattr(proof_module, "challenge", recorded)
    for question, answer in zip((YES_NO, WORKS), answers, strict=True):
        hashed.clear()
        check_answer(ELECTION, question, CREDENTIAL, answer)
        assert len(hashed) == question.width + 1 + question.blank
        assert all(f"{ELECTION.fingerprint}|{CREDENTIAL}|" in prefix for prefix in hashed)
        assert all(re.match(r"(prove|bproof0|bproof1)\|", prefix) for prefix in hashed)
        texts = [choice.text(ED25519) for choice in answer.choices]
        for text, prefix in zip(texts, hashed, strict=False):
            assert prefix.endswith(f"|{text}|")
        for prefix in hashed[question.width :]:
            assert ",".join(texts) in prefix


def test_CR_05_only_the_diagonal_of_elections_questions_choices_and_credentials_verifies() -> None:
    """A ciphertext with its proofs, pasted from one place into another that is of the same form."""
    question = replace(WORKS, answers=("Α", "Β"))
    elections = (ELECTION, OTHER_ELECTION)
    credentials = (CREDENTIAL, OTHER_CREDENTIAL)
    made = {
        (e, q, k): prove_answer(elections[e], question, credentials[k], (1, 0), (70 + q, 80 + q), ED25519.random_scalar)
        for e in range(2)
        for q in range(2)
        for k in range(2)
    }
    accepted = []
    for target, into in made.items():
        for choice in range(2):
            for source, out_of in made.items():
                for other in range(2):
                    choices, proofs = list(into.choices), list(into.individual_proofs)
                    choices[choice], proofs[choice] = out_of.choices[other], out_of.individual_proofs[other]
                    mixed = replace(into, choices=tuple(choices), individual_proofs=tuple(proofs))
                    try:
                        check_answer(elections[target[0]], question, credentials[target[2]], mixed)
                    except InvalidProof:
                        continue
                    accepted.append((target, choice) == (source, other))
    assert accepted == [True] * 16


@pytest.mark.parametrize("plaintext", [2, -1, ED25519.order - 1, 10**6])
def test_CR_07_a_choice_that_is_neither_0_nor_1_is_refused(plaintext: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The prover does all that an honest one does, and encrypts something else."""

    def lying(group: Group, key: Element, claimed: int, randomness: int) -> Ciphertext:
        return encrypt(group, key, plaintext if claimed else 0, randomness)

    monkeypatch.setattr("crypto.answer.encrypt", lying)
    with pytest.raises(InvalidProof, match=r"proof\.individual"):
        check_answer(ELECTION, YES_NO, CREDENTIAL, answered(YES_NO, (0, 1, 0)))


def whole(answer: Answer) -> str:
    texts = ",".join(choice.text(ED25519) for choice in answer.choices)
    return f"{ELECTION.fingerprint}|{CREDENTIAL}|{texts}"


def claimed(prefix: str, *witnesses: Witness) -> tuple[Proof, ...]:
    return prove_one_empty(ED25519, ELECTION.public_key, prefix, witnesses, ED25519.random_scalar)


def test_CR_07_more_choices_than_allowed_are_refused() -> None:
    loose = replace(YES_NO, maximum=2)
    answer = answered(loose, (0, 1, 1))
    check_answer(ELECTION, loose, CREDENTIAL, answer)
    lie = claimed(f"bproof1|{whole(answer)}|", Witness(R[0], -1), Witness(R[1] + R[2], 0))
    with pytest.raises(InvalidProof, match=r"proof\.overall"):
        check_answer(ELECTION, YES_NO, CREDENTIAL, replace(answer, overall_proof=lie))


def test_CR_07_fewer_choices_than_asked_are_refused() -> None:
    loose = replace(YES_NO, minimum=0, maximum=0)
    answer = answered(loose, (0, 0, 0))
    check_answer(ELECTION, loose, CREDENTIAL, answer)
    with pytest.raises(InvalidProof, match=r"proof\.overall"):
        check_answer(ELECTION, YES_NO, CREDENTIAL, answer)


def test_CR_07_blank_beside_a_choice_is_refused() -> None:
    honest = answered(YES_NO, (1, 0, 0))
    choices = (honest.choices[0], encrypt(ED25519, ELECTION.public_key, 1, R[1]), honest.choices[2])
    both = replace(honest, choices=choices)
    prefix = f"prove|{ELECTION.fingerprint}|{CREDENTIAL}|{choices[1].text(ED25519)}|"
    proofs = list(honest.individual_proofs)
    proofs[1] = claimed(prefix, Witness(R[1], 1), Witness(R[1], 0))
    total = R[1] + R[2]
    both = replace(
        both,
        individual_proofs=tuple(proofs),
        overall_proof=claimed(f"bproof1|{whole(both)}|", Witness(R[0], 0), Witness(total, 0)),
        blank_proof=claimed(f"bproof0|{whole(both)}|", Witness(R[0], 1), Witness(total, 0)),
    )
    with pytest.raises(InvalidProof, match=r"proof\.blank"):
        check_answer(ELECTION, YES_NO, CREDENTIAL, both)


def test_CR_07_a_sum_over_other_ciphertexts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    question = replace(WORKS, maximum=1)
    answer = answered(replace(WORKS, maximum=2), (1, 1, 0))
    fewer = product(ED25519, answer.choices[:1])
    prefix = f"prove|{whole(answer)}|{fewer.text(ED25519)}|"
    lie = replace(answer, overall_proof=claimed(prefix, Witness(R[0], 0)))
    with pytest.raises(InvalidProof, match=r"proof\.overall"):
        check_answer(ELECTION, question, CREDENTIAL, lie)
    monkeypatch.setattr("crypto.answer.product", lambda _group, _all: fewer)
    check_answer(ELECTION, question, CREDENTIAL, lie)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Question, tuple[int, ...]]:
    """A question of 2 to 8 answers and a selection that it allows."""
    width = draw(st.integers(2, 8))
    maximum = draw(st.integers(1, width))
    minimum = draw(st.integers(0, maximum))
    blank = draw(st.booleans())
    question = Question("Ποια;", tuple(map(str, range(width))), blank, minimum, maximum)
    if blank and draw(st.booleans()):
        return question, (1, *(0,) * width)
    chosen = draw(st.sets(st.integers(0, width - 1), min_size=minimum, max_size=maximum))
    bits = tuple(int(index in chosen) for index in range(width))
    return question, ((0, *bits) if blank else bits)


@settings(max_examples=40, deadline=None)
@given(case=questions())
def test_every_allowed_answer_is_proved_and_checked(case: tuple[Question, tuple[int, ...]]) -> None:
    question, selection = case
    election = make_election(question)
    ballot = Voter(election, 6).seal(selection)
    check_answer(election, question, ballot.credential_text, ballot.answers[0])


def test_BB_02_a_rerandomised_or_inverted_copy_is_refused() -> None:
    key = ELECTION.public_key
    honest = answered(YES_NO, (0, 1, 0))
    zero = encrypt(ED25519, key, 0, 55)
    for index in range(3):
        once = product(ED25519, [honest.choices[index], zero])
        inverse = Ciphertext(
            ED25519.divide(ED25519.identity, honest.choices[index].alpha),
            ED25519.divide(ED25519.identity, honest.choices[index].beta),
        )
        for copy in (once, inverse):
            choices = list(honest.choices)
            choices[index] = copy
            with pytest.raises(InvalidProof, match=r"proof\.individual"):
                check_answer(ELECTION, YES_NO, CREDENTIAL, replace(honest, choices=tuple(choices)))


def test_the_same_scalars_make_the_same_answer_in_the_other_group() -> None:
    election = make_election(YES_NO, group=BELENIOS_2048)
    voter = Voter(election, 8)
    first = voter.seal((0, 1, 0), random_scalar=fixed_scalars(BELENIOS_2048, "twice"))
    again = voter.seal((0, 1, 0), random_scalar=fixed_scalars(BELENIOS_2048, "twice"))
    assert first == again
    assert parse_json(compact(first.answers[0].encode(BELENIOS_2048)))


def test_randomness_of_another_length_is_a_mistake_of_ours() -> None:
    with pytest.raises((ValueError, Malformed)):
        prove_answer(ELECTION, YES_NO, CREDENTIAL, (0, 1, 0), (1, 2), ED25519.random_scalar)
