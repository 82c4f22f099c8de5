"""An invented council with sessions and topics, for tests of every part of the room."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from consultation.store.council_tables import BodyRow, CouncillorRow, FactionRow, MembershipRow, SessionRow, TopicRow
from db import Database
from identity.keyring import make_keyring
from settings import Settings
from tests.identity.people import ADA, BO, CLEO, PASSWORD, fill_registry, open_account
from tests.plugins.house import Clock

__all__ = ["ADA", "BO", "CLEO", "Town", "fill_town", "make_body", "make_councillor", "make_session", "make_topic"]


def make_body(session: Session, now: datetime, *, name: str = "Δημοτικό Συμβούλιο", kind: str = "council") -> BodyRow:
    row = BodyRow(kind=kind, name=name, created_at=now, modified_at=now)
    session.add(row)
    session.flush()
    return row


def make_councillor(
    session: Session,
    now: datetime,
    body: BodyRow,
    name: str,
    *,
    role: str = "member",
    faction: FactionRow | None = None,
    account_id: int | None = None,
) -> CouncillorRow:
    row = CouncillorRow(
        name=name, faction_id=faction.id if faction else None, account_id=account_id, created_at=now, modified_at=now
    )
    session.add(row)
    session.flush()
    session.add(
        MembershipRow(
            councillor_id=row.id or 0, body_id=body.id or 0, role=role, since=date(2024, 1, 1),
            created_at=now, modified_at=now,
        )
    )  # fmt: skip
    session.flush()
    return row


def make_session(
    session: Session,
    now: datetime,
    body: BodyRow,
    *,
    title: str = "3η τακτική συνεδρίαση",
    kind: str = "regular",
    state: str = "published",
    starts_at: datetime | None = None,
    place: str = "Δημαρχείο, αίθουσα συνεδριάσεων",
) -> SessionRow:
    """Ten days from now unless told otherwise. A published one has version 1 but no version row and no log entry."""
    published = state != "draft"
    row = SessionRow(
        body_id=body.id or 0, kind=kind, state=state, title=title, place=place,
        starts_at=starts_at or now + timedelta(days=10), published_at=now if published else None,
        version=int(published), created_at=now, modified_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def make_topic(
    session: Session,
    now: datetime,
    council_session: SessionRow,
    *,
    title: str = "Πεζοδρόμηση της Πλατείας Ηρώων",
    position: int = 1,
    summary: str = "Η πλατεία γίνεται πεζόδρομος.",
    motion: str = "Εισηγούμαστε την πεζοδρόμηση.",
    mark: str = "regular",
    state: str = "listed",
) -> TopicRow:
    row = TopicRow(
        session_id=council_session.id or 0, position=position, mark=mark, state=state, title=title,
        plain_summary=summary, motion=motion, proposer="Αντιδήμαρχος τεχνικών έργων", created_at=now, modified_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


class Town:
    """Accounts that exist in the database: `accounts` by name, and the keys of one published session and topic.

    Ada and Bo are certified citizens (person 1 and 2), Cleo a resident (3); the others are named by their role.
    """

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self.database, self.settings, self.clock = database, settings, clock
        self.accounts: dict[str, int] = {}
        self.body_key = self.session_key = self.topic_key = ""

    @property
    def now(self) -> datetime:
        return self.clock()


OFFICIALS = ("secretariat", "auditor", "moderator", "service", "councillor", "operator")


def fill_town(database: Database, settings: Settings, clock: Clock) -> Town:
    """The people, and a published session of the council with one topic.

    A second person of a role is "secretariat2" or "moderator2": two must decide some things.
    """
    town = Town(database, settings, clock)
    keys = make_keyring(settings.key)
    fill_registry(database, keys, clock)
    one = keys.passwords.hash(PASSWORD)
    for name, person in (("ada", ADA), ("bo", BO), ("cleo", CLEO)):
        holder = open_account(database, keys, clock, f"{name}@example.org", person, password_hash=one)
        town.accounts[name] = holder.account_id
    for name in (*OFFICIALS, "secretariat2", "moderator2"):
        holder = open_account(database, keys, clock, name, None, name.rstrip("2"), password_hash=one)
        town.accounts[name] = holder.account_id
    with database.writing() as session:
        body = make_body(session, clock())
        council_session = make_session(session, clock(), body)
        topic = make_topic(session, clock(), council_session)
        town.body_key, town.session_key, town.topic_key = body.key, council_session.key, topic.key
    return town
