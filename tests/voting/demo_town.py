"""The town of `kalpi demo` with its council and without its votes, made in seconds, and browsers of its people."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import create_app
from db import Database, create_tables
from identity.demo_people import DemoLogin, import_people, open_accounts
from identity.keyring import make_keyring
from identity.login import Login
from settings import Settings, make_secret
from tests.plugins.house import ORIGIN
from tests.voting.visitors import browser_of
from voting.demo import PASSWORD, demo_settings
from voting.demo_half import DemoHalf
from voting.rehearsed_town import Clock, Town
from web import FRESH_MINUTES

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class DemoTown:
    settings: Settings
    db: Database
    half: DemoHalf
    people: dict[str, DemoLogin]
    """By login name."""

    def app(self) -> Starlette:
        """The application; the login cookie of somebody is the login name."""
        app = create_app(self.settings, self.db, lambda: NOW)
        app.state.house = dataclasses.replace(app.state.house, find_login=self._find_login)
        return app

    def page(self, app: Starlette, login_name: str = "") -> TestClient:
        """A browser of this person, or of a stranger, that asks for pages."""
        browser = browser_of(app, self.settings, login_name)
        browser.headers["Accept"] = "text/html"
        return browser

    def _find_login(self, _db: Database, token: str, now: datetime) -> Login | None:
        if not (one := self.people.get(token)):
            return None
        roles = frozenset({one.role} if one.role else {"citizen"})
        fresh = now + timedelta(minutes=FRESH_MINUTES)
        return Login(one.account_id, one.account_id, one.person_id, roles, one.name, fresh)


@contextmanager
def demo_town(directory: Path) -> Iterator[DemoTown]:
    """In a new folder `demo` under `directory`."""
    data = directory / "demo"
    data.mkdir()
    settings = dataclasses.replace(demo_settings(data, ORIGIN), demo=False)
    make_secret(settings.secret_key_file)
    db = Database(settings.database_url)
    create_tables(db.engine)
    town = Town(settings, db, Clock(NOW))
    town.open()
    keys = make_keyring(settings.key)
    with db.writing() as session:
        citizens = import_people(session, keys, NOW)
        logins = open_accounts(session, keys, PASSWORD, citizens, NOW)
    half = DemoHalf(town, logins, NOW, lambda: None)
    half.consult()
    half.decide("")
    half.announce()
    town.clock.moment = NOW
    yield DemoTown(settings, db, half, {login.login_name: login for login in logins})
    db.close()
