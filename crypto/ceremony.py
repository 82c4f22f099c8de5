"""The key ceremony as one member lives it: everything of a member comes from one seed and the ceremony's frame.

1. `make_certificate`, `make_commitment`: two keys, and a signed promise of a polynomial nobody sees yet.
2. `make_polynomial`, once all commitments are entries of the log: the coefficients in the exponent, a share for each.
3. `check_received_shares`: the member's share, or a `BadShare` that names a member; then `make_complaint`.
4. `make_voutput`: the member's public key.

Messages of others are read and checked in ceremony_messages.py, and the server puts them together there. Nothing is
stored and nothing is sent here. Source: Belenios specification, section "Trustees"; PROTOCOL.md section 8 for the
commitment, which keeps the last to speak from choosing the key (TK-03).
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence

from crypto.ceremony_messages import (
    Ceremony,
    CommitmentStatement,
    Share,
    accuse,
    check_all_openings,
    commitment_digest,
    complaint_parts,
    decode_inbox,
    statement_parts,
)
from crypto.election import BASE58
from crypto.encoding import Json, compact, decimal, members
from crypto.errors import Malformed
from crypto.group import RandomScalar
from crypto.pedersen import Certificate, Coefficients, PublicKey, certificates_text, decode_certificate
from crypto.sealed_message import open_message, seal_message
from crypto.signing import SignedMessage, prove_knowledge, sign_message, sign_statement, sign_text
from crypto.transcript import (
    CEREMONY_COMPLAINT,
    CEREMONY_POLYNOMIAL,
    CEREMONY_SIGNATURE,
    hash_to_field,
)

SEED_LENGTH = 22


def new_seed(random_below: Callable[[int], int] = secrets.randbelow) -> str:
    """A fresh seed: 22 characters of Base58, 128 bits. All a member has to keep until the share is saved."""
    return "".join(BASE58[random_below(58)] for _ in range(SEED_LENGTH))


class Member:
    """One member's secrets, derived from `seed`; `index` counts from 1. Never printed."""

    def __init__(self, ceremony: Ceremony, index: int, seed: str) -> None:
        """Raises Malformed (ceremony.seed, ceremony.index)."""
        if len(seed) != SEED_LENGTH or any(letter not in BASE58 for letter in seed):
            raise Malformed("ceremony.seed", f"{SEED_LENGTH} characters of the Base58 alphabet were expected")
        if not 1 <= index <= ceremony.size:
            raise Malformed("ceremony.index", f"there is no member {index}")
        self.ceremony = ceremony
        self.index = index
        group = ceremony.group
        self.signing_key = _derive(b"sk|", seed) % group.order
        self.opening_key = _derive(b"dk|", seed) % group.order
        # The same seed gives the same polynomial, so that what was committed to can always be opened.
        self.polynomial = tuple(
            hash_to_field(
                group,
                CEREMONY_POLYNOMIAL,
                seed.encode("ascii"),
                ceremony.identifier.encode("ascii"),
                str(index).encode("ascii"),
                str(power).encode("ascii"),
            )
            for power in range(ceremony.threshold)
        )

    def __repr__(self) -> str:
        return f"Member(index={self.index}, secrets hidden)"

    def evaluate(self, index: int) -> int:
        """f(index) mod q: the share of another member."""
        value = 0
        for coefficient in reversed(self.polynomial):
            value = (value * index + coefficient) % self.ceremony.group.order
        return value


def make_certificate(member: Member, random_scalar: RandomScalar | None = None) -> Certificate:
    """Draws one scalar."""
    ceremony, group = member.ceremony, member.ceremony.group
    message: Json = {
        "context": {
            "group": group.name,
            "size": ceremony.size,
            "threshold": ceremony.threshold,
            "index": member.index,
        },
        "verification": group.encode(group.generator_power(member.signing_key)),
        "encryption": group.encode(group.generator_power(member.opening_key)),
    }
    return decode_certificate(group, _signed(member, message, random_scalar).encode())


def make_commitment(member: Member, certificate: Certificate, random_scalar: RandomScalar | None = None) -> bytes:
    """The signed statement line, without line feed. Draws one scalar."""
    ceremony = member.ceremony
    commitment = commitment_digest(ceremony, member.index, certificate.digest, _coefficients_text(member))
    parts = statement_parts(ceremony, member.index, certificate.digest, commitment)
    group = ceremony.group
    signature = sign_statement(
        group, member.signing_key, CEREMONY_SIGNATURE, parts, random_scalar or group.random_scalar
    )
    return CommitmentStatement(ceremony.identifier, member.index, certificate.digest, commitment, signature).raw


