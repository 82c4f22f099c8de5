"""What the clock does to consultations: opens what was announced, closes what is due, and never the other way round."""

import dataclasses
from datetime import timedelta

import pytest
from sqlmodel import select

from consultation import lifecycle
from consultation.schedule import ConsultationClock
from consultation.store.consultation import add_consultation, consultation_of
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow
from tests.consultation.consulting import draft_of, found, open_consultation, terms
from tests.consultation.town import Town, make_topic
from tests.plugins.house import Clock


class Nudges:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def clockwork(town: Town, nudges: Nudges | None = None) -> ConsultationClock:
    return ConsultationClock(town.database, town.clock, nudges or Nudges())


def row_of(town: Town) -> ConsultationRow:
    with town.database.reading() as session:
        topic = session.exec(select(TopicRow).where(TopicRow.key == town.topic_key)).one()
        row = consultation_of(session, topic.id or 0)
        assert row is not None
        session.expunge(row)
        return row


def announce(town: Town) -> None:
    """It opens in a day and closes in five."""
    wanted = dataclasses.replace(terms(town.now), opens_at=town.now + timedelta(days=1))
    open_consultation(town, wanted)
    assert row_of(town).state == "scheduled"


def test_M06_an_announced_consultation_opens_at_its_hour(town: Town, clock: Clock) -> None:
    announce(town)
    nudges = Nudges()
    turning = clockwork(town, nudges)
    clock.forward(hours=23, minutes=59)
    turning.turn()
    assert (row_of(town).state, nudges.count) == ("scheduled", 0)
    clock.forward(minutes=1)
    turning.turn()
    assert (row_of(town).state, nudges.count) == ("open", 1)


def test_it_opens_late_when_the_service_was_down_and_keeps_the_hour_that_was_announced(
    town: Town, clock: Clock
) -> None:
    announce(town)
    promised = town.now + timedelta(days=1)
    clock.forward(days=4, hours=20)
    clockwork(town).turn()
    row = row_of(town)
    assert (row.state, row.opens_at, row.opened_at) == ("open", promised, town.now)


def test_one_that_would_be_over_by_now_does_not_open(town: Town, clock: Clock) -> None:
    announce(town)
    clock.forward(days=6)
    clockwork(town).turn()
    assert row_of(town).state == "draft"


@pytest.mark.parametrize("state", ["cancelled", "draft"])
def test_one_whose_session_is_off_does_not_open(town: Town, clock: Clock, state: str) -> None:
    announce(town)
    with town.database.writing() as session:
        session.exec(select(SessionRow).where(SessionRow.key == town.session_key)).one().state = state
    clock.forward(days=1)
    clockwork(town).turn()
    assert row_of(town).state == "draft"


def test_M06_an_open_consultation_closes_at_its_hour(town: Town, clock: Clock) -> None:
    open_consultation(town)
    turning = clockwork(town)
    clock.forward(days=4, hours=23, minutes=59)
    turning.turn()
    assert row_of(town).state == "open"
    clock.forward(minutes=1)
    turning.turn()
    assert (row_of(town).state, row_of(town).closed_at) == ("in_review", town.now)


def test_an_extension_holds_at_the_next_turn(town: Town, clock: Clock) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        row, topic, _ = found(session, town)
        lifecycle.extend(session, row, topic, town.now + timedelta(days=6), "Αργία.", town.now)
    turning = clockwork(town)
    clock.forward(days=5)
    turning.turn()
    assert row_of(town).state == "open"
    clock.forward(days=1)
    turning.turn()
    assert row_of(town).state == "in_review"


def test_RL_13_the_clock_jumps_back_and_the_next_turns_change_nothing(town: Town, clock: Clock) -> None:
    open_consultation(town)
    turning = clockwork(town)
    clock.forward(days=5)
    turning.turn()
    closed_at = row_of(town).closed_at
    clock.forward(days=-4)
    turning.turn()
    clock.forward(days=8)
    turning.turn()
    assert (row_of(town).state, row_of(town).closed_at) == ("in_review", closed_at)


def test_one_that_cannot_be_read_is_told_once_and_keeps_no_other_waiting(
    town: Town, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        _, _, council_session = found(session, town)
        other = make_topic(session, town.now, council_session, title="Άλλο", position=2)
        second = add_consultation(session, draft_of(other, terms(town.now), town.now))
        lifecycle.open_or_announce(session, second, other, council_session, town.now)
        session.connection().exec_driver_sql("UPDATE consultation SET answer_by = 'ποτέ' WHERE topic_id = 1")
    turning = clockwork(town)
    clock.forward(days=5)
    turning.turn()
    turning.turn()
    assert [record.getMessage() for record in caplog.records] == ["the consultation of topic 1 waits: ValueError"]
    with town.database.reading() as session:
        states = session.connection().exec_driver_sql("SELECT state FROM consultation ORDER BY topic_id").all()
    assert [state for (state,) in states] == ["open", "in_review"]


def test_the_thread_starts_and_stops(town: Town) -> None:
    turning = clockwork(town)
    turning.start()
    turning.stop()
