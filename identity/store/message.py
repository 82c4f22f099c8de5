"""Messages of the municipality to whoever holds an account: a row in «Τα μηνύματά μου», and a mail if it can be one."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, col, delete, func, select, update

from db import UtcDateTime
from identity.mail import can_be_mailed, subject_line
from identity.store.account import AccountRow
from identity.store.mail import MailRow

KEPT = timedelta(days=2 * 365)
_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~-]*(\?[A-Za-z0-9=&_.~%+-]*)?(#[A-Za-z0-9_.-]*)?", re.ASCII)


class MessageRow(SQLModel, table=True):
    __tablename__ = "message"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    subject: str
    body: str
    """Plain text; an empty line separates paragraphs."""
    url: str
    """Path of a page of ours that the message is about."""
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def tell(session: Session, account_id: int, now: datetime, *, subject: str, body: str, url: str) -> None:
    """Leave a message in the caller's transaction, and a mail in the outbox when the login name is an address.

    `subject` and `body` are finished words in the municipality's language; the subject may hold a title that somebody
    typed, it is made one line here (WB-20). `url` is a path of ours: the postman adds the host.
    Raises ValueError for an url that is none.
    """
    if not _PATH.fullmatch(url):
        raise ValueError("a message leads to a path of this site")
    line = subject_line(subject)
    session.add(MessageRow(account_id=account_id, at=now, subject=line, body=body, url=url))
    row = session.get(AccountRow, account_id)
    if row is not None and row.disabled_at is None and can_be_mailed(row.login_name):
        session.add(MailRow(recipient=row.login_name, subject=line, body=body, path=url, due_at=now))
    session.flush()


def messages(session: Session, account_id: int, limit: int = 100) -> Sequence[MessageRow]:
    """Newest first."""
    query = select(MessageRow).where(MessageRow.account_id == account_id).order_by(col(MessageRow.id).desc())
    return session.exec(query.limit(limit)).all()


def unread(session: Session, account_id: int) -> int:
    query = select(func.count()).select_from(MessageRow).where(MessageRow.account_id == account_id)
    return session.exec(query.where(col(MessageRow.read_at).is_(None))).one()


def mark_all_read(session: Session, account_id: int, now: datetime, upto: int) -> None:
    """`upto`: id of the newest message that was on the page; later ones stay unread."""
    session.execute(
        update(MessageRow)
        .where(col(MessageRow.account_id) == account_id, col(MessageRow.id) <= upto)
        .where(col(MessageRow.read_at).is_(None))
        .values(read_at=now)
    )


def forget_about(session: Session, account_id: int, url: str, line: str) -> None:
    """What `url` was about is erased: what was told of it goes, and its `line` in messages about several things."""
    owner = select(AccountRow.login_name).where(AccountRow.id == account_id)
    for row in [
        *session.exec(select(MessageRow).where(MessageRow.account_id == account_id)),
        *session.exec(select(MailRow).where(col(MailRow.recipient).in_(owner))),
    ]:
        path = row.url if isinstance(row, MessageRow) else row.path
        if path == url or path.startswith(f"{url}/"):
            session.delete(row)
        else:
            row.body = f"\n{row.body}\n".replace(f"\n{line}\n", "\n").strip("\n")
            session.add(row)
    session.flush()


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(MessageRow).where(col(MessageRow.at) < now - KEPT))
