"""The minutes of a session: three states in their order, the whole text, and one extract for each topic.

Every save is a version of its own that stays readable. Leaves out where versions are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from audit.refusal import N_
from consultation.agenda import read_text
from consultation.errors import Incomplete
from crypto.encoding import Json, compact, parse_json

TEXT_LIMIT = 30_000
"""Characters of the whole text and of each extract; a longer one is a file."""
CONTENT_LIMIT = 240_000
"""Bytes of one version, so that every reader takes it (crypto.encoding.SIZE_LIMIT)."""


class State(StrEnum):
    """In the order they happen."""

    DRAFT = "draft"
    APPROVED = "approved"
    FINAL = "final"


STATES: Mapping[str, str] = MappingProxyType(
    {
        State.DRAFT: N_("Draft (minutes)"),
        State.APPROVED: N_("Approved (minutes)"),
        State.FINAL: N_("Final (minutes)"),
    }
)
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        State.DRAFT: N_("Written by the secretariat; the body has not approved it yet."),
        State.APPROVED: N_("The body approved it in a later session; corrections are still possible."),
        State.FINAL: N_("Signed and closed. A correction would appear as another final version."),
    }
)


@dataclass(frozen=True, slots=True)
class Minutes:
    state: State
    text: str  # Markdown, may be empty when a file holds it
    extracts: Mapping[str, str]  # by topic key, in the order of the agenda; only what is not empty


def next_states(state: State | None) -> tuple[State, ...]:
    """What a new version may be: as the newest one, or one step further. The first one is a draft."""
    order = tuple(State)
    at = order.index(state) if state else -1
    return order[max(at, 0) : at + 2]


def read_minutes(form: Mapping[str, str], topics: Sequence[str], newest: State | None, *, has_file: bool) -> Minutes:
    """The form of the desk: `state`, `text`, and `extract_<topic key>` for each of `topics` (keys in agenda order).

    `has_file`: a file is attached. Raises Incomplete: minutes.state, minutes.order, minutes.empty, minutes.length.
    """
    try:
        state = State(form.get("state", ""))
    except ValueError:
        raise Incomplete("minutes.state", N_("Choose the state of the minutes."), field="state") from None
    if state not in next_states(newest):
        raise Incomplete(
            "minutes.order",
            N_("Minutes are first a draft, then approved, then final, and never go back."),
            field="state",
        )
    text = read_text(form, "text", limit=TEXT_LIMIT)
    extracts = {key: extract for key in topics if (extract := read_text(form, f"extract_{key}", limit=TEXT_LIMIT))}
    if not (text or extracts or has_file):
        raise Incomplete("minutes.empty", N_("Write the text, an extract, or attach a file."), field="text")
    minutes = Minutes(state, text, extracts)
    if len(minutes_content(minutes, "0" * 32, 1, "0" * 64)) > CONTENT_LIMIT:
        raise Incomplete(
            "minutes.length",
            N_("Text and extracts are longer than one version can hold."),
            N_("Put the whole text in a file and keep the extracts here."),
            field="text",
        )
    return minutes


def write_minutes(minutes: Minutes) -> dict[str, str]:
    """The minutes as the form of the desk spells them."""
    extracts = {f"extract_{key}": text for key, text in minutes.extracts.items()}
    return {"state": minutes.state.value, "text": minutes.text, **extracts}


def minutes_content(minutes: Minutes, session: str, version: int, file_digest: str) -> bytes:
    """The bytes whose SHA-256 the log holds. `session` is its key, `file_digest` hexadecimal or empty."""
    return compact(
        {
            "minutes": 1,
            "session": session,
            "version": version,
            "state": minutes.state.value,
            "text": minutes.text,
            "file": file_digest,
            "extracts": [{"topic": key, "text": text} for key, text in minutes.extracts.items()],
        }
    )


def decode_minutes(raw: bytes) -> Minutes:
    """A stored version, as `minutes_content` wrote it. Raises crypto.errors.Malformed."""
    value = parse_json(raw, size_limit=len(raw))
    assert isinstance(value, dict)
    return Minutes(State(str(value["state"])), str(value["text"]), _extracts(value["extracts"]))


def _extracts(value: Json) -> dict[str, str]:
    assert isinstance(value, list)
    return {str(item["topic"]): str(item["text"]) for item in value if isinstance(item, dict)}
