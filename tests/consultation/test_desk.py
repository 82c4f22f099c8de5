"""Screen 4: the desk says what waits, leads to where it is done, and shows each role its own work."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audit.local_time import day_of
from consultation.store.council_tables import DecisionRow, MeasureRow
from consultation.store.participation_tables import ConsultationRow, ContributionRow
from db import Database
from settings import Settings
from tests.consultation.town import Town, fill_town, make_body, make_session, make_topic
from tests.consultation.visitors import everybody, let_in, page_of
from tests.plugins.house import Clock


@pytest.fixture
def town(house_app: Starlette, database: Database, settings: Settings, clock: Clock) -> Town:
    town = fill_town(database, settings, clock)
    let_in(house_app, everybody(town))
    return town


def desk(house_app: Starlette, settings: Settings, name: str) -> str:
    with TestClient(house_app):
        page = page_of(house_app, settings, name).get("/desk")
    assert page.status_code == 200, page.text
    return page.text


def test_a_draft_that_lacks_its_summary_is_named_and_linked(
    house_app: Starlette, settings: Settings, town: Town
) -> None:
    with town.database.writing() as session:
        body = make_body(session, town.now, name="Επιτροπή")
        drafted = make_session(session, town.now, body, title="Σχέδιο", state="draft")
        topic = make_topic(session, town.now, drafted, title="Το νερό", summary="")
        keys = drafted.key, topic.key
    text = desk(house_app, settings, "secretariat")
    assert f'href="/desk/sessions/{keys[0]}"' in text
    assert f'href="/desk/topics/{keys[1]}">Το νερό</a>: Λείπει η περίληψη σε απλή γλώσσα.' in text


def test_the_desk_asks_for_decision_ada_and_minutes_of_a_held_session(
    house_app: Starlette, settings: Settings, town: Town
) -> None:
    with town.database.writing() as session:
        body = make_body(session, town.now)
        held = make_session(
            session, town.now, body, state="held", starts_at=town.now - timedelta(days=2), title="Χθεσινή"
        )
        make_topic(session, town.now, held, title="Χωρίς απόφαση")
        decided = make_topic(session, town.now, held, title="Χωρίς ΑΔΑ", position=2)
        row = DecisionRow(
            topic_id=decided.id or 0, outcome="unanimous", number="1/2026", decided_on=day_of(town.now),
            created_at=town.now, modified_at=town.now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(
            MeasureRow(
                decision_id=row.id or 0, title="Κάδοι", owner="Υπηρεσία", horizon="short", status="running",
                due_on=day_of(town.now) - timedelta(days=1), created_at=town.now, modified_at=town.now,
            )
        )  # fmt: skip
    text = desk(house_app, settings, "secretariat")
    assert "Χωρίς απόφαση</a>: Λείπει η απόφαση." in text
    assert "Χωρίς ΑΔΑ</a>: Η απόφαση αναμένει τον ΑΔΑ της." in text
    assert "Χθεσινή</a>: Λείπουν τα πρακτικά." in text
    assert "Κάδοι</a>: Το μέτρο έχει καθυστερήσει" in text
    assert "1 εργασία έχει καθυστερήσει" in text


def test_M10_what_is_unanswered_stands_on_the_desk_of_the_service_too(
    house_app: Starlette, settings: Settings, town: Town
) -> None:
    with town.database.writing() as session:
        body = make_body(session, town.now)
        topic = make_topic(session, town.now, make_session(session, town.now, body), title="Η πλατεία")
        consultation = ConsultationRow(
            topic_id=topic.id or 0, state="in_review", answer_by=day_of(town.now) - timedelta(days=3),
            created_at=town.now, modified_at=town.now,
        )  # fmt: skip
        session.add(consultation)
        session.flush()
        for kind in ("proposal", "objection", "comment"):
            session.add(
                ContributionRow(
                    consultation_id=consultation.id or 0, kind=kind, state="published", text="…",
                    submitted_at=town.now, created_at=town.now, modified_at=town.now,
                )
            )  # fmt: skip
    for name in ("secretariat", "service"):
        assert "Προτάσεις και ενστάσεις χωρίς απάντηση: 2" in desk(house_app, settings, name)
    assert "Η πλατεία" not in desk(house_app, settings, "moderator")


def test_an_empty_desk_says_so(house_app: Starlette, settings: Settings, town: Town) -> None:
    assert desk(house_app, settings, "moderator").count("Τίποτε δεν περιμένει εδώ.") == 1


def test_a_citizen_is_told_whose_page_it_is(house_app: Starlette, settings: Settings, town: Town) -> None:
    with TestClient(house_app):
        page = page_of(house_app, settings, "ada").get("/desk")
    assert page.status_code == 403
    assert "γραμματεία" in page.text
