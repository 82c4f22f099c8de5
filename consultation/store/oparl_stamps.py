"""Since when each public object is public, and when anything of it changed: what OParl's lists are filtered by.

Only keys and moments are read, no texts: the whole town fits into memory. An object counts as changed when something
embedded in it did, and becomes public with its session's agenda, not when a clerk began to write (AC-06). What the
public has seen stays as a deleted object; what was deleted before publication never existed.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlmodel import Session, col, select

from consultation.oparl import FACTION_PREFIX, Stamp
from consultation.store.council_tables import (
    BodyRow,
    CouncillorRow,
    DecisionRow,
    FactionRow,
    FileRow,
    MembershipRow,
    MinutesRow,
    SessionRow,
    TopicRow,
)
from consultation.store.participation_tables import ConsultationRow
from consultation.store.visibility import PUBLIC_CONSULTATIONS, PUBLIC_SESSIONS

FILE_PURPOSES = ("motion", "attachment", "summons", "decision", "minutes")
"""The councillors' file holds what citizens wrote and is no document of the council."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Dates:
    """The columns of `Dated` that stamps are made of."""

    row_id: int
    key: str
    created: datetime
    modified: datetime
    deleted_at: datetime | None

    def stamp(self, *others: datetime, since: datetime = BEGINNING, deleted: bool = False) -> Stamp:
        """`others`: moments at which something embedded changed. Not earlier than `since`."""
        moments = [self.created, self.modified, since, *others]
        if self.deleted_at is not None:
            moments.append(self.deleted_at)
        created = max(self.created, since)
        gone = deleted or self.deleted_at is not None
        return Stamp(
            self.row_id, self.key, created.replace(microsecond=0), max(moments).replace(microsecond=0), deleted=gone
        )


