"""Consultations, what citizens said, the register of removals: pages beside log, and the duty to reply counted again.

Each function makes one named check and returns what the next ones need, or raises a Flaw with the object's name.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping

from audit.council_objects import match_digest
from audit.council_record import CouncilRecord, named, read_object
from audit.council_state import DUE_KINDS, ERASED, HIDDEN, SHOWN, WITHDRAWN, Consultation, Contribution, CouncilLog
from audit.report import at
from crypto.encoding import Json, array, compact, hex_digest, members, string
from crypto.errors import InvalidProof

PUBLISHED, WAITING = "published", "waiting"
_TAG = b"kalpi-contribution-v1"
_CONTENT = (
    "contribution", "topic", "kind", "paragraph", "parent", "stance", "title", "text", "name", "collective",
)  # fmt: skip


def check_consultations(record: CouncilRecord, log: CouncilLog) -> dict[str, set[str]]:
    """Terms, every version of the text, state and closing hour; returns by topic the ids that texts have ever had."""
    terms, texts = record.terms, record.texts
    identifiers: dict[str, set[str]] = {}
    for key, logged in log.consultations.items():
        name = f"consultations/{key}.terms.json"
        value = read_object(match_digest(name, terms.pop(key, None), logged.terms), name)
        if (value.get("terms"), value.get("topic")) != (1, logged.topic):
            raise named(name, "council.content", "the terms are another topic's")
        identifiers[logged.topic] = set()
        for number, digest in {1: logged.text, **logged.corrections}.items():
            name = f"consultations/{key}.text-{number}.json"
            value = read_object(match_digest(name, texts.pop((key, number), None), digest), name)
            if (value.get("text"), value.get("topic"), value.get("version")) != (1, logged.topic, number):
                raise named(name, "council.content", "the text is another topic's or another version")
            identifiers[logged.topic] |= _identifiers(value)
    for key in sorted(terms):
        raise named(f"consultations/{key}.terms.json", "council.unlogged", "the log has no such consultation")
    for key, number in sorted(texts):
        raise named(f"consultations/{key}.text-{number}.json", "council.unlogged", "the log has no such text")
    _check_states(record, log)
    return identifiers


def _check_states(record: CouncilRecord, log: CouncilLog) -> None:
    """consultations.jsonl: what the pages say, in the order of the openings."""
    shown = {}
    for line in record.lines("consultations.jsonl"):
        members(line, ("consultation", "topic", "state", "closes"))
        shown[string(line["consultation"])] = (line["topic"], line["state"], line["closes"])
    logged = {key: (found.topic, found.state, found.closes) for key, found in log.consultations.items()}
    for key in [*logged, *shown]:
        if shown.get(key) != logged.get(key):
            raise named(f"consultation {key}", "council.state", "page and log differ in topic, state or closing hour")
    if list(shown) != list(logged) or len(record.lines("consultations.jsonl")) != len(logged):
        raise named("consultations.jsonl", "council.sorted", "the consultations are not in the order of the log")


def check_contributions(record: CouncilRecord, log: CouncilLog, identifiers: Mapping[str, set[str]]) -> dict[str, int]:
    """Each one logged is shown or not as the log says, and what is shown opens its commitment; returns the counts."""
    lines = record.lines("contributions.jsonl")
    for key, line in zip(log.contributions, lines, strict=False):
        if line.get("contribution") != key:
            raise named(f"contribution {key}", "council.missing", "not listed where the log has it")
    if len(lines) < len(log.contributions):
        key = list(log.contributions)[len(lines)]
        raise named(f"contribution {key}", "council.missing", "the log has it, the record does not")
    if len(lines) > len(log.contributions):
        raise named("contributions.jsonl", "council.unlogged", "a contribution is listed that the log does not have")
    counts = Counter[str]({PUBLISHED: 0, WAITING: 0, HIDDEN: 0, WITHDRAWN: 0, ERASED: 0})
    for (key, logged), line in zip(log.contributions.items(), lines, strict=True):
        with_content = line.get("state") == PUBLISHED
        members(line, ("contribution", "state", "salt", "content") if with_content else ("contribution", "state"))
        state = string(line["state"])
        expected = logged.state(log.size)
        waits = expected == SHOWN and state == WAITING and _premoderated(record, log, logged)
        if state != (PUBLISHED if expected == SHOWN else expected) and not waits:
            raise named(f"contribution {key}", "council.state", f"it is {state}, the log says {expected}")
        if with_content:
            _check_content(key, logged, line, log, identifiers.get(logged.topic, set()))
        counts[state] += 1
    return dict(counts)


def check_register(record: CouncilRecord, log: CouncilLog) -> int:
    """The public register says of every hiding what the log says, and has no other; so its totals are the log's."""
    shown: dict[str, dict[str, Json]] = {}
    for line in record.lines("removals.jsonl"):
        members(line, ("removal", "topic", "reason", "stage", "state", "timing"))
        shown[string(line["removal"])] = line
    for key, found in log.removals.items():
        expected = {
            "removal": key,
            "topic": found.topic,
            "reason": found.reason,
            "stage": found.stage,
            "state": found.state,
            "timing": found.timing,
        }
        if key not in shown:
            raise named(f"removal {key}", "council.missing", "the log has a hiding that the register does not show")
        if shown[key] != expected:
            raise named(f"removal {key}", "council.register", "register and log tell this hiding differently")
    if list(shown) != list(log.removals) or len(record.lines("removals.jsonl")) != len(log.removals):
        raise named("removals.jsonl", "council.register", "the register's totals are not the log's")
    return len(shown)


