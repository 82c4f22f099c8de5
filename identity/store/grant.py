"""Giving and taking roles. What takes effect is an entry of the public log, without a name."""

import secrets
from datetime import datetime

from sqlmodel import Session, col, select

from audit import entry
from audit import store as log
from audit.refusal import N_
from identity.errors import RoleRefused
from identity.roles import REPRESENTATIVE, SALT_BYTES, check_confirmation, check_grant, check_revocation, commitment
from identity.store.account import AccountRow
from identity.store.event import note
from identity.store.login import end_logins
from identity.store.role import GrantRow, accounts_with_role, held_or_proposed, related, roles_of


def grant_role(session: Session, account_id: int, role: str, now: datetime, by: int | None = None) -> GrantRow:
    """Give a role at once, with its log entry. Raises RoleRefused.

    For the command line and its invitations; pages use `propose_role`.
    """
    check_grant(role, held_or_proposed(session, account_id), to_self=by == account_id)
    return _effect(session, _propose(session, account_id, role, now, by), now)


def propose_role(session: Session, account_id: int, role: str, now: datetime, by: int) -> GrantRow:
    """As `grant_role`, but the role waits for a second official (AC-05)."""
    check_grant(role, held_or_proposed(session, account_id), to_self=by == account_id)
    if role == REPRESENTATIVE:
        raise RoleRefused("role.unknown", N_("A representative is certified with the collective."))
    return _propose(session, account_id, role, now, by)


def confirm_role(session: Session, grant_id: int, now: datetime, by: int) -> GrantRow:
    """The second official. Raises RoleRefused (role.unknown, role.confirmation, role.incompatible)."""
    row = session.get(GrantRow, grant_id, with_for_update=True)
    if row is None or row.granted_at is not None or row.revoked_at is not None:
        raise RoleRefused("role.unknown", N_("There is no such role to confirm."))
    check_confirmation(
        proposed_by=row.granted_by, subject=row.account_id, by=by, related=related(session, row.granted_by, by)
    )
    check_grant(row.role, roles_of(session, row.account_id), to_self=False)
    row.confirmed_by = by
    return _effect(session, row, now)


def revoke_role(session: Session, account_id: int, role: str, now: datetime, by: int | None = None) -> None:
    """Take a role away, effective at the holder's next request (ID-17). Raises RoleRefused."""
    query = select(GrantRow).where(
        GrantRow.account_id == account_id, GrantRow.role == role, col(GrantRow.revoked_at).is_(None)
    )
    row = session.exec(query.with_for_update()).first()
    waiting = row is not None and row.granted_at is None  # a proposal can be withdrawn beside the only operator
    check_revocation(
        role,
        {role} if row else set(),
        operators=len(accounts_with_role(session, "operator")) + waiting,
        from_self=by == account_id,
    )
    if row is None:
        return
    row.revoked_at, row.revoked_by = now, by
    session.add(row)
    session.flush()
    if row.granted_at is not None:
        _log(session, "role-revoked", row)
        end_logins(session, account_id)
        note(session, account_id, "role.revoked", now)


def _propose(session: Session, account_id: int, role: str, now: datetime, by: int | None) -> GrantRow:
    session.get(AccountRow, account_id, with_for_update=True)  # two grants at once see each other
    row = GrantRow(
        account_id=account_id, role=role, salt=secrets.token_bytes(SALT_BYTES), granted_by=by, proposed_at=now
    )
    session.add(row)
    session.flush()
    return row


def _effect(session: Session, row: GrantRow, now: datetime) -> GrantRow:
    row.granted_at = now
    session.add(row)
    session.flush()
    _log(session, "role-granted", row)
    end_logins(session, row.account_id)  # the token of a login never outlives a change of its powers (ID-15)
    note(session, row.account_id, "role.granted", now)
    return row


def _log(session: Session, kind: str, row: GrantRow) -> None:
    subject = commitment(row.account_id, row.role, row.salt).hex()
    log.append(session, entry.make(kind, role=row.role, subject=subject))
