"""The import of a registry file: first a dry run over the whole file, then all of it or nothing.

The report says row by row and column by column what is wrong. Where the persons go is the caller's callable.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from audit.refusal import N_
from identity.errors import RegistryRefused
from identity.registry import Problem, RegistryPerson, number_digest, read_registry, unknown_columns

SHOWN = 200
"""Problems kept of each kind; more of them say nothing new."""
CHUNK = 1000

Progress = Callable[[int], None]
"""Called now and then with the bytes read so far."""


@dataclass(slots=True)
class Report:
    """What a dry run found. `problems` stop the import, `remarks` do not; both are cut at SHOWN."""

    digest: str = ""  # SHA-256 of the file, hex
    persons: int = 0
    known: int = 0  # persons the service has already
    grave: int = 0
    remarked: int = 0
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return self.grave == 0

    @property
    def new(self) -> int:
        return self.persons - self.known

    def add(self, problem: Problem) -> None:
        if problem.grave:
            self.grave += 1
            if len(self.problems) < SHOWN:
                self.problems.append(problem)
        else:
            self.remarked += 1
            if len(self.remarks) < SHOWN:
                self.remarks.append(problem)


def dry_run(
    file: BinaryIO,
    key: bytes,
    today: date,
    count_known: Callable[[list[bytes]], int],
    progress: Progress = lambda _bytes: None,
) -> Report:
    """Read the whole file and store nothing. `key` is for number_digest. Raises RegistryRefused as `read_registry`."""
    report = Report(digest=_digest(file), unknown_columns=unknown_columns(file))
    numbers: dict[bytes, int] = {}
    people: dict[int, int] = {}
    waiting: list[bytes] = []
    for count, line in enumerate(read_registry(file, today)):
        if isinstance(line, RegistryPerson):
            report.persons += 1
            digest = number_digest(key, line.number)
            _compare(report, line, digest, numbers, people)
            waiting.append(digest)
        else:
            for problem in line:
                report.add(problem)
        if count % CHUNK == 0:
            progress(file.tell())
            report.known += count_known(waiting)
            waiting = []
    report.known += count_known(waiting)
    if not report.persons and report.clean:
        raise RegistryRefused("registry.empty", N_("The file is empty."))
    return report


def persons(
    file: BinaryIO, report: Report, key: bytes, today: date, progress: Progress = lambda _bytes: None
) -> Iterator[list[tuple[bytes, RegistryPerson]]]:
    """The persons of the file that `report` found clean, with their number's digest, a thousand at a time.

    Raises RegistryRefused: registry.not_clean, registry.changed when it is no longer the same file. The caller's
    transaction must fall when this raises.
    """
    if not report.clean:
        raise RegistryRefused(
            "registry.not_clean",
            N_("The file has %(count)s mistakes, so nothing was imported."),
            N_("Correct the rows below in the registry and export the file again."),
            count=report.grave,
        )
    if _digest(file) != report.digest:
        raise RegistryRefused("registry.changed", N_("The file changed after it was checked; nothing was imported."))
    people = (line for line in read_registry(file, today) if isinstance(line, RegistryPerson))
    for chunk in _chunks((number_digest(key, person.number), person) for person in people):
        yield chunk
        progress(file.tell())


def _compare(
    report: Report, person: RegistryPerson, digest: bytes, numbers: dict[bytes, int], people: dict[int, int]
) -> None:
    """A number twice is an error; a second person with all the same names and birth date only looks like one."""
    earlier = numbers.setdefault(digest[:16], person.row)
    if earlier != person.row:
        sentence = N_("this registry number stands in row %(other)s too")
        report.add(Problem(person.row, "", "row.duplicate", sentence, {"other": earlier}))
        return
    likeness = hash((person.surname, person.given_name, person.father_name, person.birth_date))
    other = people.setdefault(likeness, person.row)
    if other != person.row:
        sentence = N_("the same names and birth date as in row %(other)s: one person twice?")
        report.add(Problem(person.row, "", "row.likeness", sentence, {"other": other}, grave=False))
    for text in (person.surname, person.given_name, person.father_name, person.address):
        if text[:1] in {"=", "+", "-", "@"}:
            sentence = N_("a cell looks like a formula; it is kept as text")
            report.add(Problem(person.row, "", "row.formula", sentence, grave=False))


def _chunks(
    pairs: Iterable[tuple[bytes, RegistryPerson]],
) -> Iterator[list[tuple[bytes, RegistryPerson]]]:
    chunk: list[tuple[bytes, RegistryPerson]] = []
    for pair in pairs:
        chunk.append(pair)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while part := file.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()
