"""Browsers of people of any role who are logged in already: the login cookie is their name in the town."""

import dataclasses
from datetime import datetime, timedelta

from starlette.applications import Starlette
from starlette.testclient import TestClient

from db import Database
from identity.login import Login
from settings import Settings
from tests.consultation.town import ADA, BO, CLEO, Town
from tests.voting.visitors import browser_of
from web import FRESH_MINUTES

__all__ = ["browser_of", "everybody", "let_in", "page_of"]
PERSONS = {"ada": ADA, "bo": BO, "cleo": CLEO}


def let_in(app: Starlette, logins: dict[str, Login]) -> None:
    """From now on the login cookie "ada" is `logins["ada"]`, and "stale-ada" the same without a fresh code.

    A login's `fresh_until` does not matter: it is made anew at each visit.
    """

    def find_login(_db: Database, token: str, now: datetime) -> Login | None:
        name = token.removeprefix("stale-")
        if name not in logins:
            return None
        fresh = now + timedelta(minutes=FRESH_MINUTES) if name == token else None
        return dataclasses.replace(logins[name], fresh_until=fresh)

    app.state.house = dataclasses.replace(app.state.house, find_login=find_login)


def everybody(town: Town) -> dict[str, Login]:
    """A login for each account of the town: citizens have the role citizen, officials the role of their name."""
    return {
        name: Login(
            account_id,
            account_id,
            PERSONS.get(name),
            frozenset({"citizen" if name in PERSONS else name.rstrip("2")}),
            name.capitalize(),
            None,
        )
        for name, account_id in town.accounts.items()
    }


def page_of(app: Starlette, settings: Settings, token: str = "") -> TestClient:
    """As `browser_of`, but asking for pages instead of JSON."""
    browser = browser_of(app, settings, token)
    browser.headers["Accept"] = "text/html"
    return browser
