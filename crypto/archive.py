"""The `.bel` file of an election: reader and writer over bytes, byte exact.

An append-only chain of events with the data they bring. This module knows the form: every byte of an archive that
`read_archive` accepts is one that the writer would write. What the bodies mean and which order of events makes an
election are for others to say.

Source: Belenios specification, section "Archive"; the header layout is that of tar, version 7.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crypto.encoding import Json, compact, hex_digest, integer, parse_compact, parse_json, sha256, string
from crypto.errors import Malformed

BLOCK = 512
_HEADER_NAME = "BELENIOS"
_TIMESTAMP = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_ENTRY_NAME = re.compile(rb"([0-9a-f]{64})\.(data|event)\.json")

BODIES = {
    "Setup": (4, 5),
    "Ballot": (1, 1),
    "EndBallots": (0, 0),
    "EncryptedTally": (2, 2),
    "PartialDecryption": (2, 2),
    "Result": (1, 1),
}
"""Fewest and most data entries before an event; the payload is the last. A fifth of Setup is a certificate of 3.2.0."""


@dataclass(frozen=True, slots=True)
class Event:
    """One link of the chain. `bodies` are its data entries in the order of the file, `raw` is the event's own JSON."""

    kind: str
    height: int
    parent: bytes | None
    bodies: tuple[bytes, ...]
    raw: bytes

    @property
    def digest(self) -> bytes:
        return sha256(self.raw)

    @property
    def payload(self) -> bytes:
        """The last body. EndBallots has none (IndexError)."""
        return self.bodies[-1]


@dataclass(frozen=True, slots=True)
class Archive:
    """`timestamp` is a decimal string; `timestamp_is_text` tells whether the header spells it as a JSON string."""

    timestamp: str
    timestamp_is_text: bool
    events: tuple[Event, ...]

    def of_kind(self, kind: str) -> tuple[Event, ...]:
        return tuple(event for event in self.events if event.kind == kind)


class ArchiveWriter:
    """Makes an archive piece by piece: write `header()`, then the bytes of each `append`, one after the other."""

    def __init__(self, timestamp: str, *, height: int = 0, parent: bytes | None = None) -> None:
        """`timestamp` is decimal Unix seconds. To continue an archive give its number of events and last digest."""
        self.timestamp = _timestamp(timestamp)
        self.height = height
        self.parent = parent

    def header(self) -> bytes:
        body = compact({"version": 1, "timestamp": self.timestamp})
        return _entry(_HEADER_NAME, body, int(self.timestamp))

    def append(self, kind: str, *bodies: bytes) -> bytes:
        """The bytes of one event with its data entries, the payload last."""
        event = make_event(kind, self.height, self.parent, bodies)
        self.height += 1
        self.parent = event.digest
        return _event_bytes(event, int(self.timestamp))


def make_event(kind: str, height: int, parent: bytes | None, bodies: Sequence[bytes]) -> Event:
    """Raises Malformed (event.kind, event.bodies)."""
    if kind not in BODIES:
        raise Malformed("event.kind", "an event of a known kind was expected")
    fewest, most = BODIES[kind]
    if not fewest <= len(bodies) <= most:
        raise Malformed("event.bodies", f"{kind} does not come with {len(bodies)} data entries")
    value: dict[str, Json] = {} if parent is None else {"parent": parent.hex()}
    value |= {"height": height, "type": kind}
    if bodies:
        value["payload"] = sha256(bodies[-1]).hex()
    return Event(kind, height, parent, tuple(bodies), compact(value))


def write_archive(timestamp: str, events: Sequence[tuple[str, Sequence[bytes]]]) -> bytes:
    writer = ArchiveWriter(timestamp)
    return writer.header() + b"".join(writer.append(kind, *bodies) for kind, bodies in events)


