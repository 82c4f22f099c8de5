"""The town of the stories: a service as `kalpi init` leaves it, its clock, and the paper that people hold in hand."""

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pypdf import PdfReader
from typer.testing import CliRunner

from cli import kalpi
from db import Database
from settings import Settings, from_environ

PASSPHRASE = "πέντε χάρτινα καράβια στο λιμάνι"

REGISTRY = """\
Αριθμός μητρώου;Επώνυμο;Όνομα;Πατρώνυμο;Ημερομηνία γέννησης;Εκλογέας;Δημότης
1001;Παπαδοπούλου;Άδα;Νίκος;14/03/1956;ναι;ναι
1002;Βασιλείου;Μπάμπης;Γιώργος;02/11/1988;ναι;ναι
1003;Κλεάνθους;Κλειώ;Πέτρος;30/06/2003;ναι;ναι
"""
FAULTY = REGISTRY.replace("02/11/1988", "31/02/1988")


class MovingClock:
    """Runs like every clock, and can be put forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def forward(self, **duration: float) -> None:
        self._ahead += timedelta(**duration)

    def forward_to(self, moment: datetime) -> None:
        self._ahead += moment - self()


@dataclass(frozen=True, slots=True)
class Letter:
    """An activation letter as its addressee reads it."""

    name: str
    number: str
    code: str


@dataclass
class Authority:
    """The credential authority's own machine: its commands, its encrypted file, its printer."""

    folder: Path

    def run(self, *arguments: str) -> str:
        (self.folder / "passphrase").write_text(PASSPHRASE, "utf-8")
        command, *rest = arguments
        return run("authority", command, *rest, "--passphrase-file", str(self.folder / "passphrase"))

    @property
    def file(self) -> str:
        return str(self.folder / "authority.kalpi")

    def print_cards(self, base_url: str, count: int) -> dict[str, str]:
        """Number → code, read from the printed sheets."""
        self.run("init", self.file, "--base-url", base_url)
        sheets = self.folder / "cards.pdf"
        self.run("cards", self.file, str(count), str(sheets))
        found = re.findall(r"Κάρτα ψήφου (\d+)\n((?:[0-9A-Z]{3}\s+){9})", text_of(sheets.read_bytes()))
        return {number: "-".join(groups.split()) for number, groups in found}

    def answer(self, request: Path) -> Path:
        answer = self.folder / "answer.json"
        self.run("list", self.file, str(request), str(answer))
        return answer


def set_up(data: Path) -> tuple[Settings, Database, list[Letter]]:
    """What `kalpi init` makes, and the letters of the first operator and of the secretary."""
    environment = {
        "KALPI_DATA": str(data),
        "KALPI_LOG_ORIGIN": "story.kalpi.invalid/log",
        "KALPI_MUNICIPALITY": "Δήμος Αγίου Τίτου",
        "KALPI_BALLOT_CADENCE": "0.3",
    }
    operator, secretary = "Δήμητρα Νικολαΐδου", "Σοφία Οικονόμου"
    letters = [
        _printed(operator, run("init", "--operator", operator, environment=environment)),
        _printed(secretary, run("official", "invite", secretary, "secretariat", environment=environment)),
    ]
    settings = from_environ(environment)
    return settings, Database(settings.database_url), letters


def _printed(name: str, said: str) -> Letter:
    found = re.search(r"letter\s+(\d+),?\s+code\s+(\S+)", said)
    assert found, said
    return Letter(name, found[1], found[2])


def run(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """What a `kalpi` command prints; it has to end well."""
    result = CliRunner().invoke(kalpi, list(arguments), env=environment)
    assert result.exit_code == 0, result.output
    return result.output


def letters_in(pdf: bytes) -> list[Letter]:
    """Every sheet of a file of activation letters."""
    letters = []
    for page in PdfReader(io.BytesIO(pdf)).pages:
        text = page.extract_text()
        number = re.search(r"Αριθμός επιστολής (\d+)", text)
        code = re.search(r"^[0-9A-Z]{4}(?:-[0-9A-Z]{1,4})+$", text, re.MULTILINE)
        assert number
        assert code
        letters.append(Letter(text.splitlines()[1], number[1], code[0]))
    return letters


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
