"""One trustee's key, and a group of trustees who hold one key together (Pedersen): values, their forms and checks.

Reading gives well-formed values; the checks prove that the public keys are what the polynomials make of them. How the
messages of a ceremony come about is in ceremony.py; which trustees an election has is in trustees.py.

Source: Belenios specification, section "Trustees", in the 3.x form (context, signatures, signature).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.encoding import Json, array, compact, integer, members, parse_compact, sha256, string
from crypto.errors import InvalidProof, Malformed
from crypto.group import Element, Group
from crypto.proof import Proof, decode_proof
from crypto.signing import SignedMessage, check_knowledge, check_message, check_text, decode_signed_message
from crypto.transcript import CERTIFICATES

MOST_MEMBERS = 100


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One trustee's key: `pok` proves knowledge of it, `signature` is by the member's signing key (Pedersen only)."""

    public_key: Element
    pok: Proof
    signature: Proof | None = None
    name: str | None = None

    def encode(self, group: Group) -> Json:
        value: dict[str, Json] = {"pok": self.pok.encode(), "public_key": group.encode(self.public_key)}
        if self.signature is not None:
            value["signature"] = self.signature.encode()
        if self.name is not None:
            value["name"] = self.name
        return value


@dataclass(frozen=True, slots=True)
class Certificate:
    """A member's two keys, signed with the first: `verification` checks its signatures, `encryption` seals to it."""

    signed: SignedMessage
    size: int
    threshold: int
    index: int
    verification: Element
    encryption: Element

    @property
    def digest(self) -> bytes:
        return sha256(self.signed.raw)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """A member's polynomial in the exponent, g^a_0 … g^a_(t-1), signed."""

    signed: SignedMessage
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Pedersen:
    """`threshold` of the members together hold the group's key, fewer know nothing of it."""

    threshold: int
    certificates: tuple[Certificate, ...]
    coefficients: tuple[Coefficients, ...]
    signatures: tuple[Proof, ...]
    keys: tuple[PublicKey, ...]

    def encode(self, group: Group) -> Json:
        return {
            "threshold": self.threshold,
            "certs": [certificate.signed.encode() for certificate in self.certificates],
            "coefexps": [coefficients.signed.encode() for coefficients in self.coefficients],
            "signatures": [signature.encode() for signature in self.signatures],
            "verification_keys": [key.encode(group) for key in self.keys],
        }


def check_pedersen(group: Group, item: Pedersen) -> None:
    """Source: Belenios specification, section "Pedersen", paragraph "Check"."""
    check_certificates(group, item.certificates, item.threshold)
    for certificate, coefficients, signature in zip(item.certificates, item.coefficients, item.signatures, strict=True):
        check_coefficients(group, certificate, coefficients)
        check_text(
            group, certificate.verification, certificates_text(group, item.certificates, coefficients), signature
        )
    for certificate, key in zip(item.certificates, item.keys, strict=True):
        check_member_key(group, item.coefficients, certificate, key)


def check_certificates(group: Group, certificates: Sequence[Certificate], threshold: int) -> None:
    """Context, own signature, and nobody twice. Raises InvalidProof."""
    for index, certificate in enumerate(certificates, 1):
        if (certificate.size, certificate.threshold, certificate.index) != (len(certificates), threshold, index):
            raise InvalidProof("trustees.context", f"certificate {index} was made for another place or threshold")
        check_message(group, certificate.verification, certificate.signed)
    keys = [key for certificate in certificates for key in (certificate.verification, certificate.encryption)]
    if len(set(keys)) != len(keys):
        raise InvalidProof("trustees.duplicate", "a key occurs in two certificates")


def check_coefficients(group: Group, certificate: Certificate, coefficients: Coefficients) -> None:
    """Degree and signature. Raises InvalidProof (trustees.degree, trustee.signature)."""
    if len(coefficients.elements) != certificate.threshold:
        raise InvalidProof("trustees.degree", f"the polynomial of member {certificate.index} has another degree")
    check_message(group, certificate.verification, coefficients.signed)


