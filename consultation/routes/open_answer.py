"""What programs of anybody may read: answers in the municipality's language, with an age, readable from any origin."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.responses import Response

from crypto.encoding import sha256_hex
from pages import translations
from web import Visit

MINUTE = "public, max-age=60"


def town_words(visit: Visit) -> Callable[[str], str]:
    """Translates into the municipality's language: an answer that may be kept by others must not follow a cookie."""
    return translations(visit.settings.language).gettext


def open_answer(visit: Visit, raw: bytes, media_type: str, modified: datetime | None = None) -> Response:
    """`modified`: when the newest thing in it changed; None when there is nothing in it."""
    etag = f'"{sha256_hex(raw)[:32]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": MINUTE,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if modified is not None:
        headers["Last-Modified"] = format_datetime(modified.astimezone(UTC).replace(microsecond=0), usegmt=True)
    if visit.request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(raw, media_type=media_type, headers=headers)
