"""The search page: what it shows, and what it does with what it should not."""

import re
from urllib.parse import urlencode

import pytest
from sqlmodel import Session, select
from starlette.applications import Starlette

from consultation.store import search as store
from consultation.store.council_tables import SessionRow, TopicRow
from settings import Settings
from tests.consultation.town import Town, make_topic
from tests.consultation.visitors import page_of

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "javascript:alert(1)",
    "{{7*7}}",
    "</title><svg onload=alert(1)>",
    "\u202eπλατεία",
    "x" * 900,
]


def index(session: Session) -> None:
    store.rebuild(session)


def ask(app: Starlette, settings: Settings, **fields: str) -> str:
    answer = page_of(app, settings).get("/search?" + urlencode(fields))
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("typed", ["πλατεια", "ΠΛΑΤΕΊΑΣ", "πλατειών"])
def test_M14_three_ways_to_write_the_square_find_the_same_topic(
    town: Town, town_app: Starlette, settings: Settings, typed: str
) -> None:
    with town.database.writing() as session:
        index(session)
    page = ask(town_app, settings, q=typed)
    assert f'href="/topics/{town.topic_key}"' in page
    assert "1 αποτέλεσμα" in page


def test_hits_are_marked_and_what_is_around_them_is_escaped(
    town: Town, town_app: Starlette, settings: Settings
) -> None:
    with town.database.writing() as session:
        meeting = session.exec(select(SessionRow)).one()
        make_topic(session, town.now, meeting, title="<b>Τίτλος</b>", summary="<i>παγκάκια</i> & <script>x</script>")
        index(session)
    page = ask(town_app, settings, q="παγκάκι")
    assert "&lt;i&gt;<mark>παγκάκια</mark>&lt;/i&gt; &amp; &lt;script&gt;" in page
    assert "&lt;b&gt;Τίτλος" in page


@pytest.mark.parametrize("field", ["q", "kind", "body", "page"])
@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_WB_04_no_parameter_comes_back_as_markup(
    town: Town, town_app: Starlette, settings: Settings, field: str, payload: str
) -> None:
    with town.database.writing() as session:
        index(session)
    page = ask(town_app, settings, **{"q": "πλατεία", field: payload})
    assert payload not in page or payload in {"javascript:alert(1)", "{{7*7}}", "\u202eπλατεία"}
    assert not re.search(r"(href|src|action)=\"(?![/#])", page)
    assert "onerror=alert(1)>" not in page
    assert len(page) < 40_000


def test_AC_06_the_search_knows_nothing_of_a_draft(town: Town, town_app: Starlette, settings: Settings) -> None:
    with town.database.writing() as session:
        meeting = session.exec(select(SessionRow)).one()
        meeting.state = "draft"
        session.add(meeting)
        index(session)
        keys = {meeting.key, *session.exec(select(TopicRow.key))}
    page = ask(town_app, settings, q="πλατεία")
    assert "0 αποτελέσματα" in page
    assert not [key for key in keys if key in page]


@pytest.mark.parametrize(("typed", "advice"), [("ζζζζ", "Τι μπορείτε να δοκιμάσετε"), ("της", "δεν έχει λέξη")])
def test_without_a_hit_there_is_advice(
    town: Town, town_app: Starlette, settings: Settings, typed: str, advice: str
) -> None:
    assert advice in ask(town_app, settings, q=typed)


def test_the_page_without_a_question_is_a_form(town_app: Starlette, settings: Settings) -> None:
    page = ask(town_app, settings)
    assert '<label for="q">' in page
    assert "αποτελέσματα</p>" not in page


def test_filters_stay_in_the_addresses_of_further_pages(town: Town, town_app: Starlette, settings: Settings) -> None:
    with town.database.writing() as session:
        meeting = session.exec(select(SessionRow)).one()
        for number in range(store.PAGE + 5):
            make_topic(session, town.now, meeting, title=f"Παγκάκι {number}", position=number + 2)
        index(session)
    page = ask(town_app, settings, q="παγκάκια", kind="topic", body=town.body_key)
    later = re.search(r'href="([^"]+)" rel="next"', page)
    assert later is not None
    second = page_of(town_app, settings).get(later.group(1).replace("&amp;", "&")).text
    assert second.count("<h2>") == 5
    assert 'rel="prev"' in second
    assert f'<option value="{town.body_key}" selected>' in second
