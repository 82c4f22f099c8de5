"""Rows of replies: who is answered, who is still owed an answer, and every version with its log entry."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from audit import entry
from audit import store as log
from consultation.identifier import new_key
from consultation.reply import DUE_KINDS, Reply, check_unanswered, reply_content
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import (
    ConsultationRow,
    ContributionRow,
    ReplyLinkRow,
    ReplyRow,
    ReplyVersionRow,
)
from consultation.store.search import refresh_contribution
from consultation.store.visibility import nothing_here
from crypto.encoding import sha256_hex


def replies_of(session: Session, contribution_ids: Iterable[int]) -> dict[int, ReplyRow]:
    """The reply of each contribution that has one, by the contribution's id."""
    query = select(ReplyLinkRow.contribution_id, ReplyRow).where(
        col(ReplyLinkRow.contribution_id).in_([*contribution_ids]), ReplyRow.id == ReplyLinkRow.reply_id
    )
    return dict(session.exec(query).all())


def share_answered(session: Session, consultation_id: int) -> tuple[int, int]:
    """(answered, due): public proposals and objections that have a reply, and all of them. Counted, never stored."""
    query = (
        select(func.count(col(ReplyLinkRow.reply_id)), func.count(col(ContributionRow.id)))
        .select_from(ContributionRow)
        .outerjoin(ReplyLinkRow, col(ReplyLinkRow.contribution_id) == ContributionRow.id)
        .where(*_owed(consultation_id))
    )
    answered, due = session.exec(query).one()
    return answered, due


def unanswered(session: Session, consultation_id: int) -> Sequence[ContributionRow]:
    """Public proposals and objections without a reply, the oldest first."""
    query = (
        select(ContributionRow)
        .outerjoin(ReplyLinkRow, col(ReplyLinkRow.contribution_id) == ContributionRow.id)
        .where(*_owed(consultation_id), col(ReplyLinkRow.reply_id).is_(None))
        .order_by(col(ContributionRow.submitted_at), col(ContributionRow.id))
    )
    return session.exec(query).all()


def reply(session: Session, key: str) -> ReplyRow:
    """Raises NotFound."""
    row = session.exec(select(ReplyRow).where(ReplyRow.key == key)).first()
    if row is None:
        raise nothing_here()
    return row


def locked_reply(session: Session, key: str) -> ReplyRow:
    """Raises NotFound."""
    query = select(ReplyRow).where(ReplyRow.key == key).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise nothing_here()
    return row


def answered_by(session: Session, reply_id: int) -> Sequence[ContributionRow]:
    """The contributions a reply answers, in any state, the oldest first."""
    query = select(ContributionRow).where(
        ReplyLinkRow.reply_id == reply_id, col(ContributionRow.id) == ReplyLinkRow.contribution_id
    )
    return session.exec(query.order_by(col(ContributionRow.submitted_at), col(ContributionRow.id))).all()


def versions(session: Session, reply_id: int) -> Sequence[ReplyVersionRow]:
    """The newest first."""
    query = select(ReplyVersionRow).where(ReplyVersionRow.reply_id == reply_id)
    return session.exec(query.order_by(col(ReplyVersionRow.number).desc())).all()


def locked_contributions(session: Session, consultation_id: int, keys: Iterable[str]) -> Sequence[ContributionRow]:
    """As they are now, the oldest first; nobody answers, hides or withdraws them before this transaction ends."""
    query = (
        select(ContributionRow)
        .where(ContributionRow.consultation_id == consultation_id, col(ContributionRow.key).in_([*keys]))
        .order_by(col(ContributionRow.id))
        .with_for_update()
    )
    return session.exec(query.execution_options(populate_existing=True)).all()


def give_reply(
    session: Session, topic: TopicRow, rows: Sequence[ContributionRow], given: Reply, by: int, now: datetime
) -> ReplyRow:
    """Answer `rows`, locked before, with one reply: rows, links, log entry, search. Raises WrongState (reply.taken)."""
    taken = replies_of(session, [row.id or 0 for row in rows])
    check_unanswered([row.title or row.text[:60] for row in rows if row.id in taken])
    key = new_key()
    made = ReplyRow(
        key=key,
        consultation_id=rows[0].consultation_id,
        outcome=given.outcome,
        text=given.text,
        signed_by=given.signed_by,
        content=b"",
        made_by=by,
        created_at=now,
        modified_at=now,
    )
    session.add(made)
    session.flush()
    for row in rows:
        session.add(ReplyLinkRow(contribution_id=row.id or 0, reply_id=made.id or 0))
        row.modified_at = now
        session.add(row)
    session.flush()
    _record(session, topic, made, [row.key for row in rows], by, now)
    return made


def revise_reply(session: Session, topic: TopicRow, row: ReplyRow, given: Reply, by: int, now: datetime) -> None:
    """The next version of a locked reply, for the same contributions; the versions before it stay."""
    row.outcome, row.text, row.signed_by = given.outcome, given.text, given.signed_by
    row.version, row.modified_at, row.made_by = row.version + 1, now, by
    _record(session, topic, row, [answered.key for answered in answered_by(session, row.id or 0)], by, now)


def assign(
    session: Session, rows: Iterable[ContributionRow], *, set_owner: bool, owner: int | None, due: date | None
) -> None:
    """Who prepares the reply, and until when; not public, so `modified_at` stays."""
    for row in rows:
        if set_owner:
            row.owner_id = owner
        if due is not None:
            row.reply_due = due
        session.add(row)
    session.flush()


def topic_of_reply(session: Session, row: ReplyRow) -> tuple[TopicRow, ConsultationRow]:
    query = select(TopicRow, ConsultationRow).where(
        ConsultationRow.id == row.consultation_id, col(TopicRow.id) == ConsultationRow.topic_id
    )
    return session.exec(query).one()


def _record(session: Session, topic: TopicRow, row: ReplyRow, keys: list[str], by: int, now: datetime) -> None:
    given = Reply(row.outcome, row.text, row.signed_by)
    row.content = reply_content(row.key, topic.key, row.version, given, keys)
    session.add(row)
    session.add(ReplyVersionRow(reply_id=row.id or 0, number=row.version, content=row.content, made_at=now, made_by=by))
    session.flush()
    log.append(
        session,
        entry.make(
            "reply",
            topic=topic.key,
            reply=row.key,
            version=row.version,
            outcome=row.outcome,
            contributions=[*sorted(keys)],
            text=sha256_hex(row.content),
        ),
    )
    for answered in answered_by(session, row.id or 0):
        refresh_contribution(session, answered.id or 0)


def _owed(consultation_id: int) -> tuple[Any, ...]:
    return (
        ContributionRow.consultation_id == consultation_id,
        ContributionRow.state == "published",
        col(ContributionRow.deleted_at).is_(None),
        col(ContributionRow.kind).in_(DUE_KINDS),
    )
