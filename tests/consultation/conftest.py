from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db import Database
from settings import Settings
from tests.consultation.answering import Talk
from tests.consultation.town import Town, fill_town
from tests.consultation.visitors import everybody, let_in, page_of
from tests.consultation.writing import open_talk
from tests.plugins.house import Clock


@pytest.fixture
def town(database: Database, settings: Settings, clock: Clock) -> Town:
    return fill_town(database, settings, clock)


@pytest.fixture
def town_app(house_app: Starlette, town: Town) -> Starlette:
    """The application with everybody of the town logged in: `page_of(town_app, settings, "secretariat")`."""
    let_in(house_app, everybody(town))
    return house_app


@pytest.fixture
def talk(town: Town) -> Talk:
    """An open consultation to write in."""
    return open_talk(town)


@pytest.fixture
def ada(town_app: Starlette, settings: Settings, talk: Talk) -> Iterator[TestClient]:
    """A citizen's browser; the application runs while it is open."""
    with page_of(town_app, settings, "ada") as browser:
        yield browser


@pytest.fixture
def bo(town_app: Starlette, settings: Settings, ada: TestClient) -> TestClient:
    return page_of(town_app, settings, "bo")


@pytest.fixture
def anybody(town_app: Starlette, settings: Settings, ada: TestClient) -> TestClient:
    return page_of(town_app, settings)
