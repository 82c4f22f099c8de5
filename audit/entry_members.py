"""What one member of a log entry may hold. Every check reads one JSON value strictly and raises Malformed.

None of them has room for personal data: digests, keys, counts, instants, words of a fixed list, and what an official
writes for the public (GD-01).
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from audit.note import decode_verifier_key
from crypto.encoding import Json, array, hex_digest, integer, string
from crypto.errors import Malformed

Check: TypeAlias = Callable[[Json], object]
"""Raises Malformed when the member is not what its name promises."""

_UUID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,64}", re.ASCII)
_HEX32 = re.compile(r"[0-9a-f]{32}", re.ASCII)
_WORD = re.compile(r"[a-z][a-z0-9_.-]{0,63}", re.ASCII)


def check_uuid(value: Json) -> str:
    """14 to 64 characters of Base58. Raises Malformed (uuid.spelling)."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise Malformed("uuid.spelling", "at least 14 characters of the Base58 alphabet were expected")
    return value


def check_instant(value: Json) -> datetime:
    """RFC 3339 in UTC to the second, `2027-03-01T18:00:00Z`. Raises Malformed (instant.spelling)."""
    text = value if isinstance(value, str) and value.isascii() else ""
    try:
        instant = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        instant = None
    if instant is None or len(text) != 20 or not text.endswith("Z"):
        raise Malformed("instant.spelling", "a time in UTC such as 2027-03-01T18:00:00Z was expected")
    return instant


def check_ceremony_id(value: Json) -> str:
    """32 lower-case hexadecimal digits. Raises Malformed (ceremony.spelling)."""
    if not isinstance(value, str) or not _HEX32.fullmatch(value):
        raise Malformed("ceremony.spelling", "32 lower-case hexadecimal digits were expected")
    return value


def check_text(value: Json) -> None:
    """What an official writes for the public: 1 to 2,000 characters, newlines allowed."""
    text = string(value, longest=2000)
    if not text.strip() or any(letter < " " and letter != "\n" for letter in text):
        raise Malformed("text.spelling", "1 to 2000 characters without control characters were expected")


def check_word(value: Json) -> None:
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise Malformed("word.spelling", "a short lower-case word was expected")


def check_names(value: Json) -> None:
    for name in array(value, longest=255):
        check_text(name)


def one_of(*words: str) -> Check:
    def check(value: Json) -> None:
        if value not in words:
            raise Malformed("word.unknown", f"one of {', '.join(words)} was expected")

    return check


def check_origin(value: Json) -> None:
    if not string(value, longest=255) or any(letter.isspace() or letter == "+" for letter in str(value)):
        raise Malformed("origin.spelling", "a log's origin has no space and no plus sign")


def check_index(value: Json) -> None:
    integer(value, smallest=1, largest=255)


def check_index_or_none(value: Json) -> None:
    if value is not None:
        check_index(value)


def check_count(value: Json) -> None:
    integer(value)


def check_verifier_key(value: Json) -> None:
    decode_verifier_key(string(value, longest=4096))


def check_key(value: Json) -> str:
    """The public key of a council object: 32 lower-case hexadecimal digits. Raises Malformed (key.spelling)."""
    if not isinstance(value, str) or not _HEX32.fullmatch(value):
        raise Malformed("key.spelling", "32 lower-case hexadecimal digits were expected")
    return value


def check_keys(value: Json) -> None:
    """1 to 1,500 different keys."""
    keys = [check_key(item) for item in array(value, longest=1500)]
    if not keys or len(set(keys)) != len(keys):
        raise Malformed("key.list", "one or more different keys were expected")


def check_two_digests(value: Json) -> None:
    for item in array(value, length=2):
        hex_digest(item)
