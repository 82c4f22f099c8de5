"""What still keeps a consultation from finishing, read from its rows."""

from sqlmodel import Session, col, select

from consultation.reply import Obstacles
from consultation.store.participation_tables import (
    AppealRow,
    ConsultationRow,
    ContributionRow,
    PaperFormRow,
    RemovalRow,
)
from consultation.store.reply import unanswered


def obstacles(session: Session, consultation: ConsultationRow) -> Obstacles:
    number = consultation.id or 0
    waiting = select(ContributionRow.key).where(
        ContributionRow.consultation_id == number,
        ContributionRow.state == "waiting",
        col(ContributionRow.deleted_at).is_(None),
    )
    appeals = (
        select(ContributionRow.key)
        .join(RemovalRow, col(RemovalRow.contribution_id) == ContributionRow.id)
        .join(AppealRow, col(AppealRow.removal_id) == RemovalRow.id)
        .where(ContributionRow.consultation_id == number, col(AppealRow.decided_at).is_(None))
    )
    forms = select(PaperFormRow.number).where(
        PaperFormRow.consultation_id == number, col(PaperFormRow.state).in_(("once", "differs"))
    )
    return Obstacles(
        consultation.state,
        unanswered=tuple(row.key for row in unanswered(session, number)),
        waiting=tuple(session.exec(waiting.order_by(col(ContributionRow.id))).all()),
        appeals=tuple(session.exec(appeals.order_by(col(AppealRow.id))).all()),
        forms=tuple(session.exec(forms.order_by(col(PaperFormRow.id))).all()),
    )
