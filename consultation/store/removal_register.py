"""The register of removals, read from the rows and, for the comparison, from the log."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from audit import store as log
from audit.local_time import day_of
from consultation.removal_register import (
    LOG_KINDS,
    Fate,
    Line,
    Totals,
    day_or_none,
    differing,
    fates_of,
    lateness,
    shown_wrongly,
    totals,
)
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import AppealRow, ConsultationRow, ContributionRow, RemovalRow


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differing`: hidings that rows and log tell otherwise; `wrong`: contributions shown or hidden against the log."""

    rows: Totals
    logged: Totals
    differing: int
    wrong: int

    @property
    def agree(self) -> bool:
        return not self.differing and not self.wrong and self.rows == self.logged


def lines(session: Session, now: datetime, topic: str = "") -> list[Line]:
    """The newest first; of one topic if its key is given."""
    return [
        Line(
            topic=topic_row.key,
            topic_title=topic_row.title,
            kind=contribution.kind,
            reason=removal.reason,
            stage=removal.stage,
            state=removal.state,
            hidden_on=day_of(removal.created_at),
            appealed_on=day_or_none(appeal.created_at) if appeal else None,
            decided_on=day_or_none(appeal.decided_at) if appeal else None,
            days_late=lateness(appeal.due_at, appeal.decided_at, now) if appeal else 0,
        )
        for removal, contribution, topic_row, appeal in _rows(session, topic)
    ]


def compare(session: Session, topic: str = "") -> Comparison:
    """Rows beside the log's entries, those included that wait for their index."""
    rows = {
        removal.key: Fate(
            topic=topic_row.key,
            contribution=contribution.key,
            reason=removal.reason,
            stage=removal.stage,
            state=removal.state,
            appealed=appeal is not None,
            timing=_timing(appeal),
        )
        for removal, contribution, topic_row, appeal in _rows(session, topic)
    }
    logged = {key: fate for key, fate in _logged(session).items() if topic in {"", fate.topic}}
    return Comparison(
        totals(rows.values()),
        totals(logged.values()),
        differing(rows, logged),
        shown_wrongly(logged.values(), _states(session, topic)),
    )


def _rows(session: Session, topic: str) -> list[tuple[RemovalRow, ContributionRow, TopicRow, AppealRow | None]]:
    query = (
        select(RemovalRow, ContributionRow, TopicRow, AppealRow)
        .join(ContributionRow, col(ContributionRow.id) == RemovalRow.contribution_id)
        .join(ConsultationRow, col(ConsultationRow.id) == ContributionRow.consultation_id)
        .join(TopicRow, col(TopicRow.id) == ConsultationRow.topic_id)
        .join(AppealRow, col(AppealRow.removal_id) == RemovalRow.id, isouter=True)
        .order_by(col(RemovalRow.created_at).desc(), col(RemovalRow.id).desc())
    )
    if topic:
        query = query.where(TopicRow.key == topic)
    return [(removal, contribution, row, appeal) for removal, contribution, row, appeal in session.exec(query)]


def _timing(appeal: AppealRow | None) -> str:
    if appeal is None or appeal.decided_at is None:
        return ""
    return "late" if lateness(appeal.due_at, appeal.decided_at, appeal.decided_at) else "in_time"


def _logged(session: Session) -> dict[str, Fate]:
    """Of one hiding the kinds happen in the order of LOG_KINDS, so they are read one after the other."""
    entries = []
    for kind in LOG_KINDS:
        entries += [logged.entry for logged in log.find(session, kind)]
        entries += log.promised(session, kind)
    return fates_of(entries)


def _states(session: Session, topic: str) -> dict[str, str]:
    removed = select(RemovalRow.contribution_id)
    query = (
        select(ContributionRow.key, ContributionRow.state)
        .join(ConsultationRow, col(ConsultationRow.id) == ContributionRow.consultation_id)
        .join(TopicRow, col(TopicRow.id) == ConsultationRow.topic_id)
        .where(or_(ContributionRow.state == "hidden", col(ContributionRow.id).in_(removed)))
    )
    if topic:
        query = query.where(TopicRow.key == topic)
    return dict(session.exec(query).all())
