"""Logging in: password, then one-time code; a fresh code for steps that matter; logging out."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_, Refused
from identity.errors import CodeRefused, LoginRefused, TooManyAttempts
from identity.login import browser_name
from identity.routes.door import enter, keys, source
from identity.store.account import account, recovery_codes_left
from identity.store.admission import check_password, check_second_factor
from identity.store.event import note
from identity.store.login import end_login, find_half, open_half, open_login, renew
from web import LoginNeeded, Visit, endpoint, local_path


@endpoint
def show_login(visit: Visit) -> Response:
    if visit.login is not None:
        return visit.redirect(local_path(visit.query.get("next", "/account")))
    return _login_page(visit, visit.query.get("next", ""))


@endpoint
def check_login(visit: Visit) -> Response:
    name, next_path = visit.form.get("name", ""), visit.form.get("next", "")
    try:
        account_id = check_password(
            visit.db, keys(visit), name, visit.form.get("password", ""), source(visit), visit.now
        )
    except (LoginRefused, TooManyAttempts) as refused:
        return _login_page(visit, next_path, name, refused)
    if visit.token:
        end_login(visit.session, visit.token)
    browser = browser_name(visit.request.headers.get("user-agent", ""))
    token = open_half(visit.session, account_id, visit.now, browser=browser, next_path=next_path)
    response = visit.redirect("/login/code")
    visit.set_cookie(response, "sid", token)
    return response


@endpoint
def show_code(visit: Visit) -> Response:
    half = find_half(visit.session, visit.token, visit.now)
    if half is None:
        return visit.redirect("/login")
    return _code_page(visit, half.account_id)


@endpoint
def check_code(visit: Visit) -> Response:
    half = find_half(visit.session, visit.token, visit.now)
    if half is None:
        raise LoginNeeded("login.half_expired", N_("The five minutes for the code are over. Please log in again."))
    text = visit.form.get("code", "") or visit.form.get("recovery", "")
    try:
        fresh = check_second_factor(visit.session, keys(visit), half.account_id, text, source(visit), visit.now)
    except (CodeRefused, TooManyAttempts) as refused:
        return _code_page(visit, half.account_id, refused)  # returning keeps the count of failures
    end_login(visit.session, visit.token)
    token = open_login(visit.session, half.account_id, visit.now, browser=half.browser, fresh=fresh)
    note(visit.session, half.account_id, "login.opened", visit.now)
    target = local_path(half.next_path or "/account") if fresh else "/account/authenticator"
    return enter(visit, visit.redirect(target), half.account_id, token)


@endpoint
def show_fresh(visit: Visit) -> Response:
    login = visit.require()
    return _fresh_page(visit, login.account_id, visit.query.get("next", ""))


@endpoint
def check_fresh(visit: Visit) -> Response:
    """The step-up. JSON `{"code"}` is answered with the new form token, for pages that must not be left."""
    login = visit.require()
    sent = visit.body.json() if visit.body.is_json else dict(visit.form)
    fields = sent if isinstance(sent, dict) else {}
    text, next_path = str(fields.get("code", "")), str(fields.get("next", ""))
    try:
        check_second_factor(
            visit.session, keys(visit), login.account_id, text, source(visit), visit.now, recovery=False
        )
    except (CodeRefused, TooManyAttempts) as refused:
        if visit.body.is_json:
            sentence = visit.gettext(refused.sentence, **refused.fields)
            advice = visit.gettext(refused.advice, **refused.fields) if refused.advice else ""
            return visit.json({"code": refused.code, "sentence": sentence, "advice": advice}, refused.status)
        return _fresh_page(visit, login.account_id, next_path, refused)
    token = renew(visit.session, visit.token, visit.now)
    visit.request.cookies[visit.cookie_name("sid")] = token  # so that `csrf` below is the new login's
    target = local_path(next_path or "/account")
    response = visit.json({"csrf": visit.csrf}) if visit.body.is_json else visit.redirect(target)
    return enter(visit, response, login.account_id, token)


@endpoint
def log_out(visit: Visit) -> Response:
    end_login(visit.session, visit.token)
    response = visit.redirect("/", visit.gettext(N_("You are logged out.")))
    visit.forget_login(response)
    return response


def _login_page(visit: Visit, next_path: str, name: str = "", refused: Refused | None = None) -> Response:
    status = refused.status if refused else 200
    return visit.page("identity/login.html", status, next=next_path, name=name, refused=refused)


def _code_page(visit: Visit, account_id: int, refused: Refused | None = None) -> Response:
    row = account(visit.session, account_id)
    return visit.page(
        "identity/code.html",
        refused.status if refused else 200,
        refused=refused,
        phrase=row.phrase if row else "",
        codes_left=recovery_codes_left(visit.session, account_id),
    )


def _fresh_page(visit: Visit, account_id: int, next_path: str, refused: Refused | None = None) -> Response:
    row = account(visit.session, account_id)
    status = refused.status if refused else 200
    return visit.page("identity/fresh.html", status, refused=refused, next=next_path, phrase=row.phrase if row else "")


def routes() -> list[BaseRoute]:
    return [
        Route("/login", show_login, methods=["GET"]),
        Route("/login", check_login, methods=["POST"]),
        Route("/login/code", show_code, methods=["GET"]),
        Route("/login/code", check_code, methods=["POST"]),
        Route("/login/fresh", show_fresh, methods=["GET"]),
        Route("/login/fresh", check_fresh, methods=["POST"]),
        Route("/logout", log_out, methods=["POST"]),
    ]
