"""Reading another council's OParl objects, from an address or a file, up to what an import may reasonably hold.

What is at an address is the caller's `fetch`; which addresses it may ask is decided in consultation/oparl_fetch.py.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from audit.refusal import N_, Refused

PAGES = 5_000
OBJECTS = 200_000
_FOLLOWED = ("organization", "person", "membership", "meeting")

Fetch = Callable[[str], bytes]


class UnusableSource(Refused):
    """The address or the file cannot be read as OParl; nothing was imported."""


def read_file(raw: bytes) -> list[Any]:
    """An array of objects, one page of a list, or a single object. Raises UnusableSource."""
    value = _parse(raw, "")
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        value = value["data"]
    objects = value if isinstance(value, list) else [value]
    if len(objects) > OBJECTS:
        raise _too_many()
    return objects


def crawl(start: str, fetch: Fetch) -> list[Any]:
    """Everything that an import uses, from a System, a Body, a list or one object. Raises UnusableSource."""
    reading = _Reading(fetch)
    first = reading.get(start)
    if not isinstance(first, dict):
        raise UnusableSource("oparl.answer", N_("There is no OParl object at %(address)s."), address=start)
    if "data" in first:
        return [*reading.pages(start, first)]
    kind = str(first.get("type", "")).rpartition("/")[2]
    if kind == "System":
        return [part for body in reading.pages(_address(first, "body")) for part in reading.body(body)]
    return [*reading.body(first)] if kind == "Body" else [first]


class _Reading:
    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.seen: set[str] = set()
        self.count = 0

    def get(self, address: str) -> Any:
        if address in self.seen:
            raise UnusableSource("oparl.loop", N_("The pages lead back to %(address)s."), address=address)
        if len(self.seen) >= PAGES:
            raise _too_many()
        self.seen.add(address)
        return _parse(self.fetch(address), address)

    def pages(self, address: str, first: Any = None) -> Iterator[Any]:
        """The objects of a list, page after page."""
        following: str | None = address
        while following:
            page = first if first is not None else self.get(following)
            first = None
            if not isinstance(page, dict) or not isinstance(page.get("data"), list):
                raise UnusableSource("oparl.list", N_("There is no OParl list at %(address)s."), address=following)
            self.count += len(page["data"])
            if self.count > OBJECTS:
                raise _too_many()
            yield from page["data"]
            links = page.get("links")
            following = links.get("next") if isinstance(links, dict) else None
            if following is not None and not isinstance(following, str):
                raise UnusableSource("oparl.list", N_("There is no OParl list at %(address)s."), address=address)

    def body(self, value: Any) -> Iterator[Any]:
        yield value
        for name in _FOLLOWED:
            if isinstance(value, dict) and name in value and not value.get("deleted"):
                yield from self.pages(_address(value, name))


def _address(value: dict[str, Any], name: str) -> str:
    address = value.get(name)
    if not isinstance(address, str):
        raise UnusableSource("oparl.link", N_("The object %(ident)s has no address of a list in %(name)s."),
                             ident=str(value.get("id"))[:200], name=name)  # fmt: skip
    return address


def _parse(raw: bytes, address: str) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UnusableSource("oparl.json", N_("This is no JSON in UTF-8: %(address)s"), address=address) from None


def _too_many() -> UnusableSource:
    return UnusableSource("oparl.size", N_("There is more than one import may hold."))
