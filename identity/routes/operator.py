"""The operator's pages: who holds which role, invitations for officials, accounts that are closed for a time."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_, Refused
from identity.enrolment import LIFE
from identity.errors import AccountRefused, RoleRefused
from identity.letters import PrintedLetter
from identity.login import FRESH_OFFICIAL
from identity.roles import OFFICIAL
from identity.routes.door import is_fresh, keys, to_fresh
from identity.routes.registrar import letters_response
from identity.store.account import account, account_named, accounts, disable_account, display_name
from identity.store.grant import confirm_role, propose_role, revoke_role
from identity.store.letter import issue_invitation, open_invitations
from identity.store.login import end_logins
from identity.store.role import accounts_with_role, officials, related, waiting_grants
from pages import ROLE_NAMES, day
from web import Visit, endpoint


@endpoint
def show(visit: Visit) -> Response:
    visit.require("operator", "secretariat")
    return _page(visit) if is_fresh(visit) else to_fresh(visit)


@endpoint
def invite(visit: Visit) -> Response:
    """A letter for an official without an account, as a PDF."""
    login = _operator(visit)
    name, role = visit.form.get("name", "").strip()[:100], visit.form.get("role", "")
    if not name or role not in OFFICIAL:
        return _page(visit, RoleRefused("role.unknown", N_("Give a name and choose a role.")))
    key = keys(visit).letters
    row, code = issue_invitation(visit.session, key, visit.now, name=name, role=role, by=login)
    until = day(visit.now + LIFE, visit.language)
    return letters_response(visit, [PrintedLetter(name, "", row.number, code, until, visit.gettext(ROLE_NAMES[role]))])


@endpoint
def grant(visit: Visit) -> Response:
    by = _operator(visit)
    role = visit.form.get("given_role", "")
    try:
        propose_role(visit.session, _named(visit), role, visit.now, by)
    except RoleRefused as refused:
        return _page(visit, refused)
    return visit.redirect("/operator", visit.gettext(N_("The role waits for a second official.")))


@endpoint
def confirm(visit: Visit) -> Response:
    """The second look may be the secretariat's, if the command line made that one: one operator is then enough."""
    visit.require("operator", "secretariat")
    by = visit.require_fresh_totp(FRESH_OFFICIAL).account_id
    try:
        confirm_role(visit.session, int(visit.path["grant_id"]), visit.now, by)
    except RoleRefused as refused:
        return _page(visit, refused)
    return visit.redirect("/operator", visit.gettext(N_("The role is given.")))


@endpoint
def revoke(visit: Visit) -> Response:
    by = _operator(visit)
    try:
        revoke_role(visit.session, int(visit.path["account_id"]), visit.form.get("role", ""), visit.now, by)
    except RoleRefused as refused:
        return _page(visit, refused)
    return visit.redirect("/operator", visit.gettext(N_("The role is taken back.")))


@endpoint
def close(visit: Visit) -> Response:
    """Disable an account, or enable it again: `state` is `closed` or `open`."""
    by, account_id = _operator(visit), int(visit.path["account_id"])
    row = account(visit.session, account_id)
    operators = accounts_with_role(visit.session, "operator")
    if row is None or account_id == by or operators == [account_id]:
        return _page(visit, AccountRefused("account.own", N_("This account cannot be closed by you.")))
    closing = visit.form.get("state") != "open"
    disable_account(visit.session, account_id, visit.now if closing else None)
    end_logins(visit.session, account_id)
    return visit.redirect("/operator", visit.gettext(N_("The account is changed.")))


def _named(visit: Visit) -> int:
    row = account_named(visit.session, visit.form.get("login_name", "").strip().casefold())
    if row is None:
        raise RoleRefused("account.unknown", N_("There is no account with this login name."))
    return row.id or 0


def _operator(visit: Visit) -> int:
    """The account id, after a fresh one-time code (ID-18)."""
    visit.require("operator")
    return visit.require_fresh_totp(FRESH_OFFICIAL).account_id


def _page(visit: Visit, refused: Refused | None = None) -> Response:
    login = visit.require("operator", "secretariat")
    session, held = visit.session, officials(visit.session)
    people = [
        {
            "id": row.id,
            "name": display_name(session, row.id or 0),
            "login_name": row.login_name,
            "closed": row.disabled_at is not None,
            "roles": [(role, visit.gettext(ROLE_NAMES[role])) for role in held[row.id or 0]],
        }
        for row in accounts(session, held)
    ]
    waiting = [
        {
            "id": grant.id,
            "name": display_name(session, grant.account_id),
            "role": visit.gettext(ROLE_NAMES[grant.role]),
            "mine": login.account_id in {grant.granted_by, grant.account_id}
            or related(session, grant.granted_by, login.account_id),
        }
        for grant in waiting_grants(session)
    ]
    invited = [
        (row.official_name, visit.gettext(ROLE_NAMES[row.role]), row.expires_at)
        for row in open_invitations(session, visit.now)
    ]
    return visit.page(
        "identity/operator.html",
        refused.status if refused else 200,
        people=people,
        waiting=waiting,
        invited=invited,
        roles=[(role, visit.gettext(ROLE_NAMES[role])) for role in sorted(OFFICIAL)],
        may_grant="operator" in login.roles,
        refused=refused,
    )


def routes() -> list[BaseRoute]:
    return [
        Route("/operator", show, methods=["GET"]),
        Route("/operator/invitations", invite, methods=["POST"]),
        Route("/operator/roles", grant, methods=["POST"]),
        Route("/operator/confirmations/{grant_id:int}", confirm, methods=["POST"]),
        Route("/operator/accounts/{account_id:int}/revocations", revoke, methods=["POST"]),
        Route("/operator/accounts/{account_id:int}/state", close, methods=["POST"]),
    ]
