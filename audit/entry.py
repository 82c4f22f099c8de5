"""The kinds of log entry, in the order they may appear, and the members each has.

The table is the allow-list: what is not in it cannot be written, and no member has room for personal data (GD-01).
Entries are bytes first: what is stored is what is hashed, and nothing is ever spelled again to verify it.
An entry of a kind we do not know is read but stays opaque; its bytes count in every proof all the same.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from audit.note import decode_verifier_key
from audit.tree import leaf_hash
from crypto.encoding import Json, array, b64_digest, compact, hex_digest, integer, members, parse_compact, string
from crypto.errors import Malformed

SIZE_LIMIT = 65_535
"""Bytes of one entry (c2sp.org/tlog-tiles bundles have a length of 16 bits)."""

Check: TypeAlias = Callable[[Json], object]
"""Raises Malformed when the member is not what its name promises."""

_UUID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,64}", re.ASCII)
_HEX32 = re.compile(r"[0-9a-f]{32}", re.ASCII)
_WORD = re.compile(r"[a-z][a-z0-9_.-]{0,63}", re.ASCII)
_TYPE = re.compile(r"kalpi/([a-z][a-z-]{0,62})/v1", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind` is the word in the type of a kind we know, otherwise the whole type; `members` come without the type."""

    kind: str
    members: Mapping[str, Json]
    raw: bytes

    @property
    def known(self) -> bool:
        return self.kind in KINDS

    @property
    def referendum(self) -> str | None:
        """The uuid of the vote it belongs to, if any."""
        uuid = self.members.get("referendum")
        return uuid if isinstance(uuid, str) else None

    @property
    def leaf_hash(self) -> bytes:
        return leaf_hash(self.raw)


def make(kind: str, **values: Json) -> bytes:
    """The bytes of one entry; `values` in any order. Raises Malformed: entry.kind, or as `decode_entry`."""
    if kind not in KINDS:
        raise Malformed("entry.kind", f"there is no kind {kind}")
    ordered = {name: values[name] for name in KINDS[kind] if name in values}
    raw = compact({"type": f"kalpi/{kind}/v1", **ordered, **values})
    decode_entry(raw)
    return raw


def decode_entry(raw: bytes) -> Entry:
    """Read one entry.

    Raises Malformed: entry.size, entry.type, entry.<kind>, and what the JSON and its members say for themselves.
    """
    if len(raw) > SIZE_LIMIT:
        raise Malformed("entry.size", f"{len(raw)} bytes, an entry has at most {SIZE_LIMIT}")
    value = parse_compact(raw)
    if not isinstance(value, dict) or next(iter(value), None) != "type":
        raise Malformed("entry.type", "an object whose first member is its type was expected")
    whole_type = string(value["type"], longest=255)
    match = _TYPE.fullmatch(whole_type)
    kind = whole_type
    if match and (checks := KINDS.get(match[1])):
        kind = match[1]
        members(value, ["type", *checks])
        for name, check in checks.items():
            try:
                check(value[name])
            except Malformed as flaw:
                raise Malformed(f"entry.{kind}", f"member {name}: {flaw.sentence}") from flaw
    elif "/" not in whole_type:
        raise Malformed("entry.type", "a type has a slash")
    return Entry(kind, MappingProxyType({name: member for name, member in value.items() if name != "type"}), raw)


