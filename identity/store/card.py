"""Rows of voting cards: number ↔ person, what was struck, and what was given instead."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from audit.refusal import N_
from db import UtcDateTime
from identity.cards import card_number, check_hand_out
from identity.errors import CardRefused


class CardRow(SQLModel, table=True):
    __tablename__ = "card"
    __table_args__ = (
        # one card in force for each person, kept by the database itself (ID-21)
        Index(
            "card_in_force",
            "person_id",
            unique=True,
            sqlite_where=text("struck_at IS NULL"),
            postgresql_where=text("struck_at IS NULL"),
        ),
    )

    number: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    given_at: datetime = Field(sa_type=UtcDateTime)
    given_by: int | None = None
    struck_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    struck_by: int | None = None
    reason: str = ""


def assign_card(session: Session, number: str, person_id: int, now: datetime, by: int | None = None) -> CardRow:
    """Note that the card with this number was handed to this person. Raises CardRefused. `by`: account id."""
    number = card_number(number)
    row = session.get(CardRow, number)
    check_hand_out(
        holder=row.person_id if row else None,
        struck=row is not None and row.struck_at is not None,
        person_id=person_id,
        has_card=card_of(session, person_id) is not None,
    )
    row = CardRow(number=number, person_id=person_id, given_at=now, given_by=by)
    session.add(row)
    session.flush()
    return row


def assign_cards(session: Session, pairs: Iterable[tuple[str, int]], now: datetime, by: int | None = None) -> None:
    """Many at once, numbers as printed; the tables' constraints refuse doubles with an IntegrityError."""
    session.add_all(
        CardRow(number=card_number(number), person_id=person_id, given_at=now, given_by=by)
        for number, person_id in pairs
    )
    session.flush()


def strike_card(session: Session, number: str, now: datetime, reason: str, by: int | None = None) -> CardRow:
    """A lost card no longer holds for rolls frozen from now on. Raises CardRefused (card.unknown, card.struck)."""
    row = session.get(CardRow, card_number(number))
    if row is None:
        raise CardRefused("card.unknown", N_("Nobody was given a card with this number."))
    if row.struck_at is not None:
        raise CardRefused("card.struck", N_("This card was struck and can never be given out again."))
    row.struck_at, row.struck_by, row.reason = now, by, reason.strip()[:200]
    session.add(row)
    session.flush()
    return row


def card_of(session: Session, person_id: int) -> str | None:
    """The number of the card in force."""
    return session.exec(
        select(CardRow.number).where(CardRow.person_id == person_id, col(CardRow.struck_at).is_(None))
    ).first()


def cards_of(session: Session, person_id: int) -> Sequence[CardRow]:
    """All cards this person ever had, newest first."""
    return session.exec(
        select(CardRow).where(CardRow.person_id == person_id).order_by(col(CardRow.given_at).desc())
    ).all()


def card_numbers(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """The card in force of each of these persons who has one."""
    wanted = sorted(set(person_ids))
    found: dict[int, str] = {}
    for start in range(0, len(wanted), 500):
        query = select(CardRow.person_id, CardRow.number).where(
            col(CardRow.person_id).in_(wanted[start : start + 500]), col(CardRow.struck_at).is_(None)
        )
        found |= dict(session.exec(query).all())
    return found


def is_struck(session: Session, number: str) -> bool:
    row = session.get(CardRow, number)
    return row is not None and row.struck_at is not None
