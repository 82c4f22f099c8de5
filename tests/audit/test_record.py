import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.record import Record, read_record, record_of, split_lines
from audit.report import Verdict
from audit.verify import verify
from crypto.errors import Malformed


def test_lines_end_in_one_line_feed_and_hold_something() -> None:
    assert split_lines(b"", "x") == []
    assert split_lines(b"a\nb\n", "x") == [b"a", b"b"]
    for raw in (b"a", b"\n", b"a\n\n", b"a\n\nb\n", b"\na\n"):
        with pytest.raises(Malformed) as refusal:
            split_lines(raw, "x")
        assert refusal.value.code == "record.lines"


@given(st.binary())
def test_any_bytes_are_lines_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert b"".join(line + b"\n" for line in split_lines(raw, "x")) == raw


def test_a_folder_holds_exactly_one_archive(tmp_path: Path) -> None:
    with pytest.raises(Malformed) as none:
        read_record(tmp_path)
    assert none.value.code == "record.archive"
    (tmp_path / "a.bel").write_bytes(b"")
    assert read_record(tmp_path).archive_name == "a.bel"
    (tmp_path / "b.bel").write_bytes(b"")
    with pytest.raises(Malformed):
        read_record(tmp_path)
    with pytest.raises(Malformed):
        record_of({"a.bel": b"", "b.bel": b""})


def test_folders_inside_a_record_are_strangers(tmp_path: Path) -> None:
    (tmp_path / "a.bel").write_bytes(b"")
    (tmp_path / "manifest.json").mkdir()
    assert read_record(tmp_path).strangers == ("manifest.json",)


@given(st.binary(max_size=3000))
def test_any_bytes_as_an_archive_are_refused_without_an_exception(raw: bytes) -> None:
    assert verify(Record("x.bel", raw)).verdict is Verdict.REFUSED
