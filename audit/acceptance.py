"""Acceptances: the service's signed promise that one ballot is in the log's queue for ever.

Deterministic over the committed row, so every retry gets the same bytes. An acceptance whose ballot is missing from a
later checkpoint proves that the service broke its word (BB-05); `audit.evidence` says so.
"""

from dataclasses import dataclass

from audit.entry_members import check_uuid
from audit.note import Signer, VerifierKey, open_note
from audit.tree import SIZE_LIMIT
from crypto.encoding import b64, b64_digest, decimal, hex_digest
from crypto.errors import InvalidProof, Malformed

HEADER = "kalpi-acceptance/v1"
KEY_SUFFIX = "/acceptance"
"""The key's name is the log's origin and this."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What was accepted, and how long the log was at that moment."""

    origin: str
    referendum: str  # uuid
    ballot: bytes  # SHA-256 of the ballot, 32 bytes
    code: bytes  # the tracking code, 32 bytes
    order: bytes  # SHA-256 of the order statement, 32 bytes
    sequence: int  # of this credential's ballots, from 0
    tree_size: int  # entries in the log when the ballot was accepted: its index is not smaller

    def encode(self) -> str:
        lines = [HEADER, self.origin, self.referendum, self.ballot.hex(), b64(self.code), self.order.hex()]
        return "".join(f"{line}\n" for line in [*lines, str(self.sequence), str(self.tree_size)])


def make_acceptance(
    signer: Signer, *, referendum: str, ballot: bytes, code: bytes, order: bytes, sequence: int, tree_size: int
) -> bytes:
    """The signed note. The signer's name is `<origin>/acceptance`."""
    origin = _origin(signer.verifier_key)
    return signer.sign(Acceptance(origin, referendum, ballot, code, order, sequence, tree_size).encode())


def parse_acceptance(raw: bytes, key: VerifierKey) -> Acceptance:
    """Read an acceptance signed by this key.

    Raises Malformed as `decode_note`, acceptance.form, and of the digests and numbers in it; InvalidProof:
    note.unsigned, note.signature, acceptance.origin.
    """
    lines = open_note(raw, [key]).text.split("\n")
    if len(lines) != 9 or lines[0] != HEADER or lines[8]:
        raise Malformed("acceptance.form", f"{HEADER} and seven more lines were expected")
    if lines[1] != _origin(key):
        raise InvalidProof("acceptance.origin", "the acceptance names another log")
    return Acceptance(
        origin=lines[1],
        referendum=check_uuid(lines[2]),
        ballot=hex_digest(lines[3]),
        code=b64_digest(lines[4]),
        order=hex_digest(lines[5]),
        sequence=decimal(lines[6], below=SIZE_LIMIT),
        tree_size=decimal(lines[7], below=SIZE_LIMIT),
    )


def _origin(key: VerifierKey) -> str:
    if not key.name.endswith(KEY_SUFFIX):
        raise Malformed("vkey.name", f"the name of an acceptance key ends in {KEY_SUFFIX}")
    return key.name.removesuffix(KEY_SUFFIX)
