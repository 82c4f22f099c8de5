"""Finding and replacing the leaves of a JSON value, so that a test can reach every field of an object."""

from collections.abc import Iterator
from copy import deepcopy
from typing import TypeAlias

from crypto.encoding import Json, compact, parse_json

Path: TypeAlias = tuple[str | int, ...]


def paths(value: Json, start: Path = ()) -> Iterator[Path]:
    """The paths of all values that are neither object nor array."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from paths(item, (*start, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*start, index))
    else:
        yield start


def inner_paths(value: Json, start: Path = ()) -> Iterator[Path]:
    """The paths of all objects and arrays, the outermost included."""
    if isinstance(value, dict | list):
        yield start
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from inner_paths(item, (*start, key))


def at(value: Json, path: Path) -> Json:
    for key in path:
        value = value[key]  # type: ignore[index]
    return value


def replaced(raw: bytes, path: Path, item: Json) -> bytes:
    """The compact bytes of the value with one part replaced."""
    value = deepcopy(parse_json(raw))
    if not path:
        return compact(item)
    parent = at(value, path[:-1])
    parent[path[-1]] = item  # type: ignore[index]
    return compact(value)
