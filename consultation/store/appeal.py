"""Rows of appeals: filed by the author, decided by somebody who did not hide."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from audit import entry
from audit import store as log
from audit.refusal import N_
from consultation.appeal import Verdict, check_may_appeal, check_other_person, check_undecided
from consultation.errors import NotYours
from consultation.moderation import RULES, check_not_author, days_late, deadline
from consultation.store import moderation
from consultation.store.contribution import newest_removal, topic_of
from consultation.store.council_tables import TopicRow
from consultation.store.moderation import is_author, locked_removal, sent_contribution, show_again
from consultation.store.participation_tables import AppealRow, ConsultationRow, ContributionRow, RemovalRow
from consultation.store.visibility import nothing_here
from identity.store.one_person import may_be_one_person


def appeal_of(session: Session, removal: RemovalRow) -> AppealRow | None:
    return session.exec(select(AppealRow).where(AppealRow.removal_id == removal.id)).first()


def hiding_of(session: Session, row: ContributionRow) -> RemovalRow:
    """The newest one. Raises NotFound for a contribution that never was hidden."""
    found = newest_removal(session, row.id or 0)
    if found is None:
        raise nothing_here()
    return found


def file_appeal(session: Session, key: str, text: str, account_id: int, now: datetime) -> AppealRow:
    """`key`: of the hidden contribution. Raises NotFound, NotYours (appeal.author), WrongState (appeal.…)."""
    contribution = sent_contribution(session, key, locked=True)
    check_author(contribution, account_id)
    row, _ = locked_removal(session, hiding_of(session, contribution).key)
    check_may_appeal(row.state, row.appeal_until, now)
    row.state, row.modified_at = "appealed", now
    due = deadline(now, RULES.decision_days)
    appeal = AppealRow(removal_id=row.id or 0, text=text, due_at=due, created_at=now, modified_at=now)
    session.add(appeal)
    session.flush()
    topic = topic_of(session, contribution)[0].key
    log.append(session, entry.make("appeal-filed", topic=topic, removal=row.key))
    return appeal


def appeal(session: Session, key: str) -> tuple[AppealRow, RemovalRow, ContributionRow]:
    """Raises NotFound."""
    query = select(AppealRow, RemovalRow, ContributionRow).where(
        AppealRow.key == key,
        RemovalRow.id == AppealRow.removal_id,
        ContributionRow.id == RemovalRow.contribution_id,
    )
    found = session.exec(query).first()
    if found is None:
        raise nothing_here()
    return found


def check_decider(session: Session, removal: RemovalRow, row: ContributionRow, account_id: int) -> None:
    """Raises NotYours: appeal.same, moderation.own (AC-05)."""
    check_other_person(moderator=may_be_one_person(session, account_id, removal.moderator_id))
    check_not_author(author=is_author(session, row, account_id))


def decide(session: Session, key: str, verdict: Verdict, account_id: int, now: datetime) -> AppealRow:
    """The first of two deciders; a contribution that is shown again is found again.

    Raises NotFound, NotYours (appeal.same, moderation.own), WrongState (appeal.decided).
    """
    removal, contribution = locked_removal(session, appeal(session, key)[1].key)
    query = select(AppealRow).where(AppealRow.key == key).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).one()
    check_decider(session, removal, contribution, account_id)
    check_undecided(row.outcome)
    row.outcome, row.reasoning = verdict.outcome, verdict.reasoning
    row.decided_by, row.decided_at, row.modified_at = account_id, now, now
    removal.state, removal.modified_at = verdict.outcome, now
    if verdict.outcome == "reversed":
        show_again(session, contribution, now)
    session.flush()
    log.append(
        session,
        entry.make(
            "appeal-decided",
            topic=topic_of(session, contribution)[0].key,
            removal=removal.key,
            outcome=verdict.outcome,
            timing="late" if days_late(row.due_at, now) else "in_time",
            decider=moderation.anonymous(account_id),
        ),
    )
    return row


def open_appeals(session: Session) -> Sequence[tuple[AppealRow, RemovalRow, ContributionRow, TopicRow]]:
    """Those nobody has decided, the nearest deadline first."""
    query = (
        select(AppealRow, RemovalRow, ContributionRow, TopicRow)
        .join(RemovalRow, col(RemovalRow.id) == AppealRow.removal_id)
        .join(ContributionRow, col(ContributionRow.id) == RemovalRow.contribution_id)
        .join(ConsultationRow, col(ConsultationRow.id) == ContributionRow.consultation_id)
        .join(TopicRow, col(TopicRow.id) == ConsultationRow.topic_id)
        .where(col(AppealRow.decided_at).is_(None))
    )
    return session.exec(query.order_by(col(AppealRow.due_at), col(AppealRow.id))).all()


def check_author(row: ContributionRow, account_id: int) -> None:
    """Only the account that sent it appeals. Raises NotYours (appeal.author)."""
    if row.account_id != account_id:
        raise NotYours("appeal.author", N_("Only its author can appeal against the hiding of a contribution."))
