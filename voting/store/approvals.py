"""Rows of committee approvals: one person's yes to one act on one exact matter."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from db import UtcDateTime


class ApprovalRow(SQLModel, table=True):
    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("referendum_id", "act", "matter", "account_id"),)

    id: int | None = Field(default=None, primary_key=True)
    referendum_id: int = Field(foreign_key="referendum.id", index=True)
    act: str
    """openings, extensions or cancellation: the act of `desk.ACTS`."""
    matter: str
    """Hex SHA-256 of exactly what is approved, so that two persons never approve two different things."""
    detail: bytes
    """Compact JSON of the matter (new closing time, reason), shown to the second person."""
    account_id: int
    person_id: int | None = None
    approved_at: datetime = Field(sa_type=UtcDateTime)


def add(session: Session, approval: ApprovalRow) -> None:
    session.add(approval)
    session.flush()


def approvals(session: Session, referendum_id: int, act: str | None = None) -> Sequence[ApprovalRow]:
    """In the order they were given."""
    query = select(ApprovalRow).where(ApprovalRow.referendum_id == referendum_id).order_by(col(ApprovalRow.id))
    if act is not None:
        query = query.where(ApprovalRow.act == act)
    return session.exec(query).all()
