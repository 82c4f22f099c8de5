"""The order statement: beside each ballot its voter signs which ballot of hers it is and which one it follows.

Who compares sequence and predecessor with the board is the service, and later every verifier.

Source: DESIGN.md section 2, "Order"; PROTOCOL.md section 6.
"""

from dataclasses import dataclass
from functools import cached_property

from crypto.election import Election
from crypto.encoding import compact, hex_digest, integer, members, parse_compact, sha256, string
from crypto.errors import InvalidProof, Malformed
from crypto.group import Element, Group, RandomScalar
from crypto.proof import ChallengeOf, Proof, decode_proof, key_proof_holds, prove_key
from crypto.transcript import ORDER, hash_to_field

FIRST = bytes(32)
"""Stands for "no ballot before this one"."""
STATEMENT_LIMIT = 4096
SEQUENCE_LIMIT = 1_000_000


@dataclass(frozen=True)
class OrderStatement:
    raw: bytes
    credential: Element
    credential_text: str
    sequence: int  # counts this credential's ballots from 0
    previous: bytes  # digest of the ballot before, 32 bytes; FIRST exactly when sequence is 0
    ballot: bytes  # digest of the ballot it goes with, 32 bytes
    proof: Proof

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the exact bytes; stands in the ballot's log entry."""
        return sha256(self.raw)


def sign_order(
    election: Election,
    key: int,
    sequence: int,
    previous: bytes,
    ballot_digest: bytes,
    random_scalar: RandomScalar | None = None,
) -> bytes:
    """`key` is the voting key, `previous` the digest of this credential's last ballot or FIRST. Draws one scalar."""
    group = election.group
    credential = group.encode(group.generator_power(key))
    challenge_of = _challenge(election, credential, sequence, previous, ballot_digest)
    proof = prove_key(group, key, challenge_of, random_scalar or group.random_scalar)
    raw = compact(
        {
            "credential": credential,
            "sequence": sequence,
            "previous": previous.hex(),
            "ballot": ballot_digest.hex(),
            "proof": proof.encode(),
        }
    )
    decode_order(raw, group)
    return raw


def decode_order(raw: bytes, group: Group) -> OrderStatement:
    """Raises Malformed: order.previous, json.…, digest.spelling, point.…, scalar.noncanonical."""
    value = parse_compact(raw, size_limit=STATEMENT_LIMIT)
    fields = members(value, ("credential", "sequence", "previous", "ballot", "proof"))
    sequence = integer(fields["sequence"], largest=SEQUENCE_LIMIT)
    previous = hex_digest(fields["previous"])
    if (sequence == 0) != (previous == FIRST):
        raise Malformed("order.previous", "the first ballot, and only the first, follows none")
    credential_text = string(fields["credential"])
    return OrderStatement(
        raw=raw,
        sequence=sequence,
        previous=previous,
        ballot=hex_digest(fields["ballot"]),
        proof=decode_proof(group, fields["proof"]),
        credential=group.decode(credential_text),
        credential_text=credential_text,
    )


def check_order(statement: OrderStatement, election: Election) -> None:
    """Raises InvalidProof (order.signature)."""
    challenge_of = _challenge(
        election, statement.credential_text, statement.sequence, statement.previous, statement.ballot
    )
    if not key_proof_holds(election.group, statement.credential, challenge_of, statement.proof):
        raise InvalidProof("order.signature", "the order statement is not signed by its credential")


def _challenge(election: Election, credential: str, sequence: int, previous: bytes, ballot: bytes) -> ChallengeOf:
    group = election.group
    parts = (
        group.name.encode("ascii"),
        election.fingerprint.encode("ascii"),
        credential.encode("ascii"),
        str(sequence).encode("ascii"),
        previous,
        ballot,
    )
    return lambda commitment: hash_to_field(group, ORDER, *parts, group.encode(commitment).encode("ascii"))
