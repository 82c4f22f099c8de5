"""Rows of logins: the browser has the token, the table its hash. What is not in the table is not logged in."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, delete, select, update

from db import Database, UtcDateTime
from identity.login import (
    ABSOLUTE,
    FRESH,
    HALF_LIFE,
    SEEN_EVERY,
    Login,
    is_alive,
    logins_allowed,
    new_token,
    token_digest,
)
from identity.store.account import AccountRow, display_name
from identity.store.role import powers


class LoginRow(SQLModel, table=True):
    __tablename__ = "login"

    id: int | None = Field(default=None, primary_key=True)
    digest: bytes = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    half: bool = False
    """The password was right, the one-time code has not come yet."""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    fresh_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Of the last one-time code; None after a recovery code."""
    browser: str = ""
    """What the owner recognises it by: «Firefox, Linux»."""
    next_path: str = ""


def open_half(session: Session, account_id: int, now: datetime, *, browser: str = "", next_path: str = "") -> str:
    """The token after the right password: it opens nothing but the page that asks for the code."""
    return _insert(session, account_id, now, opened_at=now, half=True, browser=browser, next_path=next_path)


def open_login(session: Session, account_id: int, now: datetime, *, browser: str = "", fresh: bool = True) -> str:
    """The token of a full login. `fresh`: opened with a one-time code. The oldest beyond the limit end."""
    token = _insert(session, account_id, now, opened_at=now, browser=browser, fresh_at=now if fresh else None)
    allowed = logins_allowed(powers(session, account_id))
    rows = session.exec(
        select(LoginRow.id)
        .where(LoginRow.account_id == account_id, col(LoginRow.half).is_(False))
        .order_by(col(LoginRow.id).desc())
    ).all()
    session.execute(delete(LoginRow).where(col(LoginRow.id).in_(rows[allowed:])))
    return token


def find_half(session: Session, token: str, now: datetime) -> LoginRow | None:
    row = _row(session, token)
    return row if row is not None and row.half and now < row.opened_at + HALF_LIFE else None


def renew(session: Session, token: str, now: datetime) -> str:
    """After a fresh one-time code: a new token for the same login, whose life does not grow; the old one is dead."""
    row = _row(session, token)
    if row is None or row.half:
        raise LookupError("there is no such login")
    fresh = new_token()
    row.digest, row.fresh_at, row.seen_at = token_digest(fresh), now, now
    session.add(row)
    session.flush()
    return fresh


def end_login(session: Session, token: str) -> None:
    session.execute(delete(LoginRow).where(col(LoginRow.digest) == token_digest(token)))


def end_login_of(session: Session, account_id: int, login_id: int) -> None:
    """Only the owner's own."""
    session.execute(delete(LoginRow).where(col(LoginRow.id) == login_id, col(LoginRow.account_id) == account_id))


def end_logins(session: Session, account_id: int, but: int | None = None) -> None:
    """All logins of an account, or all but one."""
    query = delete(LoginRow).where(col(LoginRow.account_id) == account_id)
    session.execute(query if but is None else query.where(col(LoginRow.id) != but))


def logins(session: Session, account_id: int, now: datetime) -> Sequence[LoginRow]:
    """Those that are alive, newest first."""
    roles = powers(session, account_id)
    rows = session.exec(
        select(LoginRow)
        .where(LoginRow.account_id == account_id, col(LoginRow.half).is_(False))
        .order_by(col(LoginRow.id).desc())
    )
    return [
        row for row in rows if is_alive(half=False, opened_at=row.opened_at, seen_at=row.seen_at, roles=roles, now=now)
    ]


def find_login(db: Database, token: str, now: datetime) -> Login | None:
    """Who holds this token now; None for a half, ended, idle or too old login and for a disabled account.

    Roles and registry are read at every request, so that a revocation holds from the next one on (ID-17).
    """

    with db.reading() as session:
        row = _row(session, token)
        account = session.get(AccountRow, row.account_id) if row else None
        if row is None or row.half or account is None or account.disabled_at is not None:
            return None
        roles = powers(session, row.account_id)
        if not is_alive(half=False, opened_at=row.opened_at, seen_at=row.seen_at, roles=roles, now=now):
            return None
        login = Login(
            login_id=row.id or 0,
            account_id=row.account_id,
            citizen_id=account.person_id if "citizen" in roles else None,
            roles=roles,
            name=display_name(session, row.account_id),
            fresh_until=row.fresh_at + FRESH if row.fresh_at else None,
        )
        seen_at = row.seen_at
    if now >= seen_at + SEEN_EVERY:
        with db.writing() as session:
            session.execute(update(LoginRow).where(col(LoginRow.id) == login.login_id).values(seen_at=now))
    return login


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(LoginRow).where(col(LoginRow.opened_at) < now - ABSOLUTE))


def _row(session: Session, token: str) -> LoginRow | None:
    return session.exec(select(LoginRow).where(LoginRow.digest == token_digest(token))).first()


def _insert(
    session: Session,
    account_id: int,
    now: datetime,
    *,
    opened_at: datetime,
    half: bool = False,
    browser: str = "",
    next_path: str = "",
    fresh_at: datetime | None = None,
) -> str:
    token = new_token()
    session.add(
        LoginRow(
            digest=token_digest(token),
            account_id=account_id,
            half=half,
            opened_at=opened_at,
            seen_at=now,
            fresh_at=fresh_at,
            browser=browser,
            next_path=next_path,
        )
    )
    session.flush()
    return token
