"""Measures that carry out decisions, their notes and versions; each save is an entry of the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from audit import entry
from audit import store as log
from consultation.measure import Horizon, Measure, Note, Status, measure_content
from consultation.store.council_tables import (
    DecisionRow,
    MeasureNoteRow,
    MeasureRow,
    MeasureVersionRow,
    SessionRow,
    TopicRow,
)
from consultation.store.visibility import PUBLIC_SESSIONS, nothing_here
from crypto.encoding import sha256_hex


@dataclass(frozen=True, slots=True)
class Kept:
    """A measure with what it belongs to."""

    row: MeasureRow
    decision: DecisionRow
    topic: TopicRow

    @property
    def value(self) -> Measure:
        row = self.row
        return Measure(row.title, row.owner, row.budget_cents, Horizon(row.horizon), Status(row.status), row.due_on)


def public_measures(session: Session, *, topic_id: int | None = None) -> list[Kept]:
    """Of public topics, or of one; oldest first. What is urgent is `measure.urgency`'s word."""
    query = (
        select(MeasureRow, DecisionRow, TopicRow)
        .where(col(MeasureRow.decision_id) == DecisionRow.id, col(DecisionRow.topic_id) == TopicRow.id)
        .where(col(TopicRow.session_id) == SessionRow.id, col(SessionRow.state).in_(PUBLIC_SESSIONS))
        .where(*(col(row.deleted_at).is_(None) for row in (MeasureRow, DecisionRow, TopicRow, SessionRow)))
        .order_by(col(MeasureRow.id))
    )
    if topic_id is not None:
        query = query.where(TopicRow.id == topic_id)
    return [Kept(*row) for row in session.exec(query)]


def public_measure(session: Session, key: str, *, change: bool = False) -> Kept:
    """`change` locks it, so that of two writers one comes after the other. Raises NotFound."""
    query = select(MeasureRow).where(MeasureRow.key == key)
    row = session.exec(query.with_for_update() if change else query).first()
    kept = public_measures(session, topic_id=_topic_id(session, row)) if row else []
    found = next((one for one in kept if one.row.key == key), None)
    if found is None:
        raise nothing_here()
    return found


def notes_of(session: Session, measure_id: int) -> list[MeasureNoteRow]:
    """In the order they were written."""
    query = select(MeasureNoteRow).where(MeasureNoteRow.measure_id == measure_id)
    return list(session.exec(query.order_by(col(MeasureNoteRow.id))))


def measure_versions(session: Session, measure_id: int) -> list[MeasureVersionRow]:
    """Oldest first."""
    query = select(MeasureVersionRow).where(MeasureVersionRow.measure_id == measure_id)
    return list(session.exec(query.order_by(col(MeasureVersionRow.number))))


def add_measure(
    session: Session, topic: TopicRow, decision: DecisionRow, measure: Measure, by: int | None, now: datetime
) -> MeasureRow:
    row = MeasureRow(
        decision_id=decision.id or 0, title="", owner="", horizon="", due_on=measure.due_on, version=0,
        created_at=now, modified_at=now,
    )  # fmt: skip
    _save(session, Kept(row, decision, topic), measure, by, now)
    return row


def change_measure(session: Session, kept: Kept, measure: Measure, by: int | None, now: datetime) -> bool:
    """False when nothing differs. `kept` is locked."""
    if kept.value == measure:
        return False
    _save(session, kept, measure, by, now)
    return True


def add_note(session: Session, kept: Kept, note: Note, by: int | None) -> None:
    """A dated note, which also says how far the measure is. `kept` is locked."""
    row = MeasureNoteRow(measure_id=kept.row.id or 0, at=note.at, status=note.status, text=note.text, made_by=by)
    session.add(row)
    session.flush()
    kept.row.status = note.status.value
    _save(session, kept, kept.value, by, note.at)


def note_values(rows: Sequence[MeasureNoteRow]) -> list[Note]:
    return [Note(row.at, Status(row.status), row.text) for row in rows]


def _topic_id(session: Session, row: MeasureRow) -> int:
    return session.get_one(DecisionRow, row.decision_id).topic_id


def _save(session: Session, kept: Kept, measure: Measure, by: int | None, now: datetime) -> None:
    row = kept.row
    row.version += 1
    row.title, row.owner, row.budget_cents = measure.title, measure.owner, measure.budget_cents
    row.horizon, row.status, row.due_on = measure.horizon.value, measure.status.value, measure.due_on
    row.modified_at = now
    session.add(row)
    session.flush()
    notes = note_values(notes_of(session, row.id or 0))
    content = measure_content(measure, notes, row.key, kept.topic.key, row.version)
    digest = sha256_hex(content)
    session.add(
        MeasureVersionRow(
            measure_id=row.id or 0, number=row.version, content=content, digest=digest, made_at=now, made_by=by
        )
    )
    session.flush()
    log.append(
        session, entry.make("measure", topic=kept.topic.key, measure=row.key, version=row.version, content=digest)
    )