def check_finishing(log: CouncilLog) -> int:
    """A finished consultation had answered every proposal and objection that was shown then: counted again."""
    finished = [found for found in log.consultations.values() if found.finished is not None]
    for found in finished:
        assert found.finished is not None
        due = [key for key, said in log.contributions.items() if _was_due(said, found)]
        answered = [key for key in due if log.answered_at.get(key, log.size) < found.finished]
        if not len(due) == len(answered) == found.due == found.answered:
            with at("entry", found.finished + 1):
                raise InvalidProof("council.finish", f"{len(answered)} of {len(due)} that were due had a reply")
    return len(finished)


def commitment(salt: bytes, content: bytes) -> str:
    """Hex of SHA-256(tag, salt, content), the last two each after its length in 8 bytes, big endian."""
    digest = hashlib.sha256(_TAG)
    for part in (salt, content):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _check_content(
    key: str, logged: Contribution, line: Mapping[str, Json], log: CouncilLog, identifiers: set[str]
) -> None:
    place = f"contribution {key}"
    value = members(line["content"], _CONTENT)
    if commitment(hex_digest(line["salt"]), compact(line["content"])) != logged.commitment:
        raise named(place, "council.commitment", "what is shown does not open the commitment in the log")
    if (value["contribution"], value["topic"], value["kind"]) != (key, logged.topic, logged.kind):
        raise named(place, "council.content", "it was committed to as another contribution")
    if value["paragraph"] and value["paragraph"] not in identifiers:
        raise named(place, "council.paragraph", "it is about a paragraph that the text never had")
    parent = log.contributions.get(string(value["parent"]))
    if (logged.kind == "argument") != bool(value["parent"]):
        raise named(place, "council.content", "an argument, and nothing else, hangs on a contribution")
    if value["parent"] and (parent is None or parent.topic != logged.topic or parent.index > logged.index):
        raise named(place, "council.content", "it argues about a contribution that was not there")


def _premoderated(record: CouncilRecord, log: CouncilLog, logged: Contribution) -> bool:
    key = next((key for key, found in log.consultations.items() if found.topic == logged.topic), "")
    raw = record.terms.get(key)
    return raw is not None and read_object(raw, f"consultations/{key}.terms.json").get("premoderated") is True


def _was_due(said: Contribution, consultation: Consultation) -> bool:
    assert consultation.finished is not None
    counts = said.topic == consultation.topic and said.kind in DUE_KINDS and said.index < consultation.finished
    return counts and said.state(consultation.finished) == SHOWN


def _identifiers(text: Mapping[str, Json]) -> set[str]:
    found: set[str] = set()
    for article in array(text.get("articles")):
        if isinstance(article, dict):
            found.add(string(article.get("id")))
            for paragraph in array(article.get("paragraphs")):
                found.add(string(paragraph.get("id") if isinstance(paragraph, dict) else None))
    return found
