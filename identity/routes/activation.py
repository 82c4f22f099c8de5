"""From the letter to an account: code and birth date, name and password, authenticator app, recovery codes."""

import segno
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import Refused
from identity.enrolment import LETTER_DIGITS, login_name, parse_birth_date
from identity.errors import (
    AccountRefused,
    ActivationRefused,
    CodeRefused,
    NameTaken,
    PasswordRefused,
    TooManyAttempts,
)
from identity.login import browser_name
from identity.password import LONGEST, SHORTEST, check_password, check_repeated
from identity.routes.door import enter, keys
from identity.store.account import account_named, check_free
from identity.store.enrolling import choose_name, enrolled_secret, letter_of, open_account, show_letter
from identity.store.letter import EnrolmentRow, enrolment
from identity.store.login import open_login
from identity.store.person import person_name
from identity.totp import setup_uri, spelled
from web import Visit, endpoint

COOKIE = "enrolment"
MINUTES = 30
QUIET = 4
"""Light modules around a QR symbol (ISO/IEC 18004)."""


@endpoint
def show_code(visit: Visit) -> Response:
    number = visit.query.get("letter", "")
    return _code_page(visit, number if number.isascii() and number.isdecimal() else "")


@endpoint
def check_code(visit: Visit) -> Response:
    number, code = visit.form.get("letter", ""), visit.form.get("code", "")
    born = parse_birth_date(visit.form.get("birth_date", ""))
    try:
        token = show_letter(visit.session, keys(visit), number, code, born, visit.address, visit.now)
    except (ActivationRefused, TooManyAttempts) as refused:
        return _code_page(visit, number, refused)  # returning keeps the count of failures
    response = visit.redirect("/activate/password")
    visit.set_cookie(response, COOKIE, token, MINUTES * 60)
    return response


@endpoint
def show_password(visit: Visit) -> Response:
    return _password_page(visit, _enrolment(visit))


@endpoint
def choose_password(visit: Visit) -> Response:
    name, password = visit.form.get("name", ""), visit.form.get("password", "")
    with visit.db.reading() as session:  # hashing takes long, so no writing transaction is open yet
        row = enrolment(session, _token(visit), visit.now)
        letter = letter_of(session, row) if row else None
        taken = account_named(session, name.strip().casefold()) is not None
        own = letter.official_name if letter else ""
        own += " " + person_name(session, letter.person_id) if letter and letter.person_id else ""
    if row is None:
        raise ActivationRefused
    try:
        spelling = login_name(name)
        check_free(taken)
        check_password(password, spelling, own, visit.settings.municipality)
        check_repeated(password, visit.form.get("again", ""))
        password_hash = keys(visit).passwords.hash(password)
    except (AccountRefused, NameTaken, PasswordRefused) as refused:
        return _password_page(visit, row, name, refused)
    choose_name(visit.session, keys(visit), _enrolment(visit), spelling, password_hash)
    return visit.redirect("/activate/authenticator")


@endpoint
def show_authenticator(visit: Visit) -> Response:
    row = _enrolment(visit)
    if not row.totp_secret:
        return visit.redirect("/activate/password")
    return _authenticator_page(visit, row)


@endpoint
def confirm_authenticator(visit: Visit) -> Response:
    row = _enrolment(visit)
    if not row.totp_secret:
        return visit.redirect("/activate/password")
    try:
        account, codes = open_account(visit.session, keys(visit), row, visit.form.get("code", ""), visit.now)
    except CodeRefused as refused:
        return _authenticator_page(visit, row, refused)
    browser = browser_name(visit.request.headers.get("user-agent", ""))
    account_id = account.id or 0
    token = open_login(visit.session, account_id, visit.now, browser=browser)
    printed = [code.printed(group=6) for code in codes]
    response = visit.page("identity/recovery_codes.html", codes=printed, login_name=account.login_name, first=True)
    response.delete_cookie(visit.cookie_name(COOKIE), path="/", secure=visit.settings.secure, httponly=True)
    return enter(visit, response, account_id, token)


def qr_drawing(content: str) -> tuple[int, str]:
    """A QR symbol as the side of its square and an SVG path, drawn here, so that nobody else learns it (ID-10)."""
    matrix = segno.make(content, error="m", micro=False).matrix
    modules = [(x + QUIET, y + QUIET) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark]
    return len(matrix) + 2 * QUIET, "".join(f"M{x} {y}h1v1h-1z" for x, y in modules)


def _enrolment(visit: Visit) -> EnrolmentRow:
    """Raises ActivationRefused when none has begun or half an hour is over."""
    row = enrolment(visit.session, _token(visit), visit.now)
    if row is None:
        raise ActivationRefused
    return row


def _token(visit: Visit) -> str:
    return visit.request.cookies.get(visit.cookie_name(COOKIE), "")


def _code_page(visit: Visit, number: str, refused: Refused | None = None) -> Response:
    status = refused.status if refused else 200
    return visit.page("identity/activate.html", status, number=number, digits=LETTER_DIGITS, refused=refused)


def _password_page(visit: Visit, row: EnrolmentRow, name: str = "", refused: Refused | None = None) -> Response:
    return visit.page(
        "identity/activate_password.html",
        refused.status if refused else 200,
        name=name or row.login_name,
        shortest=SHORTEST,
        longest=LONGEST,
        refused=refused,
    )


def _authenticator_page(visit: Visit, row: EnrolmentRow, refused: Refused | None = None) -> Response:
    secret = enrolled_secret(keys(visit), row)
    return visit.page(
        "identity/activate_authenticator.html",
        refused.status if refused else 200,
        qr=qr_drawing(setup_uri(secret, row.login_name, visit.settings.municipality)),
        secret=spelled(secret),
        login_name=row.login_name,
        refused=refused,
    )


def routes() -> list[BaseRoute]:
    return [
        Route("/activate", show_code, methods=["GET"]),
        Route("/activate", check_code, methods=["POST"]),
        Route("/activate/password", show_password, methods=["GET"]),
        Route("/activate/password", choose_password, methods=["POST"]),
        Route("/activate/authenticator", show_authenticator, methods=["GET"]),
        Route("/activate/authenticator", confirm_authenticator, methods=["POST"]),
    ]
