"""Signed notes: a text and signature lines under it; keys of type 0x01 (Ed25519).

A line by a key we do not know is skipped, so cosignatures of witnesses (0x04, 0x06) and a second key of the log can
stand in the same note. Keys come from configuration, never from a note.

Source: c2sp.org/signed-note v1.0.0.
"""

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from nacl import bindings as sodium

from crypto.encoding import sha256
from crypto.errors import InvalidProof, Malformed

ED25519 = 1
"""The type byte of a plain Ed25519 signature over the note's text."""
SIZE_LIMIT = 256 * 1024
"""Bytes of a note. Sixteen ML-DSA-44 signatures need 53,000."""
SIGNATURE_LIMIT = 100
"""Lines, as Go's note package reads."""

_DASH = "\u2014 "


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and an Ed25519 public key (32 bytes, checked); what configuration and paper carry."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that a signature line repeats."""
        return sha256(self.name.encode() + b"\n" + bytes([ED25519]) + self.public_key)[:4]

    def encode(self) -> str:
        """The vkey text `<name>+<key id>+<base64>`."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([ED25519]) + self.public_key)}"

    def verify(self, text: str, signature: bytes) -> None:
        """Raises InvalidProof (note.signature)."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text.encode())
        except InvalidSignature:
            raise InvalidProof("note.signature", f"the signature of {self.name} does not verify") from None


@dataclass(frozen=True, slots=True)
class Signature:
    """One line: `key_id` 4 bytes, `signature` the bytes after it, of any length."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """`text` ends in a newline; its signatures are claims until `open_note` has checked them."""

    text: str
    signatures: tuple[Signature, ...]


class Signer:
    """A log's or an acceptance's own key. Ed25519 is deterministic: the same text gives the same note."""

    def __init__(self, name: str, seed: bytes) -> None:
        """`seed` is 32 secret bytes. Raises Malformed (vkey.name)."""
        self._private_key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier_key = VerifierKey(_checked_name(name), self._private_key.public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """The note with our one signature. Raises Malformed (note.text)."""
        _check_text(text)
        signed = self.verifier_key.key_id + self._private_key.sign(text.encode())
        return f"{text}\n{_DASH}{self.verifier_key.name} {encode_base64(signed)}\n".encode()


def decode_verifier_key(text: str) -> VerifierKey:
    """Read a vkey of type 0x01.

    Raises Malformed: vkey.form, vkey.name, vkey.kind, vkey.id, and vkey.point for a key under which anybody could sign.
    """
    parts = text.split("+", 2)
    if len(parts) != 3 or len(text) > 4096:
        raise Malformed("vkey.form", "name, key ID and key, joined by plus signs, were expected")
    key = decode_base64(parts[2])
    if len(key) != 33 or key[0] != ED25519:
        raise Malformed("vkey.kind", "an Ed25519 key of type 0x01 was expected")
    if not sodium.crypto_core_ed25519_is_valid_point(key[1:]):
        raise Malformed("vkey.point", "the key is not a canonical point of the prime-order subgroup")
    verifier_key = VerifierKey(_checked_name(parts[0]), key[1:])
    if verifier_key.key_id.hex() != parts[1]:
        raise Malformed("vkey.id", "the key ID is not that of the name and key")
    return verifier_key


def decode_note(raw: bytes) -> Note:
    """Split a note; nothing is verified. Raises Malformed: note.size, note.text, note.form, note.signatures."""
    if len(raw) > SIZE_LIMIT:
        raise Malformed("note.size", f"{len(raw)} bytes, at most {SIZE_LIMIT} are accepted")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("note.text", "not UTF-8") from None
    _check_text(whole)
    # The last empty line counts: the text may hold empty lines of its own.
    text, empty_line, lines = whole.rpartition("\n\n")
    if not empty_line or not lines:
        raise Malformed("note.form", "a text, an empty line and signatures were expected")
    signature_lines = lines[:-1].split("\n")
    if len(signature_lines) > SIGNATURE_LIMIT:
        raise Malformed("note.signatures", f"more than {SIGNATURE_LIMIT} signatures")
    return Note(text + "\n", tuple(map(_decode_signature, signature_lines)))


def open_note(raw: bytes, keys: Collection[VerifierKey]) -> Note:
    """Read a note of which at least one signature by these keys verifies, and none fails.

    Raises Malformed as `decode_note`, InvalidProof: note.unsigned, note.signature.
    """
    note = decode_note(raw)
    known = {(key.name, key.key_id): key for key in keys}
    verified = 0
    for line in note.signatures:
        if key := known.get((line.name, line.key_id)):
            key.verify(note.text, line.signature)
            verified += 1
    if not verified:
        raise InvalidProof("note.unsigned", "no signature by an expected key")
    return note


def encode_base64(data: bytes) -> str:
    """Standard alphabet with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Read base64 in its one spelling. Raises Malformed (base64.spelling)."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = None
    if data is None or encode_base64(data) != text:
        raise Malformed("base64.spelling", "standard base64 with padding was expected")
    return data


def _decode_signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise Malformed("note.form", "a signature line is a dash, a name and base64")
    signed = decode_base64(encoded)
    if len(signed) < 5:
        raise Malformed("note.form", "a signature is longer than its key ID")
    return Signature(_checked_name(name), signed[:4], signed[4:])


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(letter.isspace() or letter < " " for letter in name) or len(name.encode()) > 255:
        raise Malformed("vkey.name", "a key name has 1 to 255 bytes, no space and no plus sign")
    return name


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise Malformed("note.text", "a note ends in a newline and has no other control character")
