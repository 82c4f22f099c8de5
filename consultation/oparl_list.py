"""OParl's lists: which objects a query asks for, page by page, and the links between the pages.

Source: OParl 1.1, sections "Objektlisten und Paginierung" and "Filter". Everything in a query that is not understood is
refused, so that a client with a typing error does not take the whole list for what it asked for.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from audit.refusal import N_, Refused
from consultation.errors import NotFound
from consultation.oparl import Object, Stamp
from crypto.encoding import Json

PAGE_SIZE = 100
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII
)  # RFC 3339 in the spelling that OParl asks for
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_BOUNDS = ("created_since", "created_until", "modified_since", "modified_until")


class BadFilter(Refused):
    status = 400


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: moments of both bounds inclusive; None is no bound. `query` keeps the spelling for links."""

    created_since: datetime | None = None
    created_until: datetime | None = None
    modified_since: datetime | None = None
    modified_until: datetime | None = None
    page: int = 1
    limit: int = PAGE_SIZE
    omit_internal: bool = False
    query: tuple[tuple[str, str], ...] = ()

    def holds(self, stamp: Stamp) -> bool:
        """Deleted objects are shown to those who ask what changed, and to nobody else."""
        return (
            (self.modified_since is not None or not stamp.deleted)
            and _between(stamp.created, self.created_since, self.created_until)
            and _between(stamp.modified, self.modified_since, self.modified_until)
        )


@dataclass(frozen=True, slots=True)
class Page:
    stamps: list[Stamp]
    total: int
    pages: int


def read_question(query: Mapping[str, str]) -> Question:
    """Raises BadFilter: oparl.filter, naming the parameter."""
    bounds = {name: _moment(name, query[name]) for name in _BOUNDS if name in query}
    for name in query:
        if name not in {*_BOUNDS, "page", "limit", "omit_internal"}:
            raise BadFilter("oparl.filter", N_("There is no such filter: %(name)s."), name=name[:40])
    if query.get("omit_internal", "false") not in {"true", "false"}:
        raise _wrong("omit_internal")
    return Question(
        **bounds,
        page=_number("page", query, 1),
        limit=min(_number("limit", query, PAGE_SIZE), PAGE_SIZE),
        omit_internal=query.get("omit_internal") == "true",
        query=tuple((name, text) for name, text in query.items() if name != "page"),
    )


def choose(stamps: Iterable[Stamp], question: Question) -> Page:
    """In the order in which objects became public, which never changes. Raises NotFound past the last page."""
    held = sorted(filter(question.holds, stamps), key=lambda stamp: (stamp.created, stamp.key))
    pages = max(1, -(-len(held) // question.limit))
    if question.page > pages:
        raise NotFound("oparl.page", N_("The list has no such page."))
    first = (question.page - 1) * question.limit
    return Page(held[first : first + question.limit], len(held), pages)


def envelope(address: str, question: Question, page: Page, objects: list[Object]) -> Object:
    """One page of a list. `address`: its URL without a query."""

    def link(number: int) -> str:
        query = [*question.query, *([("page", str(number))] if number > 1 else [])]
        return f"{address}?{urlencode(query)}" if query else address

    links: Object = {"first": link(1), "self": link(question.page), "last": link(page.pages)}
    if question.page > 1:
        links["prev"] = link(question.page - 1)
    if question.page < page.pages:
        links["next"] = link(question.page + 1)
    pagination: dict[str, Json] = {
        "totalElements": page.total,
        "elementsPerPage": question.limit,
        "currentPage": question.page,
        "totalPages": page.pages,
    }
    return {"data": [*objects], "pagination": pagination, "links": links}


def _between(moment: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or moment >= since) and (until is None or moment <= until)


def _moment(name: str, text: str) -> datetime:
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # the shape is right, but there is no such day or hour
    raise _wrong(name)


def _number(name: str, query: Mapping[str, str], default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not _NUMBER.fullmatch(text):
        raise _wrong(name)
    return int(text)


def _wrong(name: str) -> BadFilter:
    return BadFilter(
        "oparl.filter",
        N_("The value of %(name)s is not understood."),
        N_("Moments are written 2027-03-01T06:00:00Z, numbers without a sign."),
        name=name,
    )
