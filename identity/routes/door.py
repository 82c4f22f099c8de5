"""What every page of the room needs from a visit: its keys, where it comes from, and how a login gets its cookies."""

import secrets
from datetime import timedelta
from urllib.parse import quote

from starlette.responses import Response

from identity.keyring import Keyring, make_keyring
from identity.login import FRESH, FRESH_OFFICIAL
from identity.store.admission import Source
from identity.throttle import device_mark, known_device
from web import Visit, local_path

DEVICE_SECONDS = 180 * 86_400


def keys(visit: Visit) -> Keyring:
    """One for the whole application, made when first asked for."""
    made = visit.house.parts.get("identity")
    if not isinstance(made, Keyring):
        made = visit.house.parts.setdefault("identity", make_keyring(visit.settings.key))
    return made


def source(visit: Visit) -> Source:
    return Source(visit.address, visit.request.cookies.get(visit.cookie_name("device"), ""))


def enter(visit: Visit, response: Response, account_id: int, token: str) -> Response:
    """Give the browser its login, and the mark by which its own failures are told from a stranger's."""
    visit.set_cookie(response, "sid", token)
    key = keys(visit).throttle
    if not known_device(key, account_id, source(visit).mark):
        visit.set_cookie(response, "device", device_mark(key, account_id, secrets.token_hex(16)), DEVICE_SECONDS)
    return response


def is_fresh(visit: Visit) -> bool:
    """Whether what officials do needs no further one-time code now."""
    until = visit.login.fresh_until if visit.login else None
    return until is not None and visit.now < until - FRESH + timedelta(minutes=FRESH_OFFICIAL)


def to_fresh(visit: Visit) -> Response:
    """The way over the page that asks for a one-time code, back to this one."""
    return visit.redirect("/login/fresh?next=" + quote(local_path(visit.request.url.path), safe=""))
