"""The log's part of a record as files, and a record written to a folder."""

from collections.abc import Sequence
from pathlib import Path

from audit import entry, tree
from audit.checkpoint import sign_checkpoint
from audit.note import Signer, encode_base64
from crypto.encoding import Json, compact

ORIGIN = "kalpi.example.org/log"


LOG = Signer(ORIGIN, bytes(32))


def log_files(before: Sequence[bytes], entries: Sequence[bytes], after: int, signer: Signer = LOG) -> dict[str, bytes]:
    """The log's part of a record: `before` and `after` stand around its entries and are proved by hashes alone."""
    following = [entry.make("incident", text=f"συμβάν μετά {number}") for number in range(after)]
    leaves = [tree.leaf_hash(raw) for raw in [*before, *entries, *following]]

    def nodes(level: int, index: int) -> bytes:
        return tree.root(leaves[index << level : (index + 1) << level])

    first, end, size = len(before), len(before) + len(entries), len(leaves)
    left, right = tree.range_proof(nodes, first, end, size)
    proof: dict[str, Json] = {
        "first": first,
        "left": [encode_base64(item) for item in left],
        "right": [encode_base64(item) for item in right],
    }
    return {
        "entries.jsonl": lines(entries),
        "range.json": compact(proof),
        "checkpoint": sign_checkpoint(signer, size, tree.root(leaves)),
        "log.vkey": signer.verifier_key.encode().encode() + b"\n",
    }


def lines(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def write_record(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    return folder
