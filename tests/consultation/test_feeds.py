"""Feeds and calendars, read back by programs of other people: feedparser and vobject."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consultation.atom import Entry, Feed, tag, write_feed
from consultation.icalendar_feed import Appointment, write_calendar
from consultation.store.council_tables import DecisionRow, SessionRow, TopicRow
from db import Database
from tests.consultation.full_town import SECRET, FullTown, fill_council
from tests.consultation.town import Town, make_body, make_session, make_topic
from tests.plugins.house import ORIGIN, Clock

FEEDS = ("agenda", "decisions", "consultations", "results")


@pytest.fixture
def full(database: Database, town: Town, clock: Clock) -> FullTown:
    return fill_council(database, town, clock)


def read_atom(client: TestClient, name: str) -> Any:
    answer = client.get(f"/feeds/{name}.atom")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.headers["access-control-allow-origin"] == "*"
    found = feedparser.parse(answer.content)
    assert (found.bozo, found.version) == (False, "atom10")
    return found


def read_events(client: TestClient, path: str) -> dict[str, Any]:
    """By UID."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = vobject.readOne(answer.content.decode())
    events = calendar.contents.get("vevent", [])
    found = {event.uid.value: event for event in events}
    assert len(found) == len(events)
    return found


def test_M40_the_feeds_tell_of_agendas_decisions_and_consultations(client: TestClient, full: FullTown) -> None:
    coming = full.sessions["coming"]
    agenda = {entry.id: entry for entry in read_atom(client, "agenda").entries}
    entry = agenda[f"tag:127.0.0.1,2026:session/{coming.key}"]
    assert entry.title == f"Δημοτικό Συμβούλιο: {coming.title}"
    assert entry.link == f"{ORIGIN}/sessions/{coming.key}"
    assert entry.updated == "2026-10-05T09:00:00Z"
    assert "Πεζοδρόμηση της Πλατείας Ηρώων" in entry.summary
    assert len(agenda) == 2
    (decision,) = read_atom(client, "decisions").entries
    assert decision.link == f"{ORIGIN}/topics/{full.topics['decided'].key}#decision"
    (consultation,) = read_atom(client, "consultations").entries
    assert consultation.link == f"{ORIGIN}/topics/{full.topics['asked'].key}/consultation"
    assert "19 Οκτωβρίου 2026, 12:00" in consultation.summary


def test_a_feed_entry_keeps_its_id_and_its_moment_moves_with_a_change(
    client: TestClient, full: FullTown, database: Database, clock: Clock
) -> None:
    (before,) = read_atom(client, "decisions").entries
    clock.forward(days=2)
    with database.writing() as session:
        row = session.get_one(DecisionRow, 1)
        row.text, row.modified_at = "Εγκρίνεται με αλλαγές.", clock()
    (after,) = read_atom(client, "decisions").entries
    assert (before.id, before.updated) == (after.id, "2026-10-05T09:00:00Z")
    assert after.updated == read_atom(client, "decisions").feed.updated == "2026-10-07T09:00:00Z"


