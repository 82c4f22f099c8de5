"""Finishing a consultation: refused while somebody is owed an answer, with the list; otherwise confirmed and done."""

from urllib.parse import quote

from sqlmodel import Session
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_, Refused
from consultation.desk import CLERKS, READERS, REPLIERS
from consultation.lifecycle import finish
from consultation.paper_form import printed_number
from consultation.reply import Obstacles, check_may_finish
from consultation.routes.reply_desk import Desk, desk_of, refusal_words
from consultation.store.consultation import locked_consultation
from consultation.store.finishing import obstacles
from consultation.store.reply import share_answered
from consultation.store.workbench import titles
from identity.login import FRESH_OFFICIAL
from visit import FreshCodeNeeded
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    path = "/desk/topics/{key}/consultation/finishing"
    return [Route(path, ask, methods=["GET"]), Route(path, conclude, methods=["POST"])]


@endpoint
def ask(visit: Visit) -> Response:
    """What still stands in the way, or what finishing causes."""
    login = visit.require(*READERS, *REPLIERS)
    desk = desk_of(visit.session, visit.path["key"])
    found = obstacles(visit.session, desk.consultation)
    try:
        check_may_finish(found)
    except Refused as refused:
        return _page(visit, visit.session, desk, found, refused)
    if login.roles & set(CLERKS):
        try:
            visit.require_fresh_totp(FRESH_OFFICIAL)
        except FreshCodeNeeded:
            return RedirectResponse(f"/login/fresh?next={quote(visit.request.url.path, safe='/')}", 303)
    return _page(visit, visit.session, desk, found)


@endpoint
def conclude(visit: Visit) -> Response:
    visit.require(*CLERKS)
    visit.require_fresh_totp(FRESH_OFFICIAL)
    session = visit.session
    topic = desk_of(session, visit.path["key"]).topic
    desk = Desk(topic, locked_consultation(session, topic.id or 0))
    found = obstacles(session, desk.consultation)
    try:
        check_may_finish(found)
    except Refused as refused:
        return _page(visit, session, desk, found, refused)
    answered, due = share_answered(session, desk.number)
    finish(session, desk.consultation, visit.now, due, answered)
    return visit.redirect(
        f"/topics/{topic.key}/consultation", visit.gettext(N_("The consultation is finished: everybody has an answer."))
    )


def _page(visit: Visit, session: Session, desk: Desk, found: Obstacles, refused: Refused | None = None) -> Response:
    errors, advice = refusal_words(visit, refused, "obstacles")
    answered, due = share_answered(session, desk.number)
    named = titles(session, [*found.unanswered, *found.waiting, *found.appeals])
    return visit.page(
        "consultation/desk_finishing.html",
        refused.status if refused else 200,
        desk=desk,
        answered=answered,
        due=due,
        unanswered=[(key, named[key]) for key in found.unanswered],
        waiting=[(key, named[key]) for key in found.waiting],
        appeals=[(key, named[key]) for key in found.appeals],
        forms=[(number, printed_number(number)) for number in found.forms],
        may_finish=refused is None and bool(visit.require().roles & set(CLERKS)),
        errors=errors,
        advice=advice,
    )
