"""One way in and one way out for everything that is hashed or signed.

Bytes become a JSON value here or one `Malformed`, in bounded time and memory. What a member means is
decided by the module that owns the object.

Source: RFC 8259, and the Belenios specification ("JSON rules"): compact, UTF-8 raw, fixed member order.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from typing import TypeAlias

from crypto.errors import Malformed

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

SIZE_LIMIT = 256 * 1024
"""Bytes. A ballot of 50 answers in BELENIOS-2048 needs about 190,000."""
DEPTH_LIMIT = 16
"""Nested arrays and objects. A ballot has 6."""
DIGITS_LIMIT = 16
"""Digits of a bare JSON number; longer integers travel as strings."""

# Possessive, and the closing quote optional: one pass whatever comes, also over a string that never ends.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_DECIMAL = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_HEX64 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def parse_json(raw: bytes, *, size_limit: int = SIZE_LIMIT, depth_limit: int = DEPTH_LIMIT) -> Json:
    """Read one JSON value.

    Refuses duplicate members, floats, NaN, long integers, byte-order marks, lone surrogates, other
    encodings than UTF-8, and anything over the limits (bytes, nesting).
    """
    if len(raw) > size_limit:
        raise Malformed("json.size", f"{len(raw)} bytes, at most {size_limit} are accepted")
    _check_depth(raw, depth_limit)
    try:
        text = raw.decode("utf-8")
        value: Json = json.loads(
            text,
            object_pairs_hook=_unique_members,
            parse_constant=_refuse_number,
            parse_float=_refuse_number,
            parse_int=_short_integer,
        )
        if "\\u" in text:
            compact(value)
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed("json.syntax", "not one JSON value in UTF-8") from error
    return value


def compact(value: Json) -> bytes:
    """The bytes that are stored and hashed: no white space, members in the order given, UTF-8 raw."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")


def parse_compact(raw: bytes, *, size_limit: int = SIZE_LIMIT) -> Json:
    """Read one JSON value that must already be in its one compact spelling (CR-13)."""
    value = parse_json(raw, size_limit=size_limit)
    if compact(value) != raw:
        raise Malformed("json.noncanonical", "the bytes are not the compact spelling of their value")
    return value


def members(value: Json, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Json]:
    """The members of an object that has exactly these names, in this order, optional ones last or absent."""
    if not isinstance(value, dict):
        raise Malformed("json.shape", f"an object with {', '.join(required)} was expected")
    expected = [*required, *(name for name in optional if name in value)]
    if list(value) != expected:
        raise Malformed("json.members", f"members {', '.join(expected)} were expected in this order")
    return value


def array(value: Json, *, length: int | None = None, longest: int = 1_000_000) -> list[Json]:
    if not isinstance(value, list) or len(value) > longest or (length is not None and len(value) != length):
        raise Malformed(
            "json.shape", f"an array of {'at most ' + str(longest) if length is None else length} was expected"
        )
    return value


def string(value: Json, *, longest: int = 65_536) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise Malformed("json.shape", f"a string of at most {longest} characters was expected")
    return value


def integer(value: Json, *, smallest: int = 0, largest: int = 2**53 - 1) -> int:
    """A JSON number without sign, fraction or exponent."""
    if isinstance(value, bool) or not isinstance(value, int) or not smallest <= value <= largest:
        raise Malformed("json.shape", f"an integer from {smallest} to {largest} was expected")
    return value


def decimal(value: Json, *, below: int) -> int:
    """A decimal string in its one spelling, 0 <= value < below (CR-10)."""
    text = value if isinstance(value, str) else ""
    if len(text) > 1000 or not _DECIMAL.fullmatch(text) or (number := int(text)) >= below:
        raise Malformed("scalar.noncanonical", "a decimal number in range, without sign or leading zero, was expected")
    return number


def hex_digest(value: Json) -> bytes:
    """64 lower-case hexadecimal digits, as 32 bytes."""
    if not isinstance(value, str) or not _HEX64.fullmatch(value):
        raise Malformed("digest.spelling", "64 lower-case hexadecimal digits were expected")
    return bytes.fromhex(value)


def b64_digest(value: Json) -> bytes:
    """A SHA-256 digest in Belenios's spelling: standard base64 without padding, 43 characters."""
    if isinstance(value, str) and len(value) == 43 and value.isascii():
        try:
            digest = base64.b64decode(value + "=", validate=True)
        except binascii.Error:
            digest = b""
        if len(digest) == 32 and b64(digest) == value:
            return digest
    raise Malformed("digest.spelling", "43 characters of base64 were expected")


def b64(data: bytes) -> str:
    """Standard alphabet, no padding."""
    return base64.b64encode(data).decode("ascii").rstrip("=")


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sha256_b64(data: bytes) -> str:
    return b64(sha256(data))


def _check_depth(raw: bytes, limit: int) -> None:
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", raw)):
        depth += 1 if bracket in b"[{" else -1
        if depth > limit:
            raise Malformed("json.depth", f"nested deeper than {limit}")


def _unique_members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Malformed("json.duplicate", "a member occurs twice")
    return value


def _refuse_number(_text: str) -> Json:
    raise Malformed("json.number", "only integers are accepted")


def _short_integer(text: str) -> int:
    if len(text) > DIGITS_LIMIT or text == "-0":
        raise Malformed("json.number", f"a bare number has at most {DIGITS_LIMIT} digits")
    return int(text)
