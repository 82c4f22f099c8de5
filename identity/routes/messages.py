"""«Τα μηνύματά μου»: what the municipality wrote to this account. Seeing the page does not mark anything as read."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from identity.store import message as store
from web import Visit, endpoint


@endpoint
def show(visit: Visit) -> Response:
    login = visit.require()
    found = store.messages(visit.session, login.account_id)
    return visit.page("identity/messages.html", messages=found, unread=store.unread(visit.session, login.account_id))


@endpoint
def mark_read(visit: Visit) -> Response:
    """All that the page showed; `upto` is the newest of them."""
    login = visit.require()
    store.mark_all_read(visit.session, login.account_id, visit.now, visit.number("upto") or 0)
    return visit.redirect("/my/messages", visit.gettext(N_("All messages are marked as read.")))


def routes() -> list[BaseRoute]:
    return [
        Route("/my/messages", show, methods=["GET"]),
        Route("/my/messages/reading", mark_read, methods=["POST"]),
    ]
