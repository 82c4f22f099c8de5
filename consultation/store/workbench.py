"""What the reply workbench lists: contributions with what is needed to answer them, filtered and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from consultation.reply import ANSWERABLE_KINDS, DUE_KINDS
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import (
    ConsultationRow,
    ContributionRow,
    PaperFormRow,
    ReplyLinkRow,
    ReplyRow,
)
from consultation.workbench import PAGE, UNOWNED, Filter

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """A contribution in the list, with its reply if it has one."""

    row: ContributionRow
    reply: ReplyRow | None


def selectable(session: Session, consultation_id: int) -> list[str]:
    """Keys of everything public that can be answered, answered or not, the oldest first."""
    return shown_keys(session, consultation_id, Filter(), date.min)


def shown_keys(session: Session, consultation_id: int, wanted: Filter, today: date) -> list[str]:
    """Keys of all that the filter lets through, on every page, in the order of the list."""
    query = _query(consultation_id, wanted, today)
    return list(session.scalars(query.with_only_columns(ContributionRow.key)))


def lines(session: Session, consultation_id: int, wanted: Filter, today: date, page: int) -> list[Line]:
    query = _query(consultation_id, wanted, today).offset((page - 1) * PAGE).limit(PAGE)
    return [Line(row, reply) for row, reply in session.exec(query).all()]


def lines_of(session: Session, consultation_id: int, keys: Sequence[str]) -> list[Line]:
    """The public ones among these contributions."""
    query = _query(consultation_id, Filter(), date.min).where(col(ContributionRow.key).in_(keys))
    return [Line(row, reply) for row, reply in session.exec(query).all()]


def titles(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """A name for each contribution, of any state, for officials: its title, or how its text begins."""
    query = select(ContributionRow).where(col(ContributionRow.key).in_(keys))
    return {row.key: row.title or row.text[:80] or row.key for row in session.exec(query)}


def reply_counts(session: Session, today: date) -> dict[str, Any]:
    """For the desk: `consultations` with something unanswered, and `forms_waiting` for a second entry or a settlement.

    Each consultation: `topic` (key), `title`, `state`, `unanswered`, `overdue`, `first_due` (date or None) and
    `answer_by` (date or None), those with the nearest date first.
    """
    query = (
        select(
            TopicRow.key,
            TopicRow.title,
            ConsultationRow.state,
            ConsultationRow.answer_by,
            func.count(col(ContributionRow.id)),
            func.min(col(ContributionRow.reply_due)),
            func.count(col(ContributionRow.id)).filter(col(ContributionRow.reply_due) < today),
        )  # type: ignore[call-overload]
        .join(ConsultationRow, col(ConsultationRow.topic_id) == TopicRow.id)
        .join(ContributionRow, col(ContributionRow.consultation_id) == ConsultationRow.id)
        .outerjoin(ReplyLinkRow, col(ReplyLinkRow.contribution_id) == ContributionRow.id)
        .where(
            ContributionRow.state == "published",
            col(ContributionRow.deleted_at).is_(None),
            col(ContributionRow.kind).in_(DUE_KINDS),
            col(ReplyLinkRow.reply_id).is_(None),
        )
        .group_by(TopicRow.key, TopicRow.title, ConsultationRow.state, ConsultationRow.answer_by)
    )
    names = ("topic", "title", "state", "answer_by", "unanswered", "first_due", "overdue")
    found = [dict(zip(names, values, strict=True)) for values in session.exec(query).all()]
    found.sort(key=lambda one: min(one["first_due"] or date.max, one["answer_by"] or date.max))
    waiting = select(func.count()).select_from(PaperFormRow).where(col(PaperFormRow.state).in_(("once", "differs")))
    return {"consultations": found, "forms_waiting": session.exec(waiting).one()}


def _query(consultation_id: int, wanted: Filter, today: date):  # type: ignore[no-untyped-def]
    query = (
        select(ContributionRow, ReplyRow)
        .outerjoin(ReplyLinkRow, col(ReplyLinkRow.contribution_id) == ContributionRow.id)
        .outerjoin(ReplyRow, col(ReplyRow.id) == ReplyLinkRow.reply_id)
        .where(
            ContributionRow.consultation_id == consultation_id,
            ContributionRow.state == "published",
            col(ContributionRow.deleted_at).is_(None),
            col(ContributionRow.kind).in_([wanted.kind] if wanted.kind else ANSWERABLE_KINDS),
        )
        .order_by(col(ContributionRow.submitted_at), col(ContributionRow.id))
    )
    reply_id, due = col(ReplyLinkRow.reply_id), col(ContributionRow.reply_due)
    if wanted.answer:
        query = query.where(reply_id.is_(None) if wanted.answer == "no" else reply_id.is_not(None))
    if wanted.owner:
        owner = col(ContributionRow.owner_id)
        query = query.where(owner.is_(None) if wanted.owner == UNOWNED else owner == int(wanted.owner))
    if wanted.due == "none":
        query = query.where(due.is_(None))
    elif wanted.due == "overdue":
        query = query.where(due < today, reply_id.is_(None))
    elif wanted.due == "week":
        query = query.where(due >= today, due <= today + WEEK, reply_id.is_(None))
    return query
