"""Checkpoints: the log's signed statement of how many entries it has and what their root is.

The log's key name is its origin. We write no extension lines and accept none: no monitor could audit them.

Source: c2sp.org/tlog-checkpoint v1.0.0.
"""

from dataclasses import dataclass

from audit.note import Signer, VerifierKey, decode_base64, encode_base64, open_note
from audit.tree import EMPTY_ROOT, HASH_LENGTH, SIZE_LIMIT
from crypto.encoding import decimal
from crypto.errors import InvalidProof, Malformed


@dataclass(frozen=True, slots=True)
class Checkpoint:
    origin: str  # "vote.example.org/log", never empty
    tree_size: int  # number of entries, from 0
    root_hash: bytes  # 32 bytes

    def encode(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.tree_size}\n{encode_base64(self.root_hash)}\n"


def decode_checkpoint(text: str) -> Checkpoint:
    """Read a note's text. Raises Malformed: checkpoint.form, checkpoint.size, checkpoint.root, checkpoint.extension."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0]:
        raise Malformed("checkpoint.form", "origin, size and root, a line each, were expected")
    if len(lines) > 4:
        raise Malformed("checkpoint.extension", "extension lines are not accepted")
    try:
        tree_size = decimal(lines[1], below=SIZE_LIMIT)
    except Malformed:
        raise Malformed("checkpoint.size", "the size is not a decimal number in its one spelling") from None
    root_hash = decode_base64(lines[2])
    if len(root_hash) != HASH_LENGTH or (tree_size == 0 and root_hash != EMPTY_ROOT):
        raise Malformed("checkpoint.root", "the root is not a hash of 32 bytes, or not that of the empty tree")
    return Checkpoint(lines[0], tree_size, root_hash)


def sign_checkpoint(signer: Signer, tree_size: int, root_hash: bytes) -> bytes:
    """The note for one size and root. Only `audit.store` calls it, over what is durable."""
    return signer.sign(Checkpoint(signer.verifier_key.name, tree_size, root_hash).encode())


def open_checkpoint(raw: bytes, log_key: VerifierKey) -> Checkpoint:
    """Read a checkpoint signed by this log.

    Raises Malformed as `decode_note` and `decode_checkpoint`; InvalidProof: note.unsigned, note.signature,
    checkpoint.origin when another log's text stands over this key's signature (BB-22).
    """
    checkpoint = decode_checkpoint(open_note(raw, [log_key]).text)
    if checkpoint.origin != log_key.name:
        raise InvalidProof("checkpoint.origin", "the checkpoint names another log")
    return checkpoint
