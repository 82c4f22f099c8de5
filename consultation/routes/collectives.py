"""The certified collectives, and what each of them has said."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from consultation.collective import LABELS
from consultation.routes.contribution_view import shown
from consultation.store import collective as store
from consultation.store.contribution import of_collective
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/collectives", list_all, methods=["GET"]),
        Route("/collectives/{key}", show, methods=["GET"]),
    ]


@endpoint
def list_all(visit: Visit) -> Response:
    voices = store.voices(visit.session)
    rows = [
        (row, visit.gettext(LABELS[row.kind]), voices.get(row.id or 0, 0)) for row in store.collectives(visit.session)
    ]
    return visit.page("consultation/collectives.html", rows=rows)


@endpoint
def show(visit: Visit) -> Response:
    row = store.collective(visit.session, visit.path["key"])
    said = of_collective(visit.session, row.id or 0)
    topics = [topic for _, topic in said]
    contributions = shown(visit, [contribution for contribution, _ in said], accepting=False)
    return visit.page(
        "consultation/collective.html",
        row=row,
        kind=visit.gettext(LABELS[row.kind]),
        said=list(zip(contributions, topics, strict=True)),
    )
