"""The councillors' file of a topic: what it holds, as one value that page and PDF are both made from.

Only what is public goes in. Contributions are counted and listed by type, each type apart (M8, M11).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from audit.local_time import instant
from audit.refusal import N_
from consultation.contribution import KINDS
from consultation.errors import WrongState
from crypto.encoding import Json, compact, parse_compact

Content: TypeAlias = dict[str, Any]
"""The JSON of one version, see `make_content`."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One public contribution. `collective` is empty for a person; `answer` is None without a reply.

    `paragraph` is a lasting id and `place` the same in words, both empty for the whole topic.
    """

    key: str
    kind: str
    title: str
    text: str
    author: str
    collective: str
    paragraph: str
    place: str
    form: str
    submitted_at: datetime
    supports: int
    pro: tuple["Voice", ...] = ()
    con: tuple["Voice", ...] = ()
    answer: Mapping[str, Json] | None = None


def make_content(head: Mapping[str, Json], voices: Sequence[Voice], *, hidden: int) -> Content:
    """`head`: what is said of topic, session and consultation; `hidden`: how many contributions a moderator hid.

    Members: those of `head`, then counts (by type, arguments too), hidden, and sections: for each type its kind and
    its contributions, the oldest first.
    """
    sections: list[Json] = [
        {"kind": kind, "contributions": [_voice(voice) for voice in voices if voice.kind == kind]} for kind in KINDS
    ]
    counts: dict[str, Json] = {kind: sum(voice.kind == kind for voice in voices) for kind in KINDS}
    counts["argument"] = sum(len(voice.pro) + len(voice.con) for voice in voices)
    return {"councillor_file": 1, **head, "counts": counts, "hidden": hidden, "sections": sections}


def encode_content(content: Content) -> bytes:
    """Canonical JSON."""
    return compact(content)


def decode_content(raw: bytes) -> Content:
    """Raises Malformed."""
    value = parse_compact(raw, size_limit=max(len(raw), 1))
    assert isinstance(value, dict)
    return value


def keys_in(content: Content) -> set[str]:
    """The public keys of every contribution in a file, arguments too."""
    return {one["contribution"] for one in _all(content)}


def without(content: Content, keys: Collection[str]) -> Content:
    """The same file, where of these contributions only the key is left: they are not public any more.

    Every contribution gets the member `gone`.
    """
    copy = decode_content(encode_content(content))
    for one in _all(copy):
        one["gone"] = one["contribution"] in keys
        if one["gone"]:
            one |= {"title": "", "text": "", "author": "", "collective": ""}
    return copy


def total(content: Content) -> int:
    """Contributions with arguments, as the log entry counts them."""
    return sum(content["counts"].values())


def check_makeable(session_is_public: bool) -> None:
    """Raises WrongState."""
    if not session_is_public:
        raise WrongState("councillor_file.draft", N_("The file is made once the agenda with this topic is published."))


def check_unchanged(before: bytes, now: bytes) -> None:
    """Nothing was said or hidden while the PDF was made. Raises WrongState."""
    if before != now:
        raise WrongState(
            "councillor_file.changed",
            N_("Something was written or hidden while the file was being made. Nothing was kept."),
            N_("Press the button once more."),
        )


def check_still_public(content: Content, public: Collection[str]) -> None:
    """A PDF cannot leave out what was hidden since, so it is withheld then. Raises WrongState."""
    if not keys_in(content) <= set(public):
        raise WrongState(
            "councillor_file.withheld",
            N_("This version holds a contribution that was hidden, withdrawn or erased since, so it is not shown."),
            N_("Its fingerprint stays in the audit log. The page of the file shows everything else."),
        )


def moment(text: str) -> datetime:
    """The other way round."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _voice(voice: Voice) -> dict[str, Json]:
    return {
        **_said(voice),
        "paragraph": voice.paragraph,
        "place": voice.place,
        "form": voice.form,
        "supports": voice.supports,
        "pro": [_said(argument) for argument in voice.pro],
        "con": [_said(argument) for argument in voice.con],
        "reply": dict(voice.answer) if voice.answer is not None else None,
    }


def _said(voice: Voice) -> dict[str, Json]:
    return {
        "contribution": voice.key,
        "author": voice.author,
        "collective": voice.collective,
        "submitted": instant(voice.submitted_at),
        "title": voice.title,
        "text": voice.text,
    }


def _all(content: Content) -> Iterable[dict[str, Any]]:
    for section in content["sections"]:
        for one in section["contributions"]:
            yield one
            yield from one["pro"]
            yield from one["con"]