def read_archive(raw: bytes) -> Archive:
    """Read an archive of which every byte is as the format says.

    Raises Malformed: archive.truncated, archive.header, archive.entry (a name, checksum, time or padding byte),
    archive.hash, archive.order (a body where it has no place), event.*.
    """
    name, body, offset = _read_entry(raw, 0)
    timestamp, is_text = _read_header(name, body)
    mtime = int(timestamp)
    if raw[:offset] != _entry(_HEADER_NAME, body, mtime):
        raise Malformed("archive.header", "the first entry is not spelled as the format says")
    events: list[Event] = []
    bodies: list[bytes] = []
    while offset < len(raw):
        start = offset
        name, body, offset = _read_entry(raw, offset)
        match = _ENTRY_NAME.fullmatch(name)
        if match is None or raw[start:offset] != _entry(name.decode("ascii"), body, mtime):
            raise Malformed("archive.entry", f"the entry at byte {start} is not spelled as the format says")
        if match[1].decode("ascii") != sha256(body).hex():
            raise Malformed("archive.hash", f"the entry at byte {start} is not the one its name says")
        if match[2] == b"data":
            bodies.append(body)
            continue
        events.append(_read_event(body, events[-1] if events else None, bodies))
        bodies = []
    if bodies:
        raise Malformed("archive.order", "data without the event that brings them")
    return Archive(timestamp, is_text, tuple(events))


def _read_header(name: bytes, body: bytes) -> tuple[str, bool]:
    value = parse_compact(body) if name == _HEADER_NAME.encode() else None
    if not isinstance(value, dict) or list(value) != ["version", "timestamp"]:
        raise Malformed("archive.header", "the file does not begin as an election archive")
    if value["version"] != 1 or isinstance(value["version"], bool):
        raise Malformed("archive.version", "archive version 1 was expected")
    stamp = value["timestamp"]
    if isinstance(stamp, str):
        return _timestamp(stamp), True
    return _timestamp(str(integer(stamp))), False


def _timestamp(text: str) -> str:
    # Eleven octal digits of the tar header hold it.
    if not _TIMESTAMP.fullmatch(text) or int(text) >= 8**11:
        raise Malformed("archive.header", "the time is not decimal seconds")
    return text


def _read_event(raw: bytes, previous: Event | None, bodies: list[bytes]) -> Event:
    value = parse_json(raw)
    if not isinstance(value, dict):
        raise Malformed("event.shape", "an event is an object")
    height = integer(value.get("height"))
    parent = hex_digest(value["parent"]) if "parent" in value else None
    if height != (0 if previous is None else previous.height + 1):
        raise Malformed("event.height", f"an event says height {height} out of turn")
    if parent != (None if previous is None else previous.digest):
        raise Malformed("event.parent", f"event {height} does not name the event before it")
    event = make_event(string(value.get("type")), height, parent, bodies)
    if bodies and value.get("payload") != sha256(bodies[-1]).hex():
        raise Malformed("event.payload", f"event {height} names other data than it brings")
    if event.raw != raw:
        raise Malformed("event.spelling", f"event {height} is not spelled as the format says")
    return event


def _event_bytes(event: Event, mtime: int) -> bytes:
    data = (_entry(f"{sha256(body).hex()}.data.json", body, mtime) for body in event.bodies)
    return b"".join(data) + _entry(f"{event.digest.hex()}.event.json", event.raw, mtime)


def _entry(name: str, body: bytes, mtime: int) -> bytes:
    """Header, body and zero padding."""
    fields = bytearray(BLOCK)
    for offset, text in (
        (0, name),
        (100, "0000644"),
        (108, "0000000"),
        (116, "0000000"),
        (124, f"{len(body):011o}"),
        (136, f"{mtime:011o}"),
        (148, " " * 8),
        (156, "0"),
    ):
        fields[offset : offset + len(text)] = text.encode("ascii")
    fields[148:156] = f"{sum(fields):06o}\0 ".encode("ascii")
    return bytes(fields) + body + bytes(-len(body) % BLOCK)


def _read_entry(raw: bytes, offset: int) -> tuple[bytes, bytes, int]:
    """Name, body and the offset behind the padding; what else the header says is compared by the caller."""
    header = raw[offset : offset + BLOCK]
    if len(header) < BLOCK:
        raise Malformed("archive.truncated", "the file ends inside a header")
    size_text = header[124:135]
    if not re.fullmatch(rb"[0-7]{11}", size_text):
        raise Malformed("archive.entry", f"the entry at byte {offset} has no size")
    start = offset + BLOCK
    end = start + int(size_text, 8)
    padded = end + (-int(size_text, 8) % BLOCK)
    if padded > len(raw):
        raise Malformed("archive.truncated", f"the file ends inside the entry at byte {offset}")
    return header[:100].split(b"\0", 1)[0], raw[start:end], padded
