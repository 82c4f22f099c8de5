"""How often an account wrote or supported lately. Counted where it acts, so that two devices share one measure."""

from datetime import datetime

from sqlmodel import Session, col, delete, select

from consultation.contribution import LONGEST_PACE, check_pace
from consultation.store.participation_tables import PaceRow
from identity.store.account import locked_account


def count_act(session: Session, account_id: int, act: str, now: datetime) -> None:
    """Note one more act, and hold the account until the end of this transaction. Raises TooMany (pace.<act>)."""
    locked_account(session, account_id)
    session.execute(delete(PaceRow).where(col(PaceRow.at) <= now - LONGEST_PACE))
    query = select(PaceRow.at).where(PaceRow.account_id == account_id, PaceRow.act == act)
    check_pace(act, session.exec(query.order_by(col(PaceRow.at).desc())).all(), now)
    session.add(PaceRow(account_id=account_id, act=act, at=now))
    session.flush()
