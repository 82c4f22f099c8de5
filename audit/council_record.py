"""Reads the council's record from a folder or a zip into bytes by name. Nothing is believed here.

Only this module of the council's verifier touches files. RECORD.md says what each file is.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from audit.record import split_lines
from audit.report import Place, PlacedFlaw
from crypto.encoding import Json, parse_compact
from crypto.errors import Malformed

ALWAYS = (
    "sessions.jsonl",
    "consultations.jsonl",
    "contributions.jsonl",
    "removals.jsonl",
    "entries.jsonl",
    "checkpoint",
    "log.vkey",
)
"""Files that every record has, even when they are empty."""
FOLDERS = ("agendas", "minutes", "decisions", "replies", "measures")
"""Of versions, each called <key>-<number>.json."""
SIZE_LIMIT = 2 * 1024**3
"""Bytes of a whole record, unpacked."""
COUNT_LIMIT = 500_000

_VERSION = re.compile(rf"({'|'.join(FOLDERS)})/([0-9a-f]{{32}})-([1-9][0-9]{{0,5}})\.json", re.ASCII)
_TERMS = re.compile(r"consultations/([0-9a-f]{32})\.terms\.json", re.ASCII)
_TEXT = re.compile(r"consultations/([0-9a-f]{32})\.text-([1-9][0-9]{0,5})\.json", re.ASCII)
_FILE = re.compile(r"files/([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True)
class CouncilRecord:
    files: Mapping[str, bytes]

    def file(self, name: str) -> bytes:
        """Raises Malformed (council.missing)."""
        try:
            return self.files[name]
        except KeyError:
            raise named(name, "council.missing", f"{name} is missing") from None

    def lines(self, name: str) -> list[dict[str, Json]]:
        """The objects of a .jsonl file. Raises Malformed: council.missing, record.lines, json.…"""
        return [read_object(line, name) for line in split_lines(self.file(name), name)]

    def versions(self, folder: str) -> dict[tuple[str, int], bytes]:
        """By key and number."""
        found = ((_VERSION.fullmatch(name), raw) for name, raw in self.files.items())
        return {(match[2], int(match[3])): raw for match, raw in found if match and match[1] == folder}

    @property
    def terms(self) -> dict[str, bytes]:
        """By the consultation's key."""
        return {match[1]: raw for name, raw in self.files.items() if (match := _TERMS.fullmatch(name))}

    @property
    def texts(self) -> dict[tuple[str, int], bytes]:
        """By the consultation's key and number."""
        return {(match[1], int(match[2])): raw for name, raw in self.files.items() if (match := _TEXT.fullmatch(name))}

    @property
    def by_digest(self) -> dict[str, bytes]:
        """What stands in files/, by name."""
        return {match[1]: raw for name, raw in self.files.items() if (match := _FILE.fullmatch(name))}


def check_layout(record: CouncilRecord) -> CouncilRecord:
    """All files that every record has, and none that RECORD.md does not know. Raises Malformed (council.…)."""
    for name in ALWAYS:
        record.file(name)
    shapes = (_VERSION, _TERMS, _TEXT, _FILE)
    for name in sorted(record.files):
        if name not in ALWAYS and not any(shape.fullmatch(name) for shape in shapes):
            raise named(name, "council.unknown", f"{name} has no place in a record")
    return record


def read_object(raw: bytes, name: str) -> dict[str, Json]:
    """One JSON object in its one spelling. Raises Malformed with the file's name."""
    try:
        value = parse_compact(raw, size_limit=max(len(raw), 1))
    except Malformed as flaw:
        raise PlacedFlaw(flaw, Place("object", name)) from flaw
    if not isinstance(value, dict):
        raise named(name, "json.shape", "an object was expected")
    return value


def named(name: str, code: str, sentence: str) -> PlacedFlaw:
    """A flaw of one object of the record."""
    return PlacedFlaw(Malformed(code, sentence), Place("object", name))


def read_council_record(path: Path) -> CouncilRecord:
    """Read a folder or a zip. Raises Malformed: council.zip, council.size; FileNotFoundError."""
    files: dict[str, bytes] = {}
    size = 0
    for name, raw in _folder(path) if path.is_dir() else _zip(path):
        size += len(raw)
        if size > SIZE_LIMIT or len(files) >= COUNT_LIMIT:
            raise Malformed("council.size", "the record is larger than any council's")
        if name in files:
            raise named(name, "council.zip", f"{name} is there twice")
        files[name] = raw
    return CouncilRecord(files)


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    for item in sorted(path.rglob("*")):
        if item.is_file():
            yield item.relative_to(path).as_posix(), item.read_bytes()


def _zip(path: Path) -> Iterator[tuple[str, bytes]]:
    """What the zip holds, without the one folder that everything is in."""
    try:
        with zipfile.ZipFile(path) as container:
            items = [item for item in container.infolist() if not item.is_dir()]
            if sum(item.file_size for item in items) > SIZE_LIMIT:
                raise Malformed("council.size", "the record is larger than any council's")
            tops = {PurePosixPath(item.filename).parts[0] for item in items}
            flat = len(tops) != 1 or any("/" not in item.filename for item in items)
            for item in items:
                yield item.filename if flat else item.filename.partition("/")[2], container.read(item)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise Malformed("council.zip", "the file is not a readable zip") from error
