"""What an import writes: rows, and a note of where each came from, so that a second import finds them."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from sqlmodel import Field, Session, SQLModel, select

from audit import entry
from audit import store as log
from consultation.agenda import encode_agenda
from consultation.oparl_import import NewSession, Plan
from consultation.store.council_tables import (
    BodyRow,
    CouncillorRow,
    FactionRow,
    MembershipRow,
    SessionRow,
    TopicRow,
)
from consultation.store.search import refresh_topic
from consultation.store.topic import agenda_of
from consultation.store.version import add_version
from crypto.encoding import sha256_hex
from db import UtcDateTime

Row: TypeAlias = BodyRow | FactionRow | CouncillorRow | MembershipRow | SessionRow | TopicRow


class ImportedRow(SQLModel, table=True):
    """`source` is the OParl id; `kind`: body, faction, person, membership, session, topic; `row_id` is its row here."""

    __tablename__ = "imported"

    source: str = Field(primary_key=True)
    kind: str
    row_id: int
    imported_at: datetime = Field(sa_type=UtcDateTime)


def known_sources(session: Session) -> Mapping[str, str]:
    """Kind by OParl id."""
    return dict(session.exec(select(ImportedRow.source, ImportedRow.kind)).all())


def write_plan(session: Session, plan: Plan, reason: str, now: datetime) -> None:
    """All of it in the caller's transaction. `reason` stands at the agenda's version of each past session.

    A past session is published by the import: with a version of its agenda, and in the log.
    """
    ids = dict(session.exec(select(ImportedRow.source, ImportedRow.row_id)).all())
    writing = _Writing(session, ids, now)
    for body in plan.bodies:
        writing.keep(body.source, "body", BodyRow(kind=body.kind, name=body.name, created_at=now, modified_at=now))
    for faction in plan.factions:
        writing.keep(faction.source, "faction", FactionRow(name=faction.name, created_at=now, modified_at=now))
    for person in plan.people:
        faction_id = ids[person.faction] if person.faction else None
        row = CouncillorRow(name=person.name, faction_id=faction_id, created_at=now, modified_at=now)
        writing.keep(person.source, "person", row)
    for seat in plan.seats:
        writing.keep(
            seat.source,
            "membership",
            MembershipRow(
                councillor_id=ids[seat.person],
                body_id=ids[seat.body],
                role=seat.role,
                since=seat.since,
                until=seat.until,
                created_at=now,
                modified_at=now,
            ),
        )
    for council_session in plan.sessions:
        writing.session_with_topics(council_session, reason)


class _Writing:
    def __init__(self, session: Session, ids: dict[str, int], now: datetime) -> None:
        self.session, self.ids, self.now = session, ids, now

    def keep(self, source: str, kind: str, row: Row) -> None:
        self.session.add(row)
        self.session.flush()
        self.ids[source] = row.id or 0
        self.session.add(ImportedRow(source=source, kind=kind, row_id=row.id or 0, imported_at=self.now))

    def session_with_topics(self, new: NewSession, reason: str) -> None:
        past = new.state != "draft"
        row = SessionRow(
            body_id=self.ids[new.body],
            kind=new.kind,
            state=new.state,
            title=new.title,
            place=new.place,
            starts_at=new.starts_at,
            published_at=self.now if past else None,
            created_at=self.now,
            modified_at=self.now,
        )
        self.keep(new.source, "session", row)
        topics = []
        for position, topic in enumerate(new.topics, 1):
            topics.append(
                TopicRow(
                    session_id=row.id or 0,
                    position=position,
                    mark=topic.mark,
                    state=topic.state,
                    title=topic.title,
                    motion=topic.motion,
                    created_at=self.now,
                    modified_at=self.now,
                )
            )
            self.keep(topic.source, "topic", topics[-1])
        if past:
            self._publish(row, reason)
            if new.state == "cancelled":
                row.cancelled_reason = reason
                log.append(self.session, entry.make("session-cancelled", session=row.key, reason=reason))
            for written in topics:
                refresh_topic(self.session, written.id or 0)

    def _publish(self, row: SessionRow, reason: str) -> None:
        row.version = 1
        self.session.add(row)
        self.session.flush()
        content = encode_agenda(agenda_of(self.session, row))
        digest = sha256_hex(content)
        add_version(self.session, row, content, digest, reason, self.now, None)
        log.append(self.session, entry.make("agenda-published", session=row.key, version=1, agenda=digest))
