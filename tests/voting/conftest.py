import pytest

from db import Database
from settings import Settings
from tests.voting.box import OpenVote, open_vote
from tests.voting.preparing import DeskOf, draft_on_desk


@pytest.fixture
def vote(database: Database, settings: Settings) -> OpenVote:
    """An open yes/no vote; Ada, Bo and Chi (persons 1 to 3) are on its roll."""
    return open_vote(database, settings)


@pytest.fixture
def on_desk(database: Database, settings: Settings) -> DeskOf:
    """A draft that Dee has just kept."""
    return draft_on_desk(database, settings)
