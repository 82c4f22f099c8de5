"""A house to test in: a clock that stands still, a database of its own, and a browser that lives on its origin."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import create_app
from db import Database, create_tables
from settings import Settings, make_secret

ORIGIN = "http://127.0.0.1:8000"


@dataclass
class Clock:
    """Stands at one moment until told to move."""

    moment: datetime = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **duration: float) -> datetime:
        """`clock.forward(minutes=5)`"""
        self.moment += timedelta(**duration)
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    data.mkdir()
    make_secret(data / "secret.key")
    return Settings(
        data_directory=data,
        database_url=f"sqlite:///{data / 'kalpi.db'}",
        base_url=ORIGIN,
        origin="127.0.0.1/log",
        municipality="Δήμος Δοκιμής",
        secret_key_file=data / "secret.key",
        ballot_cadence=0.05,
    )


@pytest.fixture(scope="session")
def blank_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and no row, made once: tests work on copies."""
    path = tmp_path_factory.mktemp("blank") / "kalpi.db"
    database = Database(f"sqlite:///{path}")
    create_tables(database.engine)
    database.close()
    return path


@pytest.fixture
def database(settings: Settings, blank_file: Path) -> Iterator[Database]:
    database = Database(settings.database_url)
    assert database.file is not None
    shutil.copyfile(blank_file, database.file)
    yield database
    database.close()


@pytest.fixture
def house_app(settings: Settings, database: Database, clock: Clock) -> Starlette:
    return create_app(settings, database, clock)


@pytest.fixture
def client(house_app: Starlette) -> Iterator[TestClient]:
    """A browser on the service's own origin; follows no redirect by itself. Forms still need their token."""
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    with TestClient(house_app, base_url=ORIGIN, headers=headers, follow_redirects=False) as browser:
        yield browser
