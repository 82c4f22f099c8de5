"""May this attempt be made now? A pure decision over the times of earlier failures.

Failures are counted for each account and factor in the database, so a new login does not forget them (ID-07). Windows
slide and nothing locks for ever. A browser that has logged in to the account before is counted apart from strangers,
so that an attacker cannot keep the owner out (ID-14).
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from identity.errors import TooManyAttempts


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` failures within `seconds`."""

    count: int
    seconds: int


class Counter(StrEnum):
    """What failures are counted by."""

    PASSWORD = "password"  # noqa: S105  a word, no password
    TOTP = "totp"
    RECOVERY = "recovery"
    PASSWORD_ADDRESS = "password-address"  # noqa: S105
    PASSWORD_ALL = "password-all"  # noqa: S105
    ACTIVATION_ADDRESS = "activation-address"


MINUTE, HOUR, DAY = 60, 3600, 86_400
LIMITS: dict[Counter, tuple[Limit, ...]] = {
    Counter.PASSWORD: (Limit(10, 15 * MINUTE), Limit(50, DAY)),
    Counter.TOTP: (Limit(5, 15 * MINUTE), Limit(10, DAY)),
    Counter.RECOVERY: (Limit(5, 15 * MINUTE), Limit(10, DAY)),
    # libraries and mobile networks share an address, so only failures count, and not the successes of neighbours
    Counter.PASSWORD_ADDRESS: (Limit(30, 5 * MINUTE),),
    Counter.PASSWORD_ALL: (Limit(1000, 5 * MINUTE),),
    Counter.ACTIVATION_ADDRESS: (Limit(5, HOUR), Limit(20, DAY)),
}
CONSECUTIVE_TOTP = 100
"""Wrong codes without a right one between them, after which only a recovery code helps (NIST SP 800-63B)."""


def longest(counter: Counter) -> Limit:
    """How many failures, how far back, a decision can need."""
    return Limit(max(limit.count for limit in LIMITS[counter]), max(limit.seconds for limit in LIMITS[counter]))


def check_allowed(counter: Counter, failures: Sequence[datetime], now: datetime) -> None:
    """`failures`: times of the newest ones, newest first. Raises TooManyAttempts with the seconds to wait."""
    for limit in LIMITS[counter]:
        if len(failures) < limit.count:
            continue
        until = failures[limit.count - 1] + timedelta(seconds=limit.seconds)
        if now < until:
            raise TooManyAttempts(int((until - now).total_seconds()) + 1)


def subject(key: bytes, counter: Counter, *parts: str) -> bytes:
    """The name failures are counted under: a keyed hash, so that the table holds no address or name."""
    return hmac.digest(key, "\x1f".join((counter, *parts)).encode(), hashlib.sha256)


def neighbourhood(address: str) -> str:
    """An IPv4 address, or the /64 an IPv6 address lies in; what is neither is its own neighbourhood."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def device_mark(key: bytes, account_id: int, device: str) -> str:
    """The cookie that says "this browser has logged in to this account before"; it opens nothing."""
    mac = hmac.new(key, f"device\x1f{account_id}\x1f{device}".encode(), hashlib.sha256).hexdigest()
    return f"{device}.{mac}"


def known_device(key: bytes, account_id: int, mark: str) -> str:
    """The device of a mark we gave for this account; empty for none."""
    device, _, _ = mark.partition(".")
    return device if hmac.compare_digest(device_mark(key, account_id, device).encode(), mark.encode()) else ""
