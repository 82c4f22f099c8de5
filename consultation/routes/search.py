"""GET /search: one question over topics, texts, contributions, decisions and minutes (M14)."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from consultation import search
from consultation.store import search as store
from web import Visit, endpoint

LAST_PAGE = 500


def routes() -> list[Route]:
    return [Route("/search", show_search, methods=["GET"])]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for; words it does not know are as good as none."""

    text: str
    kind: str
    body: str
    page: int

    def url(self, *, kind: str | None = None, page: int = 1) -> str:
        fields = {"q": self.text, "kind": self.kind if kind is None else kind, "body": self.body}
        fields |= {"page": str(page)} if page > 1 else {}
        return "/search?" + urlencode({name: value for name, value in fields.items() if value})


@endpoint
def show_search(visit: Visit) -> Response:
    """The form, and under it the hits; an empty or hopeless question gets advice instead."""
    bodies = store.bodies(visit.session)
    wish = _wish(visit, {key for key, _ in bodies})
    question = search.ask(wish.text)
    found = store.find(visit.session, question, kind=wish.kind, body=wish.body, page=wish.page)
    pages = -(-found.total // store.PAGE)
    kinds = [("", visit.gettext("Everything"), sum(found.counts.values()))]
    kinds += [(kind, visit.gettext(label), found.counts.get(kind, 0)) for kind, label in search.LABELS.items()]
    return visit.page(
        "consultation/search.html",
        wish=wish,
        asked=bool(question.words),
        cut=search.is_cut(wish.text),
        total=found.total,
        hits=[(hit, visit.gettext(search.LABELS[hit.kind]), search.snippet(hit.text, question)) for hit in found.hits],
        kinds=[(kind, label, count, wish.url(kind=kind)) for kind, label, count in kinds],
        kind_options=[(kind, label) for kind, label, _ in kinds],
        body_options=[("", visit.gettext("All bodies")), *bodies],
        earlier=wish.url(page=wish.page - 1) if 1 < wish.page <= pages else "",
        later=wish.url(page=wish.page + 1) if wish.page < pages else "",
        pages=pages,
    )


def _wish(visit: Visit, bodies: set[str]) -> Wish:
    kind, body, page = (visit.query.get(name, "") for name in ("kind", "body", "page"))
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= 3 else 1
    return Wish(
        visit.query.get("q", "").strip()[: search.QUESTION_LIMIT],
        kind if kind in search.LABELS else "",
        body if body in bodies else "",
        min(max(number, 1), LAST_PAGE),
    )
