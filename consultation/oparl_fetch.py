"""One GET after another for `kalpi import-oparl`, and nothing that the technician did not mean (WB-12).

Only the scheme, host and port that were typed are asked, and hosts named by --allow-host. A name is resolved once, the
address is checked, and exactly that address is connected to; private and local ones only when their host is allowed by
name. Redirects obey the same rules. No cookie, no credential and no proxy of the environment takes part.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Set
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from audit.refusal import N_
from consultation.oparl_crawl import UnusableSource

SECONDS = 20
PAGE_SECONDS = 120
PAGE_BYTES = 20 * 1024 * 1024
ALL_BYTES = 500 * 1024 * 1024
REDIRECTS = 3
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}


@dataclass(slots=True)
class Fetcher:
    """`start` is what was typed; `allowed` are hosts without port. Raises UnusableSource for everything else."""

    start: str
    allowed: Set[str] = frozenset()
    received: int = 0

    def __call__(self, address: str) -> bytes:
        for _ in range(REDIRECTS + 1):
            parts = self._checked(address)
            status, location, raw = self._get(address, parts)
            if status in {301, 302, 303, 307, 308} and location:
                address = urljoin(address, location)
            elif status == 200:
                return raw
            else:
                raise UnusableSource(
                    "oparl.status", N_("%(address)s was answered with %(status)s."), address=address, status=status
                )
        raise UnusableSource("oparl.redirect", N_("Too many redirections from %(address)s."), address=address)

    def _checked(self, address: str) -> SplitResult:
        try:
            parts, origin = urlsplit(address), urlsplit(self.start)
            same = (parts.scheme, parts.hostname, _port(parts)) == (origin.scheme, origin.hostname, _port(origin))
        except ValueError:
            raise _refused(address) from None
        if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc or not address.isascii():
            raise _refused(address)
        if any(letter <= " " for letter in address) or not (same or parts.hostname in self.allowed):
            raise _refused(address)
        return parts

    def _get(self, address: str, parts: SplitResult) -> tuple[int, str, bytes]:
        host, port = parts.hostname or "", _port(parts)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            with closing(http.client.HTTPConnection(host, port, timeout=SECONDS)) as connection:
                connection.sock = self._connect(host, port, secure=parts.scheme == "https")
                connection.request("GET", target, headers={"Accept": "application/json", "Accept-Encoding": "identity"})
                with connection.getresponse() as answer:
                    return answer.status, answer.getheader("location", ""), self._read(answer, address)
        except (OSError, http.client.HTTPException):
            raise UnusableSource("oparl.connection", N_("%(address)s cannot be read."), address=address) from None

    def _connect(self, host: str, port: int, *, secure: bool) -> socket.socket:
        found = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
        if host not in self.allowed and not _is_public(found):
            raise UnusableSource(
                "oparl.private",
                N_("%(host)s is an address inside a network."),
                N_("If that is meant, name it with --allow-host."),
                host=host,
            )
        plain = socket.create_connection((found, port), timeout=SECONDS)
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain

    def _read(self, answer: http.client.HTTPResponse, address: str) -> bytes:
        """A server that sends for ever, or drop by drop, is left."""
        until, parts, size = time.monotonic() + PAGE_SECONDS, [], 0
        while part := answer.read1(1 << 16):
            parts.append(part)
            size += len(part)
            self.received += len(part)
            if size > PAGE_BYTES or self.received > ALL_BYTES or time.monotonic() > until:
                raise UnusableSource("oparl.large", N_("%(address)s sends too much or too slowly."), address=address)
        return b"".join(parts)


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped.is_global
        if address in _NAT64 or address.sixtofour is not None or address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS.get(parts.scheme, 0)


def _refused(address: str) -> UnusableSource:
    return UnusableSource(
        "oparl.host",
        N_("%(address)s is not on the host that was asked for."),
        N_("Another host is followed only when it is named with --allow-host."),
        address=address[:200],
    )
