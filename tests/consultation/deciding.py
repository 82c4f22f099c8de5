"""A session that has been held, its members, and forms as the secretariat fills them in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audit.entry import decode_entry
from audit.store_tables import OutboxRow
from consultation.council_vote import Choice, Member, Outcome
from consultation.decision import Decision
from consultation.store.council_tables import BodyRow, DecisionRow, TopicRow
from consultation.store.decision import save_decision
from db import Database
from tests.consultation.town import Town, make_councillor, make_session, make_topic
from tests.consultation.visitors import page_of

CHAIR, ANNA, PETROS = "Ελένη Χατζή", "Άννα Δήμου", "Πέτρος Νικολάου"
UUID = "2S3P9HJtgYZLZA"
VOTE = ("Ψηφοφορία για την πλατεία", "/referenda/plateia/result")
ADA_ACT = "ΨΘ82ΩΡΦ-7ΑΙ"


@dataclass(frozen=True)
class Held:
    """Keys of a session held three days ago, of its two topics, and of the three members with a vote."""

    session: str
    topic: str
    other_topic: str
    body: str
    members: dict[str, str]

    def votes(self, **by_name: str) -> dict[str, str]:
        """`votes(chair="for")` as the form sends them."""
        keys = {"chair": CHAIR, "anna": ANNA, "petros": PETROS}
        return {f"vote_{self.members[keys[name]]}": choice for name, choice in by_name.items()}


def hold_session(town: Town, state: str = "held") -> Held:
    """Of the town's council; the mayor attends without a vote."""
    with town.database.writing() as session:
        body = session.exec(select(BodyRow).where(BodyRow.key == town.body_key)).one()
        members = {
            name: make_councillor(session, town.now, body, name, role=role).key
            for name, role in ((CHAIR, "chair"), (ANNA, "member"), (PETROS, "member"))
        }
        make_councillor(session, town.now, body, "Ο Δήμαρχος", role="mayor")
        council_session = make_session(
            session, town.now, body, state=state, starts_at=town.now - timedelta(days=3), title="2η τακτική συνεδρίαση"
        )
        topics = [
            make_topic(session, town.now, council_session, title=title, position=number)
            for number, title in enumerate(("Πεζοδρόμηση της Πλατείας Ηρώων", "Νέα δρομολόγια λεωφορείων"), 1)
        ]
        return Held(council_session.key, topics[0].key, topics[1].key, body.key, members)


def a_decision(**changed: str) -> dict[str, str]:
    """The form of the desk, first save."""
    return {
        "revision": "0",
        "outcome": "by_majority",
        "number": "12/2026",
        "decided_on": "2026-10-02",
        "text": "Εγκρίνεται η πεζοδρόμηση.",
        "ada": "",
        **changed,
    }


def a_measure(**changed: str) -> dict[str, str]:
    return {
        "revision": "0",
        "title": "Μελέτη κυκλοφορίας",
        "owner": "Τεχνική υπηρεσία",
        "budget": "12.500,00",
        "horizon": "short",
        "status": "running",
        "due_on": "2026-12-01",
        **changed,
    }


def decide(database: Database, topic_key: str, now: datetime, outcome: Outcome = Outcome.UNANIMOUS) -> None:
    """Straight into the store, for tests of what comes after."""
    with database.writing() as session:
        topic = session.exec(select(TopicRow).where(TopicRow.key == topic_key)).one()
        decision = Decision(outcome, "7/2026", date(2026, 10, 2), "Εγκρίνεται.", "", "", {})
        save_decision(session, topic, decision, None, None, now)


def clerk(app: Starlette, town: Town) -> TestClient:
    return page_of(app, town.settings, "secretariat")


def kept_decision(database: Database, topic_key: str) -> tuple[int, str]:
    """Version and outcome."""
    query = select(DecisionRow.version, DecisionRow.outcome)
    with database.reading() as session:
        topic = col(DecisionRow.topic_id) == TopicRow.id
        version, outcome = session.exec(query.where(TopicRow.key == topic_key, topic)).one()
    return version, outcome


def logged(database: Database, kind: str) -> list[dict[str, Any]]:
    """Members of the entries that wait to be written, in order."""
    with database.reading() as session:
        rows = session.exec(select(OutboxRow.data).order_by(col(OutboxRow.id))).all()
    found = [decode_entry(data) for data in rows]
    return [dict(one.members) for one in found if one.kind == kind]


def members_of_three() -> list[Member]:
    return [Member("c1", CHAIR, chairs=True), Member("c2", ANNA), Member("c3", PETROS)]


def votes_of_three(chair: Choice, anna: Choice, petros: Choice) -> dict[str, Choice]:
    return {"c1": chair, "c2": anna, "c3": petros}
