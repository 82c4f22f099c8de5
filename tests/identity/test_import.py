"""The import writes all of a registry file or nothing."""

import io
from datetime import date

import pytest
from typer.testing import CliRunner

from db import Database
from identity.commands import registry_app
from identity.errors import RegistryRefused
from identity.importing import dry_run, persons
from identity.keyring import Keyring
from identity.store.card import assign_card
from identity.store.person import PersonRow, count_known, electors, find_people, write_registry
from settings import Settings
from tests.plugins.house import Clock

TODAY = date(2026, 10, 5)
HEADER = "number;surname;given_name;birth_date;elector;since\n"


def bring(database: Database, keys: Keyring, clock: Clock, text: str, *, complete: bool = False) -> tuple[int, ...]:
    file = io.BytesIO((HEADER + text).encode())
    with database.reading() as session:
        report = dry_run(file, keys.registry, TODAY, lambda digests: count_known(session, digests))
    with database.writing() as session:
        chunks = persons(file, report, keys.registry, TODAY)
        record = write_registry(session, chunks, now=clock(), digest=report.digest, complete=complete)
        return record.persons, record.added, record.retired, report.known


def test_a_second_import_changes_and_adds(database: Database, keys: Keyring, clock: Clock) -> None:
    assert bring(database, keys, clock, "1;Α;Β;1/1/1980;1;\n2;Γ;Δ;1/1/1980;1;\n") == (2, 2, 0, 0)
    assert bring(database, keys, clock, "2;Γάμμα;Δ;1/1/1980;1;\n3;Ε;Ζ;1/1/1980;1;\n") == (2, 1, 0, 1)
    with database.reading() as session:
        assert [row.id for row in find_people(session, "γαμμα", b"")] == [2]
        assert len(electors(session, TODAY)) == 3


def test_a_whole_registry_retires_who_is_not_in_it(database: Database, keys: Keyring, clock: Clock) -> None:
    bring(database, keys, clock, "1;Α;Β;1/1/1980;1;\n2;Γ;Δ;1/1/1980;1;\n")
    assert bring(database, keys, clock, "2;Γ;Δ;1/1/1980;1;\n", complete=True)[2] == 1
    with database.reading() as session:
        assert electors(session, TODAY) == [(2, None)]
    bring(database, keys, clock, "1;Α;Β;1/1/1980;1;\n")
    with database.reading() as session:
        assert [person_id for person_id, _ in electors(session, TODAY)] == [1, 2]


def test_electors_are_those_with_the_right_on_the_cut_off_day_with_their_card(
    database: Database, keys: Keyring, clock: Clock
) -> None:
    bring(database, keys, clock, "1;Α;Β;1/1/1980;1;1/9/2026\n2;Γ;Δ;1/1/1980;1;2/9/2026\n3;Ε;Ζ;1/1/1980;0;\n")
    with database.writing() as session:
        assign_card(session, "000009", 1, clock())
    with database.reading() as session:
        assert electors(session, date(2026, 9, 1)) == [(1, "000009")]
        assert electors(session, date(2026, 9, 2)) == [(1, "000009"), (2, None)]


def test_WB_14_an_import_that_fails_half_way_leaves_nothing(database: Database, keys: Keyring, clock: Clock) -> None:
    text = "".join(f"{number};Α;Β{number};1/1/1980;1;\n" for number in range(2500))
    file = io.BytesIO((HEADER + text).encode())
    report = dry_run(file, keys.registry, TODAY, lambda _digests: 0)
    with pytest.raises(RuntimeError), database.writing() as session:  # noqa: PT012
        for place, chunk in enumerate(persons(file, report, keys.registry, TODAY)):
            write_registry(session, [chunk], now=clock(), digest="", complete=False)
            if place == 1:
                raise RuntimeError("the power went")
    with database.reading() as session:
        assert electors(session, TODAY) == []


def test_WB_14_a_file_with_mistakes_is_never_written(keys: Keyring) -> None:
    file = io.BytesIO((HEADER + "1;Α;Β;never;1;\n").encode())
    report = dry_run(file, keys.registry, TODAY, lambda _digests: 0)
    with pytest.raises(RegistryRefused) as refused:
        next(persons(file, report, keys.registry, TODAY))
    assert refused.value.code == "registry.not_clean"


def test_the_registry_number_is_nowhere_in_the_database(database: Database, keys: Keyring, clock: Clock) -> None:
    bring(database, keys, clock, "ΞΧ778899;Α;Β;1/1/1980;1;\n")
    with database.reading() as session:
        assert "778899" not in repr(session.get(PersonRow, 1))
    assert database.file
    assert b"778899" not in database.file.read_bytes()


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> CliRunner:
    monkeypatch.setenv("KALPI_DATA", str(settings.data_directory))
    return CliRunner()


def test_the_command_checks_without_writing_and_then_imports(
    command: CliRunner, settings: Settings, database: Database
) -> None:
    file = settings.data_directory / "registry.csv"
    file.write_bytes((HEADER + "1;Άλφα;Βήτα;1/1/1980;1;\n").encode("cp1253"))
    checked = command.invoke(registry_app, ["import", str(file), "--dry-run"])
    assert (checked.exit_code, "1 persons: 1 new" in checked.output) == (0, True), checked.output
    with database.reading() as session:
        assert electors(session, TODAY) == []
    done = command.invoke(registry_app, ["import", str(file)])
    assert done.exit_code == 0, done.output
    letters = command.invoke(registry_app, ["letters", str(settings.data_directory / "letters.pdf")])
    assert "1 letters" in letters.output
    assert (settings.data_directory / "letters.pdf").stat().st_mode & 0o077 == 0


def test_the_command_names_the_row_and_exits_with_1(command: CliRunner, settings: Settings) -> None:
    file = settings.data_directory / "registry.csv"
    file.write_text(HEADER + "1;Α;Β;1/13/1980;1;\n", encoding="utf-8")
    refused = command.invoke(registry_app, ["import", str(file)])
    assert refused.exit_code == 1
    assert "birth_date" in refused.output
    assert "Nothing was imported." in refused.output
