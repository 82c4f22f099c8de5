import pytest
from starlette.applications import Starlette

from db import Database
from settings import Settings
from tests.consultation.town import Town, fill_town
from tests.consultation.visitors import everybody, let_in
from tests.plugins.house import Clock


@pytest.fixture
def town(database: Database, settings: Settings, clock: Clock) -> Town:
    return fill_town(database, settings, clock)


@pytest.fixture
def town_app(house_app: Starlette, town: Town) -> Starlette:
    """The application with everybody of the town logged in: `page_of(town_app, settings, "secretariat")`."""
    let_in(house_app, everybody(town))
    return house_app
