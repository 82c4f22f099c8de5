"""A measure as a value: money as people type it in Greece, what is overdue, and the bytes of the log."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.errors import Incomplete
from consultation.measure import (
    CENTS_LIMIT,
    Horizon,
    Measure,
    Note,
    Status,
    changed_fields,
    decode_measure,
    is_overdue,
    measure_content,
    parse_euro,
    read_measure,
    read_note,
    urgency,
    write_euro,
    write_measure,
)
from crypto.encoding import parse_compact
from tests.consultation.deciding import a_measure

TODAY = date(2026, 10, 5)
NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)


def measure(status: Status = Status.RUNNING, due_on: date = TODAY) -> Measure:
    return Measure("Μελέτη", "Τεχνική υπηρεσία", 1_250_000, Horizon.SHORT, status, due_on)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12.500,00", 1_250_000), ("12500,00", 1_250_000), ("12500", 1_250_000), ("12.500", 1_250_000), ("0,50", 50),
        ("1.234.567,89 €", 123_456_789), ("0", 0), ("", None), (" € ", None),
    ],
)  # fmt: skip
def test_M13_money_is_typed_in_the_greek_manner(typed: str, cents: int | None) -> None:
    assert parse_euro(typed) == cents


@pytest.mark.parametrize(
    "typed",
    [
        "12,500.00", "12.50", "12.5000", "1.2.3", "12,5", "12,500", "-5", "+5", "1e6", "12 500", "٥", "１２", "007",
        "0.500", "1_000", "12.500,00 ευρώ", "9" * 40, ",50",
    ],
)  # fmt: skip
def test_an_amount_that_could_be_read_in_two_ways_is_refused(typed: str) -> None:
    with pytest.raises(Incomplete) as refused:
        parse_euro(typed)
    assert (refused.value.code, refused.value.field) == ("measure.budget", "budget")


@given(st.integers(0, CENTS_LIMIT - 1))
def test_every_amount_is_read_as_it_is_written(cents: int) -> None:
    assert parse_euro(write_euro(cents)) == cents


@pytest.mark.parametrize(
    ("status", "due_on", "overdue"),
    [
        (Status.RUNNING, date(2026, 10, 4), True),
        (Status.PLANNED, date(2026, 10, 4), True),
        (Status.RUNNING, TODAY, False),
        (Status.DONE, date(2026, 1, 1), False),
        (Status.STOPPED, date(2026, 1, 1), False),
    ],
)
def test_M13_a_measure_is_overdue_from_the_day_after(status: Status, due_on: date, overdue: bool) -> None:
    assert is_overdue(status, due_on, TODAY) is overdue


def test_M13_the_longest_overdue_stands_first_and_the_finished_last() -> None:
    late, later = measure(due_on=date(2026, 3, 1)), measure(due_on=date(2026, 9, 1))
    soon, done = measure(due_on=date(2026, 11, 1)), measure(Status.DONE, date(2026, 2, 1))
    found = sorted([done, soon, later, late], key=lambda one: urgency(one, TODAY))
    assert found == [late, later, soon, done]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "α" * 201),
        ("owner", ""),
        ("budget", "12.50"),
        ("horizon", "never"),
        ("status", ""),
        ("due_on", "1/12/2026"),
    ],
)
def test_what_a_measure_lacks_is_named(field: str, value: str) -> None:
    with pytest.raises(Incomplete) as refused:
        read_measure(a_measure(**{field: value}))
    assert refused.value.field == field


def test_a_measure_is_read_and_written_back_as_it_was_typed() -> None:
    typed = a_measure()
    found = read_measure(typed)
    assert found.budget_cents == 1_250_000
    assert write_measure(found).items() <= typed.items()


@pytest.mark.parametrize("fields", [{"status": "done", "text": " "}, {"status": "", "text": "Άρχισε."}])
def test_a_note_needs_words_and_a_status(fields: dict[str, str]) -> None:
    with pytest.raises(Incomplete):
        read_note(fields, NOW)


def test_the_bytes_of_the_log_hold_the_notes_in_order() -> None:
    notes = [Note(NOW, Status.RUNNING, "Άρχισε."), Note(NOW, Status.DONE, "Τελείωσε.")]
    raw = measure_content(measure(), notes, "a" * 32, "b" * 32, 3)
    value = parse_compact(raw)
    assert isinstance(value, dict)
    assert list(value) == [
        "measure", "key", "topic", "version", "title", "owner", "budget_cents", "horizon", "status", "due_on", "notes",
    ]  # fmt: skip
    assert value["notes"] == [
        {"at": "2026-10-05T09:00:00Z", "status": "running", "text": "Άρχισε."},
        {"at": "2026-10-05T09:00:00Z", "status": "done", "text": "Τελείωσε."},
    ]
    assert decode_measure(raw) == measure()


def test_changes_are_named() -> None:
    assert changed_fields(measure(), measure(Status.DONE, date(2027, 1, 1))) == ["status", "due_on"]
