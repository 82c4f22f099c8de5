"""Bodies of the municipality and who sits in them: public pages."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.local_time import day_of
from consultation.council import BODY_KINDS, MEMBER_ROLES
from consultation.routes.sessions import list_lines
from consultation.store.body import bodies, members
from consultation.store.session import coming_sessions, past_sessions
from consultation.store.visibility import public_body
from web import Visit, endpoint

SHOWN = 5


def routes() -> list[BaseRoute]:
    return [Route("/bodies", list_bodies, methods=["GET"]), Route("/bodies/{key}", show_body, methods=["GET"])]


@endpoint
def list_bodies(visit: Visit) -> Response:
    rows = [(row, visit.gettext(BODY_KINDS[row.kind])) for row in bodies(visit.session)]
    return visit.page("consultation/bodies.html", bodies=rows)


@endpoint
def show_body(visit: Visit) -> Response:
    row = public_body(visit.session, visit.path["key"])
    body_id = row.id or 0
    return visit.page(
        "consultation/body.html",
        row=row,
        kind=visit.gettext(BODY_KINDS[row.kind]),
        members=[
            (councillor.name, visit.gettext(MEMBER_ROLES[membership.role]), faction.name if faction else "")
            for membership, councillor, faction in members(visit.session, body_id, day_of(visit.now))
        ],
        coming=list_lines(visit, coming_sessions(visit.session, visit.now, body_id)[:SHOWN]),
        past=list_lines(visit, past_sessions(visit.session, visit.now, body_id)[:SHOWN]),
    )