def make_polynomial(
    member: Member, certificates: Sequence[Certificate], random_scalar: RandomScalar | None = None
) -> bytes:
    """The `polynomial` object. `certificates` are all members' in order, already checked.

    Draws, in this order: three scalars for the polynomial sealed to oneself, three for the share of each member, one
    for the signature of the coefficients, one for the signature of all certificates.
    """
    group = member.ceremony.group
    random_scalar = random_scalar or group.random_scalar
    own = certificates[member.index - 1].encryption
    coefficients: list[Json] = [str(coefficient) for coefficient in member.polynomial]
    sealed = seal_message(group, member.signing_key, own, {"polynomial": coefficients}, random_scalar)
    shares: list[Json] = [
        seal_message(
            group,
            member.signing_key,
            certificate.encryption,
            {"secret": str(member.evaluate(certificate.index))},
            random_scalar,
        )
        for certificate in certificates
    ]
    signed = sign_message(group, member.signing_key, _coefficients_text(member), random_scalar)
    images = tuple(group.generator_power(coefficient) for coefficient in member.polynomial)
    text = certificates_text(group, certificates, Coefficients(signed, images))
    signature = sign_text(group, member.signing_key, text, random_scalar)
    value: Json = {
        "polynomial": sealed,
        "secrets": shares,
        "coefexps": signed.encode(),
        "signature": signature.encode(),
    }
    return compact(value)


def check_received_shares(
    member: Member,
    certificates: Sequence[Certificate],
    statements: Sequence[CommitmentStatement],
    inbox: bytes,
) -> int:
    """Open the `vinput` and return the member's share S_j = sum of f_i(j) mod q.

    Everything public is checked again, nothing is believed of the server. Raises BadShare when a member is to blame,
    Malformed or InvalidProof when the inbox itself is wrong.
    """
    ceremony, group = member.ceremony, member.ceremony.group
    received = decode_inbox(ceremony, inbox)
    check_all_openings(ceremony, certificates, statements, received.coefficients, received.signatures)
    share = 0
    for sender, sealed, coefficients in zip(certificates, received.secrets, received.coefficients, strict=True):
        with accuse(sender.index):
            content = open_message(group, member.opening_key, sender.verification, sealed)
            secret = decimal(members(content, ("secret",))["secret"], below=group.order)
            Share(member.index, secret).check(group, coefficients)
        share += secret
    return share % group.order


def make_complaint(member: Member, against: int, reason: str, random_scalar: RandomScalar | None = None) -> bytes:
    """A signed line that ends the ceremony by name. `reason` is the code of a BadShare. Draws one scalar."""
    ceremony, group = member.ceremony, member.ceremony.group
    parts = complaint_parts(ceremony, member.index, against, reason)
    signature = sign_statement(
        group, member.signing_key, CEREMONY_COMPLAINT, parts, random_scalar or group.random_scalar
    )
    return compact(
        {
            "ceremony": ceremony.identifier,
            "index": member.index,
            "against": against,
            "reason": reason,
            "signature": signature.encode(),
        }
    )


def make_voutput(
    member: Member,
    certificate: Certificate,
    share: int,
    name: str | None = None,
    random_scalar: RandomScalar | None = None,
) -> bytes:
    """The `voutput` object. `certificate` is the member's own.

    Draws three scalars for the share sealed to oneself, one for the proof of knowledge, one for the signature.
    """
    group = member.ceremony.group
    random_scalar = random_scalar or group.random_scalar
    sealed = seal_message(
        group, member.signing_key, certificate.encryption, {"decryption_key": str(share)}, random_scalar
    )
    public_key = group.generator_power(share)
    proof = prove_knowledge(group, share, random_scalar)
    signature = sign_text(group, member.signing_key, group.encode(public_key), random_scalar)
    return compact({"private_key": sealed, "public_key": PublicKey(public_key, proof, signature, name).encode(group)})


def _coefficients_text(member: Member) -> str:
    group = member.ceremony.group
    elements: list[Json] = [group.encode(group.generator_power(coefficient)) for coefficient in member.polynomial]
    return compact({"coefexps": elements}).decode()


def _signed(member: Member, message: Json, random_scalar: RandomScalar | None) -> SignedMessage:
    group = member.ceremony.group
    return sign_message(group, member.signing_key, compact(message).decode(), random_scalar or group.random_scalar)


def _derive(label: bytes, seed: str) -> int:
    return int.from_bytes(hashlib.sha256(label + seed.encode("ascii")).digest(), "big")
