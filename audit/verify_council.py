"""Verify the council's record: which checks are made, in which order, and what each one needs.

Reads no file and prints nothing; the command is in __main__.py, the words are in phrases_council.py.
"""

from audit.checkpoint import Checkpoint, open_checkpoint
from audit.council_log import read_council_log
from audit.council_objects import (
    check_agendas,
    check_councillor_files,
    check_decisions,
    check_measures,
    check_minutes,
    check_replies,
    check_sessions,
    check_topics,
)
from audit.council_record import CouncilRecord, check_layout
from audit.council_state import CouncilLog
from audit.council_voices import check_consultations, check_contributions, check_finishing, check_register
from audit.entry import Entry, decode_entry
from audit.note import VerifierKey, decode_note
from audit.record import split_lines
from audit.report import Report, at
from audit.tree import root
from audit.verify_log import read_log_key
from crypto.encoding import b64
from crypto.errors import InvalidProof, Malformed


def verify_council(record: CouncilRecord, *, expected_key: VerifierKey | None = None) -> Report:
    """Make every check. `expected_key` is the log's, if the reader knows it from elsewhere."""
    report = Report()
    run = report.run
    laid = run("layout", check_layout, record)
    signed = run("council_log", lambda found: _check_log(found, expected_key, report), laid)
    log = run("council_order", read_council_log, signed)
    agendas = run("agendas", check_agendas, laid, log)
    run("sessions", check_sessions, laid, log)
    run("topics", check_topics, agendas, log)
    texts = run("consultations", check_consultations, laid, log)
    voices = run("contributions", check_contributions, laid, log, texts)
    run("register", check_register, laid, log)
    run("replies", check_replies, laid, log)
    run("finishing", check_finishing, log)
    run("councillor_files", check_councillor_files, laid, log)
    run("decisions", check_decisions, laid, log)
    run("minutes", check_minutes, laid, log)
    run("measures", check_measures, laid, log)
    report.council = _figures(log, voices) if log is not None and voices is not None else {}
    return report


def _check_log(record: CouncilRecord, expected_key: VerifierKey | None, report: Report) -> list[Entry]:
    """The checkpoint's signature, and that the entries are the whole tree under it. Raises Malformed, InvalidProof."""
    key = read_log_key(record.file("log.vkey"))
    if expected_key is not None and key != expected_key:
        raise InvalidProof("log.key", "the record carries another log's key than the one expected")
    raw = record.file("checkpoint")
    checkpoint: Checkpoint = open_checkpoint(raw, key)
    if len(decode_note(raw).signatures) != 1:
        raise Malformed("note.signatures", "the checkpoint of a record has the log's signature and no other")
    entries = []
    for number, line in enumerate(split_lines(record.file("entries.jsonl"), "entries.jsonl"), 1):
        with at("entry", number):
            entries.append(decode_entry(line))
    if len(entries) != checkpoint.tree_size:
        raise InvalidProof("log.size", f"{len(entries)} entries, the checkpoint speaks of {checkpoint.tree_size}")
    if root(entry.leaf_hash for entry in entries) != checkpoint.root_hash:
        raise InvalidProof("log.range", "the entries are not those under the checkpoint")
    report.facts["log"] = checkpoint.origin
    report.facts["log_key"] = key.encode()
    report.facts["log_size"] = checkpoint.tree_size
    report.facts["log_root"] = b64(checkpoint.root_hash)
    return entries


def _figures(log: CouncilLog, states: dict[str, int]) -> dict[str, int]:
    return {
        "sessions": len(log.agendas),
        "topics": len(log.topics),
        "consultations": len(log.consultations),
        "contributions": len(log.contributions),
        **states,
        "removals": len(log.removals),
        "replies": len(log.replies),
        "decisions": len(log.decisions),
        "measures": len(log.measures),
    }
