"""M36: a vote is proposed from a council topic, and its pages lead to the topic that took note of the result."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audit import store as log
from audit.local_time import day_of
from consultation.store.council_tables import DecisionRow
from db import Database
from settings import Settings
from tests.consultation.town import make_body, make_session, make_topic
from tests.plugins.house import Clock
from tests.voting.box import open_vote
from tests.voting.preparing import DRAFT
from tests.voting.test_desk_routes import let_in, visitor
from voting.draft_form import write_draft
from voting.manifest import make_manifest
from voting.store import referendum as store


@pytest.fixture
def topics(database: Database, clock: Clock) -> tuple[str, str]:
    """Keys of a published topic and of one that is still a draft."""
    with database.writing() as session:
        body = make_body(session, clock())
        public = make_topic(session, clock(), make_session(session, clock(), body), title="Το παλιό λιμάνι")
        hidden = make_topic(session, clock(), make_session(session, clock(), body, state="draft"), title="Κρυφό")
        return public.key, hidden.key


def test_M36_a_vote_proposed_from_a_topic_begins_with_its_words_and_is_logged(
    house_app: Starlette, settings: Settings, database: Database, topics: tuple[str, str]
) -> None:
    let_in(house_app)
    with TestClient(house_app):
        clerk, member = visitor(house_app, settings, 1), visitor(house_app, settings, 2)
        form = clerk.get("/desk/referenda/new", params={"topic": topics[0]}, headers={"Accept": "text/html"})
        assert "Το παλιό λιμάνι" in form.text
        kept = clerk.post("/desk/referenda", data={**write_draft(DRAFT), "topic": topics[0]})
        slug = kept.headers["location"].rpartition("/")[2]
        # Before the proclamation nobody outside may know of it (AC-06).
        with database.reading() as session:
            assert log.find(session, "referendum-proposed") == []
        member.post(f"/desk/referenda/{slug}/proclamation")
        house_app.state.house.parts["sequencer"].turn(ballots=False)
        with database.reading() as session:
            uuid = store.referendum(session, slug).uuid
            (told,) = log.find(session, "referendum-proposed")
        assert told.entry.members == {"topic": topics[0], "vote": uuid}
        page = visitor(house_app, settings, 0).get(f"/referenda/{slug}", headers={"Accept": "text/html"})
        assert f'href="/topics/{topics[0]}"' in page.text


def test_AC_06_a_vote_cannot_be_proposed_from_a_topic_that_is_no_one_s_to_see(
    house_app: Starlette, settings: Settings, topics: tuple[str, str]
) -> None:
    let_in(house_app)
    with TestClient(house_app):
        clerk = visitor(house_app, settings, 1)
        assert clerk.get("/desk/referenda/new", params={"topic": topics[1]}).status_code == 404
        assert clerk.post("/desk/referenda", data={**write_draft(DRAFT), "topic": topics[1]}).status_code == 404


def test_M36_the_page_of_the_vote_leads_to_the_topic_that_took_note(
    house_app: Starlette, settings: Settings, database: Database, clock: Clock
) -> None:
    vote = open_vote(database, settings)
    with database.writing() as session:
        row = vote.box(session).row
        row.manifest = make_manifest(DRAFT, vote.uuid, settings.municipality)
        held = make_session(
            session, clock(), make_body(session, clock()), state="held", starts_at=clock() - timedelta(days=1)
        )
        topic = make_topic(session, clock(), held, title="Λήψη γνώσης")
        session.add(
            DecisionRow(
                topic_id=topic.id or 0, outcome="unanimous", number="7/2026", decided_on=day_of(clock()),
                noted_vote=vote.uuid, created_at=clock(), modified_at=clock(),
            )
        )  # fmt: skip
        key = topic.key
    with TestClient(house_app):
        page = visitor(house_app, settings, 0).get(f"/referenda/{vote.slug}", headers={"Accept": "text/html"})
    assert f'href="/topics/{key}#decision">Λήψη γνώσης</a>' in page.text
