"""Browsers of people who are logged in already: what logging in takes is tested in tests/identity."""

import dataclasses
import hashlib
import hmac
from datetime import datetime, timedelta

from starlette.applications import Starlette
from starlette.testclient import TestClient

from db import Database
from identity.login import Login
from settings import Settings
from tests.plugins.house import ORIGIN
from web import FRESH_MINUTES


def let_in(app: Starlette, *persons: int) -> None:
    """From now on the login cookie "person-7" is the login of citizen 7, fresh; "stale-7" is one that is not."""

    def find_login(_db: Database, token: str, now: datetime) -> Login | None:
        kind, _, number = token.partition("-")
        if not number.isdigit() or int(number) not in persons:
            return None
        fresh = now + timedelta(minutes=FRESH_MINUTES) if kind == "person" else None
        person = int(number)
        return Login(person, 1000 + person, person, frozenset({"citizen"}), f"Person {person}", fresh)

    app.state.house = dataclasses.replace(app.state.house, find_login=find_login)


def browser_of(app: Starlette, settings: Settings, token: str) -> TestClient:
    """A browser with this login cookie; `token` empty is a stranger. It sends the form token with every request."""
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    if token:
        key = settings.key("csrf")
        headers["X-CSRF-Token"] = hmac.new(key, token.encode(), hashlib.sha256).hexdigest()[:40]
    cookies = {"sid": token} if token else {}
    return TestClient(app, base_url=ORIGIN, headers=headers, cookies=cookies, follow_redirects=False)
