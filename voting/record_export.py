"""The record of one vote as files: what RECORD.md names and nothing else, at any moment from the proclamation on.

Pure: `Board` holds what the database and the log say, `record_files` spells it, `zip_record` wraps it. Nothing is
signed or counted here; a file whose matter does not exist yet is left out.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audit.note import encode_base64
from crypto.archive import ArchiveWriter
from crypto.encoding import Json, compact, sha256_hex

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The zip carries no clock, so the same record gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What an election was opened with, as exact bytes; `timestamp` is the archive's."""

    uuid: str
    timestamp: str
    election: bytes
    trustees: bytes
    credentials: bytes


@dataclass(frozen=True, slots=True)
class LogRange:
    """Entries [first, first + len(entries)) and the hashes that prove them under the checkpoint."""

    first: int
    entries: Sequence[bytes]
    left: Sequence[bytes]
    right: Sequence[bytes]
    checkpoint: bytes
    log_key: str
    """The log's vkey, without line feed."""


@dataclass(frozen=True, slots=True)
class Board:
    """A vote, or its rehearsal, as far as it has come."""

    manifest: bytes | None
    commitments: Sequence[str]
    """Signed statements of the ceremony by index; empty for a single trustee."""
    log: LogRange | None
    opened: Opened | None = None
    ballots: Sequence[tuple[bytes, bytes]] = ()
    """(ballot, order statement) in the order of the board."""
    closed: bool = False
    tally: tuple[bytes, bytes] | None = None
    """encrypted_tally and sized_encrypted_tally."""
    decryptions: Sequence[tuple[int, bytes, bytes]] = ()
    """(trustee, partial decryption, strong proofs) in the order of the log."""
    result: bytes | None = None


def record_files(board: Board) -> dict[str, bytes]:
    """File name and bytes."""
    files: dict[str, bytes] = {}
    if board.opened is not None:
        files[f"{board.opened.uuid}.bel"] = archive(board, board.opened)
        files["order.jsonl"] = _lines(order for _, order in board.ballots)
        files["strong.jsonl"] = _lines(strong for _, _, strong in board.decryptions)
    if board.manifest is not None:
        files["manifest.json"] = board.manifest
    files["ceremony.jsonl"] = _lines(line.encode() for line in board.commitments)
    if board.log is not None:
        files["entries.jsonl"] = _lines(board.log.entries)
        files["range.json"] = compact(
            {"first": board.log.first, "left": _hashes(board.log.left), "right": _hashes(board.log.right)}
        )
        files["checkpoint"] = board.log.checkpoint
        files["log.vkey"] = board.log.log_key.encode() + b"\n"
    return files


def archive(board: Board, opened: Opened) -> bytes:
    """The `.bel` of the board: Setup, the ballots, and as many of the later events as have happened."""
    writer = ArchiveWriter(opened.timestamp)
    setup = compact(
        {
            "election": sha256_hex(opened.election),
            "trustees": sha256_hex(opened.trustees),
            "credentials": sha256_hex(opened.credentials),
        }
    )
    parts = [writer.header()]
    parts.append(writer.append("Setup", opened.election, opened.trustees, opened.credentials, setup))
    parts.extend(writer.append("Ballot", ballot) for ballot, _ in board.ballots)
    if board.closed:
        parts.append(writer.append("EndBallots"))
    if board.tally is not None:
        parts.append(writer.append("EncryptedTally", *board.tally))
    for owner, payload, _ in board.decryptions:
        owned = compact({"owner": owner, "payload": sha256_hex(payload)})
        parts.append(writer.append("PartialDecryption", payload, owned))
    if board.result is not None:
        parts.append(writer.append("Result", board.result))
    return b"".join(parts)


def zip_record(files: Mapping[str, bytes], folder: str) -> bytes:
    """The files in one folder of a zip; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name in sorted(files):
            container.writestr(
                zipfile.ZipInfo(f"{folder}/{name}", ZIP_TIME), files[name], compress_type=zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()


def _lines(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _hashes(hashes: Sequence[bytes]) -> list[Json]:
    return [encode_base64(item) for item in hashes]
