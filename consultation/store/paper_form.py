"""Rows of paper forms: numbers that were printed, two clerks' entries, and the contribution that becomes of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select, update

from audit import entry
from audit import store as log
from consultation.commitment import SALT_BYTES, official_commitment
from consultation.paper_form import PaperEntry, check_other_clerk, new_number
from consultation.store.contribution import submit
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import ConsultationRow, ContributionRow, PaperEntryRow, PaperFormRow
from consultation.store.visibility import nothing_here


def print_numbers(session: Session, consultation_id: int, count: int, now: datetime) -> list[str]:
    """So many fresh numbers, kept as printed."""
    numbers: list[str] = []
    while len(numbers) < count:
        number = new_number()
        if session.exec(select(PaperFormRow.id).where(PaperFormRow.number == number)).first() is None:
            session.add(PaperFormRow(number=number, consultation_id=consultation_id, created_at=now))
            session.flush()
            numbers.append(number)
    return numbers


def form(session: Session, number: str) -> PaperFormRow:
    """Raises NotFound."""
    row = session.exec(select(PaperFormRow).where(PaperFormRow.number == number)).first()
    if row is None:
        raise nothing_here()
    return row


def locked_form(session: Session, number: str) -> PaperFormRow:
    """As it is now; a second clerk at the same moment waits. Raises NotFound."""
    query = select(PaperFormRow).where(PaperFormRow.number == number).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise nothing_here()
    return row


def forms_in(session: Session, states: Iterable[str]) -> Sequence[tuple[PaperFormRow, TopicRow]]:
    """Those that wait longest first."""
    query = select(PaperFormRow, TopicRow).where(
        ConsultationRow.id == PaperFormRow.consultation_id,
        TopicRow.id == ConsultationRow.topic_id,
        col(PaperFormRow.state).in_([*states]),
    )
    return session.exec(query.order_by(col(PaperFormRow.id))).all()


def place_of(session: Session, row: PaperFormRow) -> tuple[TopicRow, ConsultationRow]:
    query = select(TopicRow, ConsultationRow).where(
        ConsultationRow.id == row.consultation_id, TopicRow.id == ConsultationRow.topic_id
    )
    return session.exec(query).one()


def entries(session: Session, row: PaperFormRow) -> Sequence[PaperEntryRow]:
    """At most two, the first first."""
    query = select(PaperEntryRow).where(PaperEntryRow.form_id == row.id)
    return session.exec(query.order_by(col(PaperEntryRow.entered_at), col(PaperEntryRow.account_id))).all()


def add_entry(session: Session, row: PaperFormRow, given: PaperEntry, by: int, salt: bytes, now: datetime) -> None:
    """One clerk's reading of a locked form. Raises NotYours for the same clerk twice."""
    for earlier in entries(session, row):
        check_other_clerk(by, earlier.account_id)
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    session.add(PaperEntryRow(form_id=row.id or 0, account_id=by, content=given.encode(), salt=salt, entered_at=now))
    session.flush()


def mark(session: Session, row: PaperFormRow, state: str) -> None:
    row.state = state
    session.add(row)
    session.flush()


def discard(session: Session, row: PaperFormRow) -> None:
    """What was entered is deleted; the number stays used."""
    emptied = update(PaperEntryRow).where(col(PaperEntryRow.form_id) == row.id).values(content=b"", salt=None)
    session.execute(emptied)
    mark(session, row, "discarded")


def accept(
    session: Session,
    row: PaperFormRow,
    topic: TopicRow,
    consultation: ConsultationRow,
    settled: PaperEntry,
    now: datetime,
) -> ContributionRow:
    """The form becomes a contribution; the log holds its commitment, the form's number and both clerks' commitments."""
    made = ContributionRow(
        consultation_id=row.consultation_id,
        kind=settled.kind,
        state="draft",
        paragraph=settled.paragraph,
        title=settled.title,
        text=settled.text,
        name=settled.name,
        form_id=row.id,
        created_at=now,
        modified_at=now,
    )
    session.add(made)
    session.flush()
    submit(session, made, topic.key, now, premoderated=consultation.premoderated)
    clerks = [official_commitment(one.account_id, one.salt) for one in entries(session, row) if one.salt is not None]
    log.append(
        session,
        entry.make("paper-contribution", topic=topic.key, contribution=made.key, form=row.number, clerks=[*clerks]),
    )
    mark(session, row, "accepted")
    return made


def contribution_of(session: Session, row: PaperFormRow) -> ContributionRow | None:
    """What became of the form."""
    return session.exec(select(ContributionRow).where(ContributionRow.form_id == row.id)).first()
