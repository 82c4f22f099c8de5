"""Schnorr statements about a trustee's key: knowledge of it, signed messages, and our own signed statements.

All have response = w - secret * challenge, and the verifier recomputes the commitment as g^response * X^challenge.

Source: Belenios specification, section "Trustees"; for `sign_statement`, PROTOCOL.md section 8.
"""

from dataclasses import dataclass

from crypto.encoding import Json, compact, members, string
from crypto.errors import InvalidProof
from crypto.group import Element, Group, RandomScalar
from crypto.proof import ChallengeOf, Proof, decode_proof, key_proof_holds, prove_key
from crypto.transcript import KNOWLEDGE_OF_KEY, SIGNED_MESSAGE, challenge, hash_to_field


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """`message` is compact JSON in a string; whose signature it is, the context says."""

    message: str
    signature: Proof

    def encode(self) -> Json:
        return {"message": self.message, "signature": self.signature.encode()}

    @property
    def raw(self) -> bytes:
        return compact(self.encode())


def decode_signed_message(group: Group, value: Json) -> SignedMessage:
    fields = members(value, ("message", "signature"))
    return SignedMessage(string(fields["message"]), decode_proof(group, fields["signature"]))


def prove_knowledge(group: Group, key: int, random_scalar: RandomScalar) -> Proof:
    """The `pok` of a trustee's public key. Draws one scalar."""
    return prove_key(group, key, _knowledge(group, group.generator_power(key)), random_scalar)


def check_knowledge(group: Group, public: Element, proof: Proof) -> None:
    """Raises InvalidProof (trustee.knowledge)."""
    if not key_proof_holds(group, public, _knowledge(group, public), proof):
        raise InvalidProof("trustee.knowledge", "the proof of knowledge of a trustee's key does not hold")


def sign_message(group: Group, key: int, message: str, random_scalar: RandomScalar) -> SignedMessage:
    """Draws one scalar."""
    return SignedMessage(message, sign_text(group, key, message, random_scalar))


def check_message(group: Group, public: Element, signed: SignedMessage) -> None:
    """Raises InvalidProof (trustee.signature)."""
    check_text(group, public, signed.message, signed.signature)


def sign_text(group: Group, key: int, text: str, random_scalar: RandomScalar) -> Proof:
    """Belenios's signature of a string. Draws one scalar."""
    return prove_key(group, key, _message(group, text), random_scalar)


def check_text(group: Group, public: Element, text: str, proof: Proof) -> None:
    """Raises InvalidProof (trustee.signature)."""
    if not key_proof_holds(group, public, _message(group, text), proof):
        raise InvalidProof("trustee.signature", "a trustee's signature does not hold")


def sign_statement(group: Group, key: int, tag: bytes, parts: tuple[bytes, ...], random_scalar: RandomScalar) -> Proof:
    """Sign length-prefixed parts under one of our tags, the key inside the challenge. Draws one scalar."""
    return prove_key(group, key, _statement(group, group.generator_power(key), tag, parts), random_scalar)


def check_statement(group: Group, public: Element, tag: bytes, parts: tuple[bytes, ...], proof: Proof) -> None:
    """Raises InvalidProof (statement.signature)."""
    if not key_proof_holds(group, public, _statement(group, public, tag, parts), proof):
        raise InvalidProof("statement.signature", "the signature of a statement does not hold")


def _knowledge(group: Group, public: Element) -> ChallengeOf:
    prefix = f"{KNOWLEDGE_OF_KEY}{group.name}|{group.encode(public)}|"
    return lambda commitment: challenge(group, prefix, [commitment])


def _message(group: Group, text: str) -> ChallengeOf:
    prefix = f"{SIGNED_MESSAGE}{text}|"
    return lambda commitment: challenge(group, prefix, [commitment])


def _statement(group: Group, public: Element, tag: bytes, parts: tuple[bytes, ...]) -> ChallengeOf:
    first = (group.name.encode("ascii"), group.encode(public).encode("ascii"))
    return lambda commitment: hash_to_field(group, tag, *first, *parts, group.encode(commitment).encode("ascii"))
