"""Sending a contribution: first a page that shows it as all will see it and says what sending means, then the act."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from consultation.consultation import is_accepting
from consultation.contribution import LICENCE, LICENCE_URL, check_complete, check_places
from consultation.errors import WrongState
from consultation.routes.contribution_view import kind_label, place_label, signed
from consultation.routes.draft_form import check_accepting, groups_of, mine, saying_of
from consultation.store import contribution as store
from consultation.store.collective import collective_names
from consultation.store.consultation import locked_consultation, text_now
from consultation.store.pace import count_act
from consultation.store.participation_tables import ContributionRow
from consultation.store.visibility import is_public_contribution
from identity.store.person import person_name
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/contributions/{key}/preview", preview, methods=["GET"]),
        Route("/contributions/{key}/submission", submit, methods=["POST"]),
    ]


@endpoint
def preview(visit: Visit) -> Response:
    """The contribution as it will be shown, what sending it means, and the button that sends it."""
    login = visit.require("citizen")
    row = mine(store.contribution(visit.session, visit.path["key"]), login)
    topic, consultation = store.topic_of(visit.session, row)
    if row.state != "draft" or not is_accepting(consultation, visit.now):
        return visit.redirect(f"/contributions/{row.key}/draft")
    group = collective_names(visit.session, [row.collective_id]).get(row.collective_id or 0)
    return visit.page(
        "consultation/preview.html",
        row=row,
        topic=topic,
        consultation=consultation,
        kind=visit.gettext(kind_label(row)),
        by=signed(visit, person_name(visit.session, login.citizen_id or 0), group.name if group else ""),
        place=place_label(visit, text_now(visit.session, consultation.id or 0), row.paragraph),
        licence=LICENCE,
        licence_url=LICENCE_URL,
    )


@endpoint
def submit(visit: Visit) -> Response:
    login = visit.require("citizen")
    row = mine(store.locked_contribution(visit.session, visit.path["key"]), login)
    if row.state != "draft":  # sent before: a second press of the button
        return visit.redirect(f"/contributions/{row.key}")
    topic, _ = store.topic_of(visit.session, row)
    consultation = locked_consultation(visit.session, topic.id or 0, shared=True)
    check_accepting(visit, consultation)
    if visit.number("revision") != row.revision:
        sentence = N_("The draft was changed after you looked at it. Please look at it once more.")
        return visit.redirect(f"/contributions/{row.key}/preview", visit.gettext(sentence))
    saying = saying_of(visit, row)
    _check_parent(visit, row)
    check_places(saying, text_now(visit.session, consultation.id or 0).ids(), groups_of(visit))
    check_complete(saying)
    count_act(visit.session, login.account_id, "contribution", visit.now)
    row.name, row.person_id = person_name(visit.session, login.citizen_id or 0), login.citizen_id
    store.submit(visit.session, row, topic.key, visit.now, premoderated=consultation.premoderated)
    sentence = (
        N_("Your contribution was sent. A moderator looks at it before it is public.")
        if row.state == "waiting"
        else N_("Your contribution is public.")
    )
    return visit.redirect(f"/contributions/{row.key}", visit.gettext(sentence))


def _check_parent(visit: Visit, row: ContributionRow) -> None:
    """Raises WrongState."""
    parent = visit.session.get(ContributionRow, row.parent_id, populate_existing=True) if row.parent_id else None
    if parent is not None and not is_public_contribution(parent):
        sentence = N_("The contribution that this argument is about is no longer public.")
        raise WrongState("contribution.parent", sentence, N_("You can delete the draft."))
