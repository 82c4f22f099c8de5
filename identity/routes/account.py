"""My account: where I am logged in, recovery codes, authenticator, password, and what happened lately."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_, Refused
from identity.errors import AccountRefused, CodeRefused, PasswordRefused, SealBroken
from identity.login import FRESH_OFFICIAL
from identity.password import LONGEST, SHORTEST, check_password, check_repeated
from identity.recovery import new_codes
from identity.routes.activation import qr_drawing
from identity.routes.door import is_fresh, keys, to_fresh
from identity.store import account as accounts
from identity.store.admission import may_change_authenticator
from identity.store.card import card_of
from identity.store.event import events, note
from identity.store.login import end_login_of, end_logins, logins
from identity.store.message import unread
from identity.totp import new_secret, setup_uri, spelled, verify_code
from pages import ROLE_NAMES
from web import LoginNeeded, Visit, endpoint

EVENT_WORDS = {
    "account.opened": N_("The account was opened."),
    "login.opened": N_("Somebody logged in."),
    "login.password_refused": N_("A password was refused."),
    "login.code_refused": N_("A one-time or recovery code was refused."),
    "recovery.used": N_("A recovery code was used."),
    "recovery.replaced": N_("New recovery codes were made."),
    "authenticator.changed": N_("The authenticator app was set up anew."),
    "password.changed": N_("The password was changed."),
    "role.granted": N_("A role was given to you."),
    "role.revoked": N_("A role was taken from you."),
}


@endpoint
def show(visit: Visit) -> Response:
    login = visit.require()
    row = _row(visit)
    return visit.page(
        "identity/account.html",
        row=row,
        unread=unread(visit.session, login.account_id),
        roles=[visit.gettext(ROLE_NAMES[role]) for role in sorted(login.roles)],
        here=_login_id(visit),
        logins=logins(visit.session, login.account_id, visit.now),
        codes_left=accounts.recovery_codes_left(visit.session, login.account_id),
        card=card_of(visit.session, login.citizen_id) if login.citizen_id else None,
        events=[
            (event.at, visit.gettext(EVENT_WORDS[event.name])) for event in events(visit.session, login.account_id)
        ],
    )


@endpoint
def end_one(visit: Visit) -> Response:
    login = visit.require()
    end_login_of(visit.session, login.account_id, int(visit.path["login_id"]))
    return visit.redirect("/account", visit.gettext(N_("That login is ended.")))


@endpoint
def end_others(visit: Visit) -> Response:
    login = visit.require()
    end_logins(visit.session, login.account_id, but=_login_id(visit))
    return visit.redirect("/account", visit.gettext(N_("All other logins are ended.")))


@endpoint
def keep_phrase(visit: Visit) -> Response:
    login = visit.require()
    accounts.change_phrase(visit.session, login.account_id, visit.form.get("phrase", ""))
    return visit.redirect("/account", visit.gettext(N_("Your phrase is kept.")))


@endpoint
def renew_codes(visit: Visit) -> Response:
    login = visit.require_fresh_totp(FRESH_OFFICIAL)
    codes = new_codes()
    accounts.replace_recovery_codes(visit.session, login.account_id, codes, keys(visit).recovery)
    note(visit.session, login.account_id, "recovery.replaced", visit.now)
    printed = [code.printed(group=6) for code in codes]
    return visit.page("identity/recovery_codes.html", codes=printed, login_name=_row(visit).login_name, first=False)


@endpoint
def show_codes(visit: Visit) -> Response:
    visit.require()
    return visit.page("identity/new_recovery_codes.html") if is_fresh(visit) else to_fresh(visit)


@endpoint
def show_authenticator(visit: Visit) -> Response:
    login = visit.require()
    if not may_change_authenticator(visit.session, _login_id(visit), visit.now):
        return to_fresh(visit)
    secret = new_secret()
    sealed = keys(visit).vault.seal(secret.encode("ascii"), _new_place(visit)).hex()
    return _authenticator_page(visit, login.account_id, secret, sealed)


@endpoint
def change_authenticator(visit: Visit) -> Response:
    login = visit.require()
    if not may_change_authenticator(visit.session, _login_id(visit), visit.now):
        return to_fresh(visit)
    sealed = visit.form.get("sealed", "")
    try:
        secret = keys(visit).vault.open(bytes.fromhex(sealed), _new_place(visit)).decode("ascii")
    except (ValueError, SealBroken):
        return visit.redirect("/account/authenticator")
    try:
        step = verify_code(secret, visit.form.get("code", ""), visit.now, 0)
    except CodeRefused as refused:
        return _authenticator_page(visit, login.account_id, secret, sealed, refused)
    accounts.change_authenticator(visit.session, _row(visit), secret, step, keys(visit).vault)
    end_logins(visit.session, login.account_id, but=_login_id(visit))
    note(visit.session, login.account_id, "authenticator.changed", visit.now)
    return visit.redirect("/account", visit.gettext(N_("The new authenticator app is in use.")))


@endpoint
def show_password(visit: Visit) -> Response:
    visit.require()
    return _password_page(visit) if is_fresh(visit) else to_fresh(visit)


@endpoint
def change_password(visit: Visit) -> Response:
    login = visit.require_fresh_totp(FRESH_OFFICIAL)
    with visit.db.reading() as session:  # hashing takes long, so no writing transaction is open yet
        row = session.get_one(accounts.AccountRow, login.account_id)
        stored, name = row.password_hash, row.login_name
    password = visit.form.get("password", "")
    try:
        keys(visit).passwords.check(stored, visit.form.get("old", ""))
        check_password(password, name, login.name, visit.settings.municipality)
        check_repeated(password, visit.form.get("again", ""))
        password_hash = keys(visit).passwords.hash(password)
    except PasswordRefused as refused:
        return _password_page(visit, refused)
    accounts.change_password(visit.session, _row(visit), password_hash)
    end_logins(visit.session, login.account_id, but=_login_id(visit))
    note(visit.session, login.account_id, "password.changed", visit.now)
    return visit.redirect("/account", visit.gettext(N_("The new password is in use.")))


def _row(visit: Visit) -> accounts.AccountRow:
    row = accounts.account(visit.session, visit.require().account_id)
    if row is None:
        raise AccountRefused("account.unknown", N_("There is no such account."))
    return row


def _login_id(visit: Visit) -> int:
    login_id = getattr(visit.login, "login_id", None)
    if not isinstance(login_id, int):
        raise LoginNeeded("login.needed", N_("Please log in to see this page."))
    return login_id


def _new_place(visit: Visit) -> str:
    """A secret shown to this login dies with it."""
    return f"login/{_login_id(visit)}/totp"


def _authenticator_page(
    visit: Visit, account_id: int, secret: str, sealed: str, refused: Refused | None = None
) -> Response:
    row = accounts.account(visit.session, account_id)
    return visit.page(
        "identity/authenticator.html",
        refused.status if refused else 200,
        qr=qr_drawing(setup_uri(secret, row.login_name if row else "", visit.settings.municipality)),
        secret=spelled(secret),
        sealed=sealed,
        refused=refused,
    )


def _password_page(visit: Visit, refused: Refused | None = None) -> Response:
    status = refused.status if refused else 200
    return visit.page(
        "identity/password.html",
        status,
        login_name=_row(visit).login_name,
        shortest=SHORTEST,
        longest=LONGEST,
        refused=refused,
    )


def routes() -> list[BaseRoute]:
    return [
        Route("/account", show, methods=["GET"]),
        Route("/account/logins/{login_id:int}/ending", end_one, methods=["POST"]),
        Route("/account/logins/ending", end_others, methods=["POST"]),
        Route("/account/phrase", keep_phrase, methods=["POST"]),
        Route("/account/recovery-codes", show_codes, methods=["GET"]),
        Route("/account/recovery-codes", renew_codes, methods=["POST"]),
        Route("/account/authenticator", show_authenticator, methods=["GET"]),
        Route("/account/authenticator", change_authenticator, methods=["POST"]),
        Route("/account/password", show_password, methods=["GET"]),
        Route("/account/password", change_password, methods=["POST"]),
    ]
