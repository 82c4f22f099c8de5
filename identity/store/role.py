"""Rows of roles: who holds which. `store.grant` gives and takes them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, and_, col, func, or_, select

from db import UtcDateTime
from identity.store.account import AccountRow, person_of_account
from identity.store.person import is_active


class GrantRow(SQLModel, table=True):
    __tablename__ = "role_grant"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    role: str = Field(index=True)
    salt: bytes
    """32 bytes that open the log's commitment; erasing them closes it for ever."""
    granted_by: int | None = None
    """None: the first operator, or the command line."""
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    granted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """None while a second official has not confirmed it."""
    confirmed_by: int | None = None
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_by: int | None = None


def roles_of(session: Session, account_id: int) -> frozenset[str]:
    """The roles in force; citizen is not among them, it follows from the registry."""
    query = select(GrantRow.role).where(
        GrantRow.account_id == account_id, col(GrantRow.granted_at).is_not(None), col(GrantRow.revoked_at).is_(None)
    )
    return frozenset(session.exec(query).all())


def accounts_with_role(session: Session, role: str) -> list[int]:
    """Ids of the accounts that hold the role and are not disabled, in the order they received it."""
    query = (
        select(GrantRow.account_id)
        .join(AccountRow, col(AccountRow.id) == GrantRow.account_id)
        .where(GrantRow.role == role, col(GrantRow.granted_at).is_not(None), col(GrantRow.revoked_at).is_(None))
        .where(col(AccountRow.disabled_at).is_(None))
        .order_by(col(GrantRow.id))
    )
    return list(session.exec(query).all())


def related(session: Session, one: int | None, other: int) -> bool:
    """Did one of the two accounts ever propose a role of the other, or invite its holder?"""
    pairs = or_(
        and_(col(GrantRow.account_id) == one, col(GrantRow.granted_by) == other),
        and_(col(GrantRow.account_id) == other, col(GrantRow.granted_by) == one),
    )
    return session.exec(select(GrantRow.id).where(pairs)).first() is not None


def waiting_grants(session: Session) -> Sequence[GrantRow]:
    """Proposed and not yet confirmed."""
    return session.exec(
        select(GrantRow)
        .where(col(GrantRow.granted_at).is_(None), col(GrantRow.revoked_at).is_(None))
        .order_by(col(GrantRow.id))
    ).all()


def officials(session: Session) -> dict[int, list[str]]:
    """Account id and its roles in force, of every official."""
    query = select(GrantRow).where(col(GrantRow.granted_at).is_not(None), col(GrantRow.revoked_at).is_(None))
    found: dict[int, list[str]] = {}
    for row in session.exec(query.order_by(col(GrantRow.account_id), col(GrantRow.id))):
        found.setdefault(row.account_id, []).append(row.role)
    return found


def any_operator(session: Session) -> bool:
    query = select(func.count()).select_from(GrantRow).where(GrantRow.role == "operator")
    return session.exec(query.where(col(GrantRow.revoked_at).is_(None))).one() > 0


def held_or_proposed(session: Session, account_id: int) -> set[str]:
    """Also what still waits for a confirmation."""
    query = select(GrantRow.role).where(GrantRow.account_id == account_id, col(GrantRow.revoked_at).is_(None))
    return set(session.exec(query).all())


def powers(session: Session, account_id: int) -> frozenset[str]:
    """Granted roles, and citizen for an active person of the registry."""
    person_id = person_of_account(session, account_id)
    citizen = {"citizen"} if person_id is not None and is_active(session, person_id) else set()
    return roles_of(session, account_id) | citizen
