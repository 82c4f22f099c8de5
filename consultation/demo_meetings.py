"""Lets the invented council of `demo_council.py` meet, through the room's own rules and stores.

A past session with decisions, minutes and measures, one next week, one in draft.
"""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from audit.local_time import ATHENS, day_of
from consultation import demo_council as words
from consultation import publishing
from consultation.council_vote import Choice, Outcome
from consultation.decision import Decision
from consultation.demo_council import DemoTopic
from consultation.demo_stage import Stage
from consultation.measure import Horizon, Measure, Note, Status
from consultation.minutes import Minutes, State
from consultation.store import body as bodies
from consultation.store import measure as measures
from consultation.store.council_tables import (
    BodyRow,
    CouncillorRow,
    FactionRow,
    MembershipRow,
    SessionRow,
    TopicRow,
)
from consultation.store.decision import decision_of, members_on, save_decision
from consultation.store.minutes import save_minutes
from consultation.store.session import add_session, session_for_change
from consultation.store.topic import add_topic, topic_for_change


class DemoCouncil:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._dice = random.Random(1821)  # noqa: S311  (invented people, the same in every demo)
        self._people: list[int] = []
        self._body_id = 0
        self._past = self._coming = ""

    def found(self) -> None:
        """Bodies, factions and councillors."""
        with self._stage.act() as (session, now):
            factions = [FactionRow(name=name, created_at=now, modified_at=now) for name in words.FACTIONS]
            for faction in factions:
                bodies.save(session, faction, now)
            self._people = [
                self._councillor(session, name, factions[faction], place, now)
                for place, (name, faction, _) in enumerate(words.COUNCILLORS)
            ]
            for kind, name in words.BODIES:
                self._body(session, kind, name, now)

    def announce_past(self, starts: datetime) -> None:
        self._past = self._announce("12η τακτική συνεδρίαση", starts, words.PAST)

    def announce_coming(self, starts: datetime) -> None:
        self._coming = self._announce("13η τακτική συνεδρίαση", starts, words.COMING)

    def draft(self, starts: datetime) -> None:
        self._announce("Ειδική συνεδρίαση για τον προϋπολογισμό", starts, words.DRAFTED, publish=False)

    def add_noting(self) -> None:
        """The topic on the vote's result comes before the agenda: a second version, with its reason."""
        with self._stage.act() as (session, now):
            row = session_for_change(session, self._past)
            self._add(session, row, words.NOTING, now, mark="before_agenda")
            publishing.record_change(session, row, words.LATE_TOPIC_REASON, now, self._stage.staff.clerk)

    def withdraw(self) -> None:
        with self._stage.act() as (session, now):
            row = session_for_change(session, self._coming)
            topic = topic_for_change(session, self._stage.topics["apothiki"])
            publishing.withdraw_topic(session, row, topic, words.WITHDRAWN_REASON, now, self._stage.staff.clerk)

    def hold(self, noted_vote: str) -> None:
        """The past session took place: decisions with votes, the noted vote among them."""
        with self._stage.act() as (session, now):
            row = session_for_change(session, self._past)
            day = day_of(row.starts_at)
            publishing.hold(session, row, now)
        for decided in words.DECISIONS:
            with self._stage.act() as (session, now):
                topic = topic_for_change(session, self._stage.topics[decided.topic])
                decision = Decision(
                    Outcome(decided.outcome),
                    f"{decided.number}/{day.year}" if decided.number else "",
                    day,
                    decided.text,
                    decided.ada,
                    noted_vote if decided.topic == words.NOTING.name else "",
                    self._votes(session, day, decided.against) if decided.number else {},
                )
                save_decision(session, topic, decision, None, self._stage.staff.clerk, now)

    def write_minutes(self, state: str) -> None:
        with self._stage.act() as (session, now):
            row = session_for_change(session, self._past)
            extracts = {self._stage.topics[name]: text for name, text in words.EXTRACTS.items()}
            save_minutes(
                session, row, Minutes(State(state), words.MINUTES, extracts), None, self._stage.staff.clerk, now
            )

    def plan_measures(self, today: date) -> None:
        """Measures of the decisions, with their notes on past days counted from today."""
        for planned in words.MEASURES:
            with self._stage.act() as (session, now):
                topic = topic_for_change(session, self._stage.topics[planned.topic])
                decision = decision_of(session, topic.id or 0)
                assert decision is not None
                value = Measure(
                    planned.title, planned.owner, planned.budget_cents, Horizon(planned.horizon),
                    Status(planned.notes[0][1]), today + timedelta(days=planned.due),
                )  # fmt: skip
                key = measures.add_measure(session, topic, decision, value, self._stage.staff.clerk, now).key
            for days, status, text in planned.notes:
                at = datetime(today.year, today.month, today.day, 11, tzinfo=ATHENS) + timedelta(days=days)
                with self._stage.act() as (session, _):
                    kept = measures.public_measure(session, key, change=True)
                    measures.add_note(session, kept, Note(at, Status(status), text), self._stage.staff.clerk)

    def _councillor(self, session: Session, name: str, faction: FactionRow, place: int, now: datetime) -> int:
        account_id = self._stage.staff.councillor if place == 1 else None
        row = CouncillorRow(name=name, faction_id=faction.id, account_id=account_id, created_at=now, modified_at=now)
        bodies.save(session, row, now)
        return row.id or 0

    def _body(self, session: Session, kind: str, name: str, now: datetime) -> None:
        """All councillors sit in the council, five of them in each other body."""
        body = BodyRow(kind=kind, name=name, created_at=now, modified_at=now)
        bodies.save(session, body, now)
        council = kind == "council"
        if council:
            self._body_id = body.id or 0
        for place, person_id in enumerate(self._people if council else self._dice.sample(self._people, 5)):
            role = words.COUNCILLORS[place][2] if council else "member" if place else "chair"
            row = MembershipRow(
                councillor_id=person_id, body_id=body.id or 0, role=role, since=date(2024, 1, 1),
                created_at=now, modified_at=now,
            )  # fmt: skip
            bodies.save(session, row, now)

    def _votes(self, session: Session, day: date, against: Sequence[int]) -> dict[str, Choice]:
        """The last councillor is absent."""
        keys = {member.name: member.key for member in members_on(session, self._body_id, day)}
        votes = {}
        for place, (name, _, _) in enumerate(words.COUNCILLORS):
            choice = Choice.AGAINST if place in against else Choice.FOR
            votes[keys[name]] = Choice.ABSENT if place == len(words.COUNCILLORS) - 1 else choice
        return votes

    def _announce(self, title: str, starts: datetime, topics: Sequence[DemoTopic], *, publish: bool = True) -> str:
        with self._stage.act() as (session, now):
            row = SessionRow(
                body_id=self._body_id, title=title, place=words.PLACE, starts_at=starts, created_at=now, modified_at=now
            )
            add_session(session, row)
            for topic in topics:
                self._add(session, row, topic, now)
            if publish:
                publishing.publish(session, row, "", now, self._stage.staff.clerk)
            return row.key

    def _add(self, session: Session, row: SessionRow, topic: DemoTopic, now: datetime, mark: str = "regular") -> None:
        made = TopicRow(
            session_id=row.id or 0, position=0, mark=mark, title=topic.title, plain_summary=topic.plain_summary,
            motion=topic.motion, proposer=topic.proposer, created_at=now, modified_at=now,
        )  # fmt: skip
        self._stage.topics[topic.name] = add_topic(session, made).key
