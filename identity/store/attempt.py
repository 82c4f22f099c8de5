"""Rows of failed attempts, by the keyed names of `throttle.subject`; kept for a day."""

from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, col, delete, select

from db import UtcDateTime
from identity.throttle import DAY, Counter, check_allowed, longest


class AttemptRow(SQLModel, table=True):
    __tablename__ = "attempt"

    id: int | None = Field(default=None, primary_key=True)
    subject: bytes = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime)


def check(session: Session, counter: Counter, subject: bytes, now: datetime) -> None:
    """Raises TooManyAttempts."""
    most = longest(counter)
    query = (
        select(AttemptRow.at)
        .where(AttemptRow.subject == subject, col(AttemptRow.at) > now - timedelta(seconds=most.seconds))
        .order_by(col(AttemptRow.at).desc())
        .limit(most.count)
    )
    check_allowed(counter, session.exec(query).all(), now)


def count(session: Session, subject: bytes, now: datetime) -> int:
    """Note a failure, or an attempt that counts as one until it succeeds. Returns its id for `forgive`."""
    row = AttemptRow(subject=subject, at=now)
    session.add(row)
    session.flush()
    return row.id or 0


def forgive(session: Session, *ids: int) -> None:
    """The attempts succeeded."""
    session.execute(delete(AttemptRow).where(col(AttemptRow.id).in_(ids)))


def forget(session: Session, subject: bytes) -> None:
    session.execute(delete(AttemptRow).where(col(AttemptRow.subject) == subject))


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(AttemptRow).where(col(AttemptRow.at) < now - timedelta(seconds=DAY)))
