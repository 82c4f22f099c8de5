"""The invented people of `kalpi demo`: a registry of 2,000 with Greek names, and accounts for those who log in.

Nobody here exists. Names are drawn from two short lists by a fixed rule, so every demo has the same municipality.
"""

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from identity.importing import dry_run, persons
from identity.keyring import Keyring
from identity.registry import number_digest
from identity.store.account import create_account
from identity.store.grant import grant_role
from identity.store.person import count_known, find_people, write_registry
from identity.totp import new_secret

REGISTERED = 2_000
MEN = (
    "Γιώργος",
    "Δημήτρης",
    "Κώστας",
    "Γιάννης",
    "Νίκος",
    "Παναγιώτης",
    "Βασίλης",
    "Χρήστος",
    "Θανάσης",
    "Μιχάλης",
    "Μανόλης",
    "Στέλιος",
)
WOMEN = (
    "Μαρία",
    "Ελένη",
    "Κατερίνα",
    "Βασιλική",
    "Σοφία",
    "Αγγελική",
    "Γεωργία",
    "Δήμητρα",
    "Ιωάννα",
    "Καλλιόπη",
    "Χρυσούλα",
    "Ευτυχία",
)
SURNAMES = (
    ("Παπαδάκης", "Παπαδάκη"),
    ("Αλεξίου", "Αλεξίου"),
    ("Βερνίκος", "Βερνίκου"),
    ("Γαλάνης", "Γαλάνη"),
    ("Δρακάκης", "Δρακάκη"),
    ("Ζερβός", "Ζερβού"),
    ("Ιωαννίδης", "Ιωαννίδου"),
    ("Καλογεράκης", "Καλογεράκη"),
    ("Λαμπρινός", "Λαμπρινού"),
    ("Μαυράκης", "Μαυράκη"),
    ("Νικολαΐδης", "Νικολαΐδου"),
    ("Ξενάκης", "Ξενάκη"),
    ("Οικονόμου", "Οικονόμου"),
    ("Σταματάκης", "Σταματάκη"),
    ("Τζανετάκης", "Τζανετάκη"),
    ("Φραγκιαδάκης", "Φραγκιαδάκη"),
    ("Χατζηδάκης", "Χατζηδάκη"),
    ("Ψαρουδάκης", "Ψαρουδάκη"),
)


@dataclass(frozen=True, slots=True)
class Citizen:
    """Stands in the registry in this order, before everybody else; the row decides card and person."""

    login_name: str
    given_name: str
    surname: str
    birth_date: date


CITIZENS = (
    Citizen("maria", "Μαρία", "Παπαδάκη", date(1956, 3, 14)),
    Citizen("giorgos", "Γιώργος", "Αλεξίου", date(1988, 11, 2)),
    Citizen("eleni", "Ελένη", "Βερνίκου", date(2003, 6, 30)),
)
OFFICIALS = (
    ("grammateia", "Σοφία Οικονόμου", "secretariat"),
    ("grammateia2", "Στέλιος Ανδρεάδης", "secretariat"),
    ("syntonistis", "Θάλεια Κορνάρου", "moderator"),
    ("ypiresia", "Ορέστης Μελισσηνός", "service"),
    ("symvoulos", "Ευγενία Καλογεράκη", "councillor"),
    ("epitropi1", "Νίκος Ζερβός", "committee"),
    ("epitropi2", "Άννα Μαυράκη", "committee"),
    ("mitroo", "Πέτρος Γαλάνης", "registrar"),
    ("melos1", "Κατερίνα Ξενάκη", "trustee"),
    ("melos2", "Μανόλης Δρακάκης", "trustee"),
    ("melos3", "Ιωάννα Λαμπρινού", "trustee"),
    ("elegktis", "Χρήστος Τζανετάκης", "auditor"),
    ("diacheiristis", "Δήμητρα Νικολαΐδου", "operator"),
)


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """`role` is empty for a citizen, `person_id` None for an official."""

    login_name: str
    name: str
    role: str
    account_id: int
    person_id: int | None
    totp_secret: str


def registry_file() -> bytes:
    """CSV as a municipality would export it: UTF-8, semicolons, Greek column names."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(["Αριθμός μητρώου", "Επώνυμο", "Όνομα", "Πατρώνυμο", "Ημερομηνία γέννησης", "Εκλογέας", "Δημότης"])
    for place, (surname, given_name, born) in enumerate(_people(), 1):
        father = MEN[place % len(MEN)]
        writer.writerow([registry_number(place), surname, given_name, father, born.strftime("%d/%m/%Y"), "ναι", "ναι"])
    return buffer.getvalue().encode("utf-8-sig")


def registry_number(place: int) -> str:
    """`place` counts from 1 in the order of the file."""
    return f"ΔΗΜ-{place:06}"


def import_people(session: Session, keys: Keyring, now: datetime) -> list[int]:
    """The same dry run and import as a real file; returns the persons of CITIZENS, in their order."""
    raw = registry_file()
    report = dry_run(io.BytesIO(raw), keys.registry, now.date(), lambda digests: count_known(session, digests))
    chunks = persons(io.BytesIO(raw), report, keys.registry, now.date())
    write_registry(session, chunks, now=now, digest=report.digest, complete=True)
    return [_person(session, keys, place) for place in range(1, len(CITIZENS) + 1)]


def open_accounts(
    session: Session, keys: Keyring, password: str, citizens: Sequence[int], now: datetime
) -> list[DemoLogin]:
    """One account for each of CITIZENS and OFFICIALS, all with the same password and their own authenticator."""
    logins = []
    for citizen, person_id in zip(CITIZENS, citizens, strict=True):
        name = f"{citizen.given_name} {citizen.surname}"
        logins.append(_open(session, keys, password, now, citizen.login_name, name, "", person_id))
    logins += [_open(session, keys, password, now, login, name, role, None) for login, name, role in OFFICIALS]
    return logins


def _open(
    session: Session, keys: Keyring, password: str, now: datetime, login: str, name: str, role: str, person: int | None
) -> DemoLogin:
    secret = new_secret()
    row = create_account(
        session,
        person,
        login,
        keys.passwords.hash(password),
        secret,
        vault=keys.vault,
        now=now,
        official_name="" if person else name,
    )
    assert row.id is not None
    if role:
        grant_role(session, row.id, role, now)
    return DemoLogin(login, name, role, row.id, person, secret)


def _person(session: Session, keys: Keyring, place: int) -> int:
    number = registry_number(place)
    (found,) = find_people(session, number, number_digest(keys.registry, number))
    assert found.id is not None
    return found.id


def _people() -> Iterator[tuple[str, str, date]]:
    """(surname, given name, born), the named citizens first."""
    yield from ((citizen.surname, citizen.given_name, citizen.birth_date) for citizen in CITIZENS)
    dice = random.Random(2026)  # noqa: S311  (invented people, the same in every demo)
    for _ in range(REGISTERED - len(CITIZENS)):
        woman = dice.random() < 0.5
        surname = dice.choice(SURNAMES)[woman]
        given_name = dice.choice(WOMEN if woman else MEN)
        yield surname, given_name, date(dice.randint(1936, 2008), dice.randint(1, 12), dice.randint(1, 28))
