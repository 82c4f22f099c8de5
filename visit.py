"""One request on its way through a handler: who, when, what was sent, and the ways to answer.

Handlers import `Visit` from `web`, which also says how they are called.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from assets import Asset, import_map
from audit.refusal import N_, Refused
from body import BadRequest, Body
from crypto.encoding import Json
from db import Database
from gate import BOOTH_POLICY, SITE_POLICY
from pages import LANGUAGES, ROLE_NAMES, render, translations
from settings import Settings

SAFE = frozenset({"GET", "HEAD"})
FRESH_MINUTES = 10
"""How long after a one-time code `Login.fresh_until` is set; the longest step-up anybody may ask for."""
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_LOCAL = re.compile(r"/(?!/)[A-Za-z0-9/_.~-]*(\?[A-Za-z0-9=&_.~%+-]*)?", re.ASCII)


class LoginNeeded(Refused):
    status = 401


class RoleNeeded(Refused):
    status = 403


class FreshCodeNeeded(Refused):
    status = 403


class NotFound(Refused):
    status = 404


class Login(Protocol):
    """Who is here. `fresh_until` is FRESH_MINUTES after the last one-time code."""

    @property
    def citizen_id(self) -> int | None: ...
    @property
    def account_id(self) -> int: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def name(self) -> str: ...
    @property
    def fresh_until(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class House:
    """What `app.create_app` hands to every visit, kept as `app.state.house`."""

    settings: Settings
    db: Database
    clock: Callable[[], datetime]
    find_login: Callable[[Database, str, datetime], Login | None]  # by the token of the login cookie
    assets: dict[str, Asset] = field(default_factory=dict)
    after_write: Callable[[], None] = lambda: None  # called when a visit has committed: the sequencer's nudge
    parts: dict[str, Any] = field(default_factory=dict)  # callables and workers one room lends another, by name


class Visit:
    """One request on its way through a handler."""

    def __init__(self, request: Request, house: House, body: Body, exits: ExitStack | None) -> None:
        """Without `exits` there is no session: an error page, or an asynchronous handler."""
        self.request, self.house, self.body = request, house, body
        self.settings, self.db = house.settings, house.db
        self.now = house.clock()
        self.form, self.files = body.form, body.files
        self.path: dict[str, str] = request.path_params
        self.query: dict[str, str] = {}
        chosen = request.cookies.get("language", "")
        self.language = chosen if chosen in LANGUAGES else house.settings.language
        self.nonce = secrets.token_urlsafe(16)
        self.login: Login | None = None
        self._exits = exits
        self._session: Session | None = None
        self._visitor = ""

    @property
    def session(self) -> Session:
        """The transaction of this visit, opened when first asked for."""
        if self._session is None:
            if self._exits is None:
                raise RuntimeError("this visit has no transaction; use visit.db in a worker thread")
            opened = self.db.reading() if self.request.method in SAFE else self.db.writing()
            self._session = self._exits.enter_context(opened)
        return self._session

    @property
    def token(self) -> str:
        """The login cookie as sent, valid or not; empty when there is none."""
        return self.request.cookies.get(self.cookie_name("sid"), "")

    @property
    def address(self) -> str:
        """Where the request came from, for limits; the proxy's word only if settings trust it."""
        return self.request.client.host if self.request.client else ""

    @property
    def wants_json(self) -> bool:
        return self.body.is_json or "application/json" in self.request.headers.get("accept", "")

    @property
    def csrf(self) -> str:
        """The token of this login, or of this anonymous visitor, that unsafe requests must carry."""
        owner = self.token or self.request.cookies.get(self.cookie_name("form"), "") or self._visitor
        if not owner:
            owner = self._visitor = secrets.token_urlsafe(24)
        return hmac.new(self.settings.key("csrf"), owner.encode(), hashlib.sha256).hexdigest()[:40]

    def number(self, name: str) -> int | None:
        """A field of the form as a number of at most nine digits; None when it is empty. Raises BadRequest."""
        text = self.form.get(name, "")
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise BadRequest("request.number", N_("A number was expected."))
        return int(text)

    def gettext(self, msgid: str, **fields: str | int) -> str:
        text = translations(self.language).gettext(msgid)
        return text % fields if fields else text

    def require(self, *roles: str) -> Login:
        """The login, which must hold one of the roles if any are named. Raises LoginNeeded, RoleNeeded."""
        if self.login is None:
            raise LoginNeeded("login.needed", N_("Please log in to see this page."))
        if roles and not self.login.roles & set(roles):
            names = ", ".join(self.gettext(ROLE_NAMES.get(role, role)) for role in roles)
            raise RoleNeeded("role.needed", N_("This page is for the role: %(roles)s."), roles=names)
        return self.login

    def require_fresh_totp(self, minutes: int = FRESH_MINUTES) -> Login:
        """The login, whose last one-time code must be at most `minutes` old. Raises FreshCodeNeeded."""
        login = self.require()
        until = login.fresh_until
        if until is None or self.now >= until - timedelta(minutes=FRESH_MINUTES - minutes):
            advice = N_("Type the six digits of your authenticator app once more, then repeat the step.")
            raise FreshCodeNeeded("login.stale", N_("This step asks for a fresh one-time code."), advice)
        return login

    def page(self, template: str, status: int = 200, policy: str = "site", **context: Any) -> HTMLResponse:
        """`policy="booth"` for pages that run modules."""
        field_html = Markup('<input type="hidden" name="csrf" value="{}">')
        context |= {
            "visit": self,
            "login": self.login,
            "settings": self.settings,
            "municipality": self.settings.municipality,
            "nonce": self.nonce,
            "flash": self._notice(),
            "csrf_field": lambda: field_html.format(self.csrf),
            "import_map": lambda: Markup(import_map(self.house.assets)),  # noqa: S704  our own hashes, `<` escaped
        }
        response = HTMLResponse(render(self.language, template, context), status)
        template_policy = BOOTH_POLICY if policy == "booth" else SITE_POLICY
        response.headers["Content-Security-Policy"] = template_policy.format(nonce=self.nonce)
        response.headers["Content-Language"] = self.language
        if context["flash"]:
            response.delete_cookie(self.cookie_name("notice"), path="/")
        return response

    def redirect(self, url: str, notice: str | None = None) -> Response:
        """303 to a path of ours; `notice` is a finished sentence shown once on the next page."""
        response = RedirectResponse(local_path(url), 303)
        if notice:
            text = base64.urlsafe_b64encode(notice.encode()).decode()
            self.set_cookie(response, "notice", f"{text}.{self._mac(text)}", seconds=60)
        return response

    def json(self, value: Json, status: int = 200) -> Response:
        return JSONResponse(value, status)

    def cookie_name(self, name: str) -> str:
        return f"__Host-{name}" if self.settings.secure else name

    def set_cookie(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        """`name` "sid" is the login cookie; None seconds means until the browser closes."""
        name = self.cookie_name(name)
        response.set_cookie(
            name, value, seconds, path="/", secure=self.settings.secure, httponly=True, samesite="strict"
        )

    def forget_login(self, response: Response) -> None:
        """At log-out: the cookie goes, and whatever the browser kept of us."""
        response.delete_cookie(self.cookie_name("sid"), path="/", secure=self.settings.secure, httponly=True)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'

    def _mac(self, text: str) -> str:
        return hmac.new(self.settings.key("notice"), text.encode(), hashlib.sha256).hexdigest()

    def _notice(self) -> str:
        """The sentence `redirect` left, if we wrote it."""
        text, _, mac = self.request.cookies.get(self.cookie_name("notice"), "").partition(".")
        if not text or not hmac.compare_digest(mac.encode(), self._mac(text).encode()):
            return ""
        return base64.urlsafe_b64decode(text).decode()

    def finish(self, response: Response) -> Response:
        """After the commit: wake whoever waits for it, and give an anonymous visitor the cookie of its form token."""
        if self._session is not None and self.request.method not in SAFE:
            self.house.after_write()
        if self._visitor:
            self.set_cookie(response, "form", self._visitor)
        return response


def local_path(text: str) -> str:
    """`text` when it is a path of this site, otherwise the front page (WB-08)."""
    return text if _LOCAL.fullmatch(text) else "/"
