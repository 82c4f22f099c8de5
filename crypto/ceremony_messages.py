"""The messages of a key ceremony that members read: their forms and the checks anybody can make.

A ceremony has one frame (identifier, group, threshold, size); a message for another frame fails its check. Flaws that
are one member's doing come as `BadShare` with that member's index.

Source: Belenios specification, section "Trustees"; PROTOCOL.md section 8.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from crypto.encoding import (
    array,
    compact,
    hex_digest,
    integer,
    members,
    parse_compact,
    sha256,
    string,
)
from crypto.errors import Flaw, InvalidProof, Malformed
from crypto.group import Group
from crypto.pedersen import (
    Certificate,
    Coefficients,
    certificates_text,
    check_certificates,
    check_coefficients,
    decode_coefficients,
    polynomial_image,
)
from crypto.proof import Proof, decode_proof
from crypto.signing import check_statement, check_text
from crypto.transcript import CEREMONY_COMMITMENT, CEREMONY_SIGNATURE
from crypto.trustees import SIZE_LIMIT

_IDENTIFIER = re.compile(r"[0-9a-f]{32}", re.ASCII)
_REASON = re.compile(r"[a-z_]{1,30}\.[a-z_]{1,30}", re.ASCII)


class BadShare(InvalidProof):
    """A message of member `against` is wrong; the ceremony ends with that name."""

    def __init__(self, against: int, code: str, sentence: str) -> None:
        super().__init__(code, f"member {against}: {sentence}")
        self.against = against


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the ceremony-opened entry fixes. `identifier` is 32 lower-case hex digits, fresh for every attempt."""

    identifier: str
    group: Group
    threshold: int
    size: int

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.identifier):
            raise Malformed("ceremony.identifier", "32 lower-case hexadecimal digits were expected")
        if not 1 <= self.threshold <= self.size <= 100:
            raise Malformed("ceremony.threshold", "1 to 100 members and a threshold among them were expected")


@dataclass(frozen=True, slots=True)
class CommitmentStatement:
    """A member's promise of a polynomial: `certificate` and `commitment` are SHA-256 digests."""

    ceremony: str
    index: int
    certificate: bytes
    commitment: bytes
    signature: Proof

    @property
    def raw(self) -> bytes:
        return compact(
            {
                "ceremony": self.ceremony,
                "index": self.index,
                "certificate": self.certificate.hex(),
                "commitment": self.commitment.hex(),
                "signature": self.signature.encode(),
            }
        )

    @property
    def digest(self) -> bytes:
        return sha256(self.raw)


@dataclass(frozen=True, slots=True)
class Inbox:
    """A member's `vinput`: what all members sent to it, in their order."""

    sealed: str
    secrets: tuple[str, ...]
    coefficients: tuple[Coefficients, ...]
    signatures: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """f_i(index) of one sender's polynomial."""

    index: int
    secret: int

    def check(self, group: Group, coefficients: Coefficients) -> None:
        """g^f(j) = product of A_k^(j^k). Raises InvalidProof (share.wrong)."""
        if group.generator_power(self.secret) != polynomial_image(group, coefficients.elements, self.index):
            raise InvalidProof("share.wrong", "the share does not lie on the polynomial that was published")


def commitment_digest(ceremony: Ceremony, index: int, certificate: bytes, coefficients: str) -> bytes:
    """SHA-256 over length-prefixed tag, ceremony, index, digest of the certificate, message of the coefficients."""
    parts = (
        CEREMONY_COMMITMENT,
        ceremony.identifier.encode("ascii"),
        str(index).encode("ascii"),
        certificate,
        coefficients.encode("utf-8"),
    )
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts))


def statement_parts(ceremony: Ceremony, index: int, certificate: bytes, commitment: bytes) -> tuple[bytes, ...]:
    return (ceremony.identifier.encode("ascii"), str(index).encode("ascii"), certificate, commitment)


