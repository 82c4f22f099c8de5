"""A registry file, row by row: what a municipality exports becomes persons, or a list of what is wrong and where.

CSV in UTF-8 or Windows-1253, cells parted by `;` or `,`, one person a line, names of columns in the first line in Greek
or English (see COLUMNS). Read as a stream; nothing is stored here. The registry is believed about who lives where and
who may vote, not about who a visitor is.
"""

import codecs
import csv
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import BinaryIO, TypeAlias

from audit.refusal import N_
from identity.enrolment import parse_birth_date
from identity.errors import RegistryRefused

LINE_LIMIT = 8 * 1024
CELL_LIMIT = 200
ROW_LIMIT = 5_000_000
OLDEST = 125
"""Years; an earlier birth date is a typing error."""
CHUNK = 1 << 20
ENCODINGS = ("utf-8-sig", "cp1253")

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # the first name is how we write it; then what else is understood (case, accents, spaces and `_` do not matter)
        "number": ("registry_number", "αριθμός μητρώου", "number", "α.μ.", "ειδικός εκλογικός αριθμός", "αριθμός"),
        "surname": ("surname", "επώνυμο", "last name", "family name"),
        "given_name": ("given_name", "όνομα", "first name", "name"),
        "father_name": ("father_name", "πατρώνυμο", "όνομα πατρός", "όνομα πατέρα"),
        "birth_date": ("birth_date", "ημερομηνία γέννησης", "date of birth"),
        "elector": ("elector", "εκλογέας"),
        "member": ("registered_member", "δημότης", "member"),
        "resident": ("resident", "κάτοικος"),
        "since": ("since", "ημερομηνία εγγραφής", "εγγραφή"),
        "address": ("address", "διεύθυνση"),
    }
)
REQUIRED = ("number", "surname", "given_name", "birth_date")
_YES = frozenset({"1", "ναι", "ν", "yes", "y", "true"})
_NO = frozenset({"0", "οχι", "ο", "no", "n", "false", ""})