def test_M40_a_removed_session_is_a_deleted_entry(
    client: TestClient, full: FullTown, database: Database, clock: Clock
) -> None:
    coming = full.sessions["coming"]
    with database.writing() as session:
        session.get_one(SessionRow, coming.id).deleted_at = clock.forward(days=1)
    answer = client.get("/feeds/agenda.atom")
    assert coming.title not in answer.text
    (gone,) = etree.fromstring(answer.content).iter("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert gone.attrib == {"ref": f"tag:127.0.0.1,2026:session/{coming.key}", "when": "2026-10-06T09:00:00Z"}
    event = read_events(client, "/calendar.ics")[f"session-{coming.key}@127.0.0.1"]
    assert event.status.value == "CANCELLED"


def test_M01_a_session_has_an_entry_in_the_calendars(client: TestClient, full: FullTown) -> None:
    coming = full.sessions["coming"]
    uid = f"session-{coming.key}@127.0.0.1"
    for path in ("/calendar.ics", f"/bodies/{full.body.key}.ics", f"/sessions/{coming.key}/calendar.ics"):
        event = read_events(client, path)[uid]
        assert event.dtstart.value == datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
        assert event.location.value == "Δημαρχείο, αίθουσα συνεδριάσεων"
        assert event.url.value == f"{ORIGIN}/sessions/{coming.key}"
        assert (event.status.value, event.sequence.value) == ("CONFIRMED", "1")
        assert event.description.value == "Πεζοδρόμηση της Πλατείας Ηρώων"


def test_the_calendar_of_a_body_holds_its_own_sessions_only(
    client: TestClient, full: FullTown, database: Database, clock: Clock
) -> None:
    with database.writing() as session:
        other = make_body(session, clock(), name="Κοινότητα Αγίας Τριάδας", kind="community")
        council = make_session(session, clock(), other)
    assert [*read_events(client, f"/bodies/{other.key}.ics")] == [f"session-{council.key}@127.0.0.1"]
    assert len(read_events(client, f"/bodies/{full.body.key}.ics")) == 3


def test_a_cancelled_session_is_cancelled_in_calendars_under_the_same_uid_and_a_higher_number(
    client: TestClient, full: FullTown, database: Database, clock: Clock
) -> None:
    with database.writing() as session:
        row = session.get_one(SessionRow, full.sessions["coming"].id)
        row.version, row.state, row.modified_at = 4, "cancelled", clock.forward(hours=1)
    event = read_events(client, "/calendar.ics")[f"session-{row.key}@127.0.0.1"]
    assert (event.status.value, event.sequence.value) == ("CANCELLED", "5")
    assert event.summary.value.startswith("Ματαιώνεται: ")
    entry = next(one for one in read_atom(client, "agenda").entries if row.key in one.id)
    assert entry.title.startswith("Ματαιώνεται: ")


def test_the_calendar_tells_when_a_consultation_ends(client: TestClient, full: FullTown) -> None:
    assert full.consultation is not None
    event = read_events(client, "/calendar.ics")[f"consultation-{full.consultation.key}@127.0.0.1"]
    assert event.dtstart.value == full.consultation.closes_at
    assert event.summary.value == "Λήγει η διαβούλευση: Πεζοδρόμηση της Πλατείας Ηρώων"


def test_votes_come_from_the_room_that_holds_them(house_app: Starlette, full: FullTown, clock: Clock) -> None:
    opens, closes = clock() + timedelta(days=1), clock() + timedelta(days=4)
    vote = {"uuid": "8f7G", "title": "Πεζόδρομος", "url": "/referenda/pezodromos", "opens": opens, "closes": closes}
    house = house_app.state.house
    parts = {**house.parts, "vote_windows": lambda _: [vote], "vote_results": lambda _: [{**vote, "at": closes}]}
    house_app.state.house = dataclasses.replace(house, parts=parts)
    client = TestClient(house_app, base_url=ORIGIN)
    event = read_events(client, "/calendar.ics")["vote-8f7G@127.0.0.1"]
    assert (event.dtstart.value, event.dtend.value) == (opens, closes)
    (entry,) = read_atom(client, "results").entries
    assert (entry.id, entry.link) == ("tag:127.0.0.1,2026:vote/8f7G", f"{ORIGIN}/referenda/pezodromos")


def test_without_anything_to_tell_feeds_and_calendars_are_empty_and_valid(client: TestClient) -> None:
    for name in FEEDS:
        assert read_atom(client, name).entries == []
    assert read_events(client, "/calendar.ics") == {}


def test_AC_06_no_feed_and_no_calendar_tells_of_a_draft(
    client: TestClient, full: FullTown, database: Database, clock: Clock
) -> None:
    with database.writing() as session:  # written and taken back before anybody saw it
        owner = session.get_one(SessionRow, full.sessions["coming"].id)
        early = make_topic(session, clock() - timedelta(days=2), owner, title=SECRET, position=9)
        early.deleted_at = clock() - timedelta(days=1)
    paths = [*(f"/feeds/{name}.atom" for name in FEEDS), "/calendar.ics", f"/bodies/{full.body.key}.ics"]
    paths += [f"/sessions/{row.key}/calendar.ics" for name, row in full.sessions.items() if name != "draft"]
    everything = "".join(client.get(path).text for path in paths)
    assert SECRET not in everything.replace("\r\n ", "")
    assert [key for key in full.hidden_keys if key in everything] == []
    assert client.get(f"/sessions/{full.sessions['draft'].key}/calendar.ics").status_code == 404
    assert client.get("/bodies/none.ics").status_code == 404


def test_titles_cannot_write_lines_of_a_calendar_or_elements_of_a_feed(
    client: TestClient, full: FullTown, database: Database
) -> None:
    evil = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT;<b>&amp;]]>"
    with database.writing() as session:
        session.get_one(SessionRow, full.sessions["coming"].id).title = evil
        session.get_one(TopicRow, full.topics["asked"].id).title = evil
    assert len(read_events(client, "/calendar.ics")) == 3
    assert len(read_atom(client, "agenda").entries) == 2
    titles = [node.text for node in etree.fromstring(client.get("/feeds/agenda.atom").content).iter("{*}title")]
    assert "Δημοτικό Συμβούλιο: " + evil in titles


NOW = datetime(2026, 10, 5, tzinfo=UTC)


@given(st.text(), st.text())
def test_any_text_makes_a_feed_that_can_be_parsed(title: str, summary: str) -> None:
    feed = Feed("urn:x", title, "http://h/f", "http://h/", title, "el")
    raw = write_feed(feed, [Entry(tag("h/log", "session", "k"), title, "http://h/s", NOW, summary)])
    assert len(list(etree.fromstring(raw).iter("{*}entry"))) == 1


@given(st.text(), st.text())
def test_any_text_makes_one_event_of_a_calendar(title: str, place: str) -> None:
    raw = write_calendar(title, "h/log", [Appointment("k", 1, NOW, NOW, title, "http://h/", place=place, text=place)])
    calendar = vobject.readOne(raw.decode())
    (event,) = calendar.contents["vevent"]
    assert event.uid.value == "k@h"
