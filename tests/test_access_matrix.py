"""AC-01: who may use which address. `access_matrix.txt` is the expectation; an address without a line in it fails.

A role that is let in may still be refused for other reasons (no such vote, no fresh code, a bad form); what is tested
is that the others never come further than the door. Accounts are disabled or half logged in elsewhere: they are nobody.
"""

import dataclasses
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db import Database
from identity.keyring import make_keyring
from identity.login import Login
from settings import Settings
from tests.identity.people import ADA, PASSWORD, fill_registry, open_account
from tests.plugins.house import Clock
from tests.voting.box import OpenVote, open_vote
from tests.voting.preparing import DRAFT
from tests.voting.visitors import browser_of
from voting.manifest import make_manifest
from voting.referendum import encode_draft

VISITORS = (
    "anonymous", "citizen", "secretariat", "committee", "registrar", "trustee", "auditor", "operator",
    "moderator", "service", "councillor", "representative",
)  # fmt: skip
TABLE = Path(__file__).with_name("access_matrix.txt")
CLOSED = {"login.needed", "login.half_expired", "role.needed", "login.citizen", "ceremony.seat", "activation.refused"}
"""What the door says. `ceremony.seat`: a trustee of another vote is answered as if there were none (AC-02)."""
PATH = {
    "slug": "pezodromos", "digest": "0" * 64, "file": "manifest.json", "kind": "vote", "code": "el", "index": "0",
    "path": "site.css", "person_id": "1", "grant_id": "999", "account_id": "999", "login_id": "999",
    "key": "0" * 32, "template_id": "999", "number": "1", "dataset": "sessions", "representative": "1",
}  # fmt: skip
BODIES: dict[str, dict[str, Any]] = {
    "/next": {"json": {"credential": "x"}},
    "/challenges": {"json": {"code": "x"}},
    "/ballots": {"json": {"ballot": "x", "order": "x"}},
    "/messages": {"json": {"step": "commitment", "message": {}}},
    "/decryptions": {"json": {"election": "vote", "payload": "x", "strong": "x"}},
    "/files": {"files": {"message": ("message.json", b'{"step":"commitment","message":{}}')}},
}


def read_table() -> dict[str, frozenset[str]]:
    """`METHOD /path  who who`: `all` is everybody, `login` everybody with a login."""
    table = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            method, path, *who = line.split()
            groups = {"all": VISITORS, "login": VISITORS[1:]}
            assert f"{method} {path}" not in table, line
            table[f"{method} {path}"] = frozenset(name for word in who for name in groups.get(word, (word,)))
    return table


def addresses(app: Starlette) -> list[str]:
    return [
        f"{method} {route.path}"  # type: ignore[attr-defined]
        for route in app.routes
        for method in sorted(set(route.methods) - {"HEAD"})  # type: ignore[attr-defined]
    ]


@pytest.fixture
def door(house_app: Starlette, database: Database, settings: Settings, clock: Clock) -> Iterator[Starlette]:
    """The login cookie is the visitor's name; every login is fresh, so that only the role can be what is missing."""
    keys = make_keyring(settings.key)
    fill_registry(database, keys, clock)
    one = keys.passwords.hash(PASSWORD)
    accounts = {"citizen": open_account(database, keys, clock, "ada", ADA, password_hash=one).account_id}
    for role in VISITORS[2:]:
        accounts[role] = open_account(database, keys, clock, role, None, role, password_hash=one).account_id

    def find_login(_db: Database, token: str, now: datetime) -> Login | None:
        if token not in accounts:
            return None
        person = ADA if token == "citizen" else None
        fresh = now + timedelta(minutes=10)
        return Login(1, accounts[token], person, frozenset({token}), token, fresh)

    house_app.state.house = dataclasses.replace(house_app.state.house, find_login=find_login)
    with TestClient(house_app):
        yield house_app


@pytest.fixture
def a_vote(database: Database, settings: Settings) -> OpenVote:
    """Open, and with a draft that the desk can show."""
    vote = open_vote(database, settings)
    with database.writing() as session:
        row = vote.box(session).row
        row.draft, row.manifest = encode_draft(DRAFT), make_manifest(DRAFT, vote.uuid, settings.municipality)
    return vote


def test_AC_01_every_address_has_a_line_and_every_line_an_address(house_app: Starlette) -> None:
    assert sorted(addresses(house_app)) == sorted(read_table())
    assert all(who <= set(VISITORS) for who in read_table().values())


@pytest.mark.parametrize("name", VISITORS)
def test_AC_01_nobody_comes_further_than_the_table_says(
    door: Starlette, settings: Settings, a_vote: OpenVote, name: str
) -> None:
    assert a_vote.slug == PATH["slug"]
    found: dict[str, bool] = {}
    for address in read_table():
        browser = browser_of(door, settings, "" if name == "anonymous" else name)
        found[address] = lets_in(browser, address, anonymous=name == "anonymous")
        browser.close()
    wrong = [f"{address}: {found[address]}" for address, who in read_table().items() if found[address] != (name in who)]
    assert wrong == []


def lets_in(browser: TestClient, address: str, *, anonymous: bool) -> bool:
    method, path = address.split()
    url = re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: PATH[match[1]], path)
    sent = next((body for end, body in BODIES.items() if method == "POST" and url.endswith(end)), {})
    if anonymous and method == "POST":
        shown = browser.get("/login", headers={"Accept": "text/html"})
        token = re.search(r'name="csrf" value="([0-9a-f]+)"', shown.text)
        assert token
        browser.headers["X-CSRF-Token"] = token[1]
    answer = browser.request(method, url, **sent)
    assert answer.status_code < 500 or url == "/health", (address, answer.status_code, answer.text)
    code = ""
    if answer.headers.get("content-type") == "application/json" and answer.status_code >= 400:
        code = answer.json().get("code", "")
    assert not code.startswith("request.") or code == "request.address" or code == "request.type", (address, code)
    return code not in CLOSED
