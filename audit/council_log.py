"""The order in which the log may tell the council's business; reading it entry by entry fills a `CouncilLog`.

Source: RECORD.md, part two.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from audit.council_state import SHOWN, Consultation, Contribution, CouncilLog, Removal
from audit.entry import Entry
from audit.report import at
from crypto.encoding import array, integer, string
from crypto.errors import InvalidProof


def read_council_log(entries: Iterable[Entry]) -> CouncilLog:
    """Read the whole log in its order. Raises InvalidProof (council.order) with the entry's place."""
    log = CouncilLog()
    for index, entry in enumerate(entries):
        with at("entry", index + 1):
            topic = entry.members.get("topic")
            if entry.known and isinstance(topic, str):
                log.topics.setdefault(topic, index)
            if entry.known and (step := _STEPS.get(entry.kind)):
                step(log, index, entry)
        log.size = index + 1
    for index, key in log.late:
        if key not in log.on_paper:
            with at("entry", index + 1):
                raise _disorder("a contribution was accepted while its consultation was not open")
    return log


def _agenda(log: CouncilLog, _index: int, entry: Entry) -> None:
    told = log.agendas.setdefault(_key(entry, "session"), [])
    if (entry.kind == "agenda-published") != (not told):
        raise _disorder("an agenda is published once, and changed only after that")
    _next_version(told, entry)


def _cancelled(log: CouncilLog, _index: int, entry: Entry) -> None:
    session = _key(entry, "session")
    if session in log.cancelled or session not in log.agendas:
        raise _disorder("a session is cancelled once, after its agenda was published")
    log.cancelled.add(session)


def _minutes(log: CouncilLog, _index: int, entry: Entry) -> None:
    _next_version(log.minutes.setdefault(_key(entry, "session"), []), entry)


def _decision(log: CouncilLog, _index: int, entry: Entry) -> None:
    _next_version(log.decisions.setdefault(_key(entry, "topic"), []), entry)


def _measure(log: CouncilLog, _index: int, entry: Entry) -> None:
    if _key(entry, "topic") not in log.decisions:
        raise _disorder("a measure carries out a decision that is not there yet")
    _next_version(log.measures.setdefault(_key(entry, "measure"), []), entry)


def _opened(log: CouncilLog, index: int, entry: Entry) -> None:
    key, topic = _key(entry, "consultation"), _key(entry, "topic")
    if key in log.consultations or topic in log.by_topic:
        raise _disorder("a topic has one consultation, which is opened once")
    terms, text, closes = (_key(entry, name) for name in ("terms", "text", "closes"))
    log.consultations[key] = log.by_topic[topic] = Consultation(topic, index, terms, text, closes)


def _consulted(log: CouncilLog, index: int, entry: Entry) -> None:
    """An open consultation's text is corrected, it is extended, closed; a closed one is finished."""
    found = log.consultations.get(_key(entry, "consultation"))
    needed = "in_review" if entry.kind == "consultation-finished" else "open"
    if found is None or found.topic != entry.members["topic"] or found.state != needed:
        raise _disorder(f"{entry.kind} without a consultation that is {needed}")
    if entry.kind == "consultation-text":
        version = integer(entry.members["version"])
        if version != len(found.corrections) + 2:
            raise _disorder("the versions of a text count 2, 3, 4 … after the opening")
        found.corrections[version] = _key(entry, "text")
    elif entry.kind == "consultation-extended":
        if _key(entry, "closes") <= found.closes:
            raise _disorder("a consultation is extended to a later hour")
        found.closes = _key(entry, "closes")
    elif entry.kind == "consultation-closed":
        found.closed = index
    else:
        found.finished = index
        found.due, found.answered = integer(entry.members["due"]), integer(entry.members["answered"])


def _contributed(log: CouncilLog, index: int, entry: Entry) -> None:
    key, topic = _key(entry, "contribution"), _key(entry, "topic")
    consultation = log.by_topic.get(topic)
    if key in log.contributions or consultation is None:
        raise _disorder("a contribution is made once, on a topic that has been opened for consultation")
    if consultation.closed is not None:
        log.late.append((index, key))
    log.contributions[key] = Contribution(topic, _key(entry, "kind"), _key(entry, "commitment"), index)


def _on_paper(log: CouncilLog, _index: int, entry: Entry) -> None:
    if _key(entry, "contribution") in log.on_paper:
        raise _disorder("a paper form is entered once")
    log.on_paper.add(_key(entry, "contribution"))


