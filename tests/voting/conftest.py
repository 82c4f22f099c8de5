import pytest

from db import Database
from settings import Settings
from tests.voting.box import OpenVote, open_vote


@pytest.fixture
def vote(database: Database, settings: Settings) -> OpenVote:
    """An open yes/no vote; Ada, Bo and Chi (persons 1 to 3) are on its roll."""
    return open_vote(database, settings)