def complaint_parts(ceremony: Ceremony, index: int, against: int, reason: str) -> tuple[bytes, ...]:
    """Raises Malformed (complaint.reason) unless the reason is a code such as share.wrong."""
    if not _REASON.fullmatch(reason):
        raise Malformed("complaint.reason", "a reason is a code such as share.wrong")
    return (ceremony.identifier.encode(), str(index).encode(), str(against).encode(), reason.encode())


def decode_statement(raw: bytes, group: Group) -> CommitmentStatement:
    fields = members(parse_compact(raw), ("ceremony", "index", "certificate", "commitment", "signature"))
    return CommitmentStatement(
        string(fields["ceremony"]),
        integer(fields["index"], smallest=1, largest=100),
        hex_digest(fields["certificate"]),
        hex_digest(fields["commitment"]),
        decode_proof(group, fields["signature"]),
    )


def check_commitment(ceremony: Ceremony, certificate: Certificate, statement: CommitmentStatement) -> None:
    """Raises BadShare (commitment.frame, statement.signature)."""
    with accuse(certificate.index):
        named = (statement.ceremony, statement.index, statement.certificate)
        if named != (ceremony.identifier, certificate.index, certificate.digest):
            raise InvalidProof("commitment.frame", "the commitment is for another ceremony, place or certificate")
        parts = statement_parts(ceremony, statement.index, statement.certificate, statement.commitment)
        check_statement(ceremony.group, certificate.verification, CEREMONY_SIGNATURE, parts, statement.signature)


def check_opening(
    ceremony: Ceremony, certificate: Certificate, statement: CommitmentStatement, coefficients: Coefficients
) -> None:
    """That the polynomial is the one committed to. Raises BadShare (commitment.opening, trustees.degree, …)."""
    with accuse(certificate.index):
        check_coefficients(ceremony.group, certificate, coefficients)
        digest = commitment_digest(ceremony, certificate.index, certificate.digest, coefficients.signed.message)
        if digest != statement.commitment:
            raise InvalidProof("commitment.opening", "the polynomial is not the one that was committed to")


def check_all_openings(
    ceremony: Ceremony,
    certificates: Sequence[Certificate],
    statements: Sequence[CommitmentStatement],
    coefficients: Sequence[Coefficients],
    signatures: Sequence[Proof],
) -> None:
    """All that is public before the shares. Raises InvalidProof, or BadShare where one member is to blame."""
    if not len(certificates) == len(statements) == len(coefficients) == len(signatures) == ceremony.size:
        raise InvalidProof("ceremony.size", f"messages of {ceremony.size} members were expected")
    check_certificates(ceremony.group, certificates, ceremony.threshold)
    rows = zip(certificates, statements, coefficients, signatures, strict=True)
    for certificate, statement, polynomial, signature in rows:
        check_commitment(ceremony, certificate, statement)
        check_opening(ceremony, certificate, statement, polynomial)
        with accuse(certificate.index):
            text = certificates_text(ceremony.group, certificates, polynomial)
            check_text(ceremony.group, certificate.verification, text, signature)


def decode_inbox(ceremony: Ceremony, raw: bytes) -> Inbox:
    fields = members(parse_compact(raw, size_limit=SIZE_LIMIT), ("polynomial", "secrets", "coefexps", "signatures"))
    group, size = ceremony.group, ceremony.size
    return Inbox(
        string(fields["polynomial"]),
        tuple(string(secret) for secret in array(fields["secrets"], length=size)),
        tuple(decode_coefficients(group, item) for item in array(fields["coefexps"], length=size)),
        tuple(decode_proof(group, item) for item in array(fields["signatures"], length=size)),
    )


@contextmanager
def accuse(index: int) -> Iterator[None]:
    """Inside, every flaw is the doing of member `index`."""
    try:
        yield
    except BadShare:
        raise
    except Flaw as flaw:
        raise BadShare(index, flaw.code, flaw.sentence) from flaw
