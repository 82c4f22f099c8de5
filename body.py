"""What a browser sends: forms, files and JSON, read under a limit while it arrives.

Nothing here knows what a field means. A name that comes twice is refused, because two readers would disagree on
which one counts (WB-22).
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import parse_qsl

import anyio
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from audit.refusal import N_, Refused
from crypto.encoding import Json, parse_json

FORM_LIMIT = 64 * 1024
CAST_LIMIT = 256 * 1024
UPLOAD_LIMIT = 64 * 1024 * 1024
MEMORY_LIMIT = 8 * 1024 * 1024
"""Bytes of a body that is no upload: those are kept in memory, and nobody has asked yet who sends them."""
FIELDS_LIMIT = 200
SECONDS = 30


class BadRequest(Refused):
    status = 400


class TooLarge(Refused):
    status = 413


class TooSlow(Refused):
    status = 408


class WrongType(Refused):
    status = 415


@dataclass(slots=True)
class Body:
    """`form` and `files` by name; `raw` is what came when it was JSON."""

    form: dict[str, str] = field(default_factory=dict)
    files: dict[str, UploadFile] = field(default_factory=dict)
    raw: bytes = b""
    is_json: bool = False

    def json(self) -> Json:
        """Raises WrongType unless `application/json` was declared, crypto.errors.Malformed for bad JSON."""
        if not self.is_json:
            raise WrongType("request.type", N_("This address accepts JSON only."))
        return parse_json(self.raw, size_limit=max(len(self.raw), 1))

    def file(self, name: str) -> BinaryIO | None:
        """The uploaded file, at its beginning; None when the field was left empty."""
        upload = self.files.get(name)
        return upload.file if upload is not None and upload.size else None

    def close(self) -> None:
        """Let go of uploaded files; they live no longer than the visit."""
        for upload in self.files.values():
            upload.file.close()


async def read_body(request: Request, limit: int) -> Body:
    """Read the whole body, `limit` bytes at most and SECONDS seconds (an upload gets a second more per 100 kB)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    declared = request.headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit() or int(declared) > limit:
        raise _too_large(limit)
    with anyio.move_on_after(SECONDS + limit / 100_000):
        if media_type == "multipart/form-data":
            return await _multipart(request, limit)
        limit = min(limit, MEMORY_LIMIT)
        chunks = bytearray()
        async for chunk in request.stream():
            chunks += chunk
            if len(chunks) > limit:
                raise _too_large(limit)
        if media_type == "application/json":
            return Body(raw=bytes(chunks), is_json=True)
        if media_type == "application/x-www-form-urlencoded" or not chunks:
            return Body(form=unique_fields(bytes(chunks)))
        raise WrongType("request.type", N_("This kind of content is not accepted here."))
    raise TooSlow("request.slow", N_("The message took too long to arrive."), N_("Please send it again."))


def unique_fields(raw: bytes) -> dict[str, str]:
    """`a=1&b=2` as a mapping. Raises BadRequest for a name twice, too many fields, or other text than UTF-8."""
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS_LIMIT, encoding="utf-8", errors="strict"
        )
    except ValueError as error:
        raise BadRequest("request.form", N_("The form could not be read.")) from error
    fields = dict(pairs)
    _check_storable(fields)
    if len(fields) != len(pairs):
        raise _duplicate()
    return fields


async def _multipart(request: Request, limit: int) -> Body:
    received = 0

    async def counted() -> AsyncGenerator[bytes, None]:
        nonlocal received
        async for chunk in request.stream():
            received += len(chunk)
            if received > limit:
                raise MultiPartException("too large")  # the parser's own kind, so that it closes its files
            yield chunk

    parser = MultiPartParser(
        Headers(raw=request.headers.raw), counted(), max_files=10, max_fields=FIELDS_LIMIT, max_part_size=FORM_LIMIT
    )
    try:
        items = (await parser.parse()).multi_items()
    except MultiPartException as error:
        if received > limit:
            raise _too_large(limit) from error
        raise BadRequest("request.form", N_("The form could not be read.")) from error
    body = Body()
    for name, value in items:
        if name in body.form or name in body.files:
            body.close()
            raise _duplicate()
        if isinstance(value, UploadFile):
            body.files[name] = value
        else:
            body.form[name] = value
    try:
        _check_storable(body.form)
    except BadRequest:
        body.close()
        raise
    return body


def _check_storable(fields: Mapping[str, str]) -> None:
    """PostgreSQL can neither keep nor look for a text with NUL in it. Raises BadRequest."""
    if "\x00" in "".join(fields.values()):
        raise BadRequest("request.form", N_("The form could not be read."))


def _too_large(limit: int) -> TooLarge:
    return TooLarge("request.size", N_("The message is larger than the %(limit)s bytes accepted here."), limit=limit)


def _duplicate() -> BadRequest:
    return BadRequest("request.duplicate", N_("A field was sent twice."))
