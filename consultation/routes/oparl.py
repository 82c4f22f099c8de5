"""OParl 1.1 over HTTP: the system, lists and single objects, for anybody's program.

A filter that is not understood is answered with 400, an object that never was public with 404, a deleted one with 200.
"""

from starlette.responses import Response
from starlette.routing import Route

from consultation import oparl
from consultation.oparl import LISTS, TOWN, TYPES, Object, Place, Stamp
from consultation.oparl_list import choose, envelope, read_question
from consultation.routes.open_answer import open_answer, town_words
from consultation.store.oparl import Shelf
from consultation.store.oparl_stamps import Ledger
from consultation.store.visibility import nothing_here
from crypto.encoding import compact
from web import Visit, endpoint

JSON = "application/json"


def routes() -> list[Route]:
    return [
        Route("/oparl/1.1/system", show_system),
        Route("/oparl/1.1/bodies", list_bodies),
        Route("/oparl/1.1/{kind}/{key}", show_object),
        Route("/oparl/1.1/body/{key}/{kind}", list_objects),
        Route("/oparl/1.1/organization/{key}/{kind}", list_of_organization),
    ]


@endpoint
def show_system(visit: Visit) -> Response:
    """Where every client begins."""
    stamp = Ledger(visit.session).town
    return open_answer(visit, compact(oparl.system(_place(visit), stamp)), JSON, stamp.modified)


@endpoint
def list_bodies(visit: Visit) -> Response:
    shelf = _shelf(visit)
    return _list(visit, shelf, "/oparl/1.1/bodies", "body", shelf.ledger.stamps("body"))


@endpoint
def show_object(visit: Visit) -> Response:
    kind, key = visit.path["kind"], visit.path["key"]
    shelf = _shelf(visit)
    if kind not in TYPES:
        raise nothing_here()
    found = [stamp for stamp in shelf.ledger.stamps(kind) if stamp.key == key]
    if not found:
        raise nothing_here()
    return open_answer(visit, compact(shelf.objects(kind, found)[0]), JSON, found[0].modified)


@endpoint
def list_objects(visit: Visit) -> Response:
    """Everything of one type in the municipality."""
    key, kind = visit.path["key"], visit.path["kind"]
    if key != TOWN or kind not in LISTS:
        raise nothing_here()
    shelf = _shelf(visit)
    return _list(visit, shelf, f"/oparl/1.1/body/{TOWN}/{kind}", kind, shelf.ledger.stamps(kind))


@endpoint
def list_of_organization(visit: Visit) -> Response:
    """Meetings of one body, or the deliberations in them."""
    key, kind = visit.path["key"], visit.path["kind"]
    shelf = _shelf(visit)
    ledger = shelf.ledger
    bodies = {stamp.key: row_id for row_id, stamp in ledger.bodies.items()}
    if key not in bodies or kind not in {"meeting", "consultation"}:
        raise nothing_here()
    held = ledger.sessions_of(bodies[key])
    if kind == "meeting":
        stamps = [stamp for row_id, stamp in ledger.meetings.items() if row_id in held]
    else:
        stamps = [stamp for row_id, stamp in ledger.topics.items() if ledger.session_of[row_id] in held]
    return _list(visit, shelf, f"/oparl/1.1/organization/{key}/{kind}", kind, stamps)


def _list(visit: Visit, shelf: Shelf, path: str, kind: str, stamps: list[Stamp]) -> Response:
    question = read_question(visit.query)
    page = choose(stamps, question)
    objects = shelf.objects(kind, page.stamps)
    if question.omit_internal:
        objects = [{name: part for name, part in value.items() if name not in oparl.INTERNAL} for value in objects]
    value: Object = envelope(visit.settings.base_url + path, question, page, objects)
    modified = max((stamp.modified for stamp in page.stamps), default=None)
    return open_answer(visit, compact(value), JSON, modified)


def _place(visit: Visit) -> Place:
    return Place(visit.settings.base_url, visit.settings.municipality)


def _shelf(visit: Visit) -> Shelf:
    return Shelf(visit.session, Ledger(visit.session), _place(visit), town_words(visit))
