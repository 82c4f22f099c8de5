"""«Οι τοποθετήσεις μου»: drafts first, then what was sent, with its state and its reply."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from consultation.consultation import is_accepting
from consultation.contribution import LABELS
from consultation.routes.contribution_view import Shown, shown
from consultation.store import contribution as store
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import ContributionRow
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [Route("/my/contributions", list_own, methods=["GET"])]


@dataclass(frozen=True, slots=True)
class Draft:
    """`closed`: it can be read and deleted, and no longer sent."""

    row: ContributionRow
    kind: str
    topic: TopicRow
    closed: bool


@endpoint
def list_own(visit: Visit) -> Response:
    login = visit.require("citizen")
    drafts = []
    for row in store.drafts(visit.session, login.account_id):
        topic, consultation = store.topic_of(visit.session, row)
        closed = not is_accepting(consultation, visit.now)
        drafts.append(Draft(row, visit.gettext(LABELS[row.kind]), topic, closed))
    rows = store.own(visit.session, login.account_id)
    topics = {row.consultation_id: store.topic_of(visit.session, row)[0] for row in rows}
    sent: list[tuple[Shown, TopicRow]] = [
        (one, topics[row.consultation_id]) for one, row in zip(shown(visit, rows, accepting=False), rows, strict=True)
    ]
    return visit.page("consultation/my_contributions.html", drafts=drafts, sent=sent)