class Ledger:
    """The stamps of one transaction; each table is read once, when first asked for."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def stamps(self, kind: str) -> list[Stamp]:
        """Of every object of this OParl kind that is or was public."""
        if kind == "body":
            return [self.town]
        if kind == "organization":
            return [*self.bodies.values(), *self.factions.values()]
        if kind == "membership":
            return [*self.memberships.values(), *self.faction_memberships.values()]
        if kind in {"agendaItem", "paper", "consultation"}:
            return [*self.topics.values()]
        tables = {"person": self.people, "meeting": self.meetings, "file": self.files, "location": self.locations}
        return [*tables[kind].values()]

    @cached_property
    def town(self) -> Stamp:
        """The municipality and the system: as old as the first body, changed with any change of a body."""
        bodies = [*self.bodies.values()]
        created = min((stamp.created for stamp in bodies), default=BEGINNING)
        return Stamp(0, "municipality", created, max((stamp.modified for stamp in bodies), default=BEGINNING))

    @cached_property
    def _bodies(self) -> dict[int, Dates]:
        return self._dates(BodyRow)

    @cached_property
    def _people(self) -> dict[int, Dates]:
        return self._dates(CouncillorRow)

    @cached_property
    def faction_of(self) -> dict[int, int | None]:
        """Councillor to faction."""
        return dict(self.session.exec(select(CouncillorRow.id, CouncillorRow.faction_id)).all())  # type: ignore[arg-type]

    @cached_property
    def seats(self) -> dict[int, tuple[int, int]]:
        """Membership to councillor and body."""
        query = select(MembershipRow.id, MembershipRow.councillor_id, MembershipRow.body_id)
        return {row_id or 0: (councillor, body) for row_id, councillor, body in self.session.exec(query)}

    @cached_property
    def memberships(self) -> dict[int, Stamp]:
        found = {}
        for row_id, dates in self._dates(MembershipRow).items():
            councillor, body = self.seats[row_id]
            person, place = self._people[councillor], self._bodies[body]
            gone = person.deleted_at is not None or place.deleted_at is not None
            found[row_id] = dates.stamp(person.modified, *_at(person), *_at(place), deleted=gone)
        return found

    @cached_property
    def faction_memberships(self) -> dict[int, Stamp]:
        """By councillor. One without a faction counts as deleted: perhaps there was one before."""
        found = {}
        for row_id, dates in self._people.items():
            faction_id = self.faction_of[row_id]
            faction = self._factions[faction_id] if faction_id else None
            gone = faction is None or faction.deleted_at is not None
            stamp = dates.stamp(*(_at(faction) if faction else []), deleted=gone)
            found[row_id] = replace(stamp, key=FACTION_PREFIX + dates.key)
        return found

    @cached_property
    def people(self) -> dict[int, Stamp]:
        moments: dict[int, list[datetime]] = defaultdict(list)
        for row_id, (councillor, _body) in self.seats.items():
            moments[councillor].append(self.memberships[row_id].modified)
        for councillor, stamp in self.faction_memberships.items():
            moments[councillor].append(stamp.modified)
        return {row_id: dates.stamp(*moments[row_id]) for row_id, dates in self._people.items()}

    @cached_property
    def bodies(self) -> dict[int, Stamp]:
        moments: dict[int, list[datetime]] = defaultdict(list)
        for row_id, (_councillor, body) in self.seats.items():
            moments[body].append(self.memberships[row_id].modified)
        return {row_id: dates.stamp(*moments[row_id]) for row_id, dates in self._bodies.items()}

    @cached_property
    def _factions(self) -> dict[int, Dates]:
        return self._dates(FactionRow)

    @cached_property
    def factions(self) -> dict[int, Stamp]:
        """Whoever leaves a faction is not seen in it any more, so any change of a person counts for all of them."""
        people = [stamp.modified for stamp in self.faction_memberships.values()]
        return {row_id: dates.stamp(*people) for row_id, dates in self._factions.items()}

    @cached_property
    def _sessions(self) -> dict[int, tuple[Dates, datetime, bool]]:
        """Dates, since when it is public, and whether it has a place; of sessions that are or were public."""
        columns = (*_columns(SessionRow), SessionRow.published_at, SessionRow.place)
        query: Any = select(*columns).where(col(SessionRow.state).in_(PUBLIC_SESSIONS))
        found = {}
        for *dated, published_at, place in self.session.exec(query):
            dates = Dates(*dated)
            found[dates.row_id] = (dates, published_at or dates.created, bool(place))
        return found

    @cached_property
    def session_of(self) -> dict[int, int]:
        """Topic to session, of public ones, in the order of their agendas."""
        query = select(TopicRow.id, TopicRow.session_id).order_by(col(TopicRow.position), col(TopicRow.id))
        return {row_id or 0: owner for row_id, owner in self.session.exec(query) if owner in self._sessions}

    @cached_property
    def numbers(self) -> dict[int, int]:
        """Topic to its place on the agenda, from 1; deleted ones have none."""
        counted: dict[int, int] = defaultdict(int)
        found = {}
        for row_id, owner in self.session_of.items():
            if row_id in self.topics and not self.topics[row_id].deleted:
                counted[owner] += 1
                found[row_id] = counted[owner]
        return found

    @cached_property
    def topics(self) -> dict[int, Stamp]:
        moments: dict[int, list[datetime]] = defaultdict(list)
        decisions = select(DecisionRow.topic_id, DecisionRow.modified_at, DecisionRow.deleted_at)
        for topic_id, modified, deleted_at in self.session.exec(decisions):
            moments[topic_id] += [modified, *([deleted_at] if deleted_at else [])]
        consultations = select(ConsultationRow.topic_id, ConsultationRow.modified_at).where(
            col(ConsultationRow.state).in_(PUBLIC_CONSULTATIONS)
        )
        for topic_id, modified in self.session.exec(consultations):
            moments[topic_id].append(modified)
        for file_id, (_session_id, owner_id) in self.file_owners.items():
            if owner_id and file_id in self.files:
                moments[owner_id].append(self.files[file_id].modified)
        return {
            row_id: dates.stamp(*moments[row_id], *around, since=since, deleted=gone)
            for row_id, (dates, since, gone, around) in self._topics.items()
        }

    @cached_property
    def _topics(self) -> dict[int, tuple[Dates, datetime, bool, list[datetime]]]:
        """Dates, since when it is public, whether its session is gone, and when the agenda around it changed."""
        found = {}
        for row_id, dates in self._dates(TopicRow).items():
            if row_id in self.session_of:
                owner, since, _place = self._sessions[self.session_of[row_id]]
                if dates.deleted_at is None or dates.deleted_at >= since:
                    found[row_id] = (dates, since, owner.deleted_at is not None, [owner.modified, *_at(owner)])
        return found

    @cached_property
    def file_owners(self) -> dict[int, tuple[int | None, int | None]]:
        """File to session and topic."""
        query = select(FileRow.id, FileRow.session_id, FileRow.topic_id).where(col(FileRow.purpose).in_(FILE_PURPOSES))
        return {row_id or 0: (owner, topic) for row_id, owner, topic in self.session.exec(query)}

    @cached_property
    def files(self) -> dict[int, Stamp]:
        found = {}
        for row_id, dates in self._dates(FileRow).items():
            session_id, topic_id = self.file_owners.get(row_id, (None, None))
            if topic_id in self._topics:
                topic, since, gone, _around = self._topics[topic_id]
                gone = gone or topic.deleted_at is not None
                around = _at(topic)
            elif topic_id is None and session_id in self._sessions:
                owner, since, _place = self._sessions[session_id]
                gone, around = owner.deleted_at is not None, _at(owner)
            else:
                continue
            if dates.deleted_at is None or dates.deleted_at >= since:
                found[row_id] = dates.stamp(*around, since=since, deleted=gone)
        return found

    @cached_property
    def meetings(self) -> dict[int, Stamp]:
        moments: dict[int, list[datetime]] = defaultdict(list)
        for topic_id, stamp in self.topics.items():
            moments[self.session_of[topic_id]].append(stamp.modified)
        for file_id, stamp in self.files.items():
            session_id = self.file_owners[file_id][0]
            if session_id is not None:
                moments[session_id].append(stamp.modified)
        for owner_id, modified in self.session.exec(select(MinutesRow.session_id, MinutesRow.modified_at)):
            moments[owner_id].append(modified)
        return {
            row_id: dates.stamp(*moments[row_id], since=since) for row_id, (dates, since, _) in self._sessions.items()
        }

    def sessions_of(self, body_id: int) -> set[int]:
        """Of one body, whatever their state."""
        return set(self.session.exec(select(SessionRow.id).where(SessionRow.body_id == body_id)).all())  # type: ignore[arg-type]

    @cached_property
    def locations(self) -> dict[int, Stamp]:
        return {
            row_id: dates.stamp(since=since, deleted=not place)
            for row_id, (dates, since, place) in self._sessions.items()
        }

    def _dates(self, table: type) -> dict[int, Dates]:
        query: Any = select(*_columns(table))
        found = (Dates(*columns) for columns in self.session.exec(query))
        return {dates.row_id: dates for dates in found}


def _columns(table: Any) -> tuple[Any, ...]:
    """Of a row class, in the order of Dates."""
    return (table.id, table.key, table.created_at, table.modified_at, table.deleted_at)


def _at(dates: Dates) -> list[datetime]:
    """When it was deleted, if it was."""
    return [] if dates.deleted_at is None else [dates.deleted_at]
