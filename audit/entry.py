"""The kinds of log entry, in the order they may appear, and the members each has.

The table is the allow-list: what is not in it cannot be written, and no member has room for personal data (GD-01).
Entries are bytes first: what is stored is what is hashed, and nothing is ever spelled again to verify it.
An entry of a kind we do not know is read but stays opaque; its bytes count in every proof all the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from audit.entry_council import COUNCIL_KINDS
from audit.entry_members import (
    Check,
    check_ceremony_id,
    check_count,
    check_index,
    check_index_or_none,
    check_instant,
    check_names,
    check_origin,
    check_text,
    check_uuid,
    check_verifier_key,
    check_word,
    one_of,
)
from audit.tree import leaf_hash
from crypto.encoding import Json, b64_digest, compact, hex_digest, members, parse_compact, string
from crypto.errors import Malformed

SIZE_LIMIT = 65_535
"""Bytes of one entry (c2sp.org/tlog-tiles bundles have a length of 16 bits)."""

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
    def subject(self) -> str | None:
        """The key of the topic or session it is about, if any."""
        key = self.members.get("topic", self.members.get("session"))
        return key if self.known and isinstance(key, str) else None

    @property
    def leaf_hash(self) -> bytes:
        return leaf_hash(self.raw)


def make(kind: str, /, **values: Json) -> bytes:
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


_ROLE = {"role": check_word, "subject": hex_digest}
_VOTE: dict[str, Check] = {"referendum": check_uuid}
_CEREMONY: dict[str, Check] = {**_VOTE, "ceremony": check_ceremony_id}
_REHEARSAL: dict[str, Check] = {**_VOTE, "rehearsal": check_uuid}

KINDS: Mapping[str, Mapping[str, Check]] = MappingProxyType(
    {
        # the log and the house
        "log-opened": {"origin": check_origin},
        "role-granted": _ROLE,  # subject: a salted commitment
        "role-revoked": _ROLE,
        "software": {"files": hex_digest},
        "incident": {"text": check_text},
        # a vote, from its proclamation to its result
        "proclaimed": {**_VOTE, "profile": check_word, "manifest": hex_digest},
        "roll-frozen": {**_VOTE, "count": check_count, "commitment": hex_digest},
        "credentials-listed": {**_VOTE, "count": check_count, "list": hex_digest},
        "ceremony-opened": {
            **_CEREMONY,
            "group": one_of("Ed25519", "BELENIOS-2048"),
            "threshold": check_index,
            "size": check_index,
            "names": check_names,
        },
        "ceremony-commitment": {**_CEREMONY, "index": check_index, "statement": hex_digest},
        "ceremony-failed": {**_CEREMONY, "reason": check_text, "index": check_index_or_none},
        "ceremony-completed": {**_CEREMONY, "trustees": hex_digest},
        "rehearsal-opened": {**_REHEARSAL, "election": hex_digest},
        "rehearsal-tallied": {**_REHEARSAL, "tally": hex_digest},
        "rehearsal-decrypted": {**_REHEARSAL, "owner": check_index, "payload": hex_digest},
        "rehearsal-completed": {**_REHEARSAL, "result": hex_digest},
        "opened": {
            **_VOTE,
            "manifest": hex_digest,
            "election": hex_digest,
            "trustees": hex_digest,
            "credentials": hex_digest,
            "roll": check_count,
            "closes": check_instant,
            "acceptance": check_verifier_key,
            "issuer": one_of("authority", "service"),
        },
        "ballot": {**_VOTE, "ballot": hex_digest, "length": check_count, "order": hex_digest},
        "challenged": {**_VOTE, "code": b64_digest},
        "extended": {**_VOTE, "closes": check_instant, "reason": check_text},
        "cancelled": {**_VOTE, "reason": check_text},
        "closed": {**_VOTE, "persons": check_count},
        "tallied": {**_VOTE, "tally": hex_digest, "encrypted": hex_digest},
        "partial-decryption": {**_VOTE, "owner": check_index, "payload": hex_digest, "strong": hex_digest},
        "result": {**_VOTE, "result": hex_digest},
        **COUNCIL_KINDS,
    }
)