def check_member_key(
    group: Group, coefficients: Sequence[Coefficients], certificate: Certificate, key: PublicKey
) -> None:
    """That a member's public key is g to the sum of its shares. Raises InvalidProof."""
    if key.public_key != share_image(group, coefficients, certificate.index):
        raise InvalidProof("trustees.share", f"the key of member {certificate.index} is not what the polynomials give")
    check_knowledge(group, key.public_key, key.pok)
    if key.signature is None:
        raise InvalidProof("trustees.old_form", "the trustees are in the form of older releases, without signature")
    check_text(group, certificate.verification, group.encode(key.public_key), key.signature)


def share_image(group: Group, coefficients: Sequence[Coefficients], index: int) -> Element:
    """g^(sum over i of f_i(index)), by Horner's rule in the exponent."""
    return group.product(polynomial_image(group, polynomial.elements, index) for polynomial in coefficients)


def polynomial_image(group: Group, elements: Sequence[Element], index: int) -> Element:
    """g^f(index) from g^a_0 … g^a_(t-1)."""
    image = group.identity
    for element in reversed(elements):
        image = group.multiply(group.power(image, index), element)
    return image


def certificates_text(group: Group, certificates: Sequence[Certificate], coefficients: Coefficients) -> str:
    """What a member signs: all certificates with its own polynomial."""
    value: Json = {
        "certs": [certificate.signed.encode() for certificate in certificates],
        "coefexps": [group.encode(element) for element in coefficients.elements],
    }
    return f"{CERTIFICATES}{compact(value).decode()}"


def decode_public_key(group: Group, value: Json) -> PublicKey:
    fields = members(value, ("pok", "public_key"), ("signature", "name"))
    signature = decode_proof(group, fields["signature"]) if "signature" in fields else None
    name = string(fields["name"], longest=200) if "name" in fields else None
    return PublicKey(group.decode(fields["public_key"]), decode_proof(group, fields["pok"]), signature, name)


def decode_certificate(group: Group, value: Json) -> Certificate:
    signed = decode_signed_message(group, value)
    message = _message(signed)
    if isinstance(message, dict) and "context" not in message:
        raise Malformed("trustees.old_form", "the trustees are in the form of older releases, without context")
    fields = members(message, ("context", "verification", "encryption"))
    context = members(fields["context"], ("group", "size", "threshold", "index"))
    if context["group"] != group.name:
        raise Malformed("trustees.context", "a certificate was made for another group")
    size = integer(context["size"], smallest=1, largest=MOST_MEMBERS)
    return Certificate(
        signed,
        size,
        integer(context["threshold"], smallest=1, largest=size),
        integer(context["index"], smallest=1, largest=size),
        group.decode(fields["verification"]),
        group.decode(fields["encryption"]),
    )


def decode_coefficients(group: Group, value: Json) -> Coefficients:
    signed = decode_signed_message(group, value)
    elements = array(members(_message(signed), ("coefexps",))["coefexps"], longest=MOST_MEMBERS)
    if not elements:
        raise Malformed("trustees.degree", "a polynomial without coefficients")
    return Coefficients(signed, tuple(map(group.decode, elements)))


def decode_pedersen(group: Group, content: Json) -> Pedersen:
    if not isinstance(content, dict):
        raise Malformed("json.shape", "an object was expected")
    certificates = tuple(decode_certificate(group, item) for item in array(content.get("certs"), longest=MOST_MEMBERS))
    if "signatures" not in content:
        raise Malformed("trustees.old_form", "the trustees are in the form of older releases, without signatures")
    fields = members(content, ("threshold", "certs", "coefexps", "signatures", "verification_keys"))
    size = len(certificates)
    return Pedersen(
        integer(fields["threshold"], smallest=1, largest=size),
        certificates,
        tuple(decode_coefficients(group, item) for item in array(fields["coefexps"], length=size)),
        tuple(decode_proof(group, item) for item in array(fields["signatures"], length=size)),
        tuple(decode_public_key(group, item) for item in array(fields["verification_keys"], length=size)),
    )


def _message(signed: SignedMessage) -> Json:
    return parse_compact(signed.message.encode("utf-8"))
