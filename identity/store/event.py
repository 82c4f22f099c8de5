"""Rows of what concerns an account's safety, shown to its owner; never part of the public log. No addresses."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, col, delete, select

from db import UtcDateTime

KEPT = timedelta(days=365)


class SecurityEventRow(SQLModel, table=True):
    __tablename__ = "security_event"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(index=True)
    name: str
    """Stable, such as `login.opened`; `routes.account` has the words."""
    at: datetime = Field(sa_type=UtcDateTime)


def note(session: Session, account_id: int, name: str, now: datetime) -> None:
    session.add(SecurityEventRow(account_id=account_id, name=name, at=now))
    session.flush()


def events(session: Session, account_id: int, limit: int = 20) -> Sequence[SecurityEventRow]:
    """Newest first."""
    return session.exec(
        select(SecurityEventRow)
        .where(SecurityEventRow.account_id == account_id)
        .order_by(col(SecurityEventRow.id).desc())
        .limit(limit)
    ).all()


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(SecurityEventRow).where(col(SecurityEventRow.at) < now - KEPT))
