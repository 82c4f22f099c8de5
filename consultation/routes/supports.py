"""Supporting a contribution and taking it back: one press each, no script (M9)."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from consultation.routes.draft_form import check_accepting
from consultation.store import contribution as store
from consultation.store import support
from consultation.store.consultation import locked_consultation
from consultation.store.pace import count_act
from consultation.store.visibility import is_public_contribution, nothing_here, public_topic
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/contributions/{key}/supports", give, methods=["POST"]),
        Route("/contributions/{key}/supports/withdrawal", take_back, methods=["POST"]),
    ]


@endpoint
def give(visit: Visit) -> Response:
    login = visit.require("citizen")
    row = store.locked_contribution(visit.session, visit.path["key"])
    if not is_public_contribution(row):
        raise nothing_here()
    topic, _ = store.topic_of(visit.session, row)
    public_topic(visit.session, topic.key)
    check_accepting(visit, locked_consultation(visit.session, topic.id or 0, shared=True))
    if support.give(visit.session, row, login.citizen_id or 0, visit.now):
        count_act(visit.session, login.account_id, "support", visit.now)
    return _back(visit, row.key, N_("You support this contribution."))


@endpoint
def take_back(visit: Visit) -> Response:
    """Always possible, also after the end: a support is an opinion, and nobody is held to it."""
    login = visit.require("citizen")
    row = store.locked_contribution(visit.session, visit.path["key"])
    if not support.is_given(visit.session, row.id or 0, login.citizen_id or 0):
        raise nothing_here()
    support.take_back(visit.session, row, login.citizen_id or 0)
    return _back(visit, row.key, N_("You no longer support this contribution."))


def _back(visit: Visit, key: str, sentence: str) -> Response:
    return visit.redirect(f"/contributions/{key}", visit.gettext(sentence))
