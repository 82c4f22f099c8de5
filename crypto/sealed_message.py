"""Messages between members of a ceremony: signed by the sender, encrypted to the recipient's key.

Source: Belenios specification, section "Key generation messages", in the form of 3.1 and later (AES-256-GCM).
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.encoding import Json, compact, members, parse_compact, sha256, string
from crypto.errors import InvalidProof, Malformed
from crypto.group import Element, Group, RandomScalar
from crypto.signing import SignedMessage, check_message, decode_signed_message, sign_message

ALGORITHM = "AES-GCM"


def seal_message(group: Group, sender_key: int, recipient: Element, message: Json, random_scalar: RandomScalar) -> str:
    """`encrypted_msg` as JSON text. Draws three scalars: signature nonce, r, and k of the one-time element g^k."""
    content = compact({"recipient": group.encode(recipient), "message": compact(message).decode()}).decode()
    signed = sign_message(group, sender_key, content, random_scalar)
    nonce = random_scalar()
    one_time = group.generator_power(random_scalar())
    alpha = group.generator_power(nonce)
    beta = group.multiply(group.power(recipient, nonce), one_time)
    key, iv = _key_and_iv(group, one_time, alpha)
    value: Json = {
        "algorithm": ALGORITHM,
        "alpha": group.encode(alpha),
        "beta": group.encode(beta),
        "data": AESGCM(key).encrypt(iv, signed.raw, None).hex(),
    }
    return compact(value).decode()


def open_message(group: Group, recipient_key: int, sender: Element, text: str) -> Json:
    """The message of this sender to the holder of `recipient_key`.

    Raises Malformed, or InvalidProof: seal.broken (not to this key, or changed), seal.recipient, trustee.signature.
    """
    alpha, beta, data = _decode(group, text)
    one_time = group.divide(beta, group.power(alpha, recipient_key))
    key, iv = _key_and_iv(group, one_time, alpha)
    try:
        raw = AESGCM(key).decrypt(iv, data, None)
    except InvalidTag:
        raise InvalidProof("seal.broken", "an encrypted message cannot be opened with this key") from None
    return message_inside(group, group.generator_power(recipient_key), sender, raw)


def message_inside(group: Group, recipient: Element, sender: Element, raw: bytes) -> Json:
    """The message in a decrypted `signed_msg`. Raises Malformed, InvalidProof (trustee.signature, seal.recipient)."""
    signed: SignedMessage = decode_signed_message(group, parse_compact(raw))
    check_message(group, sender, signed)
    content = members(parse_compact(signed.message.encode("utf-8")), ("recipient", "message"))
    if content["recipient"] != group.encode(recipient):
        raise InvalidProof("seal.recipient", "a signed message was written to somebody else")
    return parse_compact(string(content["message"]).encode("utf-8"))


def check_message_form(group: Group, text: str) -> None:
    """What can be said of an encrypted message without its key. Raises Malformed."""
    _decode(group, text)


def _decode(group: Group, text: str) -> tuple[Element, Element, bytes]:
    fields = members(parse_compact(text.encode("utf-8")), ("algorithm", "alpha", "beta", "data"))
    if fields["algorithm"] != ALGORITHM:
        raise Malformed("seal.algorithm", f"{ALGORITHM} was expected")
    return group.decode(fields["alpha"]), group.decode(fields["beta"]), _hex_bytes(fields["data"])


def _key_and_iv(group: Group, one_time: Element, alpha: Element) -> tuple[bytes, bytes]:
    return sha256(f"key|{group.encode(one_time)}".encode()), sha256(f"iv|{group.encode(alpha)}".encode())


def _hex_bytes(value: Json) -> bytes:
    text = string(value)
    try:
        data = bytes.fromhex(text)
    except ValueError:
        data = b""
    if not data or data.hex() != text:
        raise Malformed("seal.data", "lower-case hexadecimal digits were expected")
    return data
