"""Roles, granted as data, and the pairs one account may not hold (security.md 3.1; AC-05, AC-09).

Citizen is no grant: it follows from an active person in the registry.
"""

import hashlib
from collections.abc import Set

from audit.refusal import N_
from identity.errors import RoleRefused

OFFICIAL = frozenset(
    {"secretariat", "committee", "registrar", "trustee", "auditor", "operator", "moderator", "service", "councillor"}
)
"""On the pages an operator proposes each of them and a second official confirms it; the command line gives at once."""
INCOMPATIBLE = frozenset(
    {
        frozenset({"operator", "trustee"}),
        frozenset({"operator", "committee"}),
        *(frozenset({"auditor", role}) for role in (OFFICIAL | {"representative"}) - {"auditor"}),
    }
)
SALT_BYTES = 32


REPRESENTATIVE = "representative"
"""Given with the certificate of a collective by the consultation room, and taken with it."""


def check_grant(role: str, held: Set[str], *, to_self: bool) -> None:
    """Raises RoleRefused: role.unknown, role.self, role.held, role.incompatible."""
    if role not in OFFICIAL | {REPRESENTATIVE}:
        raise RoleRefused("role.unknown", N_("There is no such role to grant."))
    if to_self:
        raise RoleRefused("role.self", N_("Nobody grants a role to themselves."), N_("Ask another system operator."))
    if role in held:
        raise RoleRefused("role.held", N_("This account has the role already."))
    if any(frozenset({role, other}) in INCOMPATIBLE for other in held):
        raise RoleRefused(
            "role.incompatible",
            N_("One person may not hold these roles together."),
            N_("Auditors hold no other office, and who runs the system neither keeps a key nor opens the box."),
        )


def check_confirmation(*, proposed_by: int | None, subject: int, by: int, related: bool) -> None:
    """Raises RoleRefused: a second official, who does not gain by it, has to look.

    `related`: one of the two owes a role to the other, so they may be one person with two accounts.
    """
    if by in {proposed_by, subject} or related:
        raise RoleRefused(
            "role.confirmation",
            N_("Somebody else has to confirm this role."),
            N_(
                "It takes an official whose own role was not proposed by the same person. If there is nobody yet, "
                "the role is given on the server: kalpi official grant."
            ),
        )


def check_revocation(role: str, held: Set[str], *, operators: int, from_self: bool) -> None:
    """Raises RoleRefused: role.not_held, role.last_operator, role.self."""
    if role not in held:
        raise RoleRefused("role.not_held", N_("This account does not have the role."))
    if role == "operator" and operators <= 1:
        raise RoleRefused(
            "role.last_operator", N_("The last system operator cannot be removed."), N_("Appoint another one first.")
        )
    if from_self:
        raise RoleRefused("role.self", N_("Nobody takes a role from themselves."), N_("Ask another system operator."))


def commitment(account_id: int, role: str, salt: bytes) -> bytes:
    """What the log says of the holder: SHA-256 over a tag, 32 salt bytes, account and role.

    Erasing the salt makes it unopenable for ever (GD-02).
    """
    return hashlib.sha256(b"kalpi-role-v1" + salt + account_id.to_bytes(8, "big") + role.encode()).digest()
