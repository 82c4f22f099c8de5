"""Agendas, decisions, minutes, replies, measures and councillors' files: each has its entry, and each entry its object.

Each function makes one named check and returns what the next ones need, or raises a Flaw with the object's name.
"""

from collections.abc import Mapping, Sequence

from audit.council_record import CouncilRecord, named, read_object
from audit.council_state import CouncilLog
from audit.entry import Entry
from audit.report import at
from crypto.encoding import Json, array, integer, members, sha256_hex, string
from crypto.errors import InvalidProof

_STATES = ("published", "held", "cancelled")


def check_agendas(record: CouncilRecord, log: CouncilLog) -> set[str]:
    """Every version of every agenda; returns the topics that stand on one. Raises council.…"""
    topics: set[str] = set()
    for name, entry, value in _versions(record, "agendas", log.agendas, "agenda"):
        if (value.get("agenda"), value.get("session")) != (1, entry.members["session"]):
            raise named(name, "council.content", "the agenda is another session's")
        for item in array(value.get("topics")):
            topics.add(string(item.get("topic") if isinstance(item, dict) else None))
    return topics


def check_sessions(record: CouncilRecord, log: CouncilLog) -> int:
    """What the pages list: each session with its state and the number of its agenda's versions. Raises council.…"""
    listed: dict[str, tuple[Json, Json]] = {}
    for line in record.lines("sessions.jsonl"):
        members(line, ("session", "state", "version"))
        key = string(line["session"])
        if key in listed or line["state"] not in _STATES:
            raise named(f"session {key}", "council.listed", "a session is listed once, with a state it can have")
        listed[key] = (line["state"], line["version"])
    for key in sorted(listed.keys() | log.agendas.keys() | log.cancelled):
        if key not in listed:
            raise named(f"session {key}", "council.missing", "the log has the agenda of a session that is not listed")
        state, version = listed[key]
        if not version or version != len(log.agendas.get(key, ())):
            raise named(f"session {key}", "council.unlogged", "the session shows another version than the log has")
        if (state == "cancelled") != (key in log.cancelled):
            raise named(f"session {key}", "council.state", "log and page differ in whether the session was cancelled")
    if list(listed) != sorted(listed):
        raise named("sessions.jsonl", "council.sorted", "the sessions are not in the order of their keys")
    return len(listed)


def check_topics(on_agendas: set[str], log: CouncilLog) -> int:
    """Whatever is said of a topic is said of one that stands on a published agenda. Raises council.topic."""
    for topic, index in log.topics.items():
        if topic not in on_agendas:
            with at("entry", index + 1):
                raise InvalidProof("council.topic", "an entry speaks of a topic that is on no agenda of the record")
    return len(log.topics)


def check_decisions(record: CouncilRecord, log: CouncilLog) -> int:
    for name, entry, value in _versions(record, "decisions", log.decisions, "decision"):
        _same(name, entry, value, ("topic", "version"))
    return len(log.decisions)


def check_minutes(record: CouncilRecord, log: CouncilLog) -> int:
    for name, entry, value in _versions(record, "minutes", log.minutes, "minutes"):
        _same(name, entry, value, ("session", "version", "state"))
    return len(log.minutes)


def check_measures(record: CouncilRecord, log: CouncilLog) -> int:
    for name, entry, value in _versions(record, "measures", log.measures, "content"):
        _same(name, entry, value, ("topic", "version"))
        if value.get("key") != entry.members["measure"]:
            raise named(name, "council.content", "the measure has another key than its entry")
    return len(log.measures)


def check_replies(record: CouncilRecord, log: CouncilLog) -> int:
    for name, entry, value in _versions(record, "replies", log.replies, "text"):
        _same(name, entry, value, ("reply", "topic", "version", "outcome", "contributions"))
    return len(log.replies)


def check_councillor_files(record: CouncilRecord, log: CouncilLog) -> int:
    """Each file that the log names is there, unless something in it was hidden, withdrawn or erased afterwards."""
    there = record.by_digest
    named_files: set[str] = set()
    for index, entry in log.councillor_files:
        digest, topic = string(entry.members["file"]), string(entry.members["topic"])
        named_files.add(digest)
        if integer(entry.members["contributions"]) > len(log.shown_on(topic, index)):
            with at("entry", index + 1):
                raise InvalidProof("council.count", "the councillors' file counts more contributions than there were")
        if digest not in there and not log.is_stale(topic, index):
            raise named(f"files/{digest}", "council.missing", f"files/{digest} is missing")
    for digest, raw in sorted(there.items()):
        if digest not in named_files:
            raise named(f"files/{digest}", "council.unlogged", "the log names no such file")
        if sha256_hex(raw) != digest:
            raise named(f"files/{digest}", "council.digest", "the file is not the one that the log names")
    return len(there)


def match_digest(name: str, raw: bytes | None, digest: Json) -> bytes:
    """The object is there and is the one logged. Raises council.missing, council.digest with its name."""
    if raw is None:
        raise named(name, "council.missing", f"{name} is missing")
    if sha256_hex(raw) != digest:
        raise named(name, "council.digest", f"{name} is not what the log has")
    return raw


def _versions(
    record: CouncilRecord, folder: str, logged: Mapping[str, Sequence[Entry]], member: str
) -> list[tuple[str, Entry, dict[str, Json]]]:
    """(name, entry, content) of every version that the log has, once all are there and no other is."""
    there, found = record.versions(folder), []
    for key, entries in logged.items():
        for number, entry in enumerate(entries, 1):
            name = f"{folder}/{key}-{number}.json"
            raw = match_digest(name, there.pop((key, number), None), entry.members[member])
            found.append((name, entry, read_object(raw, name)))
    for key, number in sorted(there):
        raise named(f"{folder}/{key}-{number}.json", "council.unlogged", "the log has no entry of this object")
    return found


def _same(name: str, entry: Entry, value: Mapping[str, Json], names: Sequence[str]) -> None:
    if any(value.get(member) != entry.members[member] for member in names):
        raise named(name, "council.content", f"{name} and its entry differ in one of {', '.join(names)}")
