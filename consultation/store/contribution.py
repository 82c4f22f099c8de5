"""Rows of contributions: drafts, what is public, and the acts of their authors with their log entries."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from audit import entry
from audit import store as log
from audit.refusal import N_
from consultation.commitment import SALT_BYTES, commit_contribution, contribution_content
from consultation.contribution import DRAFTS_LIMIT, ERASABLE, WITHDRAWABLE, list_line
from consultation.errors import TooMany, WrongState
from consultation.store.council_tables import TopicRow
from consultation.store.councillor_copies import forget_in_files
from consultation.store.once_public import readable_contribution
from consultation.store.participation_tables import (
    AppealRow,
    CollectiveRow,
    ConsultationRow,
    ContributionRow,
    PaperEntryRow,
    PaperFormRow,
    RemovalRow,
    SupportRow,
)
from consultation.store.search import refresh_contribution
from consultation.store.visibility import nothing_here
from identity.store.message import forget_about

PAGE = 20
"""Contributions on one page of a list."""


def contribution(session: Session, key: str) -> ContributionRow:
    """In any state. Raises NotFound."""
    row = session.exec(select(ContributionRow).where(ContributionRow.key == key)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def locked_contribution(session: Session, key: str) -> ContributionRow:
    """As it is now, and nobody else changes it before this transaction ends. Raises NotFound."""
    query = select(ContributionRow).where(ContributionRow.key == key).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def topic_of(session: Session, row: ContributionRow) -> tuple[TopicRow, ConsultationRow]:
    query = select(TopicRow, ConsultationRow).where(
        ConsultationRow.id == row.consultation_id, col(TopicRow.id) == ConsultationRow.topic_id
    )
    return session.exec(query).one()


def drafts(session: Session, account_id: int) -> Sequence[ContributionRow]:
    """The newest first."""
    query = select(ContributionRow).where(ContributionRow.account_id == account_id, ContributionRow.state == "draft")
    return session.exec(query.order_by(col(ContributionRow.modified_at).desc())).all()


def with_key(session: Session, key: str) -> ContributionRow | None:
    return session.exec(select(ContributionRow).where(ContributionRow.key == key)).first()


def keep_draft(session: Session, row: ContributionRow) -> None:
    """Add a draft, or keep what was changed of one. Raises TooMany (contribution.drafts)."""
    if row.id is None and len(drafts(session, row.account_id or 0)) >= DRAFTS_LIMIT:
        raise TooMany(
            "contribution.drafts",
            N_("You keep %(count)s drafts already."),
            N_("Send or delete one of them first."),
            count=DRAFTS_LIMIT,
        )
    session.add(row)
    session.flush()


def delete_draft(session: Session, row: ContributionRow) -> None:
    """Nobody has seen a draft, so nothing of it stays. Raises WrongState."""
    _check_state(row, {"draft"})
    session.delete(row)
    session.flush()


def content_of(session: Session, row: ContributionRow, topic_key: str) -> bytes:
    """What the commitment of the row in the log speaks of."""
    parent = session.get(ContributionRow, row.parent_id) if row.parent_id else None
    collective = session.get(CollectiveRow, row.collective_id) if row.collective_id else None
    return contribution_content(
        contribution=row.key,
        topic=topic_key,
        kind=row.kind,
        paragraph=row.paragraph,
        parent=parent.key if parent else "",
        stance=row.stance,
        title=row.title,
        text=row.text,
        name=row.name,
        collective=collective.key if collective else "",
    )


def submit(session: Session, row: ContributionRow, topic_key: str, now: datetime, *, premoderated: bool) -> None:
    """A draft, complete and with its name, becomes public or waits for a moderator; its commitment enters the log.

    Raises WrongState.
    """
    _check_state(row, {"draft"})
    salt = secrets.token_bytes(SALT_BYTES)
    row.salt, row.commitment = salt, commit_contribution(salt, content_of(session, row, topic_key))
    row.state = "waiting" if premoderated else "published"
    row.submitted_at = row.modified_at = now
    _changed(session, row)
    members = {"topic": topic_key, "contribution": row.key, "kind": row.kind, "commitment": row.commitment}
    log.append(session, entry.make("contribution", **members))


def withdraw(session: Session, row: ContributionRow, topic_key: str, now: datetime) -> None:
    """It stays, without its text, as withdrawn by its author. Raises WrongState."""
    _check_state(row, WITHDRAWABLE)
    row.state, row.modified_at = "withdrawn", now
    _changed(session, row)
    log.append(session, entry.make("contribution-withdrawn", topic=topic_key, contribution=row.key))


def erase(session: Session, row: ContributionRow, topic_key: str, now: datetime) -> None:
    """Everything that says who wrote and what is emptied for ever, the salt too; the log's entry stays (GD-02).

    Raises WrongState.
    """
    _check_state(row, ERASABLE)
    if row.account_id is not None:
        forget_about(session, row.account_id, f"/contributions/{row.key}", list_line(row.title, row.text))
    row.state, row.modified_at = "erased", now
    row.title = row.text = row.name = ""
    row.salt = row.person_id = row.account_id = row.collective_id = None
    _changed(session, row)
    session.execute(delete(SupportRow).where(col(SupportRow.contribution_id) == row.id))
    removals = select(RemovalRow.id).where(RemovalRow.contribution_id == row.id)
    session.execute(update(AppealRow).where(col(AppealRow.removal_id).in_(removals)).values(text="", reasoning=""))
    session.execute(update(RemovalRow).where(col(RemovalRow.contribution_id) == row.id).values(explanation=""))
    if row.form_id is not None:
        entries = update(PaperEntryRow).where(col(PaperEntryRow.form_id) == row.form_id)
        session.execute(entries.values(content=b"", salt=None))
    forget_in_files(session, topic_key, row.key)
    session.expire_all()  # rows of this session may have been written past it
    log.append(session, entry.make("contribution-erased", topic=topic_key, contribution=row.key))


def published(
    session: Session,
    consultation_id: int,
    *,
    kind: str = "",
    paragraph: str | None = None,
    page: int = 1,
    size: int = PAGE,
) -> Sequence[ContributionRow]:
    """Public contributions without arguments, the newest first. `size` 0: all of them."""
    query = _public(consultation_id).where(ContributionRow.kind != "argument")
    if kind:
        query = query.where(ContributionRow.kind == kind)
    if paragraph is not None:
        query = query.where(ContributionRow.paragraph == paragraph)
    query = query.order_by(col(ContributionRow.submitted_at).desc(), col(ContributionRow.id).desc())
    if size:
        query = query.offset((page - 1) * size).limit(size)
    return session.exec(query).all()


def arguments(session: Session, ids: Iterable[int]) -> dict[int, list[ContributionRow]]:
    """Public arguments by the contribution they hang on, the oldest first."""
    query = select(ContributionRow).where(
        col(ContributionRow.parent_id).in_([*ids]),
        ContributionRow.state == "published",
        col(ContributionRow.deleted_at).is_(None),
    )
    found: dict[int, list[ContributionRow]] = {}
    for row in session.exec(query.order_by(col(ContributionRow.submitted_at), col(ContributionRow.id))):
        found.setdefault(row.parent_id or 0, []).append(row)
    return found


def counts(session: Session, consultation_id: int) -> dict[str, int]:
    """Public contributions by kind, arguments too; kinds without any are left out."""
    query = select(ContributionRow.kind, func.count()).where(
        ContributionRow.consultation_id == consultation_id,
        ContributionRow.state == "published",
        col(ContributionRow.deleted_at).is_(None),
    )
    return dict(session.exec(query.group_by(ContributionRow.kind)).all())


def by_paragraph(session: Session, consultation_id: int) -> dict[str, int]:
    """Public contributions, without arguments, by the paragraph they are about; "" is the whole topic."""
    query = select(ContributionRow.paragraph, func.count()).where(
        ContributionRow.consultation_id == consultation_id,
        ContributionRow.state == "published",
        ContributionRow.kind != "argument",
        col(ContributionRow.deleted_at).is_(None),
    )
    return dict(session.exec(query.group_by(ContributionRow.paragraph)).all())


def own(session: Session, account_id: int, consultation_id: int | None = None) -> Sequence[ContributionRow]:
    """What the account has sent, in any state, the newest first."""
    query = select(ContributionRow).where(ContributionRow.account_id == account_id, ContributionRow.state != "draft")
    if consultation_id is not None:
        query = query.where(ContributionRow.consultation_id == consultation_id)
    return session.exec(query.order_by(col(ContributionRow.submitted_at).desc(), col(ContributionRow.id).desc())).all()


def of_collective(session: Session, collective_id: int) -> Sequence[tuple[ContributionRow, TopicRow]]:
    """The public contributions of a collective with their topics, the newest first."""
    query = select(ContributionRow, TopicRow).where(
        ContributionRow.collective_id == collective_id, *readable_contribution()
    )
    return session.exec(query.order_by(col(ContributionRow.submitted_at).desc())).all()


def form_numbers(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """The printed numbers of paper forms, by id."""
    query = select(PaperFormRow).where(col(PaperFormRow.id).in_([number for number in ids if number]))
    return {row.id or 0: row.number for row in session.exec(query)}


def newest_removal(session: Session, contribution_id: int) -> RemovalRow | None:
    query = select(RemovalRow).where(RemovalRow.contribution_id == contribution_id)
    return session.exec(query.order_by(col(RemovalRow.id).desc())).first()


def _public(consultation_id: int) -> SelectOfScalar[ContributionRow]:
    return select(ContributionRow).where(
        ContributionRow.consultation_id == consultation_id,
        ContributionRow.state == "published",
        col(ContributionRow.deleted_at).is_(None),
    )


def _changed(session: Session, row: ContributionRow) -> None:
    session.add(row)
    session.flush()
    refresh_contribution(session, row.id or 0)


def _check_state(row: ContributionRow, allowed: Iterable[str]) -> None:
    if row.state not in set(allowed):
        raise WrongState(
            "contribution.state",
            N_("This contribution is not in a state that allows this step."),
            N_("Look at its page to see what has become of it."),
        )
