"""Rows of collectives and of those who speak for them. The role itself is a grant of the account (identity)."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from audit import entry
from audit import store as log
from audit.refusal import N_
from consultation.collective import Certificate, certificate_content
from consultation.commitment import SALT_BYTES, representative_commitment
from consultation.errors import Incomplete, WrongState
from consultation.store.once_public import readable_contribution
from consultation.store.participation_tables import CollectiveRow, ContributionRow, RepresentativeRow
from consultation.store.visibility import nothing_here
from crypto.encoding import sha256_hex
from identity.enrolment import login_name as spelled_name
from identity.errors import AccountRefused
from identity.roles import REPRESENTATIVE
from identity.store.account import AccountRow, account_named, locked_account
from identity.store.grant import grant_role, revoke_role
from identity.store.person import is_active
from identity.store.role import roles_of


def certify(session: Session, certificate: Certificate, now: datetime) -> CollectiveRow:
    row = CollectiveRow(
        name=certificate.name,
        kind=certificate.kind,
        purpose=certificate.purpose,
        certificate=certificate.shown,
        created_at=now,
        modified_at=now,
    )
    session.add(row)
    session.flush()
    digest = sha256_hex(certificate_content(row.key, certificate))
    log.append(session, entry.make("collective-certified", collective=row.key, certificate=digest))
    return row


def collective(session: Session, key: str) -> CollectiveRow:
    """Raises NotFound."""
    row = session.exec(select(CollectiveRow).where(CollectiveRow.key == key)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def locked_collective(session: Session, key: str) -> CollectiveRow:
    """As `collective`, and nobody else changes its representatives before this transaction ends."""
    session.exec(select(CollectiveRow.id).where(CollectiveRow.key == key).with_for_update()).first()
    return collective(session, key)


def collectives(session: Session) -> Sequence[CollectiveRow]:
    """By name."""
    query = select(CollectiveRow).where(col(CollectiveRow.deleted_at).is_(None))
    return session.exec(query.order_by(CollectiveRow.name, col(CollectiveRow.id))).all()


def collective_names(session: Session, ids: Iterable[int | None]) -> dict[int, CollectiveRow]:
    """By id."""
    query = select(CollectiveRow).where(col(CollectiveRow.id).in_([number for number in ids if number]))
    return {row.id or 0: row for row in session.exec(query)}


def appoint(session: Session, group: CollectiveRow, login_name: str, now: datetime, by: int) -> RepresentativeRow:
    """Certify that a citizen speaks for the collective; the role is granted with the first such certificate.

    Raises Incomplete (representative.unknown), WrongState (representative.twice), RoleRefused.
    """
    account = _account(session, login_name)
    if account is None or account.disabled_at or account.person_id is None or not is_active(session, account.person_id):
        raise Incomplete(
            "representative.unknown",
            N_("There is no certified citizen with this login name."),
            N_("Ask the representative with which name they log in."),
            field="login_name",
        )
    account_id = account.id or 0
    if any(row.account_id == account_id for row, _ in representatives(session, group.id or 0)):
        raise WrongState("representative.twice", N_("This citizen represents the collective already."))
    if REPRESENTATIVE not in roles_of(session, account_id):
        grant_role(session, account_id, REPRESENTATIVE, now, by)
    salt = secrets.token_bytes(SALT_BYTES)
    row = RepresentativeRow(
        collective_id=group.id or 0,
        account_id=account_id,
        salt=salt,
        commitment=representative_commitment(account_id, group.key, salt),
        since=now,
    )
    session.add(row)
    session.flush()
    _log(session, "representative-certified", group, row)
    return row


def end(session: Session, group: CollectiveRow, representative_id: int, now: datetime, by: int) -> None:
    """The citizen no longer speaks for the collective; with the last such certificate the role goes too.

    Raises NotFound, RoleRefused.
    """
    row = session.get(RepresentativeRow, representative_id)
    if row is None or row.collective_id != group.id or row.until is not None:
        raise nothing_here()
    locked_account(session, row.account_id)
    row.until = now
    session.add(row)
    session.flush()
    if not spoken_for(session, row.account_id) and REPRESENTATIVE in roles_of(session, row.account_id):
        revoke_role(session, row.account_id, REPRESENTATIVE, now, by)
    _log(session, "representative-ended", group, row)


def representatives(session: Session, collective_id: int) -> Sequence[tuple[RepresentativeRow, AccountRow]]:
    """Those of now."""
    query = (
        select(RepresentativeRow, AccountRow)
        .join(AccountRow, col(AccountRow.id) == RepresentativeRow.account_id)
        .where(RepresentativeRow.collective_id == collective_id, col(RepresentativeRow.until).is_(None))
    )
    return session.exec(query.order_by(col(RepresentativeRow.id))).all()


def spoken_for(session: Session, account_id: int) -> Sequence[CollectiveRow]:
    """The collectives that the account may speak for now, by name."""
    query = (
        select(CollectiveRow)
        .join(RepresentativeRow, col(RepresentativeRow.collective_id) == CollectiveRow.id)
        .where(RepresentativeRow.account_id == account_id, col(RepresentativeRow.until).is_(None))
        .where(col(CollectiveRow.deleted_at).is_(None))
    )
    return session.exec(query.order_by(CollectiveRow.name)).all()


def voices(session: Session) -> dict[int, int]:
    """How many public contributions each collective has made, by its id."""
    query = select(ContributionRow.collective_id, func.count()).where(
        col(ContributionRow.collective_id).is_not(None), *readable_contribution()
    )
    return {number or 0: count for number, count in session.exec(query.group_by(col(ContributionRow.collective_id)))}


def _account(session: Session, login_name: str) -> AccountRow | None:
    try:
        named = account_named(session, spelled_name(login_name))
    except AccountRefused:
        return None
    return locked_account(session, named.id or 0) if named else None


def _log(session: Session, kind: str, group: CollectiveRow, row: RepresentativeRow) -> None:
    log.append(session, entry.make(kind, collective=group.key, representative=row.commitment))
