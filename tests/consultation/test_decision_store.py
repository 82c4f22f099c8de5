"""Decisions, minutes and measures on both databases, and two clerks who press the button at once."""

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from consultation.council_vote import Choice, Outcome
from consultation.decision import Decision
from consultation.errors import Incomplete
from consultation.measure import Horizon, Measure, Note, Status
from consultation.minutes import Minutes, State
from consultation.store import decision as decisions
from consultation.store import measure as measures
from consultation.store import minutes as minutes_store
from consultation.store.council_tables import BodyRow, DecisionRow, SessionRow, TopicRow
from consultation.store.topic import topic_for_change
from db import Database
from tests.consultation.town import make_body, make_councillor, make_session, make_topic
from tests.plugins.house import Clock

DAY = date(2026, 10, 2)


@pytest.fixture
def topics(any_database: Database, clock: Clock) -> list[str]:
    """Keys of two topics of a session that has been held, of a council of two."""
    with any_database.writing() as session:
        body = make_body(session, clock())
        for name in ("Άννα Δήμου", "Πέτρος Νικολάου"):
            make_councillor(session, clock(), body, name)
        held = make_session(session, clock(), body, state="held", starts_at=clock() - timedelta(days=3))
        return [make_topic(session, clock(), held, position=position).key for position in (1, 2)]


def a_decision(number: str = "12/2026", **votes: Choice) -> Decision:
    return Decision(Outcome.UNANIMOUS, number, DAY, "Εγκρίνεται.", "ΨΘ82ΩΡΦ-7ΑΙ", "", votes)


def test_a_decision_is_stored_with_its_votes_and_listed(
    any_database: Database, topics: list[str], clock: Clock
) -> None:
    with any_database.writing() as session:
        body_id = session.exec(select(BodyRow.id)).one() or 0
        votes = {member.key: Choice.FOR for member in decisions.members_on(session, body_id, DAY)}
        topic = topic_for_change(session, topics[0])
        row = decisions.save_decision(session, topic, a_decision(**votes), None, None, clock())
        assert row is not None
        assert decisions.save_decision(session, topic, a_decision(**votes), None, None, clock()) is None
    with any_database.reading() as session:
        (listed,) = decisions.public_decisions(session, year=2026)
        assert decisions.as_value(session, listed.decision).votes == votes
        assert decisions.years_of_decisions(session) == [2026]
        assert [count for _, _, count in decisions.bodies_with_decisions(session)] == [1]
        assert decisions.public_decisions(session, year=2025) == []


def test_members_are_those_of_the_day(any_database: Database, topics: list[str]) -> None:
    with any_database.reading() as session:
        body_id = session.exec(select(BodyRow.id)).one() or 0
        assert [member.name for member in decisions.members_on(session, body_id, DAY)] == [
            "Άννα Δήμου",
            "Πέτρος Νικολάου",
        ]
        assert decisions.members_on(session, body_id, date(2023, 12, 31)) == []


def test_two_clerks_cannot_give_one_number_twice_at_once(
    any_database: Database, topics: list[str], clock: Clock
) -> None:
    together, refused = threading.Barrier(2), []

    def note(key: str) -> None:
        together.wait()
        try:
            with any_database.writing() as session:
                topic = topic_for_change(session, key)
                body_id = session.get_one(SessionRow, topic.session_id).body_id
                decisions.check_number_free(session, body_id, "12/2026", topic.id or 0)
                decisions.save_decision(session, topic, a_decision(), None, None, clock())
        except Incomplete as error:
            refused.append(error.code)

    run_both(note, topics)
    assert refused == ["decision.taken"]
    with any_database.reading() as session:
        assert session.exec(select(DecisionRow.number)).all() == ["12/2026"]


def test_two_first_saves_of_one_topic_become_two_versions(
    any_database: Database, topics: list[str], clock: Clock
) -> None:
    together = threading.Barrier(2)

    def note(text: str) -> None:
        together.wait()
        with any_database.writing() as session:
            topic = topic_for_change(session, topics[0])
            decision = Decision(Outcome.UNANIMOUS, "12/2026", DAY, text, "", "", {})
            decisions.save_decision(session, topic, decision, None, None, clock())

    run_both(note, ["Το ένα.", "Το άλλο."])
    with any_database.reading() as session:
        row = session.exec(select(DecisionRow)).one()
        assert [version.number for version in decisions.versions(session, row.id or 0)] == [2, 1]


def test_minutes_and_measures_are_stored(any_database: Database, topics: list[str], clock: Clock) -> None:
    measure = Measure("Μελέτη", "Τεχνική υπηρεσία", 125_000_000_000, Horizon.LONG, Status.PLANNED, date(2026, 12, 1))
    with any_database.writing() as session:
        topic = topic_for_change(session, topics[0])
        decision = decisions.save_decision(session, topic, a_decision(), None, None, clock())
        assert decision is not None
        measures.add_measure(session, topic, decision, measure, None, clock())
        held = session.get_one(SessionRow, topic.session_id)
        minutes_store.save_minutes(session, held, Minutes(State.DRAFT, "", {topics[0]: "Είπαν."}), None, None, clock())
    with any_database.writing() as session:
        (kept,) = measures.public_measures(session)
        measures.add_note(session, kept, Note(clock(), Status.RUNNING, "Άρχισε."), None)
    with any_database.reading() as session:
        (kept,) = measures.public_measures(session)
        assert (kept.value.budget_cents, kept.row.status, kept.row.version) == (125_000_000_000, "running", 2)
        assert extract_text(session, topics[0]) == "Είπαν."
        assert extract_text(session, topics[1]) == ""


def extract_text(session: Session, key: str) -> str:
    found = minutes_store.extract_of(session, session.exec(select(TopicRow).where(TopicRow.key == key)).one())
    assert found is not None
    return found[1]


def run_both(act: Callable[[str], None], values: list[str]) -> None:
    threads = [threading.Thread(target=act, args=(value,)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
