"""Reads the record of a vote from a folder, or a bare `.bel`, into bytes and lines. Nothing is believed here.

Only this module of the verifier touches files. RECORD.md says what each file is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crypto.errors import Malformed

ARCHIVE_SUFFIX = ".bel"
SIDE_FILES = (
    "manifest.json",
    "order.jsonl",
    "strong.jsonl",
    "ceremony.jsonl",
    "entries.jsonl",
    "range.json",
    "checkpoint",
    "log.vkey",
)
"""What stands beside the archive in a record of ours, all of it and nothing else."""


@dataclass(frozen=True)
class Record:
    """`files` are the side files of ours that are there; `strangers` the names of everything else."""

    archive_name: str
    archive: bytes
    files: Mapping[str, bytes] = field(default_factory=dict)
    strangers: tuple[str, ...] = ()

    def file(self, name: str) -> bytes:
        """Raises Malformed (record.missing)."""
        try:
            return self.files[name]
        except KeyError:
            raise Malformed("record.missing", f"{name} is missing") from None

    def lines(self, name: str) -> list[bytes]:
        """The lines of a .jsonl file, without line feeds. Raises Malformed: record.missing, record.lines."""
        return split_lines(self.file(name), name)


def split_lines(raw: bytes, name: str) -> list[bytes]:
    """Every line ends in one line feed and holds something. Raises Malformed (record.lines)."""
    if not raw:
        return []
    lines = raw.split(b"\n")
    if lines.pop() or not all(lines):
        raise Malformed("record.lines", f"{name}: every line ends in one line feed and none is empty")
    return lines


def read_record(path: Path) -> Record:
    """Read a folder or one `.bel` file.

    Raises FileNotFoundError when there is nothing, Malformed (record.archive) unless there is exactly one archive.
    """
    if not path.is_dir():
        return Record(path.name, path.read_bytes())
    names = sorted(item.name for item in path.iterdir())
    archives = [name for name in names if name.endswith(ARCHIVE_SUFFIX) and (path / name).is_file()]
    if len(archives) != 1:
        raise Malformed("record.archive", f"{len(archives)} archives (.bel), one was expected")
    files = {name: (path / name).read_bytes() for name in SIDE_FILES if (path / name).is_file()}
    strangers = tuple(name for name in names if name not in files and name != archives[0])
    return Record(archives[0], (path / archives[0]).read_bytes(), files, strangers)


def record_of(files: Mapping[str, bytes]) -> Record:
    """The same from names and bytes. Raises Malformed (record.archive)."""
    archives = [name for name in files if name.endswith(ARCHIVE_SUFFIX)]
    if len(archives) != 1:
        raise Malformed("record.archive", f"{len(archives)} archives (.bel), one was expected")
    side = {name: raw for name, raw in files.items() if name in SIDE_FILES}
    return Record(archives[0], files[archives[0]], side, tuple(sorted(set(files) - set(side) - set(archives))))
