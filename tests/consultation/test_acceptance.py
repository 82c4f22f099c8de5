"""Acceptance sentences of the product list that no test of a single part can hold, each as a visitor meets it."""

import re
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audit.local_time import day_of
from consultation.council import BODY_KINDS
from consultation.store.council_tables import DecisionRow
from crypto.encoding import sha256_hex
from db import Database
from settings import Settings
from tests.consultation.answering import start_talk
from tests.consultation.deciding import a_measure, decide, hold_session
from tests.consultation.desk_forms import draft_session, draft_topic, publish
from tests.consultation.town import Town, make_body, make_session, make_topic
from tests.consultation.visitors import page_of
from tests.voting.box import open_vote
from tests.voting.preparing import DRAFT
from voting.manifest import make_manifest
from voting.store import referendum as votes


@pytest.fixture
def clerk(town_app: Starlette, settings: Settings) -> TestClient:
    return page_of(town_app, settings, "secretariat")


@pytest.fixture
def anyone(town_app: Starlette, settings: Settings) -> TestClient:
    return page_of(town_app, settings)


@pytest.mark.parametrize("kind", BODY_KINDS)
def test_M01_a_session_of_any_body_has_its_page_its_calendar_entry_and_its_oparl_object(
    clerk: TestClient, anyone: TestClient, town: Town, kind: str
) -> None:
    with town.database.writing() as session:
        body = make_body(session, town.now, kind=kind, name="Το όργανο").key
    key = draft_session(clerk, body, title="Πρώτη συνεδρίαση")
    draft_topic(clerk, key)
    addresses = (f"/sessions/{key}", f"/sessions/{key}/calendar.ics", f"/oparl/1.1/meeting/{key}")
    assert [anyone.get(address).status_code for address in addresses] == [404, 404, 404]
    publish(clerk, key)
    page, calendar, meeting = (anyone.get(address) for address in addresses)
    assert "<h1>Πρώτη συνεδρίαση</h1>" in page.text
    for entries in (calendar.text, anyone.get(f"/bodies/{body}.ics").text, anyone.get("/calendar.ics").text):
        assert key in entries
        assert "Πρώτη συνεδρίαση" in entries
    value = meeting.json()
    assert value["type"] == "https://schema.oparl.org/1.1/Meeting"
    assert value["organization"] == [f"http://127.0.0.1:8000/oparl/1.1/organization/{body}"]


def test_M11_the_councillors_file_is_made_at_one_press_before_the_session_and_its_hash_is_in_the_log(
    clerk: TestClient, anyone: TestClient, town: Town
) -> None:
    talk = start_talk(town)
    talk.say(title="Περισσότερα δέντρα")
    page = f"/topics/{town.topic_key}"
    button = f'action="/desk{page}/file"'
    assert button in clerk.get(page).text
    assert button not in anyone.get(page).text
    assert f"{page}/file" not in anyone.get(f"/sessions/{town.session_key}").text
    assert clerk.post(f"/desk{page}/file").status_code == 303
    (entry,) = talk.logged("councillor-file")
    assert entry["file"] == sha256_hex(anyone.get(f"{page}/file.pdf").content)
    shown = anyone.get(f"{page}/file").text
    assert "Περισσότερα δέντρα" in shown
    assert str(entry["file"]) in shown
    # A councillor finds it from the page of the coming session, as everybody does.
    assert f'href="{page}/file"' in anyone.get(f"/sessions/{town.session_key}").text


def test_M13_each_measure_in_a_list_says_when_it_last_changed(
    clerk: TestClient, anyone: TestClient, town: Town
) -> None:
    held = hold_session(town)
    decide(town.database, held.topic, town.now)
    sent = clerk.post(f"/desk/topics/{held.topic}/measures/new", data=a_measure())
    measure = sent.headers["location"].rpartition("/")[2]
    town.clock.forward(days=2)
    clerk.post(f"/desk/measures/{measure}/notes", data={"status": "running", "text": "Άρχισε η εκσκαφή."})
    for page in ("/implementation", f"/topics/{held.topic}"):
        assert "τελευταία αλλαγή: 7 Οκτωβρίου 2026" in anyone.get(page).text


def test_M36_the_ballot_page_links_the_topic_that_took_note_with_the_councils_reply(
    anyone: TestClient, settings: Settings, database: Database, town: Town
) -> None:
    vote = open_vote(database, settings)
    with database.writing() as session:
        row = vote.box(session).row
        row.manifest = make_manifest(DRAFT, vote.uuid, settings.municipality)
        held = make_session(
            session, town.now, make_body(session, town.now), state="held", starts_at=town.now - timedelta(days=1)
        )
        topic = make_topic(session, town.now, held, title="Λήψη γνώσης")
        session.add(
            DecisionRow(
                topic_id=topic.id or 0, outcome="unanimous", number="7/2026", decided_on=day_of(town.now),
                text="Το συμβούλιο δέχεται <το> αποτέλεσμα.", noted_vote=vote.uuid,
                created_at=town.now, modified_at=town.now,
            )
        )  # fmt: skip
        key = topic.key
    page = anyone.get(f"/referenda/{vote.slug}").text
    assert f'href="/topics/{key}#decision">Λήψη γνώσης</a>' in page
    assert "Το συμβούλιο δέχεται &lt;το&gt; αποτέλεσμα." in page


def test_M36_the_topic_shows_the_vote_that_grew_out_of_it_and_the_clerk_can_propose_one(
    clerk: TestClient, anyone: TestClient, settings: Settings, database: Database, town: Town
) -> None:
    propose = f"/desk/referenda/new?topic={town.topic_key}"
    assert f'href="{propose}"' in clerk.get(f"/desk/topics/{town.topic_key}").text
    assert clerk.get(propose).status_code == 200
    with database.writing() as session:
        hidden = make_topic(
            session, town.now, make_session(session, town.now, make_body(session, town.now), state="draft")
        )
        key = hidden.key
    assert "/desk/referenda/new" not in clerk.get(f"/desk/topics/{key}").text
    vote = open_vote(database, settings)
    with database.writing() as session:
        row = votes.referendum(session, vote.slug)
        row.topic, row.title = town.topic_key, "Τι λέτε εσείς"
        session.add(row)
    for page in (f"/topics/{town.topic_key}", f"/sessions/{town.session_key}"):
        assert re.search(rf'href="/referenda/{vote.slug}"[^>]*>Τι λέτε εσείς', anyone.get(page).text)


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        ("/sessions", "agenda"),
        ("/decisions", "decisions"),
        ("/consultations", "consultations"),
        ("/referenda", "results"),
    ],
)
def test_M40_the_head_of_a_list_names_its_feed(anyone: TestClient, page: str, feed: str) -> None:
    (address,) = re.findall(r'<link rel="alternate" type="application/atom\+xml" href="([^"]+)"', anyone.get(page).text)
    assert address == f"/feeds/{feed}.atom"
    assert anyone.get(address).headers["content-type"].startswith("application/atom+xml")
