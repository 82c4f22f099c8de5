"""Votes as the public and a voter list them: without their large objects, newest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from voting.lifecycle import Phase
from voting.store.casting import HEAVY
from voting.store.referendum import ReferendumRow
from voting.store.roll import RollMemberRow

_LIGHT = [defer(cast(Any, column)) for column in HEAVY]


def public_votes(session: Session) -> Sequence[ReferendumRow]:
    """Everything that was ever proclaimed."""
    query = select(ReferendumRow).where(col(ReferendumRow.phase) != Phase.DRAFTED.value)
    return session.exec(query.order_by(col(ReferendumRow.opens_at).desc()).options(*_LIGHT)).all()


def votes_from_topic(session: Session, topic: str) -> Sequence[ReferendumRow]:
    """The proclaimed votes that were proposed from a council topic, by its key."""
    query = select(ReferendumRow).where(ReferendumRow.topic == topic, col(ReferendumRow.phase) != Phase.DRAFTED.value)
    return session.exec(query.order_by(col(ReferendumRow.opens_at).desc()).options(*_LIGHT)).all()


def votes_of(session: Session, person_id: int) -> Sequence[ReferendumRow]:
    """The votes on whose roll this person stands."""
    query = select(ReferendumRow).join(RollMemberRow, col(RollMemberRow.referendum_id) == col(ReferendumRow.id))
    query = query.where(RollMemberRow.person_id == person_id, col(ReferendumRow.phase) != Phase.DRAFTED.value)
    return session.exec(query.order_by(col(ReferendumRow.opens_at).desc()).options(*_LIGHT)).all()


def due_to_close(session: Session, now: datetime) -> Sequence[str]:
    """Slugs of open votes whose hour has come."""
    query = select(ReferendumRow.slug).where(ReferendumRow.phase == Phase.OPEN.value)
    return session.exec(query.where(col(ReferendumRow.closes_at) <= now)).all()


def closed_votes(session: Session) -> Sequence[str]:
    """Slugs of votes that are closed and not tallied yet."""
    return session.exec(select(ReferendumRow.slug).where(ReferendumRow.phase == Phase.CLOSED.value)).all()
