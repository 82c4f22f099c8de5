import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.archive import ArchiveWriter, read_archive, write_archive
from crypto.encoding import compact, sha256_hex
from crypto.errors import Malformed

VECTORS = Path("tests/vectors/belenios")
ARCHIVES = sorted(VECTORS.glob("b*/*.bel"))
SMALL = write_archive(
    "1750000000",
    [
        ("Setup", [b'{"election":1}', b"[]", b"[]", b"{}"]),
        ("Ballot", [b'{"ballot":1}']),
        ("EndBallots", []),
        ("EncryptedTally", [b"[]", b"{}"]),
        ("PartialDecryption", [b"{}", b'{"owner":1}']),
        ("Result", [b'{"result":[]}']),
    ],
)


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.parent.name)
def test_archives_of_belenios_tool_are_read_and_written_byte_for_byte(path: Path) -> None:
    raw = path.read_bytes()
    archive = read_archive(raw)
    assert write_archive(archive.timestamp, [(event.kind, event.bodies) for event in archive.events]) == raw


def test_a_writer_that_continues_writes_what_one_writer_would_have_written() -> None:
    archive = read_archive(SMALL)
    raw = ArchiveWriter(archive.timestamp).header()
    for event in archive.events:
        writer = ArchiveWriter(archive.timestamp, height=event.height, parent=event.parent)
        raw += writer.append(event.kind, *event.bodies)
    assert raw == SMALL


def test_every_single_byte_of_an_archive_matters() -> None:
    for position in range(len(SMALL)):
        changed = bytearray(SMALL)
        changed[position] ^= 1
        with pytest.raises(Malformed):
            read_archive(bytes(changed))


def test_an_archive_cut_anywhere_but_behind_an_event_is_refused() -> None:
    ends = set()
    archive = read_archive(SMALL)
    writer = ArchiveWriter(archive.timestamp)
    end = len(writer.header())
    ends.add(end)
    for event in archive.events:
        end += len(writer.append(event.kind, *event.bodies))
        ends.add(end)
    for length in range(0, len(SMALL), 64):
        if length in ends:
            assert len(read_archive(SMALL[:length]).events) < len(archive.events)
        else:
            with pytest.raises(Malformed):
                read_archive(SMALL[:length])


@pytest.mark.parametrize(
    ("kind", "bodies", "code"),
    [
        ("Shuffle", [b"{}", b"{}"], "event.kind"),
        ("Ballot", [], "event.bodies"),
        ("EndBallots", [b"{}"], "event.bodies"),
    ],
)
def test_an_event_with_other_data_than_its_kind_brings_is_refused(kind: str, bodies: list[bytes], code: str) -> None:
    with pytest.raises(Malformed) as refusal:
        write_archive("1", [(kind, bodies)])
    assert refusal.value.code == code


@pytest.mark.parametrize("timestamp", ["", "-1", "01", "1.5", "٣", "9999999999999"])
def test_a_time_that_is_not_decimal_seconds_is_refused(timestamp: str) -> None:
    with pytest.raises(Malformed):
        ArchiveWriter(timestamp)


@given(st.binary(max_size=2000))
def test_any_bytes_are_an_archive_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        read_archive(raw)


@given(st.integers(0, len(SMALL) - 1), st.binary(min_size=1, max_size=700))
def test_an_archive_with_other_bytes_in_it_is_an_archive_or_malformed(position: int, other: bytes) -> None:
    with contextlib.suppress(Malformed):
        read_archive(SMALL[:position] + other + SMALL[position + len(other) :])


def spelled(kind: str, body: bytes) -> bytes:
    """One entry of an archive as the format says, whatever its body says."""
    fields = bytearray(SMALL[len(HEADER) : len(HEADER) + 512])
    fields[:80] = f"{sha256_hex(body)}.{kind}.json".encode().ljust(80, b"\0")
    fields[124:135] = f"{len(body):011o}".encode()
    fields[148:156] = b" " * 8
    fields[148:156] = f"{sum(fields):06o}\0 ".encode()
    return bytes(fields) + body + bytes(-len(body) % 512)


HEADER = ArchiveWriter("1750000000").header()
SETUP = [b"{}", b"[]", b"[0]", b"[1]"]


def event(payload: bytes, **more: object) -> bytes:
    return compact({"height": 0, "type": "Setup", "payload": sha256_hex(payload), **more})  # type: ignore[dict-item]


def test_an_event_names_the_data_it_brings_in_its_one_spelling() -> None:
    data = HEADER + b"".join(spelled("data", body) for body in SETUP)
    assert len(read_archive(data + spelled("event", event(SETUP[-1]))).events) == 1
    for body, code in (
        (event(SETUP[0]), "event.payload"),
        (event(SETUP[-1], extra=1), "event.spelling"),
        (event(SETUP[-1]).replace(b":", b": "), "event.spelling"),
    ):
        with pytest.raises(Malformed) as refusal:
            read_archive(data + spelled("event", body))
        assert refusal.value.code == code


@pytest.mark.parametrize("cut", [1, 511, 513, 1023])
def test_a_file_cut_inside_an_entry_is_called_truncated(cut: int) -> None:
    with pytest.raises(Malformed) as refusal:
        read_archive(SMALL[:-cut])
    assert refusal.value.code == "archive.truncated"


@pytest.mark.parametrize(
    "body", [b"[]", b"1", b'{"height":0}', b'{"height":0,"type":"Shuffle"}', b'{"height":1,"type":"Setup"}']
)
def test_an_event_of_another_form_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        read_archive(HEADER + spelled("event", body))
    assert refusal.value.code.startswith(("event.", "json."))
