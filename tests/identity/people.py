"""Invented people for the tests of the room, and a browser that fills in forms as they would."""

import re
from dataclasses import dataclass
from datetime import date

from starlette.testclient import TestClient

from db import Database
from identity.keyring import Keyring
from identity.registry import RegistryPerson, number_digest
from identity.store.account import create_account
from identity.store.grant import grant_role
from identity.store.person import write_registry
from identity.totp import code_at, new_secret, time_step
from tests.plugins.house import Clock

PASSWORD = "four quiet herons waded"
ADA, BO, CLEO = 1, 2, 3
"""Person ids. Ada and Bo are electors, Cleo is a resident only."""


def a_person(row: int, number: str, surname: str, given_name: str, *, elector: bool = True) -> RegistryPerson:
    born = date(1980, 5, row)
    return RegistryPerson(row, number, surname, given_name, "Νίκος", born, elector, True, not elector, None, "Οδός 1")


def fill_registry(database: Database, keys: Keyring, clock: Clock) -> None:
    people = [
        a_person(2, "1001", "Παπαδοπούλου", "Άδα"),
        a_person(3, "1002", "Βασιλείου", "Μπο"),
        a_person(4, "1003", "Κλεάνθους", "Κλειώ", elector=False),
    ]
    pairs = [(number_digest(keys.registry, person.number), person) for person in people]
    with database.writing() as session:
        write_registry(session, [pairs], now=clock(), digest="00", complete=False)


@dataclass
class Holder:
    """Somebody with an account, and what they have in their pockets."""

    account_id: int
    login_name: str
    secret: str

    def code(self, clock: Clock, steps: int = 0) -> str:
        return code_at(self.secret, time_step(clock()) + steps)


def open_account(
    database: Database,
    keys: Keyring,
    clock: Clock,
    name: str,
    person_id: int | None = None,
    *roles: str,
    password_hash: str = "",
) -> Holder:
    """`password_hash`: of PASSWORD, when many accounts are opened at once; hashing takes long on purpose."""
    secret = new_secret()
    with database.writing() as session:
        row = create_account(
            session, person_id, name, password_hash or keys.passwords.hash(PASSWORD), secret,
            vault=keys.vault, now=clock(), official_name="" if person_id else name,
        )  # fmt: skip
        for role in roles:
            grant_role(session, row.id or 0, role, clock())
        return Holder(row.id or 0, name, secret)


@dataclass
class Browser:
    """Sends forms with the token that the page gave."""

    client: TestClient
    clock: Clock

    def post(self, page: str, target: str = "", *, files: dict[str, tuple[str, bytes]] | None = None, **fields: str):  # type: ignore[no-untyped-def]
        shown = self.client.get(page)
        token = re.search(r'name="csrf" value="([0-9a-f]+)"', shown.text)
        assert token, f"{page} has no form: {shown.status_code}"
        return self.client.post(target or page, data={"csrf": token[1], **fields}, files=files)

    def log_in(self, holder: Holder, password: str = PASSWORD):  # type: ignore[no-untyped-def]
        """Both steps; the clock moves on a minute first, so that the code is new."""
        self.clock.forward(minutes=1)
        first = self.post("/login", name=holder.login_name, password=password)
        assert first.headers.get("location") == "/login/code", first.text
        return self.post("/login/code", code=holder.code(self.clock))
