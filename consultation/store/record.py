"""Everything public of the council, read as the pages read it, beside the log that must say the same.

The newest version of each object is written again from the rows that pages show, not copied from the stored bytes
whose digest the log has: whoever changes a row behind the service's back changes the record (M37).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlmodel import Session, col, select

from audit import store as log
from audit.council_log import read_council_log
from audit.council_state import CouncilLog
from audit.entry import Entry, decode_entry
from audit.local_time import instant
from consultation import record
from consultation.agenda import encode_agenda
from consultation.consultation import encode_terms, terms_of
from consultation.decision import decision_content
from consultation.measure import measure_content
from consultation.moderation import days_late
from consultation.reply import Reply, reply_content
from consultation.store import contribution as contributions
from consultation.store import decision as decisions
from consultation.store import measure as measures
from consultation.store import reply as replies
from consultation.store.council_tables import DecisionRow, FileBytesRow, FileRow, MinutesRow, SessionRow, TopicRow
from consultation.store.participation_tables import (
    AppealRow,
    ConsultationRow,
    ContributionRow,
    RemovalRow,
    ReplyRow,
    TextVersionRow,
)
from consultation.store.topic import agenda_of
from consultation.store.version import versions as agenda_versions
from consultation.store.visibility import PUBLIC_CONSULTATIONS, PUBLIC_SESSIONS, is_public_contribution
from crypto.encoding import Json
from crypto.errors import Flaw

File = tuple[str, bytes]


class Consulted(NamedTuple):
    row: ConsultationRow
    topic: TopicRow


def signed_entries(session: Session) -> tuple[bytes, list[bytes]] | None:
    """The newest checkpoint and all entries under it; None while an act waits for its place in the log.

    Then rows and log would tell two moments: whoever asks comes back a moment later.
    """
    signed = log.latest_checkpoint(session)
    if signed is None or log.has_waiting(session, ballots=False) or log.log_size(session) != signed.size:
        return None
    return signed.note, list(log.entries(session, 0, signed.size))


def council_files(session: Session, checkpoint: bytes, lines: Sequence[bytes], verifier_key: str) -> dict[str, bytes]:
    """Every file of the record by its name, in the transaction that `signed_entries` was asked in."""
    entries = [decode_entry(line) for line in lines]
    files = {
        "entries.jsonl": b"".join(line + b"\n" for line in lines),
        "checkpoint": checkpoint,
        "log.vkey": verifier_key.encode() + b"\n",
    }
    public = _sessions(session)
    files["sessions.jsonl"] = record.lines(
        {"session": row.key, "state": row.state, "version": row.version} for row in public
    )
    for row in public:
        files |= _agendas(session, row)
        files |= _minutes(session, row)
    files |= _decisions(session)
    files |= _measures(session)
    consulted = _consulted(session, entries)
    files["consultations.jsonl"] = record.lines(_consultation_line(*found) for found in consulted)
    for found in consulted:
        files |= _consultation(session, *found)
        files |= _replies(session, *found)
    files["contributions.jsonl"] = record.lines(_contributions(session, consulted, entries))
    files["removals.jsonl"] = record.lines(_removals(session, consulted, entries))
    files |= _councillor_files(session, entries)
    return files


def _sessions(session: Session) -> Sequence[SessionRow]:
    query = select(SessionRow).where(col(SessionRow.state).in_(PUBLIC_SESSIONS), col(SessionRow.deleted_at).is_(None))
    return session.exec(query.order_by(SessionRow.key)).all()


def _agendas(session: Session, row: SessionRow) -> Iterator[File]:
    """A body's name is on its agendas as it was called then."""
    for kept in agenda_versions(session, row.id or 0):
        content = kept.content
        if kept.number == row.version:
            content = record.with_members(encode_agenda(agenda_of(session, row)), kept.content, "body_name")
        yield record.version_name("agendas", row.key, kept.number), content


def _minutes(session: Session, row: SessionRow) -> Iterator[File]:
    query = select(MinutesRow).where(MinutesRow.session_id == row.id, col(MinutesRow.deleted_at).is_(None))
    for kept in session.exec(query):
        yield record.version_name("minutes", row.key, kept.number), kept.content


def _decisions(session: Session) -> Iterator[File]:
    query = (
        select(DecisionRow, TopicRow)
        .join(TopicRow, col(TopicRow.id) == DecisionRow.topic_id)
        .join(SessionRow, col(SessionRow.id) == TopicRow.session_id)
        .where(col(SessionRow.state).in_(PUBLIC_SESSIONS))
        .where(*(col(row.deleted_at).is_(None) for row in (DecisionRow, TopicRow, SessionRow)))
    )
    for row, topic in session.exec(query).all():
        for kept in decisions.versions(session, row.id or 0):
            content = kept.content
            if kept.number == row.version:
                file = session.get(FileRow, row.file_id) if row.file_id else None
                value = decisions.as_value(session, row)
                content = decision_content(value, topic.key, row.version, file.digest if file else "")
            yield record.version_name("decisions", topic.key, kept.number), content


def _measures(session: Session) -> Iterator[File]:
    for found in measures.public_measures(session):
        row, topic = found.row, found.topic
        for kept in measures.measure_versions(session, row.id or 0):
            content = kept.content
            if kept.number == row.version:
                notes = measures.note_values(measures.notes_of(session, row.id or 0))
                content = measure_content(found.value, notes, row.key, topic.key, row.version)
            yield record.version_name("measures", row.key, kept.number), content


