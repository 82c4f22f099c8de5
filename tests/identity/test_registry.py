"""Registry files: both encodings, both delimiters, and each mistake by row and column."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import RegistryRefused
from identity.importing import Report, dry_run, persons
from identity.registry import LINE_LIMIT, Problem, RegistryPerson, number_digest, read_registry

TODAY = date(2026, 10, 5)
KEY = bytes(range(32))
HEADER = "Αριθμός μητρώου;Επώνυμο;Όνομα;Ημερομηνία γέννησης"


def lines(text: str | bytes) -> list[RegistryPerson | list[Problem]]:
    raw = text if isinstance(text, bytes) else text.encode()
    return list(read_registry(io.BytesIO(raw), TODAY))


def report(text: str | bytes) -> Report:
    raw = text if isinstance(text, bytes) else text.encode()
    return dry_run(io.BytesIO(raw), KEY, TODAY, lambda _digests: 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1253"])
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_WB_14_both_encodings_and_delimiters_are_read(encoding: str, delimiter: str, end: str) -> None:
    text = f"{HEADER}\n1001;Παπαδοπούλου;Άδα;21/5/1980\n".replace(";", delimiter).replace("\n", end)
    (person,) = lines(text.encode(encoding))
    assert isinstance(person, RegistryPerson)
    assert (person.surname, person.given_name, person.birth_date) == ("Παπαδοπούλου", "Άδα", date(1980, 5, 21))
    assert (person.row, person.elector, person.resident, person.since) == (2, True, False, None)


def test_columns_are_named_in_greek_or_english_in_any_order() -> None:
    names = "ΕΚΛΟΓΕΑΣ,birth_date,Given Name,surname,registry_number,κατοικος,since"
    text = f"{names}\nόχι,1980-05-21,Ada,Beta,7,ναι,1/2/2020\n"
    (person,) = lines(text)
    assert isinstance(person, RegistryPerson)
    assert (person.elector, person.resident, person.since) == (False, True, date(2020, 2, 1))


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("1;Α;Β;31/2/1980", "Ημερομηνία γέννησης", "cell.date"),
        ("1;Α;Β;1/1/1880", "Ημερομηνία γέννησης", "cell.date_range"),
        ("1;Α;Β;1/1/2030", "Ημερομηνία γέννησης", "cell.date_range"),
        ("1;;Β;1/1/1980", "Επώνυμο", "cell.empty"),
        (";Α;Β;1/1/1980", "Αριθμός μητρώου", "cell.empty"),
        ("1;Α\x07;Β;1/1/1980", "Επώνυμο", "cell.control"),
        (f"1;{'Α' * 201};Β;1/1/1980", "Επώνυμο", "cell.long"),
        ("1;Α;1/1/1980", "", "row.cells"),
        ('1;"Α;Β;1/1/1980', "", "row.cells"),
        ("１;Α;Β;١/١/١٩٨٠", "Ημερομηνία γέννησης", "cell.date"),
    ],
)
def test_WB_14_a_mistake_is_named_by_row_and_column(row: str, column: str, code: str) -> None:
    found = report(f"{HEADER}\n900;Ω;Ω;1/1/1970\n{row}\n")
    assert not found.clean
    (problem,) = found.problems
    assert (problem.row, problem.column, problem.code) == (3, column, code)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "registry.empty"),
        (b"number;surname;given_name;birth_date\n", "registry.empty"),
        (b"number;surname;given_name;birth_date\n1;a\x00;b;1/1/1980\n", "registry.encoding"),
        ("number;surname\n".encode("utf-16"), "registry.encoding"),
        (b"number;surname;given_name;birth_date\n1;\xd2\xff;b;1/1/1980\n", "registry.encoding"),
        (b"number;surname;given_name\n", "registry.columns"),
        ("number;αριθμός;surname;given_name;birth_date\n".encode(), "registry.columns"),
        (b"number;surname;given_name;birth_date\n" + b"x" * (LINE_LIMIT + 1), "registry.line"),
    ],
)
def test_WB_14_a_file_that_is_no_registry_is_refused_whole(raw: bytes, code: str) -> None:
    with pytest.raises(RegistryRefused) as refused:
        report(raw)
    assert refused.value.code == code


def test_ID_21_a_number_that_stands_twice_stops_the_import() -> None:
    found = report(f"{HEADER}\n7;Α;Β;1/1/1980\n8;Γ;Δ;1/1/1980\n7;Ε;Ζ;1/1/1980\n")
    (problem,) = found.problems
    assert (problem.row, problem.code, problem.fields) == (4, "row.duplicate", {"other": 2})


def test_ID_21_two_rows_that_look_like_one_person_are_remarked() -> None:
    found = report(f"{HEADER}\n7;Α;Β;1/1/1980\n8;Α;Β;1/1/1980\n")
    assert found.clean
    assert [remark.code for remark in found.remarks] == ["row.likeness"]


def test_WB_14_what_looks_like_a_formula_is_kept_as_text() -> None:
    text = f"{HEADER}\n7;=1+1;-Β;1/1/1980\n"
    (person,) = lines(text)
    assert isinstance(person, RegistryPerson)
    assert (person.surname, person.given_name) == ("=1+1", "-Β")
    assert {remark.code for remark in report(text).remarks} == {"row.formula"}


def test_columns_we_do_not_need_are_named_and_left_out() -> None:
    found = report("number;surname;given_name;birth_date;ΑΦΜ\n7;Α;Β;1/1/1980;123456789\n")
    assert found.unknown_columns == ["ΑΦΜ"]


def test_M26_a_file_that_changed_after_its_dry_run_is_not_imported() -> None:
    found = report(f"{HEADER}\n7;Α;Β;1/1/1980\n")
    other = io.BytesIO(f"{HEADER}\n7;Α;Β;1/1/1981\n".encode())
    with pytest.raises(RegistryRefused) as refused:
        list(persons(other, found, KEY, TODAY))
    assert refused.value.code == "registry.changed"


def test_the_digest_of_a_number_needs_the_key() -> None:
    assert number_digest(KEY, " 12α ") == number_digest(KEY, "12Α")
    assert number_digest(KEY, "12") != number_digest(bytes(32), "12")


@given(st.binary(max_size=400))
def test_any_bytes_are_persons_problems_or_refused(raw: bytes) -> None:
    for whole in (raw, HEADER.encode() + b"\n" + raw):
        try:
            for line in read_registry(io.BytesIO(whole), TODAY):
                assert isinstance(line, RegistryPerson) or line
        except RegistryRefused:
            pass
