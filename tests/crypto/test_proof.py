"""Proofs hold exactly for what they were made for."""

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.answer import encrypt
from crypto.encoding import Json
from crypto.errors import Malformed
from crypto.group import BELENIOS_2048, ED25519, GROUPS, Edwards25519, Element, Group
from crypto.proof import (
    Branch,
    Proof,
    Witness,
    decode_proof,
    key_proof_holds,
    one_is_empty,
    prove_key,
    prove_one_empty,
)
from crypto.transcript import challenge
from tests.crypto.elections import Recorded, fixed_scalar, fixed_scalars

KEY = ED25519.generator_power(1234567)


@given(data=st.data(), branches=st.integers(1, 5), offset=st.integers(-3, 3))
def test_one_empty_branch_is_proved_and_none_is_not(data: st.DataObject, branches: int, offset: int) -> None:
    true = data.draw(st.integers(0, branches - 1))
    plaintexts = [(index - true) for index in range(branches)]
    witnesses = [Witness(fixed_scalar(ED25519, f"r{index}"), value) for index, value in enumerate(plaintexts)]
    proofs = prove_one_empty(ED25519, KEY, "test|", witnesses, ED25519.random_scalar)
    statement = [encrypt(ED25519, KEY, item.plaintext, item.randomness) for item in witnesses]
    claims = [Branch(item.alpha, item.beta) for item in statement]
    assert one_is_empty(ED25519, KEY, "test|", claims, proofs)
    shifted = [Branch(a, ED25519.multiply(b, ED25519.generator_power(branches + offset + 3))) for a, b in claims]
    assert not one_is_empty(ED25519, KEY, "test|", shifted, proofs)


def test_two_empty_branches_are_proved_too() -> None:
    witnesses = [Witness(5, 0), Witness(6, 0)]
    claims = [Branch(ED25519.generator_power(r), ED25519.power(KEY, r)) for r, _ in witnesses]
    proofs = prove_one_empty(ED25519, KEY, "test|", witnesses, ED25519.random_scalar)
    assert one_is_empty(ED25519, KEY, "test|", claims, proofs)


def test_nothing_is_proved_when_no_branch_is_empty() -> None:
    with pytest.raises(StopIteration):
        prove_one_empty(ED25519, KEY, "test|", [Witness(5, 1), Witness(6, 2)], ED25519.random_scalar)


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
def test_CR_02_a_disjunction_binds_prefix_key_generator_and_every_branch(group: Group) -> None:
    key, other = group.generator_power(77), group.generator_power(78)
    witnesses = [Witness(5, 0), Witness(6, 1)]
    statement = [encrypt(group, key, item.plaintext, item.randomness) for item in witnesses]
    claims = [Branch(item.alpha, item.beta) for item in statement]
    proofs = prove_one_empty(group, key, "test|", witnesses, fixed_scalars(group, "disjunction"))
    holds = partial(one_is_empty, group)
    assert holds(key, "test|", claims, proofs)
    assert not holds(other, "test|", claims, proofs)
    assert not holds(key, "tesx|", claims, proofs)
    for index in range(2):
        for field in ("alpha", "beta"):
            changed = list(claims)
            moved = group.multiply(getattr(claims[index], field), group.generator)
            changed[index] = claims[index]._replace(**{field: moved})
            assert not holds(key, "test|", changed, proofs)
        for field in ("challenge", "response"):
            wrong = list(proofs)
            wrong[index] = replace(proofs[index], **{field: (getattr(proofs[index], field) + 1) % group.order})
            assert not holds(key, "test|", claims, wrong)
    assert not holds(key, "test|", claims[::-1], proofs)
    assert not holds(key, "test|", claims, proofs[::-1])


def test_CR_06_challenges_that_do_not_sum_or_a_branch_used_twice_are_no_proof() -> None:
    witnesses = [Witness(5, 0), Witness(6, 1)]
    statement = [encrypt(ED25519, KEY, item.plaintext, item.randomness) for item in witnesses]
    claims = [Branch(item.alpha, item.beta) for item in statement]
    first, second = prove_one_empty(ED25519, KEY, "test|", witnesses, ED25519.random_scalar)
    for wrong in ((first, first), (second, second), (first, replace(second, challenge=0))):
        assert not one_is_empty(ED25519, KEY, "test|", claims, wrong)
    for wrong_number in ((first,), (first, second, second), ()):
        with pytest.raises(ValueError, match="zip"):
            one_is_empty(ED25519, KEY, "test|", claims, wrong_number)


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_knowledge_of_a_key_is_proved_for_that_key_and_statement(group: Group) -> None:
    statement = partial(challenge, group, "one|")
    proof = prove_key(group, 99, lambda point: statement([point]), group.random_scalar)
    image = group.generator_power(99)
    assert key_proof_holds(group, image, lambda point: statement([point]), proof)
    assert not key_proof_holds(group, group.generator_power(98), lambda point: statement([point]), proof)
    assert not key_proof_holds(group, image, lambda point: challenge(group, "two|", [point]), proof)
    for wrong in (replace(proof, challenge=proof.challenge ^ 1), replace(proof, response=proof.response ^ 1)):
        assert not key_proof_holds(group, image, lambda point: statement([point]), wrong)


class Counting(Edwards25519):
    """The group, writing down which operations it makes."""

    def __init__(self) -> None:
        self.operations: list[str] = []

    def power(self, base: Element, exponent: int) -> Element:
        self.operations.append("power")
        return super().power(base, exponent)

    def multiply(self, left: Element, right: Element) -> Element:
        self.operations.append("multiply")
        return super().multiply(left, right)

    def divide(self, left: Element, right: Element) -> Element:
        self.operations.append("divide")
        return super().divide(left, right)


def test_CR_21_the_same_draws_and_group_operations_are_made_whichever_branch_is_true() -> None:
    seen = []
    for true in range(4):
        group = Counting()
        source = Recorded(fixed_scalars(group, "same"))
        prove_one_empty(group, KEY, "test|", [Witness(9, true - claim) for claim in range(4)], source)
        seen.append((group.operations, source.drawn))
    assert seen[0] == seen[1] == seen[2] == seen[3]
    assert len(seen[0][0]) == 16


def test_a_proof_written_and_read_is_the_same() -> None:
    proof = Proof(0, ED25519.order - 1)
    assert decode_proof(ED25519, proof.encode()) == proof
    wrong: list[Json] = [{"response": "1", "challenge": "1"}, {"challenge": "1"}, []]
    wrong.append({"challenge": 1, "response": "1"})
    for value in wrong:
        with pytest.raises(Malformed):
            decode_proof(ED25519, value)
