"""What an acceptance proves against a record: that its promise was kept, broken, or nothing (BB-05, BB-23).

The acceptance key comes from the opening entry, so both the promise and the log it is held against are the service's
own signed words. The ballot's proofs are not needed for that and are not checked here.
"""

from dataclasses import dataclass
from enum import IntEnum

from audit.acceptance import Acceptance, parse_acceptance
from audit.entry import Entry
from audit.history import read_history
from audit.note import VerifierKey, decode_verifier_key
from audit.record import Record
from audit.verify_log import check_range
from crypto.archive import read_archive
from crypto.encoding import b64, members, parse_compact, sha256, string
from crypto.errors import Flaw, InvalidProof


class Outcome(IntEnum):
    """The exit code of the command."""

    KEPT = 0
    BROKEN = 1
    NOTHING = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """`word` is a key of phrases.py; `index` the entry's, if there is one; `code` why nothing is proved."""

    outcome: Outcome
    word: str
    index: int = 0
    code: str = ""
    acceptance: bytes = b""
    checkpoint: bytes = b""


def weigh(acceptance_raw: bytes, record: Record, expected_key: VerifierKey | None = None) -> Evidence:
    """Hold an acceptance against a record. Raises nothing: what does not verify proves nothing."""
    try:
        found = check_range(record, expected_key)
        history = read_history(found.first, found.entries)
        opened = history.needed("opened")
        key = decode_verifier_key(string(opened.members["acceptance"]))
        if not key.name.startswith(found.checkpoint.origin + "/"):
            raise InvalidProof("opening.acceptance", "the key of acceptances belongs to another log")
        acceptance = parse_acceptance(acceptance_raw, key)
        if acceptance.referendum != history.referendum:
            return Evidence(Outcome.NOTHING, "evidence.other")
        entry = next(
            (item for item in history.all("ballot") if item.members["ballot"] == acceptance.ballot.hex()), None
        )
        closed = history.last("closed") is not None
        checkpoint = record.file("checkpoint")
        if entry is not None:
            index = history.index(entry)
            if _is_kept(acceptance, entry, index, record):
                return Evidence(Outcome.KEPT, "evidence.kept", index)
            return Evidence(Outcome.BROKEN, "evidence.differs", index, "", acceptance_raw, checkpoint)
    except Flaw as flaw:
        return Evidence(Outcome.NOTHING, "evidence.none", code=flaw.code)
    if closed:
        return Evidence(Outcome.BROKEN, "evidence.broken", acceptance=acceptance_raw, checkpoint=checkpoint)
    return Evidence(Outcome.NOTHING, "evidence.early")


def _is_kept(acceptance: Acceptance, entry: Entry, index: int, record: Record) -> bool:
    same = entry.members["order"] == acceptance.order.hex() and index >= acceptance.tree_size
    return same and _code_of(record, acceptance.ballot) in (None, b64(acceptance.code))


def _code_of(record: Record, digest: bytes) -> str | None:
    """The tracking code of the ballot with this hash, if the archive has it."""
    for event in read_archive(record.archive).of_kind("Ballot"):
        if sha256(event.payload) == digest:
            ballot = parse_compact(event.payload)
            signature = ballot.get("signature") if isinstance(ballot, dict) else None
            return string(members(signature, ("hash", "proof"))["hash"])
    return None
