"""Every Fiat-Shamir label and domain separator of the vote, on one page.

Belenios's own statements use `challenge` with its textual prefixes (crypto version 1: plain concatenation, bare SHA-256
modulo q). Our statements use `hash_to_field`: length-prefixed parts, RFC 9380. PROTOCOL.md says what each proves.
"""

import hashlib
from collections.abc import Iterable

from crypto.group import Element, Group

# Belenios, crypto version 1
KNOWLEDGE_OF_KEY = "pok|"
SIGNED_MESSAGE = "sigmsg|"
CERTIFICATES = "certs_sig|"
INTERVAL = "prove|"
BLANK_OR_NOT = "bproof0|"
OVERALL_WITH_BLANK = "bproof1|"
BALLOT_SIGNATURE = "sig|"
DECRYPTION = "decrypt|"

# ours, rules version 1
CARD = b"kalpi-card-v1"
CREDENTIAL = b"kalpi-credential-v1"
ORDER = b"kalpi-order-v1"
STRONG_DECRYPTION = b"kalpi-decryption-v1"
CEREMONY_COMMITMENT = b"kalpi-ceremony-commitment-v1"
CEREMONY_SIGNATURE = b"kalpi-ceremony-signature-v1"
CEREMONY_POLYNOMIAL = b"kalpi-ceremony-polynomial-v1"
CEREMONY_COMPLAINT = b"kalpi-ceremony-complaint-v1"


def challenge(group: Group, prefix: str, commitments: Iterable[Element]) -> int:
    """H(prefix, [A1, ...]) of the Belenios specification: int(SHA-256(prefix || A1,A2,...)) mod q."""
    text = prefix + ",".join(map(group.encode, commitments))
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest(), "big") % group.order


def hash_to_field(group: Group, tag: bytes, *parts: bytes) -> int:
    """An exponent in [0, q) from length-prefixed parts; `tag` is the domain separation tag.

    Source: RFC 9380 section 5.2 (hash_to_field, count 1, degree 1) over expand_message_xmd with SHA-256,
    L = 48 bytes. Each part is preceded by its length in 8 bytes, big endian.
    """
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return int.from_bytes(expand_message_xmd(message, tag, group.hash_length), "big") % group.order


def expand_message_xmd(message: bytes, tag: bytes, length: int) -> bytes:
    """Source: RFC 9380 section 5.3.1, SHA-256. `tag` has 1 to 255 bytes, `length` at most 255 * 32."""
    if not 1 <= len(tag) <= 255 or not 0 < length <= 255 * 32:
        raise ValueError("tag or length out of range")
    tag_prime = tag + bytes([len(tag)])
    first = hashlib.sha256(bytes(64) + message + length.to_bytes(2, "big") + b"\x00" + tag_prime).digest()
    block = hashlib.sha256(first + b"\x01" + tag_prime).digest()
    out = block
    for index in range(2, -(-length // 32) + 1):
        mixed = bytes(a ^ b for a, b in zip(first, block, strict=True))
        block = hashlib.sha256(mixed + bytes([index]) + tag_prime).digest()
        out += block
    return out[:length]
