"""A login: what a browser may do after password and one-time code, and for how long.

Logins live on the server; the browser has a random token, the database its hash (ID-15, ID-16). Between password and
one-time code a login is half: it opens nothing but the page that asks for the code (ID-08).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from identity.roles import OFFICIAL

TOKEN_BYTES = 32
HALF_LIFE = timedelta(minutes=5)
ABSOLUTE = timedelta(hours=8)
IDLE_CITIZEN = timedelta(minutes=30)
IDLE_OFFICIAL = timedelta(minutes=15)
FRESH = timedelta(minutes=10)
"""For casting; what officials do asks for FRESH_OFFICIAL (ID-18)."""
FRESH_OFFICIAL = 5
"""Minutes."""
SEEN_EVERY = timedelta(minutes=2)
"""How exactly the last use is kept; writing at every request would cost a disk flush each."""
LOGINS_CITIZEN = 3
LOGINS_OFFICIAL = 1


@dataclass(frozen=True, slots=True)
class Login:
    """Who is here, as `web.Visit` hands it to handlers."""

    login_id: int
    account_id: int
    citizen_id: int | None  # the person in the registry, None for officials who are not on it
    roles: frozenset[str]
    name: str
    fresh_until: datetime | None  # FRESH after the last one-time code


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_digest(token: str) -> bytes:
    """What is stored. A token is random, so a plain hash cannot be searched."""
    return hashlib.sha256(token.encode()).digest()


def is_alive(*, half: bool, opened_at: datetime, seen_at: datetime, roles: frozenset[str], now: datetime) -> bool:
    """Within its absolute life and not idle for too long."""
    if half:
        return opened_at <= now < opened_at + HALF_LIFE
    idle = IDLE_OFFICIAL if roles & OFFICIAL else IDLE_CITIZEN
    return now < opened_at + ABSOLUTE and now < seen_at + idle


def logins_allowed(roles: frozenset[str]) -> int:
    """How many at once; the oldest beyond it ends."""
    return LOGINS_OFFICIAL if roles & OFFICIAL else LOGINS_CITIZEN


def browser_name(user_agent: str) -> str:
    """What an owner recognises a browser by: «Firefox, Android»; empty when it says nothing we know."""
    families = ("Firefox", "Edg", "OPR", "Chrome", "Safari")
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
    family = next((name for name in families if name in user_agent), "")
    system = next((name for name in systems if name in user_agent), "")
    family = {"Edg": "Edge", "OPR": "Opera"}.get(family, family)
    return ", ".join(word for word in (family, system) if word)