@dataclass(frozen=True, slots=True)
class RegistryPerson:
    """One line of the registry. Text is kept as it stands, in Unicode NFC, also when it looks like a formula."""

    row: int  # as a spreadsheet counts: the line with the names of the columns is 1
    number: str
    surname: str
    given_name: str
    father_name: str
    birth_date: date
    elector: bool
    member: bool
    resident: bool
    since: date | None  # None: not known, counts for every cut-off
    address: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row; `column` is as the file names it, empty for the whole row.

    `sentence` is an English msgid with `fields`. A grave problem stops the import, a remark does not.
    """

    row: int
    column: str
    code: str
    sentence: str
    fields: Mapping[str, str | int] = field(default_factory=dict)
    grave: bool = True


Line: TypeAlias = RegistryPerson | list[Problem]


def number_digest(key: bytes, number: str) -> bytes:
    """How a registry number is stored and found: a keyed hash, so that the database does not hold the number."""
    return hmac.digest(key, _folded(number).encode(), hashlib.sha256)


def read_registry(file: BinaryIO, today: date) -> Iterator[Line]:
    """The persons of a file in its order, and in the place of a bad line its problems.

    Raises RegistryRefused: registry.encoding, registry.empty, registry.columns, registry.line, registry.rows.
    """
    lines = _lines(file, _encoding(file))
    delimiter, header = _header(lines)
    places = _places(header)
    for row, text in lines:
        if not text.strip(" ;,\t"):
            continue
        cells = _cells(text, delimiter)
        if cells is None or len(cells) != len(header):
            yield [Problem(row, "", "row.cells", N_("the row does not have as many cells as the first one"))]
            continue
        yield _person(row, cells, header, places, today)


def unknown_columns(file: BinaryIO) -> list[str]:
    """The columns that are not imported. Raises as `read_registry`."""
    _, header = _header(_lines(file, _encoding(file)))
    used = set(_places(header).values())
    return [name for place, name in enumerate(header) if place not in used]


def _header(lines: Iterator[tuple[int, str]]) -> tuple[str, list[str]]:
    """The delimiter and the names of the columns, from the first line. Raises RegistryRefused (registry.empty)."""
    first = next(lines, None)
    if first is None:
        raise RegistryRefused("registry.empty", N_("The file is empty."))
    delimiter = ";" if first[1].count(";") >= first[1].count(",") else ","
    return delimiter, _cells(first[1], delimiter) or []


def _person(row: int, cells: list[str], header: list[str], places: Mapping[str, int], today: date) -> Line:
    problems: list[Problem] = []

    def problem(name: str, code: str, sentence: str, **fields: str | int) -> None:
        problems.append(Problem(row, header[places[name]], code, sentence, fields))

    def cell(name: str) -> str:
        text = (
            unicodedata.normalize("NFC", cells[places[name]].replace("\u00a0", " ").strip()) if name in places else ""
        )
        if len(text) > CELL_LIMIT:
            problem(name, "cell.long", N_("the cell has more than %(count)s characters"), count=CELL_LIMIT)
        elif not text.isprintable():
            problem(name, "cell.control", N_("the cell holds a character that cannot be printed"))
        elif not text and name in REQUIRED:
            problem(name, "cell.empty", N_("the cell is empty"))
        return text

    def day(name: str) -> date | None:
        text = cell(name)
        value = parse_birth_date(text)
        if text and value is None:
            problem(name, "cell.date", N_("this is no date such as 21/5/1980 or 1980-05-21"))
        elif value is not None and (value > today or value.year < today.year - OLDEST):
            problem(name, "cell.date_range", N_("this date lies too far back or in the future"))
        return value

    def flag(name: str, default: bool) -> bool:
        if name not in places:
            return default
        word = _folded(cell(name))
        if word not in _YES | _NO:
            problem(name, "cell.flag", N_("yes or no was expected (1/0, ναι/όχι)"))
        return word in _YES

    born = day("birth_date")
    person = RegistryPerson(
        row,
        cell("number"),
        cell("surname"),
        cell("given_name"),
        cell("father_name"),
        born or today,
        flag("elector", True),
        flag("member", True),
        flag("resident", False),
        day("since"),
        cell("address"),
    )
    return problems or person


def _places(header: list[str]) -> dict[str, int]:
    """Which cell holds what. Raises RegistryRefused (registry.columns) for a column missing or named twice."""
    known = {_column(name): what for what, names in COLUMNS.items() for name in names}
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        what = known.get(_column(name))
        if what in places:
            raise RegistryRefused("registry.columns", N_("Two columns hold the same: %(name)s."), name=name)
        if what:
            places[what] = place
    missing = [COLUMNS[what][1] for what in REQUIRED if what not in places]
    if missing:
        raise RegistryRefused(
            "registry.columns",
            N_("The first line does not name these columns: %(names)s."),
            N_("The first line of the file holds the names of the columns, in Greek or English."),
            names=", ".join(missing),
        )
    return places


def _encoding(file: BinaryIO) -> str:
    """UTF-8 if the whole file is, otherwise Windows-1253. Raises RegistryRefused (registry.encoding)."""
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while chunk := file.read(CHUNK):
                if b"\0" in chunk:
                    break
                decoder.decode(chunk)
            else:
                decoder.decode(b"", final=True)
                file.seek(0)
                return encoding
        except UnicodeDecodeError:
            continue
    raise RegistryRefused(
        "registry.encoding",
        N_("The file is not text in UTF-8 or Windows-1253."),
        N_("Save it from the spreadsheet as CSV (UTF-8)."),
    )


def _lines(file: BinaryIO, encoding: str) -> Iterator[tuple[int, str]]:
    """Raises RegistryRefused (registry.line, registry.rows)."""
    file.seek(0)
    row = 0
    while raw := file.readline(LINE_LIMIT + 1):
        row += 1
        if len(raw) > LINE_LIMIT:
            raise RegistryRefused("registry.line", N_("Line %(row)s is longer than any registry line."), row=row)
        if row > ROW_LIMIT:
            raise RegistryRefused("registry.rows", N_("The file has more than %(count)s lines."), count=ROW_LIMIT)
        yield row, raw.decode(encoding if row == 1 else encoding.removesuffix("-sig")).rstrip("\r\n")


def _cells(text: str, delimiter: str) -> list[str] | None:
    """The cells of one line; None when its quotation marks do not close."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _column(name: str) -> str:
    return re.sub(r"[\s_.]+", "", _folded(name))


def _folded(text: str) -> str:
    """Without case, accents and outer spaces, for comparing."""
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("ς", "σ")
