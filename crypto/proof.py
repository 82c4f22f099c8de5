"""Proofs of knowledge of a key, and proofs that one of several ciphertexts holds nothing.

A proof is a challenge and a response; the verifier recomputes the commitments and hashes them again. What a
statement says, and which hash makes its challenge, is decided by the module that owns it.

Source: Belenios specification, sections "Trustees" (Schnorr) and "Ballot" (iprove and the two blank proofs, which
are here one construction: a disjunction over branches). PROTOCOL.md equations 3 to 6.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from crypto.encoding import Json, members
from crypto.group import Element, Group, RandomScalar
from crypto.transcript import challenge

ChallengeOf: TypeAlias = Callable[[Element], int]
"""The challenge of a statement that awaits only the commitment."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Both in [0, q)."""

    challenge: int
    response: int

    def encode(self) -> dict[str, Json]:
        return {"challenge": str(self.challenge), "response": str(self.response)}


class Branch(NamedTuple):
    """Claims that (alpha, beta) encrypts 0, that is: alpha = g^r and beta = y^r for some r."""

    alpha: Element
    beta: Element


class Witness(NamedTuple):
    """What the prover knows of a branch: (alpha, beta) = (g^randomness, y^randomness g^plaintext)."""

    randomness: int
    plaintext: int


def decode_proof(group: Group, value: Json) -> Proof:
    fields = members(value, ("challenge", "response"))
    return Proof(group.decode_scalar(fields["challenge"]), group.decode_scalar(fields["response"]))


def prove_key(group: Group, key: int, challenge_of: ChallengeOf, random_scalar: RandomScalar) -> Proof:
    """Show knowledge of `key`. Draws one scalar, the nonce."""
    nonce = random_scalar()
    value = challenge_of(group.generator_power(nonce))
    return Proof(value, (nonce - key * value) % group.order)


def key_proof_holds(group: Group, image: Element, challenge_of: ChallengeOf, proof: Proof) -> bool:
    """Whether the prover knows the x of image = g^x. The caller raises: only he knows what was claimed."""
    commitment = group.multiply(group.generator_power(proof.response), group.power(image, proof.challenge))
    return challenge_of(commitment) == proof.challenge


def prove_one_empty(
    group: Group, key: Element, prefix: str, witnesses: Sequence[Witness], random_scalar: RandomScalar
) -> tuple[Proof, ...]:
    """Show that at least one branch encrypts 0, without showing which; one of the plaintexts must be 0.

    Draws two scalars per branch, in order: the nonce w and a challenge c (the true branch's is set aside, so that
    every choice draws alike). With randomness r and plaintext d the commitments are g^w and y^w g^(d c): for the true
    branch an ordinary commitment, for the others a simulated one, since w = s + r c.
    """
    drawn = [(random_scalar(), random_scalar()) for _ in witnesses]
    true = next(index for index, witness in enumerate(witnesses) if witness.plaintext % group.order == 0)
    commitments: list[Element] = []
    for (nonce, guess), witness in zip(drawn, witnesses, strict=True):
        commitments.append(group.generator_power(nonce))
        shift = group.generator_power(witness.plaintext * guess)
        commitments.append(group.multiply(group.power(key, nonce), shift))
    challenges = [guess for _nonce, guess in drawn]
    challenges[true] = 0
    challenges[true] = (challenge(group, prefix, commitments) - sum(challenges)) % group.order
    return tuple(
        Proof(value, (nonce - witness.randomness * value) % group.order)
        for (nonce, _guess), witness, value in zip(drawn, witnesses, challenges, strict=True)
    )


def one_is_empty(group: Group, key: Element, prefix: str, branches: Sequence[Branch], proofs: Sequence[Proof]) -> bool:
    """Whether the proofs show that one of the branches encrypts 0. As many proofs as branches are expected."""
    commitments: list[Element] = []
    total = 0
    for branch, proof in zip(branches, proofs, strict=True):
        response, value = proof.response, proof.challenge
        commitments.append(group.multiply(group.generator_power(response), group.power(branch.alpha, value)))
        commitments.append(group.multiply(group.power(key, response), group.power(branch.beta, value)))
        total += value
    return challenge(group, prefix, commitments) == total % group.order