def check_uuid(value: Json) -> str:
    """14 to 64 characters of Base58. Raises Malformed (uuid.spelling)."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise Malformed("uuid.spelling", "at least 14 characters of the Base58 alphabet were expected")
    return value


def check_instant(value: Json) -> datetime:
    """RFC 3339 in UTC to the second, `2027-03-01T18:00:00Z`. Raises Malformed (instant.spelling)."""
    text = value if isinstance(value, str) and value.isascii() else ""
    try:
        instant = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        instant = None
    if instant is None or len(text) != 20 or not text.endswith("Z"):
        raise Malformed("instant.spelling", "a time in UTC such as 2027-03-01T18:00:00Z was expected")
    return instant


def check_ceremony_id(value: Json) -> str:
    """32 lower-case hexadecimal digits. Raises Malformed (ceremony.spelling)."""
    if not isinstance(value, str) or not _HEX32.fullmatch(value):
        raise Malformed("ceremony.spelling", "32 lower-case hexadecimal digits were expected")
    return value


def _text(value: Json) -> None:
    """What an official writes for the public: 1 to 2,000 characters, newlines allowed."""
    text = string(value, longest=2000)
    if not text.strip() or any(letter < " " and letter != "\n" for letter in text):
        raise Malformed("text.spelling", "1 to 2000 characters without control characters were expected")


def _word(value: Json) -> None:
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise Malformed("word.spelling", "a short lower-case word was expected")


def _names(value: Json) -> None:
    for name in array(value, longest=255):
        _text(name)


def _one_of(*words: str) -> Check:
    def check(value: Json) -> None:
        if value not in words:
            raise Malformed("word.unknown", f"one of {', '.join(words)} was expected")

    return check


def _origin(value: Json) -> None:
    if not string(value, longest=255) or any(letter.isspace() or letter == "+" for letter in str(value)):
        raise Malformed("origin.spelling", "a log's origin has no space and no plus sign")


def _index(value: Json) -> None:
    integer(value, smallest=1, largest=255)


def _index_or_none(value: Json) -> None:
    if value is not None:
        _index(value)


def _count(value: Json) -> None:
    integer(value)


def _verifier_key(value: Json) -> None:
    decode_verifier_key(string(value, longest=4096))


_ROLE = {"role": _word, "subject": hex_digest}
_VOTE: dict[str, Check] = {"referendum": check_uuid}
_CEREMONY: dict[str, Check] = {**_VOTE, "ceremony": check_ceremony_id}
_REHEARSAL: dict[str, Check] = {**_VOTE, "rehearsal": check_uuid}

KINDS: Mapping[str, Mapping[str, Check]] = MappingProxyType(
    {
        # the log and the house
        "log-opened": {"origin": _origin},
        "role-granted": _ROLE,  # subject: a salted commitment
        "role-revoked": _ROLE,
        "software": {"files": hex_digest},
        "incident": {"text": _text},
        # a vote, from its proclamation to its result
        "proclaimed": {**_VOTE, "profile": _word, "manifest": hex_digest},
        "roll-frozen": {**_VOTE, "count": _count, "commitment": hex_digest},
        "credentials-listed": {**_VOTE, "count": _count, "list": hex_digest},
        "ceremony-opened": {
            **_CEREMONY,
            "group": _one_of("Ed25519", "BELENIOS-2048"),
            "threshold": _index,
            "size": _index,
            "names": _names,
        },
        "ceremony-commitment": {**_CEREMONY, "index": _index, "statement": hex_digest},
        "ceremony-failed": {**_CEREMONY, "reason": _text, "index": _index_or_none},
        "ceremony-completed": {**_CEREMONY, "trustees": hex_digest},
        "rehearsal-opened": {**_REHEARSAL, "election": hex_digest},
        "rehearsal-tallied": {**_REHEARSAL, "tally": hex_digest},
        "rehearsal-decrypted": {**_REHEARSAL, "owner": _index, "payload": hex_digest},
        "rehearsal-completed": {**_REHEARSAL, "result": hex_digest},
        "opened": {
            **_VOTE,
            "manifest": hex_digest,
            "election": hex_digest,
            "trustees": hex_digest,
            "credentials": hex_digest,
            "roll": _count,
            "closes": check_instant,
            "acceptance": _verifier_key,
            "issuer": _one_of("authority", "service"),
        },
        "ballot": {**_VOTE, "ballot": hex_digest, "length": _count, "order": hex_digest},
        "challenged": {**_VOTE, "code": b64_digest},
        "extended": {**_VOTE, "closes": check_instant, "reason": _text},
        "cancelled": {**_VOTE, "reason": _text},
        "closed": {**_VOTE, "persons": _count},
        "tallied": {**_VOTE, "tally": hex_digest, "encrypted": hex_digest},
        "partial-decryption": {**_VOTE, "owner": _index, "payload": hex_digest, "strong": hex_digest},
        "result": {**_VOTE, "result": hex_digest},
    }
)
