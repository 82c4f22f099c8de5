"""Mails that wait to be sent. A row goes as soon as the mail server has taken it, or after the last try."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex

from sqlmodel import Field, Session, SQLModel, col, delete, select

from db import UtcDateTime

KEPT = timedelta(days=7)
"""Longer than the postman tries: what is older waits for a mail server that was never set."""


class MailRow(SQLModel, table=True):
    __tablename__ = "mail"

    id: str = Field(default_factory=lambda: token_hex(16), primary_key=True)
    recipient: str
    subject: str
    body: str
    path: str = ""
    """Of the page it is about; the postman writes the full address below the body."""
    tries: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)


def due(session: Session, now: datetime, limit: int) -> Sequence[MailRow]:
    """The oldest first; the rows are the caller's to keep after the transaction."""
    query = select(MailRow).where(col(MailRow.due_at) <= now).order_by(col(MailRow.due_at))
    rows = session.exec(query.limit(limit)).all()
    for row in rows:
        session.expunge(row)
    return rows


def remove(session: Session, mail_id: str) -> None:
    row = session.get(MailRow, mail_id)
    if row is not None:
        session.delete(row)


def postpone(session: Session, mail_id: str, until: datetime) -> None:
    row = session.get(MailRow, mail_id)
    if row is not None:
        row.tries += 1
        row.due_at = until


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(MailRow).where(col(MailRow.due_at) < now - KEPT))
