"""The key ceremony as the service lives it: messages are checked when they come, handed on, and put together.

Everything checked here is public or sealed; the service never holds a share. Flaws that are one member's doing come as
`BadShare` with that member's index.

Source: Belenios specification, section "Trustees"; PROTOCOL.md section 8.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.ceremony_messages import Ceremony, CommitmentStatement, accuse, check_opening, complaint_parts
from crypto.encoding import array, compact, integer, members, parse_compact, string
from crypto.errors import InvalidProof
from crypto.pedersen import (
    Certificate,
    Coefficients,
    Pedersen,
    PublicKey,
    certificates_text,
    check_member_key,
    decode_coefficients,
    decode_public_key,
)
from crypto.proof import Proof, decode_proof
from crypto.sealed_message import check_message_form
from crypto.signing import check_message, check_statement, check_text
from crypto.transcript import CEREMONY_COMPLAINT
from crypto.trustees import SIZE_LIMIT, Trustees


@dataclass(frozen=True, slots=True)
class PolynomialMessage:
    """A member's `polynomial` object; what is sealed stays JSON text."""

    sealed: str
    secrets: tuple[str, ...]
    coefficients: Coefficients
    signature: Proof


def check_certificate(ceremony: Ceremony, index: int, certificate: Certificate) -> None:
    """That a certificate was made for this frame and place by who holds its key. Raises BadShare."""
    with accuse(index):
        made_for = (certificate.size, certificate.threshold, certificate.index)
        if made_for != (ceremony.size, ceremony.threshold, index):
            raise InvalidProof("trustees.context", "the certificate was made for another place or threshold")
        check_message(ceremony.group, certificate.verification, certificate.signed)


def decode_polynomial(ceremony: Ceremony, raw: bytes) -> PolynomialMessage:
    fields = members(parse_compact(raw, size_limit=SIZE_LIMIT), ("polynomial", "secrets", "coefexps", "signature"))
    message = PolynomialMessage(
        string(fields["polynomial"]),
        tuple(string(secret) for secret in array(fields["secrets"], length=ceremony.size)),
        decode_coefficients(ceremony.group, fields["coefexps"]),
        decode_proof(ceremony.group, fields["signature"]),
    )
    for text in (message.sealed, *message.secrets):
        check_message_form(ceremony.group, text)
    return message


def check_polynomial(
    ceremony: Ceremony,
    certificates: Sequence[Certificate],
    statement: CommitmentStatement,
    message: PolynomialMessage,
) -> None:
    """What the server can check of a polynomial when it arrives. Raises BadShare."""
    certificate = certificates[statement.index - 1]
    check_opening(ceremony, certificate, statement, message.coefficients)
    with accuse(certificate.index):
        text = certificates_text(ceremony.group, certificates, message.coefficients)
        check_text(ceremony.group, certificate.verification, text, message.signature)


def make_inbox(messages: Sequence[PolynomialMessage], index: int) -> bytes:
    """The `vinput` of member `index` from all polynomials in order."""
    return compact(
        {
            "polynomial": messages[index - 1].sealed,
            "secrets": [message.secrets[index - 1] for message in messages],
            "coefexps": [message.coefficients.signed.encode() for message in messages],
            "signatures": [message.signature.encode() for message in messages],
        }
    )


def check_complaint(ceremony: Ceremony, certificates: Sequence[Certificate], raw: bytes) -> tuple[int, int, str]:
    """Who complains, against whom, and the reason's code. Raises Malformed, InvalidProof."""
    fields = members(parse_compact(raw), ("ceremony", "index", "against", "reason", "signature"))
    if fields["ceremony"] != ceremony.identifier:
        raise InvalidProof("complaint.frame", "the complaint is about another ceremony")
    index = integer(fields["index"], smallest=1, largest=ceremony.size)
    against = integer(fields["against"], smallest=1, largest=ceremony.size)
    reason = string(fields["reason"])
    signature = decode_proof(ceremony.group, fields["signature"])
    parts = complaint_parts(ceremony, index, against, reason)
    check_statement(ceremony.group, certificates[index - 1].verification, CEREMONY_COMPLAINT, parts, signature)
    return index, against, reason


def check_voutput(
    ceremony: Ceremony,
    certificates: Sequence[Certificate],
    coefficients: Sequence[Coefficients],
    index: int,
    raw: bytes,
) -> PublicKey:
    """The public key of member `index`, proved. Raises Malformed, BadShare."""
    fields = members(parse_compact(raw, size_limit=SIZE_LIMIT), ("private_key", "public_key"))
    check_message_form(ceremony.group, string(fields["private_key"]))
    key = decode_public_key(ceremony.group, fields["public_key"])
    with accuse(index):
        check_member_key(ceremony.group, coefficients, certificates[index - 1], key)
    return key


def assemble(
    ceremony: Ceremony,
    certificates: Sequence[Certificate],
    polynomials: Sequence[PolynomialMessage],
    keys: Sequence[PublicKey],
) -> bytes:
    """trustees.json, checked as any verifier will check it. Raises InvalidProof."""
    item = Pedersen(
        ceremony.threshold,
        tuple(certificates),
        tuple(message.coefficients for message in polynomials),
        tuple(message.signature for message in polynomials),
        tuple(keys),
    )
    trustees = Trustees(ceremony.group, (item,))
    trustees.check()
    return trustees.encode()
