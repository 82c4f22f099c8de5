"""M6: what must be there before a consultation opens, when it takes contributions, and that it never opens twice."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from audit.store_tables import OutboxRow
from consultation import lifecycle
from consultation.consultation import (
    check_closing,
    check_extension,
    encode_terms,
    is_accepting,
    missing,
    read_closing,
    read_terms,
    terms_of,
    time_left,
    write_terms,
)
from consultation.errors import Incomplete, WrongState
from consultation.lifecycle import NotReady
from consultation.store.consultation import consultation_of, locked_consultation
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import ConsultationRow
from crypto.encoding import parse_compact, sha256_hex
from tests.consultation.consulting import draft_consultation, draft_of, found, open_consultation, terms
from tests.consultation.town import Town

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
TOPIC = TopicRow(id=1, session_id=1, position=1, title="Πλατεία", created_at=NOW, modified_at=NOW)


def entries(session: Session) -> list[dict[str, Any]]:
    """What was queued for the log about consultations, in order."""
    rows = session.exec(select(OutboxRow).order_by(col(OutboxRow.id))).all()
    values: list[Any] = [parse_compact(row.data) for row in rows]
    return [value for value in values if value["type"].startswith("kalpi/consultation-")]


def row_in(state: str) -> ConsultationRow:
    row = draft_of(TOPIC, terms(NOW), NOW)
    row.state, row.opens_at = state, NOW
    return row


@pytest.mark.parametrize("field", ["purpose", "can_change", "decides", "plain_summary", "closes_at", "answer_by"])
def test_M06_it_cannot_open_until_each_field_is_filled(town: Town, field: str) -> None:
    empty: dict[str, Any] = {field: None if field.endswith(("_at", "_by")) else ""}
    wanted = dataclasses.replace(terms(town.now), **empty)
    with town.database.writing() as session:
        draft_consultation(session, town, wanted)
        row, topic, council_session = found(session, town)
        with pytest.raises(NotReady) as refused:
            lifecycle.open_or_announce(session, row, topic, council_session, town.now)
        assert [fault.field for fault in refused.value.faults] == [field]
        assert row.state == "draft"
        assert not entries(session)


def test_M06_the_refusal_names_everything_that_is_missing() -> None:
    empty = terms_of(ConsultationRow(topic_id=1, created_at=NOW, modified_at=NOW))
    assert [fault.field for fault in missing(empty, NOW)] == [
        "purpose", "can_change", "decides", "plain_summary", "closes_at", "answer_by",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "code"),
    [(-1, "consultation.past"), (0, "consultation.past"), (23.99, "consultation.short"), (24, None)],
)
def test_M06_it_stays_open_for_a_day_at_least(hours: float, code: str | None) -> None:
    closes_at = NOW + timedelta(hours=hours)
    wanted = dataclasses.replace(terms(NOW), closes_at=closes_at)
    assert [fault.code for fault in missing(wanted, NOW)] == ([code] if code else [])


def test_M06_the_day_counts_from_an_opening_that_is_announced() -> None:
    wanted = dataclasses.replace(terms(NOW, days=3), opens_at=NOW + timedelta(days=2, hours=1))
    assert [fault.code for fault in missing(wanted, NOW)] == ["consultation.short"]


def test_M06_answers_are_not_due_before_the_closing() -> None:
    wanted = dataclasses.replace(terms(NOW), closes_at=datetime(2026, 10, 10, 21, 30, tzinfo=UTC))
    late_in_athens = dataclasses.replace(wanted, answer_by=date(2026, 10, 10))
    assert [fault.field for fault in missing(late_in_athens, NOW)] == ["answer_by"]
    assert not missing(dataclasses.replace(wanted, answer_by=date(2026, 10, 11)), NOW)


@pytest.mark.parametrize("state", ["draft", "cancelled", "held"])
def test_M06_it_opens_only_when_the_session_is_published(town: Town, state: str) -> None:
    with town.database.writing() as session:
        draft_consultation(session, town)
        row, topic, council_session = found(session, town)
        council_session.state = state
        with pytest.raises(NotReady) as refused:
            lifecycle.open_or_announce(session, row, topic, council_session, town.now)
        assert [fault.code for fault in refused.value.faults] == ["consultation.session"]


def test_M06_a_withdrawn_topic_opens_no_consultation(town: Town) -> None:
    with town.database.writing() as session:
        draft_consultation(session, town)
        row, topic, council_session = found(session, town)
        topic.state = "withdrawn"
        with pytest.raises(NotReady, match=r"consultation\.incomplete"):
            lifecycle.open_or_announce(session, row, topic, council_session, town.now)


def test_M06_the_opening_entry_holds_the_digests_of_terms_and_text(town: Town) -> None:
    open_consultation(town)
    with town.database.reading() as session:
        topic = session.exec(select(TopicRow).where(TopicRow.key == town.topic_key)).one()
        row = consultation_of(session, topic.id or 0)
        assert row is not None
        assert (row.state, row.opens_at) == ("open", town.now)
        assert row.terms == encode_terms(town.topic_key, terms_of(row))
        [entry] = entries(session)
        assert entry["type"] == "kalpi/consultation-opened/v1"
        assert (entry["topic"], entry["consultation"]) == (town.topic_key, row.key)
        assert (entry["terms"], entry["closes"]) == (sha256_hex(row.terms), "2026-10-10T09:00:00Z")


def test_M06_a_consultation_without_text_opens_with_an_empty_one(town: Town) -> None:
    open_consultation(town, law="")
    with town.database.reading() as session:
        [entry] = entries(session)
        expected = f'{{"text":1,"topic":"{town.topic_key}","version":1,"articles":[]}}'
        assert entry["text"] == sha256_hex(expected.encode())


def test_M06_nothing_is_accepted_from_the_second_of_closing_on_even_if_the_clock_is_late() -> None:
    row = row_in("open")
    assert row.closes_at is not None
    assert is_accepting(row, row.closes_at - timedelta(microseconds=1))
    assert not is_accepting(row, row.closes_at)
    assert not is_accepting(row, row.closes_at + timedelta(days=1))


@pytest.mark.parametrize("state", ["draft", "scheduled", "in_review", "finished"])
def test_only_an_open_consultation_takes_contributions(state: str) -> None:
    assert not is_accepting(row_in(state), NOW)


def test_closing_early_is_refused_and_extension_is_not() -> None:
    row = row_in("open")
    assert row.closes_at is not None
    with pytest.raises(WrongState, match=r"consultation\.early"):
        check_closing(row, row.closes_at - timedelta(seconds=1))
    check_closing(row, row.closes_at)
    check_extension(row, row.closes_at + timedelta(days=1), NOW)


def test_an_extension_only_lengthens_and_keeps_the_promise_of_the_answers() -> None:
    row = row_in("open")
    assert row.closes_at is not None
    assert row.answer_by is not None
    for closes_at in (row.closes_at, row.closes_at - timedelta(hours=1)):
        with pytest.raises(Incomplete, match=r"consultation\.extension"):
            check_extension(row, closes_at, NOW)
    with pytest.raises(Incomplete, match=r"consultation\.answer_by"):
        check_extension(row, row.closes_at + timedelta(days=11), NOW)
    with pytest.raises(WrongState):
        check_extension(row, row.closes_at + timedelta(days=1), row.closes_at)


def test_an_extension_is_in_the_log_with_its_reason(town: Town) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        row, topic, _ = found(session, town)
        lifecycle.extend(session, row, topic, town.now + timedelta(days=7), "Αργία στις 10.", town.now)
        entry = entries(session)[-1]
        assert (entry["type"], entry["closes"]) == ("kalpi/consultation-extended/v1", "2026-10-12T09:00:00Z")
        assert entry["reason"] == "Αργία στις 10."


def test_RL_13_a_clock_that_jumps_back_never_reopens_a_consultation(town: Town) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        row, topic, council_session = found(session, town)
        assert row.closes_at is not None
        lifecycle.close(session, row, topic, row.closes_at)
        before = row.closes_at - timedelta(days=1)
        assert not is_accepting(row, before)
        acts: list[Callable[[], None]] = [
            lambda: lifecycle.open_or_announce(session, row, topic, council_session, before),
            lambda: lifecycle.open_scheduled(session, row, topic, council_session, before),
            lambda: lifecycle.extend(session, row, topic, before + timedelta(days=9), "x", before),
            lambda: lifecycle.take_back(session, row, before),
        ]
        for act in acts:
            with pytest.raises(WrongState):
                act()
        assert row.state == "in_review"


def test_closing_twice_is_refused_and_writes_nothing(town: Town) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        row, topic, _ = found(session, town)
        assert row.closes_at is not None
        lifecycle.close(session, row, topic, row.closes_at)
        written = len(entries(session))
        with pytest.raises(WrongState):
            lifecycle.close(session, row, topic, row.closes_at)
        assert len(entries(session)) == written


def test_M10_it_finishes_after_its_closing_and_once_everything_is_answered(town: Town) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        row, topic, _ = found(session, town)
        with pytest.raises(WrongState, match=r"consultation\.state"):
            lifecycle.finish(session, row, town.now, 0, 0)
        assert row.closes_at is not None
        lifecycle.close(session, row, topic, row.closes_at)
        with pytest.raises(WrongState, match=r"consultation\.unanswered"):
            lifecycle.finish(session, row, town.now, 3, 2)
        lifecycle.finish(session, row, town.now, 3, 3)
        entry = entries(session)[-1]
        assert (entry["type"], entry["due"], entry["answered"]) == ("kalpi/consultation-finished/v1", 3, 3)
        assert row.state == "finished"
        with pytest.raises(WrongState):
            lifecycle.finish(session, row, town.now, 3, 3)


def test_the_lock_shows_what_another_transaction_has_changed(town: Town) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        row, topic, _ = found(session, town)
        session.connection().exec_driver_sql("UPDATE consultation SET state = 'in_review'")
        assert locked_consultation(session, topic.id or 0, shared=True).state == "in_review"
        assert row.state == "in_review"


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2026-10-24T12:00", datetime(2026, 10, 24, 9, 0, tzinfo=UTC)),  # summer time
        ("2026-10-25T03:30", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),  # comes twice: the later one closes
        ("2026-10-25T12:00", datetime(2026, 10, 25, 10, 0, tzinfo=UTC)),  # winter time
    ],
)
def test_a_deadline_in_the_night_of_the_clock_change_takes_nobodys_hour(typed: str, utc: datetime) -> None:
    assert read_closing({"closes_at": typed}) == utc
    wanted = read_terms({"closes_at": typed})
    assert wanted.closes_at == utc
    assert read_terms(write_terms(wanted)).closes_at == utc


def test_an_hour_that_the_clocks_skip_is_refused_at_its_field() -> None:
    for form in ({"closes_at": "2027-03-28T03:30"}, {"opens_at": "2027-03-28T03:30"}):
        with pytest.raises(Incomplete, match=r"time\.skipped") as refused:
            read_terms(form)
        assert refused.value.field == next(iter(form))


def test_a_day_is_24_hours_also_when_the_clocks_change() -> None:
    """From 24 October 12:00 to 25 October 12:00 in Athens 25 hours pass; to 11:00 they are 24."""
    now = datetime(2026, 10, 24, 9, 0, tzinfo=UTC)
    enough = dataclasses.replace(terms(now), closes_at=read_closing({"closes_at": "2026-10-25T11:00"}))
    assert not missing(enough, now)
    short = dataclasses.replace(enough, closes_at=read_closing({"closes_at": "2026-10-25T10:59"}))
    assert [fault.code for fault in missing(short, now)] == ["consultation.short"]


def test_what_is_no_day_is_refused_at_its_field() -> None:
    with pytest.raises(Incomplete) as refused:
        read_terms({"answer_by": "αύριο"})
    assert refused.value.field == "answer_by"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        ({"seconds": 0}, ("none", 0)),
        ({"seconds": 1}, ("minutes", 1)),
        ({"minutes": 60}, ("minutes", 60)),
        ({"minutes": 61}, ("hours", 2)),
        ({"hours": 23}, ("hours", 23)),
        ({"days": 1}, ("days", 1)),
        ({"days": 3, "hours": 2}, ("days", 3)),
    ],
)
def test_how_long_it_is_open_is_said_in_words(left: dict[str, int], words: tuple[str, int]) -> None:
    assert time_left(NOW + timedelta(**left), NOW) == words