def _consulted(session: Session, entries: Sequence[Entry]) -> list[Consulted]:
    """Consultations that have been opened, in the order of the log."""
    query = (
        select(ConsultationRow, TopicRow)
        .join(TopicRow, col(TopicRow.id) == ConsultationRow.topic_id)
        .join(SessionRow, col(SessionRow.id) == TopicRow.session_id)
        .where(col(ConsultationRow.state).in_(PUBLIC_CONSULTATIONS), ConsultationRow.state != "scheduled")
        .where(col(SessionRow.state).in_(PUBLIC_SESSIONS))
        .where(*(col(row.deleted_at).is_(None) for row in (ConsultationRow, TopicRow, SessionRow)))
    )
    found = {row.key: Consulted(row, topic) for row, topic in session.exec(query)}
    return [found[key] for key in record.in_order(found, _named(entries, "consultation-opened", "consultation"))]


def _consultation_line(row: ConsultationRow, topic: TopicRow) -> dict[str, Json]:
    closes = instant(row.closes_at) if row.closes_at else ""
    return {"consultation": row.key, "topic": topic.key, "state": row.state, "closes": closes}


def _consultation(session: Session, row: ConsultationRow, topic: TopicRow) -> Iterator[File]:
    """The terms are those of the opening but for the closing hour, which consultations.jsonl has as it is now."""
    terms = record.with_members(encode_terms(topic.key, terms_of(row)), row.terms, "closes")
    yield f"consultations/{row.key}.terms.json", terms
    for kept in session.exec(select(TextVersionRow).where(TextVersionRow.consultation_id == row.id)):
        yield f"consultations/{row.key}.text-{kept.number}.json", kept.content


def _replies(session: Session, consultation: ConsultationRow, topic: TopicRow) -> Iterator[File]:
    query = select(ReplyRow).where(ReplyRow.consultation_id == consultation.id, col(ReplyRow.deleted_at).is_(None))
    for row in session.exec(query).all():
        for kept in replies.versions(session, row.id or 0):
            content = kept.content
            if kept.number == row.version:
                given = Reply(row.outcome, row.text, row.signed_by)
                keys = [answered.key for answered in replies.answered_by(session, row.id or 0)]
                content = reply_content(row.key, topic.key, row.version, given, keys)
            yield record.version_name("replies", row.key, kept.number), content


def _contributions(
    session: Session, consulted: Sequence[Consulted], entries: Sequence[Entry]
) -> Iterator[dict[str, Json]]:
    topics = {found.row.id: found.topic.key for found in consulted}
    query = select(ContributionRow).where(ContributionRow.state != "draft")
    rows = {row.key: row for row in session.exec(query) if row.consultation_id in topics}
    for key in record.in_order(rows, _named(entries, "contribution", "contribution")):
        row = rows[key]
        line: dict[str, Json] = {"contribution": key, "state": row.state}
        if is_public_contribution(row) and row.salt is not None:
            content = contributions.content_of(session, row, topics[row.consultation_id])
            line |= {"salt": row.salt.hex(), "content": record.value_of(content)}
        yield line


def _removals(session: Session, consulted: Sequence[Consulted], entries: Sequence[Entry]) -> Iterator[dict[str, Json]]:
    topics = {found.row.id: found.topic.key for found in consulted}
    query = (
        select(RemovalRow, ContributionRow.consultation_id, AppealRow)
        .join(ContributionRow, col(ContributionRow.id) == RemovalRow.contribution_id)
        .join(AppealRow, col(AppealRow.removal_id) == RemovalRow.id, isouter=True)
    )
    rows = {row.key: (row, topics[number], appeal) for row, number, appeal in session.exec(query) if number in topics}
    for key in record.in_order(rows, _named(entries, "hidden", "removal")):
        row, topic, appeal = rows[key]
        decided = appeal.decided_at if appeal else None
        timing = "" if appeal is None or decided is None else "late" if days_late(appeal.due_at, decided) else "in_time"
        yield {
            "removal": key,
            "topic": topic,
            "reason": row.reason,
            "stage": row.stage,
            "state": row.state,
            "timing": timing,
        }


def _councillor_files(session: Session, entries: Sequence[Entry]) -> Iterator[File]:
    """What councillors got, but not once something in it was hidden, withdrawn or erased."""
    try:
        told = read_council_log(entries)
    except Flaw:
        told = CouncilLog()  # whoever verifies the record is told what is wrong with the order
    for index, entry in told.councillor_files:
        digest = str(entry.members["file"])
        query = (
            select(FileBytesRow.data)
            .join(FileRow, col(FileRow.id) == FileBytesRow.file_id)
            .where(FileRow.digest == digest, FileRow.purpose == "councillor_file", col(FileRow.deleted_at).is_(None))
        )
        data = session.exec(query).first()
        if data is not None and not told.is_stale(str(entry.members["topic"]), index):
            yield f"files/{digest}", data


def _named(entries: Sequence[Entry], kind: str, member: str) -> Iterator[str]:
    return (str(entry.members[member]) for entry in entries if entry.kind == kind)
