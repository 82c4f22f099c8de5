"""Bodies, factions, councillors and who sits where."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session, col, or_, select

from audit.refusal import N_
from consultation.errors import Incomplete
from consultation.store.council_tables import BodyRow, CouncillorRow, FactionRow, MembershipRow
from consultation.store.visibility import nothing_here

ROLE_ORDER = ("mayor", "chair", "vice_chair", "clerk", "deputy_mayor", "member")


def bodies(session: Session) -> list[BodyRow]:
    return list(session.exec(select(BodyRow).where(col(BodyRow.deleted_at).is_(None)).order_by(col(BodyRow.id))))


def body_for_change(session: Session, key: str) -> BodyRow:
    """Raises NotFound."""
    query = select(BodyRow).where(BodyRow.key == key).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def body_names(session: Session, ids: Iterable[int]) -> dict[int, BodyRow]:
    return {row.id or 0: row for row in session.exec(select(BodyRow).where(col(BodyRow.id).in_([*ids])))}


def factions(session: Session) -> list[FactionRow]:
    query = select(FactionRow).where(col(FactionRow.deleted_at).is_(None)).order_by(FactionRow.name)
    return list(session.exec(query))


def faction(session: Session, key: str) -> FactionRow:
    """Raises NotFound."""
    row = session.exec(select(FactionRow).where(FactionRow.key == key)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def councillors(session: Session) -> list[CouncillorRow]:
    query = select(CouncillorRow).where(col(CouncillorRow.deleted_at).is_(None)).order_by(CouncillorRow.name)
    return list(session.exec(query))


def councillor_for_change(session: Session, key: str) -> CouncillorRow:
    """Raises NotFound."""
    query = select(CouncillorRow).where(CouncillorRow.key == key).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def account_taken(session: Session, account_id: int, councillor: CouncillorRow | None) -> bool:
    """Whether another councillor has this account."""
    other = session.exec(select(CouncillorRow).where(CouncillorRow.account_id == account_id)).first()
    return other is not None and (councillor is None or other.id != councillor.id)


def members(session: Session, body_id: int, day: date) -> list[tuple[MembershipRow, CouncillorRow, FactionRow | None]]:
    """Who sits in a body on a day, its chair first."""
    query = (
        select(MembershipRow, CouncillorRow, FactionRow)
        .join(CouncillorRow, col(CouncillorRow.id) == MembershipRow.councillor_id)
        .outerjoin(FactionRow, col(FactionRow.id) == CouncillorRow.faction_id)
        .where(
            MembershipRow.body_id == body_id,
            col(MembershipRow.deleted_at).is_(None),
            MembershipRow.since <= day,
            or_(col(MembershipRow.until).is_(None), col(MembershipRow.until) >= day),
        )
    )
    found = [(membership, councillor, faction) for membership, councillor, faction in session.exec(query)]
    return sorted(found, key=lambda item: (_rank(item[0].role), item[1].name))


def membership_for_change(session: Session, key: str) -> MembershipRow:
    """Raises NotFound."""
    query = select(MembershipRow).where(MembershipRow.key == key).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def check_seat_free(session: Session, councillor: CouncillorRow, body: BodyRow, day: date) -> None:
    """Nobody sits twice in one body. Raises Incomplete (membership.twice)."""
    if any(seated.id == councillor.id for _, seated, _ in members(session, body.id or 0, day)):
        raise Incomplete("membership.twice", N_("This person is a member of the body already."), field="councillor")


def save(session: Session, row: BodyRow | FactionRow | CouncillorRow | MembershipRow, now: datetime) -> None:
    row.modified_at = now
    session.add(row)
    session.flush()


def _rank(role: str) -> int:
    return ROLE_ORDER.index(role) if role in ROLE_ORDER else len(ROLE_ORDER)
