"""Reads from the rows what waits on the desk; the rules are those of the nouns."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from audit.local_time import day_of
from audit.refusal import N_
from consultation.agenda import publish_by
from consultation.consultation import missing, terms_of
from consultation.council_vote import ADOPTED
from consultation.measure import UNFINISHED
from consultation.moderation import last_moment
from consultation.store.council_tables import DecisionRow, MeasureRow, MinutesRow, SessionRow, TopicRow
from consultation.store.moderation import moderation_counts
from consultation.store.participation_tables import AppealRow, ConsultationRow, ContributionRow, RemovalRow
from consultation.store.workbench import reply_counts
from consultation.workday import Job

ANNOUNCED = ("published", "held")


def jobs(session: Session, now: datetime) -> Iterator[Job]:
    """Everything that waits, in no order."""
    today = day_of(now)
    yield from _agendas(session)
    yield from _sessions(session, now)
    yield from _decisions(session)
    yield from _consultations(session, now)
    yield from _answers(session, today)
    yield from _moderation(session, now)
    yield from _measures(session, today)


def _agendas(session: Session) -> Iterator[Job]:
    """Drafts to publish, and what their topics lack."""
    drafts = select(SessionRow).where(SessionRow.state == "draft", col(SessionRow.deleted_at).is_(None))
    for row in session.exec(drafts).all():
        url, title = f"/desk/sessions/{row.key}", row.title
        due = publish_by(row.starts_at)
        yield Job("deadlines", N_("Publish the agenda, or give an urgent reason."), title, url, due)
        topics = session.exec(
            select(TopicRow).where(TopicRow.session_id == row.id, col(TopicRow.deleted_at).is_(None))
        ).all()
        if not topics:
            yield Job("drafts", N_("The agenda has no topic yet."), title, url)
        for topic in topics:
            where = f"/desk/topics/{topic.key}"
            if not topic.plain_summary:
                yield Job("drafts", N_("The summary in plain language is missing."), topic.title, where)
            if not topic.motion:
                yield Job("drafts", N_("The motion is missing."), topic.title, where)


def _sessions(session: Session, now: datetime) -> Iterator[Job]:
    """Sessions that took place: marked as held, minutes written and approved."""
    query = select(SessionRow).where(
        col(SessionRow.state).in_(ANNOUNCED), SessionRow.starts_at < now, col(SessionRow.deleted_at).is_(None)
    )
    for row in session.exec(query).all():
        day, url = day_of(row.starts_at), f"/desk/sessions/{row.key}"
        if row.state == "published":
            yield Job("deadlines", N_("The session was on this day: note that it was held."), row.title, url, day)
            continue
        newest = session.exec(
            select(MinutesRow.state).where(MinutesRow.session_id == row.id).order_by(col(MinutesRow.number).desc())
        ).first()
        if newest is None:
            yield Job("drafts", N_("The minutes are missing."), row.title, f"{url}/minutes")
        elif newest != "final":
            yield Job("drafts", N_("The minutes are not final yet."), row.title, f"{url}/minutes")


def _decisions(session: Session) -> Iterator[Job]:
    """Topics of held sessions without a decision, and decisions without ADA."""
    query = (
        select(TopicRow, DecisionRow)
        .join(SessionRow, col(SessionRow.id) == TopicRow.session_id)
        .join(DecisionRow, col(DecisionRow.topic_id) == TopicRow.id, isouter=True)
        .where(SessionRow.state == "held", TopicRow.state == "listed", col(TopicRow.deleted_at).is_(None))
    )
    for topic, decision in session.exec(query).all():
        url = f"/desk/topics/{topic.key}/decision"
        if decision is None:
            yield Job("drafts", N_("The decision is missing."), topic.title, url)
        elif decision.outcome in ADOPTED and not decision.ada:
            yield Job("drafts", N_("The decision awaits its ADA."), topic.title, url)


def _consultations(session: Session, now: datetime) -> Iterator[Job]:
    query = (
        select(ConsultationRow, TopicRow)
        .join(TopicRow, col(TopicRow.id) == ConsultationRow.topic_id)
        .where(col(ConsultationRow.deleted_at).is_(None), col(TopicRow.deleted_at).is_(None))
    )
    for row, topic in session.exec(query.where(col(ConsultationRow.state) != "finished")).all():
        url = f"/desk/topics/{topic.key}/consultation"
        if row.state == "draft":
            lacking = len(missing(terms_of(row), now))
            text = N_("The consultation waits to be opened.")
            if lacking:
                text = N_("The consultation cannot open yet: %(count)s things are missing.")
            yield Job("drafts", text, topic.title, url, fields={"count": lacking} if lacking else {})
        elif row.state == "open" and row.closes_at:
            yield Job("deadlines", N_("The consultation closes."), topic.title, url, day_of(row.closes_at))
        elif row.state == "in_review":
            yield Job("deadlines", N_("The consultation is to be finished."), topic.title, url, row.answer_by)


def _answers(session: Session, today: date) -> Iterator[Job]:
    found: dict[str, Any] = reply_counts(session, today)
    for one in found["consultations"]:
        due = min((day for day in (one["first_due"], one["answer_by"]) if day), default=None)
        url = f"/desk/topics/{one['topic']}/replies"
        text = N_("Proposals and objections without an answer: %(count)s")
        yield Job("answers", text, one["title"], url, due, {"count": one["unanswered"]})
    if waiting := found["forms_waiting"]:
        text = N_("Paper forms that wait for the second entry or a settlement: %(count)s")
        yield Job("paper", text, "", "/desk/forms", fields={"count": waiting})


def _moderation(session: Session, now: datetime) -> Iterator[Job]:
    if waiting := moderation_counts(session, now)["waiting"]:
        text = N_("Contributions that wait to be accepted: %(count)s")
        yield Job("moderation", text, "", "/desk/moderation", fields={"count": waiting})
    query = (
        select(AppealRow, TopicRow.title)
        .join(RemovalRow, col(RemovalRow.id) == AppealRow.removal_id)
        .join(ContributionRow, col(ContributionRow.id) == RemovalRow.contribution_id)
        .join(ConsultationRow, col(ConsultationRow.id) == ContributionRow.consultation_id)
        .join(TopicRow, col(TopicRow.id) == ConsultationRow.topic_id)
        .where(col(AppealRow.decided_at).is_(None))
    )
    for appeal, title in session.exec(query).all():
        url = f"/desk/appeals/{appeal.key}"
        yield Job("moderation", N_("An appeal waits to be decided."), title, url, day_of(last_moment(appeal.due_at)))


def _measures(session: Session, today: date) -> Iterator[Job]:
    query = select(MeasureRow).where(
        col(MeasureRow.status).in_(UNFINISHED), MeasureRow.due_on < today, col(MeasureRow.deleted_at).is_(None)
    )
    for row in session.exec(query).all():
        text = N_("The measure is overdue: note how it stands.")
        yield Job("deadlines", text, row.title, f"/desk/measures/{row.key}", row.due_on)
