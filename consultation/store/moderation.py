"""Rows of moderation: what waits, what was hidden, and every step with its log entry and its search documents.

Whoever changes something locks the contribution first, then its removal, then the appeal.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from audit import entry
from audit import store as log
from consultation.commitment import SALT_BYTES, official_commitment
from consultation.moderation import RULES, Hiding, check_restorable, check_waiting, deadline, stage_of
from consultation.store.contribution import locked_contribution, topic_of
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import (
    AppealRow,
    ConsultationRow,
    ContributionRow,
    RemovalRow,
    RepresentativeRow,
)
from consultation.store.search import refresh_contribution
from consultation.store.visibility import nothing_here
from identity.store.account import account_of, display_name
from identity.store.one_person import may_be_one_person, same_name

RECENT = 50
"""Published contributions on the moderators' list."""


def waiting(session: Session) -> Sequence[tuple[ContributionRow, TopicRow]]:
    """What is not shown before a moderator has read it, the oldest first."""
    return _of_state(session, "waiting", newest_first=False, limit=0)


def recent(session: Session, limit: int = RECENT) -> Sequence[tuple[ContributionRow, TopicRow]]:
    """What was published last, the newest first."""
    return _of_state(session, "published", newest_first=True, limit=limit)


def standing(session: Session, limit: int = RECENT) -> Sequence[tuple[RemovalRow, TopicRow]]:
    """Hidings that a moderator may still take back, the newest first."""
    query = (
        select(RemovalRow, TopicRow)
        .join(ContributionRow, col(ContributionRow.id) == RemovalRow.contribution_id)
        .join(ConsultationRow, col(ConsultationRow.id) == ContributionRow.consultation_id)
        .join(TopicRow, col(TopicRow.id) == ConsultationRow.topic_id)
        .where(RemovalRow.state == "standing", ContributionRow.state == "hidden")
    )
    return session.exec(query.order_by(col(RemovalRow.created_at).desc()).limit(limit)).all()


def moderation_counts(session: Session, now: datetime) -> dict[str, int]:
    """`waiting` contributions, open `appeals`, and those of them that are `overdue`."""
    contributions = select(func.count()).select_from(ContributionRow).where(ContributionRow.state == "waiting")
    open_ones = select(func.count()).select_from(AppealRow).where(col(AppealRow.decided_at).is_(None))
    return {
        "waiting": session.exec(contributions.where(col(ContributionRow.deleted_at).is_(None))).one(),
        "appeals": session.exec(open_ones).one(),
        "overdue": session.exec(open_ones.where(col(AppealRow.due_at) <= now)).one(),
    }


def sent_contribution(session: Session, key: str, *, locked: bool = False) -> ContributionRow:
    """In any state but draft, which is its author's alone. Raises NotFound."""
    query = select(ContributionRow).where(ContributionRow.key == key)
    row = locked_contribution(session, key) if locked else session.exec(query).first()
    if row is None or row.deleted_at is not None or row.state == "draft":
        raise nothing_here()
    return row


def is_author(session: Session, row: ContributionRow, account_id: int) -> bool:
    """Whether the account is, or may be, the author's, or speaks for the collective that the contribution is of."""
    if row.account_id is not None and may_be_one_person(session, account_id, row.account_id):
        return True
    if row.name and same_name(row.name, display_name(session, account_id)):
        return True
    if row.collective_id is None:
        return False
    speaks = select(RepresentativeRow.id).where(
        RepresentativeRow.collective_id == row.collective_id,
        RepresentativeRow.account_id == account_id,
        col(RepresentativeRow.until).is_(None),
    )
    return session.exec(speaks).first() is not None


def reachable(session: Session, row: ContributionRow) -> int | None:
    """The account in which the author finds messages; None for somebody on paper without one."""
    if row.account_id is None and row.person_id is not None:
        held = account_of(session, row.person_id)
        return held.id if held else None
    return row.account_id


def hide(session: Session, key: str, hiding: Hiding, account_id: int, now: datetime) -> RemovalRow:
    """Nobody sees it any more from this transaction on. Raises NotFound, WrongState (moderation.state)."""
    row = sent_contribution(session, key, locked=True)
    removal = RemovalRow(
        contribution_id=row.id or 0,
        reason=hiding.reason,
        explanation=hiding.explanation,
        stage=stage_of(row.state),
        moderator_id=account_id,
        appeal_until=deadline(now, RULES.appeal_days),
        created_at=now,
        modified_at=now,
    )
    session.add(removal)
    _show(session, row, "hidden", now)
    log.append(
        session,
        entry.make(
            "hidden",
            topic=topic_of(session, row)[0].key,
            contribution=row.key,
            removal=removal.key,
            reason=removal.reason,
            stage=removal.stage,
            moderator=anonymous(account_id),
        ),
    )
    return removal


def accept(session: Session, key: str, now: datetime) -> ContributionRow:
    """What waited is published; its commitment is in the log already. Raises NotFound, WrongState."""
    row = sent_contribution(session, key, locked=True)
    check_waiting(row.state)
    _show(session, row, "published", now)
    return row


def removal(session: Session, key: str) -> tuple[RemovalRow, ContributionRow]:
    """Raises NotFound."""
    query = select(RemovalRow, ContributionRow).where(
        RemovalRow.key == key, ContributionRow.id == RemovalRow.contribution_id
    )
    found = session.exec(query).first()
    if found is None:
        raise nothing_here()
    return found


def locked_removal(session: Session, key: str) -> tuple[RemovalRow, ContributionRow]:
    """As it is now; the contribution is locked first. Raises NotFound."""
    contribution = removal(session, key)[1]
    row = session.exec(
        select(ContributionRow)
        .where(ContributionRow.id == contribution.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    query = select(RemovalRow).where(RemovalRow.key == key).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one(), row


def restore(session: Session, key: str, now: datetime) -> ContributionRow:
    """A moderator takes a hiding back before any appeal. Raises NotFound, WrongState (moderation.restore)."""
    row, contribution = locked_removal(session, key)
    check_restorable(row.state)
    row.state, row.modified_at = "restored", now
    show_again(session, contribution, now)
    topic = topic_of(session, contribution)[0].key
    log.append(session, entry.make("restored", topic=topic, contribution=contribution.key, removal=row.key))
    return contribution


def show_again(session: Session, row: ContributionRow, now: datetime) -> None:
    """Unless its author has erased it in the meantime."""
    if row.state == "hidden":
        _show(session, row, "published", now)


def anonymous(account_id: int) -> str:
    """How the log names an official: with a salt that nobody keeps."""
    return official_commitment(account_id, secrets.token_bytes(SALT_BYTES))


def _show(session: Session, row: ContributionRow, state: str, now: datetime) -> None:
    row.state, row.modified_at = state, now
    session.add(row)
    session.flush()
    refresh_contribution(session, row.id or 0)


def _of_state(
    session: Session, state: str, *, newest_first: bool, limit: int
) -> Sequence[tuple[ContributionRow, TopicRow]]:
    query = (
        select(ContributionRow, TopicRow)
        .join(ConsultationRow, col(ConsultationRow.id) == ContributionRow.consultation_id)
        .join(TopicRow, col(TopicRow.id) == ConsultationRow.topic_id)
        .where(ContributionRow.state == state, col(ContributionRow.deleted_at).is_(None))
    )
    at, number = col(ContributionRow.submitted_at), col(ContributionRow.id)
    query = query.order_by(at.desc(), number.desc()) if newest_first else query.order_by(at, number)
    return session.exec(query.limit(limit) if limit else query).all()