def _taken_back(log: CouncilLog, index: int, entry: Entry) -> None:
    found = _contribution(log, entry)
    if found.erased is not None or (entry.kind == "contribution-withdrawn" and found.withdrawn is not None):
        raise _disorder("a contribution is withdrawn once and erased once")
    if entry.kind == "contribution-erased":
        found.erased = index
    else:
        found.withdrawn = index


def _hidden(log: CouncilLog, index: int, entry: Entry) -> None:
    found, key = _contribution(log, entry), _key(entry, "removal")
    if key in log.removals or found.state(index) != SHOWN:
        raise _disorder("only what is shown or waits is hidden, each time by a removal of its own")
    removal = Removal(found.topic, _key(entry, "contribution"), _key(entry, "reason"), _key(entry, "stage"), index)
    log.removals[key] = removal
    found.removals.append(removal)


def _judged(log: CouncilLog, index: int, entry: Entry) -> None:
    """A hiding is taken back, appealed against, or an appeal is decided."""
    removal = log.removals.get(_key(entry, "removal"))
    if removal is None or removal.topic != entry.members["topic"]:
        raise _disorder(f"{entry.kind} without a hiding")
    if entry.kind == "appeal-filed":
        allowed = removal.state == "standing"
        removal.appealed = True
    elif entry.kind == "appeal-decided":
        allowed = removal.state == "appealed"
        removal.ended, removal.timing = _key(entry, "outcome"), _key(entry, "timing")
    else:
        allowed = removal.state == "standing" and removal.contribution == entry.members["contribution"]
        removal.ended = "restored"
    if not allowed:
        raise _disorder(f"{entry.kind} where the hiding's state does not allow it")
    removal.ended_at = index


def _reply(log: CouncilLog, index: int, entry: Entry) -> None:
    keys = [string(key) for key in array(entry.members["contributions"])]
    for key in keys:
        found = log.contributions.get(key)
        if found is None or found.topic != entry.members["topic"]:
            raise _disorder("a reply answers a contribution that is not there yet")
        log.answered_at.setdefault(key, index)
    told = log.replies.setdefault(_key(entry, "reply"), [])
    _next_version(told, entry)
    if told[0].members["contributions"] != entry.members["contributions"]:
        raise _disorder("the versions of a reply answer the same contributions")


def _councillor_file(log: CouncilLog, index: int, entry: Entry) -> None:
    log.councillor_files.append((index, entry))


def _speaker(log: CouncilLog, _index: int, entry: Entry) -> None:
    pair = (_key(entry, "collective"), _key(entry, "representative"))
    if (entry.kind == "representative-ended") != (pair in log.speakers):
        raise _disorder("a representative is certified once, and ends after that")
    log.speakers ^= {pair}


def _contribution(log: CouncilLog, entry: Entry) -> Contribution:
    found = log.contributions.get(_key(entry, "contribution"))
    if found is None or found.topic != entry.members["topic"]:
        raise _disorder(f"{entry.kind} without its contribution")
    return found


def _next_version(told: list[Entry], entry: Entry) -> None:
    told.append(entry)
    if entry.members["version"] != len(told):
        raise _disorder("versions count 1, 2, 3 …")


def _key(entry: Entry, name: str) -> str:
    return string(entry.members[name])


def _disorder(sentence: str) -> InvalidProof:
    return InvalidProof("council.order", sentence)


_STEPS: Mapping[str, Callable[[CouncilLog, int, Entry], None]] = MappingProxyType(
    {
        "agenda-published": _agenda,
        "agenda-changed": _agenda,
        "session-cancelled": _cancelled,
        "minutes": _minutes,
        "decision": _decision,
        "measure": _measure,
        "consultation-opened": _opened,
        "consultation-text": _consulted,
        "consultation-extended": _consulted,
        "consultation-closed": _consulted,
        "consultation-finished": _consulted,
        "contribution": _contributed,
        "paper-contribution": _on_paper,
        "contribution-withdrawn": _taken_back,
        "contribution-erased": _taken_back,
        "hidden": _hidden,
        "restored": _judged,
        "appeal-filed": _judged,
        "appeal-decided": _judged,
        "reply": _reply,
        "councillor-file": _councillor_file,
        "representative-certified": _speaker,
        "representative-ended": _speaker,
    }
)
