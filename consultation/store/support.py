"""Rows of supports: one for each certified citizen who supports a contribution now. They are counted, never listed."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from audit.refusal import N_
from consultation.errors import NotYours, WrongState
from consultation.store.participation_tables import ContributionRow, SupportRow
from identity.store.person import PersonRow


def give(session: Session, row: ContributionRow, person_id: int, now: datetime) -> bool:
    """Support a contribution; False when the person does so already. The row must be locked (two devices at once).

    Raises WrongState, NotYours.
    """
    if row.state != "published" or row.kind == "argument":
        raise WrongState("support.state", N_("This contribution cannot be supported."))
    if row.person_id == person_id:
        raise NotYours("support.own", N_("Nobody supports their own contribution; it stands for itself."))
    if is_given(session, row.id or 0, person_id):
        return False
    session.add(SupportRow(contribution_id=row.id or 0, person_id=person_id, given_at=now))
    session.flush()
    return True


def take_back(session: Session, row: ContributionRow, person_id: int) -> None:
    session.execute(
        delete(SupportRow).where(col(SupportRow.contribution_id) == row.id, col(SupportRow.person_id) == person_id)
    )


def is_given(session: Session, contribution_id: int, person_id: int) -> bool:
    query = select(SupportRow.person_id).where(
        SupportRow.contribution_id == contribution_id, SupportRow.person_id == person_id
    )
    return session.exec(query).first() is not None


def given_by(session: Session, person_id: int, ids: Iterable[int]) -> set[int]:
    """Which of these contributions the person supports."""
    query = select(SupportRow.contribution_id).where(
        SupportRow.person_id == person_id, col(SupportRow.contribution_id).in_([*ids])
    )
    return set(session.exec(query).all())


def supports(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """How many certified citizens support each; contributions without any are left out.

    Who is no longer in the registry is no longer certified, and does not count.
    """
    query = (
        select(SupportRow.contribution_id, func.count())
        .join(PersonRow, col(PersonRow.id) == SupportRow.person_id)
        .where(col(SupportRow.contribution_id).in_([*ids]), col(PersonRow.active))
        .group_by(col(SupportRow.contribution_id))
    )
    return dict(session.exec(query).all())
