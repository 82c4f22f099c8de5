"""What changed from one published agenda to the next, in the order in which a reader meets it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.refusal import N_
from consultation.difference import Piece, word_differences
from crypto.encoding import Json

SESSION_FIELDS: Mapping[str, str] = {
    "title": N_("Title of the session"),
    "kind": N_("Kind of session"),
    "starts": N_("Day and hour"),
    "place": N_("Place"),
    "urgent_reason": N_("Why it is urgent"),
    "summons": N_("Summons"),
    "body_name": N_("Body"),
}
TOPIC_FIELDS: Mapping[str, str] = {
    "title": N_("Title of the topic"),
    "plain_summary": N_("Summary in plain language"),
    "motion": N_("Motion"),
    "proposer": N_("Proposer"),
    "mark": N_("Place on the agenda"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """`what` is a msgid; `field` names the changed field; `old` and `new` are its two values, `pieces` their words."""

    what: str
    field: str = ""
    old: str = ""
    new: str = ""
    pieces: Sequence[Piece] = ()


@dataclass(frozen=True, slots=True)
class TopicChanges:
    """`topic` is the key."""

    topic: str
    number: int
    title: str
    changes: list[Change]


def session_changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Change]:
    return _fields(SESSION_FIELDS, old, new) + _files(old, new)


def topic_changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[TopicChanges]:
    """Of topics that differ; those that did not change are left out."""
    before, after = _topics(old), _topics(new)
    found = []
    for key, topic in after.items():
        changes = _added(topic) if key not in before else _one_topic(before[key], topic)
        if changes:
            found.append(TopicChanges(key, _number(topic), _text(topic, "title"), changes))
    found += [
        TopicChanges(
            key, _number(topic), _text(topic, "title"), [Change(N_("This topic is not on the agenda any more."))]
        )
        for key, topic in before.items()
        if key not in after
    ]
    return found


def _added(topic: Mapping[str, Json]) -> list[Change]:
    summary = _text(topic, "plain_summary")
    return [Change(N_("This topic was added."), new=summary, pieces=[Piece("inserted", summary)] if summary else [])]


def _one_topic(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Change]:
    changes = []
    if old.get("state") != new.get("state") and new.get("state") == "withdrawn":
        reason = _text(new, "withdrawn_reason")
        changes.append(Change(N_("This topic was withdrawn."), new=reason, pieces=[Piece("inserted", reason)]))
    if old.get("number") != new.get("number"):
        numbers = str(_number(old)), str(_number(new))
        changes.append(Change(N_("Number on the agenda"), "number", *numbers, word_differences(*numbers)))
    return changes + _fields(TOPIC_FIELDS, old, new) + _files(old, new)


def _fields(labels: Mapping[str, str], old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Change]:
    return [
        Change(label, name, _text(old, name), _text(new, name), word_differences(_text(old, name), _text(new, name)))
        for name, label in labels.items()
        if _text(old, name) != _text(new, name)
    ]


def _files(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Change]:
    before, after = _named(old), _named(new)
    removed = [name for key, name in before.items() if key not in after]
    added = [name for key, name in after.items() if key not in before]
    return [
        *(Change(N_("File removed"), old=name, pieces=[Piece("deleted", name)]) for name in removed),
        *(Change(N_("File added"), new=name, pieces=[Piece("inserted", name)]) for name in added),
    ]


def _named(part: Mapping[str, Json]) -> dict[str, str]:
    files = part.get("files")
    listed = files if isinstance(files, list) else []
    return {_text(item, "file"): _text(item, "name") for item in listed if isinstance(item, dict)}


def _topics(agenda: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    topics = agenda.get("topics")
    listed = topics if isinstance(topics, list) else []
    return {_text(item, "topic"): item for item in listed if isinstance(item, dict)}


def _text(part: Mapping[str, Json], name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""


def _number(topic: Mapping[str, Json]) -> int:
    value = topic.get("number")
    return value if isinstance(value, int) else 0
