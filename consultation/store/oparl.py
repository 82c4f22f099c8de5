"""The rows behind one page of OParl objects, read in a few queries and handed to the mapping."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from consultation import oparl, oparl_meeting
from consultation.oparl import Object, Place, Stamp, Words
from consultation.oparl_meeting import MeetingParts, TopicParts
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
from consultation.store.oparl_stamps import Ledger
from consultation.store.participation_tables import ConsultationRow
from consultation.store.visibility import PUBLIC_CONSULTATIONS

Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Shelf:
    """One reading of the council. `words` speaks the municipality's language, whoever asks."""

    session: Session
    ledger: Ledger
    place: Place
    words: Words

    def town(self) -> Object:
        council = select(BodyRow.key).where(BodyRow.kind == "council", col(BodyRow.deleted_at).is_(None))
        return oparl.body(self.place, self.ledger.town, self.session.exec(council.order_by(col(BodyRow.id))).first())

    def objects(self, kind: str, stamps: Sequence[Stamp]) -> list[Object]:
        """In the order of the stamps; deleted ones reduced."""
        if kind == "body":
            return [self.town()]
        alive = [stamp for stamp in stamps if not stamp.deleted]
        made = dict(zip((stamp.key for stamp in alive), self._alive(kind, alive), strict=True)) if alive else {}
        return [made[stamp.key] if stamp.key in made else self.place.deleted(kind, stamp) for stamp in stamps]

    def _alive(self, kind: str, stamps: Sequence[Stamp]) -> list[Object]:
        if kind == "organization":
            return self._organizations(stamps)
        if kind == "person":
            return self._people(stamps)
        if kind == "membership":
            return self._memberships(stamps)
        if kind == "meeting":
            return self._meetings(stamps)
        if kind == "file":
            return self._files(stamps)
        if kind == "location":
            rows = self._rows(SessionRow, [stamp.row_id for stamp in stamps])
            return [oparl_meeting.location(self.place, stamp, rows[stamp.row_id]) for stamp in stamps]
        spell = {
            "agendaItem": oparl_meeting.agenda_item,
            "paper": oparl_meeting.paper,
            "consultation": oparl_meeting.consultation,
        }[kind]
        parts = self._topics([stamp.row_id for stamp in stamps])
        return [spell(self.place, self.words, stamp, parts[stamp.row_id]) for stamp in stamps]

    def _organizations(self, stamps: Sequence[Stamp]) -> list[Object]:
        ledger = self.ledger
        bodies, factions = self._all(BodyRow), self._all(FactionRow)
        seats: dict[int, list[str]] = defaultdict(list)
        for row_id, (_person, body_id) in ledger.seats.items():
            if not ledger.memberships[row_id].deleted:
                seats[body_id].append(ledger.memberships[row_id].key)
        followers: dict[int, list[str]] = defaultdict(list)
        for row_id, stamp in ledger.faction_memberships.items():
            if not stamp.deleted:
                followers[ledger.faction_of[row_id] or 0].append(stamp.key)
        found = []
        for stamp in stamps:
            body = bodies.get(stamp.key)
            if body is not None:
                found.append(oparl.organization(self.place, self.words, stamp, body, seats[body.id or 0]))
            else:
                faction = factions[stamp.key]
                found.append(oparl.faction(self.place, stamp, faction, followers[faction.id or 0]))
        return found

    def _people(self, stamps: Sequence[Stamp]) -> list[Object]:
        ledger = self.ledger
        rows = self._rows(CouncillorRow, [stamp.row_id for stamp in stamps])
        seats: dict[int, list[Stamp]] = defaultdict(list)
        for row_id, (person, _body) in ledger.seats.items():
            if person in rows and not ledger.memberships[row_id].deleted:
                seats[person].append(ledger.memberships[row_id])
        for person in rows:
            if not ledger.faction_memberships[person].deleted:
                seats[person].append(ledger.faction_memberships[person])
        flat = self._memberships([stamp for row_id in rows for stamp in seats[row_id]])
        made = {value["id"]: value for value in flat}
        return [
            oparl.person(
                self.place,
                stamp,
                rows[stamp.row_id],
                [made[self.place.url("membership", seat.key)] for seat in seats[stamp.row_id]],
            )
            for stamp in stamps
        ]

    def _memberships(self, stamps: Sequence[Stamp]) -> list[Object]:
        rows = self._rows(MembershipRow, [s.row_id for s in stamps if not s.key.startswith(oparl.FACTION_PREFIX)])
        people = {row.id: row for row in self._all(CouncillorRow).values()}
        bodies = {row.id: row for row in self._all(BodyRow).values()}
        factions = {row.id: row.key for row in self._all(FactionRow).values() if row.deleted_at is None}
        found = []
        for stamp in stamps:
            if stamp.key.startswith(oparl.FACTION_PREFIX):
                person = people[stamp.row_id]
                found.append(oparl.faction_membership(self.place, stamp, person, factions[person.faction_id]))
            else:
                row = rows[stamp.row_id]
                person = people[row.councillor_id]
                group = factions.get(person.faction_id, "")
                body = bodies[row.body_id]
                found.append(oparl.membership(self.place, self.words, stamp, row, person, body, group))
        return found

    def _meetings(self, stamps: Sequence[Stamp]) -> list[Object]:
        ledger, ids = self.ledger, [stamp.row_id for stamp in stamps]
        rows = self._rows(SessionRow, ids)
        bodies = {row.id: row.key for row in self._all(BodyRow).values()}
        items: dict[int, list[Object]] = {row_id: [] for row_id in ids}
        topics = [topic for topic in ledger.numbers if ledger.session_of[topic] in items]
        parts = self._topics(topics)
        for topic in topics:
            value = oparl_meeting.agenda_item(self.place, self.words, ledger.topics[topic], parts[topic])
            items[ledger.session_of[topic]].append(value)
        files = self._files_of(FileRow.session_id, ids)
        minutes = select(MinutesRow.session_id, FileRow.key).where(
            col(MinutesRow.session_id).in_(ids), MinutesRow.file_id == FileRow.id
        )
        newest = dict(self.session.exec(minutes.order_by(col(MinutesRow.number))).all())
        return [
            oparl_meeting.meeting(
                self.place,
                self.words,
                stamp,
                MeetingParts(
                    row := rows[stamp.row_id],
                    bodies[row.body_id],
                    [pair for pair in files[stamp.row_id] if pair[1].topic_id is None],
                    newest.get(stamp.row_id, ""),
                    items[stamp.row_id],
                ),
            )
            for stamp in stamps
        ]

    def _topics(self, ids: Sequence[int]) -> dict[int, TopicParts]:
        rows = self._rows(TopicRow, ids)
        sessions = self._rows(SessionRow, {row.session_id for row in rows.values()})
        bodies = {row.id: row for row in self._all(BodyRow).values()}
        files = self._files_of(FileRow.topic_id, ids)
        decisions = select(DecisionRow).where(col(DecisionRow.topic_id).in_(ids), col(DecisionRow.deleted_at).is_(None))
        decided = {row.topic_id: row for row in self.session.exec(decisions)}
        query = select(ConsultationRow).where(
            col(ConsultationRow.topic_id).in_(ids), col(ConsultationRow.state).in_(PUBLIC_CONSULTATIONS)
        )
        asked = {row.topic_id: row for row in self.session.exec(query) if row.deleted_at is None}
        return {
            row_id: TopicParts(
                row,
                self.ledger.numbers[row_id],
                owner := sessions[row.session_id],
                bodies[owner.body_id],
                files[row_id],
                decided.get(row_id),
                asked.get(row_id),
            )
            for row_id, row in rows.items()
        }

    def _files(self, stamps: Sequence[Stamp]) -> list[Object]:
        rows = self._rows(FileRow, [stamp.row_id for stamp in stamps])
        topics = self._rows(TopicRow, {row.topic_id for row in rows.values() if row.topic_id})
        owners = {row.session_id or topics[row.topic_id or 0].session_id for row in rows.values()}
        sessions = self._rows(SessionRow, owners)
        found = []
        for stamp in stamps:
            row = rows[stamp.row_id]
            topic = topics.get(row.topic_id or 0)
            owner = sessions[topic.session_id if topic else row.session_id or 0]
            found.append(oparl_meeting.file(self.place, stamp, row, owner.key, topic.key if topic else ""))
        return found

    def _files_of(self, column: Any, ids: Sequence[int]) -> dict[int, list[tuple[Stamp, FileRow]]]:
        """By owner, the oldest first; those that are public now."""
        found: dict[int, list[tuple[Stamp, FileRow]]] = defaultdict(list)
        for row in self.session.exec(select(FileRow).where(column.in_(ids)).order_by(col(FileRow.id))):
            stamp = self.ledger.files.get(row.id or 0)
            if stamp is not None and not stamp.deleted:
                found[getattr(row, column.key)].append((stamp, row))
        return found

    def _rows(self, table: type[Row], ids: Iterable[int]) -> dict[int, Row]:
        key: Any = getattr(table, "id")  # noqa: B009  every table has one, SQLModel does not say so
        return {row.id: row for row in self.session.exec(select(table).where(key.in_([*ids])))}  # type: ignore[attr-defined]

    def _all(self, table: type[Row]) -> dict[str, Row]:
        """Bodies, people and factions by key: there are never many."""
        return {row.key: row for row in self.session.exec(select(table))}  # type: ignore[attr-defined]
