"""«Το γραφείο της γραμματείας»: what waits today, for each role what it can do, and the ways to the other rooms."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.local_time import day_of
from consultation.store.workday import jobs
from consultation.workday import SECTIONS, for_readers, in_order, sections_of
from web import Visit, endpoint

READERS = ("secretariat", "auditor", "service", "moderator", "committee", "registrar")
WRITERS = ("secretariat", "service", "moderator")


def routes() -> list[BaseRoute]:
    return [Route("/desk", show, methods=["GET"])]


@endpoint
def show(visit: Visit) -> Response:
    login = visit.require(*READERS)
    mine, today = sections_of(login.roles), day_of(visit.now)
    found = in_order(jobs(visit.session, visit.now)) if mine else []
    if login.roles.isdisjoint(WRITERS):
        found = [for_readers(job) for job in found]
    sections = [
        (name, visit.gettext(label), [job for job in found if job.section == name])
        for name, label in SECTIONS.items()
        if name in mine
    ]
    return visit.page(
        "consultation/desk.html",
        sections=sections,
        today=today,
        overdue=sum(job.is_overdue(today) for _, _, waiting in sections for job in waiting),
        votes=visit.house.parts["desk_votes"](visit),
        roles=login.roles,
    )
