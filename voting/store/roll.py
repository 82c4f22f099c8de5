"""Rows of the frozen roll: who may vote in one referendum, and the salts that open its public commitment."""

from collections.abc import Iterable, Sequence

from sqlmodel import Field, Session, SQLModel, col, delete, func, select


class RollMemberRow(SQLModel, table=True):
    """One elector of one referendum."""

    __tablename__ = "roll_member"

    referendum_id: int = Field(foreign_key="referendum.id", primary_key=True)
    person_id: int = Field(primary_key=True, index=True)
    card_number: str | None = None
    """The card that held at the freezing; None in service mode."""
    salt: bytes | None = None
    """32 bytes; erasing it makes this member's leaf of the commitment unopenable."""


class ServiceCodeRow(SQLModel, table=True):
    """Service mode only: the code the service made for one elector, encrypted under the vault key."""

    __tablename__ = "service_code"

    referendum_id: int = Field(foreign_key="referendum.id", primary_key=True)
    person_id: int = Field(primary_key=True)
    sealed_code: bytes


def replace(session: Session, referendum_id: int, members: Iterable[RollMemberRow]) -> None:
    """Put this roll in the place of an earlier one, if any."""
    session.exec(delete(ServiceCodeRow).where(col(ServiceCodeRow.referendum_id) == referendum_id))
    session.exec(delete(RollMemberRow).where(col(RollMemberRow.referendum_id) == referendum_id))
    session.add_all(members)
    session.flush()


def is_on_roll(session: Session, referendum_id: int, person_id: int) -> bool:
    return session.get(RollMemberRow, (referendum_id, person_id)) is not None


def count(session: Session, referendum_id: int) -> int:
    return session.exec(
        select(func.count()).select_from(RollMemberRow).where(RollMemberRow.referendum_id == referendum_id)
    ).one()


def members(session: Session, referendum_id: int) -> Sequence[RollMemberRow]:
    query = select(RollMemberRow).where(RollMemberRow.referendum_id == referendum_id)
    return session.exec(query.order_by(col(RollMemberRow.person_id))).all()


def persons(session: Session, referendum_id: int) -> Sequence[int]:
    """In the order of their numbers."""
    query = select(RollMemberRow.person_id).where(RollMemberRow.referendum_id == referendum_id)
    return session.exec(query.order_by(col(RollMemberRow.person_id))).all()


def card_numbers(session: Session, referendum_id: int) -> Sequence[str]:
    """Sorted, so that their order says nothing about the persons."""
    query = (
        select(RollMemberRow.card_number)
        .where(RollMemberRow.referendum_id == referendum_id)
        .where(col(RollMemberRow.card_number).is_not(None))
    )
    return sorted(number for number in session.exec(query).all() if number is not None)


def add_service_codes(session: Session, codes: Iterable[ServiceCodeRow]) -> None:
    session.add_all(codes)
    session.flush()


def service_code(session: Session, referendum_id: int, person_id: int) -> bytes | None:
    row = session.get(ServiceCodeRow, (referendum_id, person_id))
    return None if row is None else row.sealed_code
