"""The gate around the whole application: which requests come in, which headers every answer carries, one log line each.

Plain ASGI. It decides nothing about people; it never logs an address, a path or a query, because those hold
tracking codes.
"""

import json
import logging
import sys
import time
import traceback
from collections.abc import Callable
from types import TracebackType

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from settings import Settings

log = logging.getLogger("kalpi.web")
URL_LIMIT = 4_096
HEADERS_LIMIT = 16 * 1024

SITE_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
BOOTH_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; worker-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types kalpi"
)
"""Pages that run modules (booth, trustees' room, card test). Their one policy, `trustedTypes.createPolicy("kalpi", …)`,
may name nothing but the worker's own address."""
SCRIPT_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
"""A worker obeys the policy its own file came with."""
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # no-referrer would turn Origin into null on form posts
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "origin-agent-cluster": "?1",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=(), "
    "browsing-topics=()",
}


class Gate:
    """Wraps the application. `hosts` are the exact Host headers let in (WB-09)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = {host.lower() for host in (settings.host, *settings.extra_hosts)}
        self.headers = dict(HEADERS)
        if settings.secure:
            self.headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(raw=message["headers"])
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
                headers.setdefault("content-security-policy", FILE_POLICY)
                message["headers"] = headers.raw
            await send(message)

        try:
            refusal = self._refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, send_with_headers)
            else:
                await self.app(scope, receive, send_with_headers)
        except ClientDisconnect:
            status = 499  # nobody is left to answer; a traceback for each would flood the log (WB-18)
        except Exception as error:
            if status:
                raise  # the answer has begun; uvicorn closes the connection
            log_crash(error)
            await PlainTextResponse("internal error\n", 500)(scope, receive, send_with_headers)
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            log.info("request", extra={"facts": {**_names(scope), "status": status, "ms": milliseconds}})

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        """A request that is refused before any route sees it."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0].decode("latin-1").lower() not in self.hosts:
            return PlainTextResponse("request.host: this host is not served here\n", 400)
        if not scope["path"].startswith("/") or b"\\" in scope.get("raw_path", b"") or "\x00" in scope["path"]:
            return PlainTextResponse("request.path: malformed\n", 400)
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > URL_LIMIT:
            return PlainTextResponse("request.path: too long\n", 414)
        if sum(len(name) + len(value) for name, value in headers) > HEADERS_LIMIT:
            return PlainTextResponse("request.headers: too large\n", 431)
        return None


class JsonLines(logging.Formatter):
    """One JSON object a line, control characters escaped (WB-18)."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {"at": self.formatTime(record), "level": record.levelname, "log": record.name}
        return json.dumps({**facts, "event": record.getMessage(), **getattr(record, "facts", {})}, ensure_ascii=True)


def log_to(stream: Callable[[], object] | None = None) -> None:
    """Send the log of the whole house to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr if stream is None else stream())  # type: ignore[arg-type]
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


def log_crash(error: BaseException) -> None:
    """Class and places only: the message of an exception may hold what a person typed."""
    log.error("crash", extra={"facts": {"error": type(error).__qualname__, "at_lines": _places(error.__traceback__)}})


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}" for frame in frames[-12:]]


def _names(scope: Scope) -> dict[str, str]:
    """Method and handler by name, never the path as it was sent."""
    endpoint = scope.get("endpoint")
    handler = f"{endpoint.__module__}.{endpoint.__qualname__}" if endpoint is not None else "none"
    return {"method": scope["method"][:10], "handler": handler}
