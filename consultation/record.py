"""The council's record as files: lines, names and the zip. What is in them is read in store/record.py.

Source: audit/RECORD.md, part two.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping

from crypto.encoding import Json, compact, parse_json

ZIP_TIME = (2026, 1, 1, 0, 0, 0)
"""Of every file in the zip, so that the same record has the same bytes."""
FOLDER = "council"


def version_name(folder: str, key: str, number: int) -> str:
    return f"{folder}/{key}-{number}.json"


def lines(values: Iterable[Mapping[str, Json]]) -> bytes:
    """A .jsonl file."""
    return b"".join(compact({**value}) + b"\n" for value in values)


def in_order(keys: Iterable[str], first: Iterable[str]) -> list[str]:
    """`keys` in the order in which the log names them; what it does not name comes last."""
    left = set(keys)
    ordered = [key for key in dict.fromkeys(first) if key in left]
    return ordered + sorted(left - set(ordered))


def with_members(content: bytes, kept: bytes, *names: str) -> bytes:
    """`content` with the members of `kept` that are allowed to change without an entry."""
    value, old = value_of(content), value_of(kept)
    if not isinstance(value, dict) or not isinstance(old, dict):
        return content
    return compact({**value, **{name: old[name] for name in names if name in old}})


def value_of(raw: bytes) -> Json:
    return parse_json(raw, size_limit=max(len(raw), 1)) if raw else None


def zip_council(files: Mapping[str, bytes]) -> bytes:
    """All files in one folder; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name in sorted(files):
            item = zipfile.ZipInfo(f"{FOLDER}/{name}", ZIP_TIME)
            container.writestr(item, files[name], compress_type=zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
