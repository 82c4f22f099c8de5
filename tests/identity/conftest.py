from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from db import Database
from identity.keyring import Keyring, make_keyring
from settings import Settings
from tests.identity.people import Browser, Holder, fill_registry, open_account
from tests.plugins.house import Clock


@pytest.fixture
def keys(settings: Settings) -> Keyring:
    return make_keyring(settings.key)


@pytest.fixture
def registry(database: Database, keys: Keyring, clock: Clock) -> Database:
    """Ada, Bo and Cleo are in it."""
    fill_registry(database, keys, clock)
    return database


@pytest.fixture
def opened(registry: Database, keys: Keyring, clock: Clock) -> Callable[..., Holder]:
    """`opened("ada", ADA, "registrar")` gives Ada an account and a role."""

    def open_one(name: str, person_id: int | None = None, *roles: str) -> Holder:
        return open_account(registry, keys, clock, name, person_id, *roles)

    return open_one


@pytest.fixture
def browser(client: TestClient, clock: Clock) -> Browser:
    return Browser(client, clock)
