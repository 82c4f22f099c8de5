"""Broken and hostile forms at every address of the room that takes one, on PostgreSQL, which forgives least.

AC-04 (nobody sets what the form does not have), WB-22 (a field twice), and for all of them: 4xx with a code, never 5xx.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app import create_app
from consultation.store.contribution import contribution
from db import Database
from settings import Settings
from tests.consultation.drafts import make_drafts
from tests.consultation.garbage import UNWELCOME, addresses, filled, forms_of
from tests.consultation.town import Town, fill_town
from tests.consultation.visitors import browser_of, everybody, let_in
from tests.consultation.writing import NAME, open_talk, send
from tests.plugins.house import Clock

VISITORS = ("", "ada", "secretariat", "moderator2")
PAGE = {"Accept": "text/html"}
BODIES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "nul": {"files": {"name": (None, "α"), "faction": (None, "α\x00β")}},
    "json": {"json": {"title": ["α"]}},
    "bytes": {"content": b"title=%ff%fe&text=%00", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    "twice": {"content": b"title=a&title=b", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
}


@pytest.fixture
def pg_town(filled_postgres_url: str, settings: Settings, clock: Clock) -> Iterator[Town]:
    database = Database(filled_postgres_url)
    yield fill_town(database, settings, clock)
    database.close()


@pytest.fixture
def browsers(pg_town: Town, settings: Settings, clock: Clock) -> Iterator[dict[str, TestClient]]:
    app = create_app(settings, pg_town.database, clock)
    let_in(app, everybody(pg_town))
    found = {name: browser_of(app, settings, name) for name in VISITORS}
    with found[""]:
        token = re.search(r'name="csrf" value="([0-9a-f]+)"', found[""].get("/login", headers=PAGE).text)
        assert token
        found[""].headers["X-CSRF-Token"] = token[1]
        yield found


def fault_of(answer: Response) -> str:
    """What is wrong with a refusal; empty for one that says with a code what is."""
    if answer.status_code >= 500:
        return str(answer.status_code)
    if answer.status_code < 400 or "text/html" in answer.headers["content-type"]:
        return ""
    return "" if re.fullmatch(r"[a-z_]+\.[a-z_]+", answer.json()["code"]) else answer.text[:80]


def test_every_form_address_refuses_garbage_with_a_code(pg_town: Town, browsers: dict[str, TestClient]) -> None:
    make_drafts(pg_town)
    seen: Counter[int] = Counter()
    faults = []
    with pg_town.database.reading() as session:
        urls = [url for pattern in addresses() for url in [*filled(session, pattern)][:2]]
    assert len(urls) > 80
    for url in urls:
        for name in VISITORS:
            for what, body in BODIES.items():
                answer = browsers[name].post(url, **body)
                seen[answer.status_code] += 1
                if fault := fault_of(answer):
                    faults.append(f"{name} {url} {what}: {fault}")
                assert answer.status_code == 400 or what not in {"twice", "nul", "bytes"} or not name, url
    assert faults == []
    assert set(seen) <= {200, 303, 400, 401, 403, 404, 409, 413, 415, 422}, seen


def test_every_field_of_every_form_refuses_what_does_not_fit(pg_town: Town, browsers: dict[str, TestClient]) -> None:
    """The form as its page shows it, with one field spoiled at a time."""
    make_drafts(pg_town)
    faults, spoiled = [], 0
    with pg_town.database.reading() as session:
        urls = {pattern: [*filled(session, pattern)][:2] for pattern in addresses()}
    for url in (url for some in urls.values() for url in some):
        for name in ("ada", "secretariat"):
            browser = browsers[name]
            pages = [browser.get(page, headers=PAGE) for page in (url, url.rpartition("/")[0], f"{url}/new")]
            faults += [f"GET {page.request.url}" for page in pages if page.status_code >= 500]
            shown = (forms_of(page.text).get(url) for page in pages if page.status_code == 200)
            fields = next((one for one in shown if one), {})
            for field in fields:
                for value in UNWELCOME:
                    spoiled += 1
                    if fault := fault_of(browser.post(url, data={**fields, field: value})):
                        faults.append(f"{name} {url} {field}={value[:20]!r}: {fault}")
    assert faults == []
    assert spoiled > 500


def test_AC_04_what_the_form_does_not_have_cannot_be_set(pg_town: Town, browsers: dict[str, TestClient]) -> None:
    """Columns of the row as fields of the form, in the draft and when it is sent."""
    talk = open_talk(pg_town)
    stuffed = {
        "state": "hidden", "person_id": "2", "account_id": "3", "name": "Άλλος", "name_shown": "Άλλος",
        "collective_id": "1", "collective": "0" * 32, "consultation_id": "99", "commitment": "00" * 32, "salt": "00",
        "form_id": "1", "submitted_at": "2020-01-01T00:00", "reply_due": "2030-01-01", "owner_id": "1", "id": "1",
        "key": "0" * 32, "role": "secretariat", "is_admin": "1", "premoderated": "0", "parent_id": "1",
    }  # fmt: skip
    ada = browsers["ada"]
    ada.headers["Accept"] = "text/html"
    key = send(ada, pg_town, **stuffed)
    with talk.writing() as session:
        row = contribution(session, key)
        assert (row.state, row.person_id, row.account_id, row.name) == ("published", 1, pg_town.accounts["ada"], NAME)
        assert row.consultation_id == talk.consultation(session).id
        assert row.commitment != stuffed["commitment"]
        assert (row.collective_id, row.form_id, row.owner_id, row.parent_id, row.reply_due) == (None,) * 5
        assert row.submitted_at == pg_town.now
