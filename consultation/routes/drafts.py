"""Writing a contribution: draft, preview, sending. A draft is its author's alone and survives a log-out.

The key of the draft is the key of the contribution, so sending twice makes one (the form carries it from the start).
"""

import re

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from consultation.consultation import is_accepting
from consultation.contribution import LABELS
from consultation.errors import EditConflict, Incomplete
from consultation.identifier import new_key
from consultation.revision import check_revision
from consultation.routes.draft_form import check_accepting, fields_of, form, mine, read, write
from consultation.store import contribution as store
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import ConsultationRow, ContributionRow
from consultation.store.visibility import is_public_contribution, nothing_here, public_consultation, public_topic
from identity.store.account import locked_account
from web import Visit, endpoint

_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)


def routes() -> list[BaseRoute]:
    return [
        Route("/topics/{key}/contributions/new", new, methods=["GET"]),
        Route("/topics/{key}/contributions/new", create, methods=["POST"]),
        Route("/contributions/{key}/draft", edit, methods=["GET"]),
        Route("/contributions/{key}/draft", save, methods=["POST"]),
        Route("/contributions/{key}/draft/removal", ask_removal, methods=["GET"]),
        Route("/contributions/{key}/draft/removal", remove, methods=["POST"]),
    ]


@endpoint
def new(visit: Visit) -> Response:
    visit.require("citizen")
    topic, consultation = _open(visit)
    parent = _parent(visit, consultation, visit.query.get("on", ""))
    fields = {
        "draft": new_key(),
        "kind": visit.query.get("kind", ""),
        "stance": visit.query.get("stance", ""),
        "paragraph": visit.query.get("paragraph", ""),
        "on": parent.key if parent else "",
    }
    return form(visit, topic, consultation, fields, parent)


@endpoint
def create(visit: Visit) -> Response:
    login = visit.require("citizen")
    topic, consultation = _open(visit)
    key = visit.form.get("draft", "")
    if not _KEY.fullmatch(key):
        raise nothing_here()
    parent = _parent(visit, consultation, visit.form.get("on", ""))
    locked_account(visit.session, login.account_id)  # the same form sent twice at once is one draft
    row = store.with_key(visit.session, key)
    if row is not None:
        return visit.redirect(f"/contributions/{mine(row, login).key}")
    try:
        saying = read(visit, consultation, argument=parent is not None)
        row = ContributionRow(
            key=key,
            consultation_id=consultation.id or 0,
            kind=saying.kind,
            state="draft",
            parent_id=parent.id if parent else None,
            person_id=login.citizen_id,
            account_id=login.account_id,
            created_at=visit.now,
            modified_at=visit.now,
        )
        write(visit, row, saying)
    except Incomplete as fault:
        return form(visit, topic, consultation, visit.form, parent, fault)
    store.keep_draft(visit.session, row)
    return _kept(visit, row)


@endpoint
def edit(visit: Visit) -> Response:
    login = visit.require("citizen")
    row = mine(store.contribution(visit.session, visit.path["key"]), login)
    if row.state != "draft":
        return visit.redirect(f"/contributions/{row.key}")
    topic, consultation = store.topic_of(visit.session, row)
    if not is_accepting(consultation, visit.now):
        return visit.page("consultation/draft_closed.html", row=row, topic=topic, kind=visit.gettext(LABELS[row.kind]))
    parent = visit.session.get(ContributionRow, row.parent_id) if row.parent_id else None
    return form(visit, topic, consultation, fields_of(visit, row), parent, row=row)


@endpoint
def save(visit: Visit) -> Response:
    login = visit.require("citizen")
    row = mine(store.locked_contribution(visit.session, visit.path["key"]), login)
    if row.state != "draft":
        return visit.redirect(f"/contributions/{row.key}")
    topic, consultation = store.topic_of(visit.session, row)
    parent = visit.session.get(ContributionRow, row.parent_id) if row.parent_id else None
    try:  # also when the consultation has closed meanwhile: what was typed is not lost
        saying = read(visit, consultation, argument=parent is not None)
        check_revision(row.revision, visit.number("revision"))
        write(visit, row, saying)
    except (Incomplete, EditConflict) as fault:
        return form(visit, topic, consultation, visit.form, parent, fault, row=row)
    row.revision += 1
    store.keep_draft(visit.session, row)
    return _kept(visit, row)


@endpoint
def ask_removal(visit: Visit) -> Response:
    login = visit.require("citizen")
    row = mine(store.contribution(visit.session, visit.path["key"]), login)
    if row.state != "draft":
        return visit.redirect(f"/contributions/{row.key}")
    return visit.page("consultation/draft_removal.html", row=row, kind=visit.gettext(LABELS[row.kind]))


@endpoint
def remove(visit: Visit) -> Response:
    login = visit.require("citizen")
    row = mine(store.locked_contribution(visit.session, visit.path["key"]), login)
    store.delete_draft(visit.session, row)
    return visit.redirect("/my/contributions", visit.gettext(N_("The draft is deleted.")))


def _open(visit: Visit) -> tuple[TopicRow, ConsultationRow]:
    """Raises NotFound, WrongState."""
    topic, _ = public_topic(visit.session, visit.path["key"])
    consultation = public_consultation(visit.session, topic)
    if consultation is None:
        raise nothing_here()
    check_accepting(visit, consultation)
    return topic, consultation


def _parent(visit: Visit, consultation: ConsultationRow, key: str) -> ContributionRow | None:
    """What an argument hangs on: public, of this consultation, and no argument itself. Raises NotFound."""
    if not key:
        return None
    row = store.contribution(visit.session, key)
    if not is_public_contribution(row) or row.consultation_id != consultation.id or row.kind == "argument":
        raise nothing_here()
    return row


def _kept(visit: Visit, row: ContributionRow) -> Response:
    if visit.form.get("act") == "keep":
        return visit.redirect(
            f"/contributions/{row.key}/draft", visit.gettext(N_("The draft is kept. Only you can see it."))
        )
    return visit.redirect(f"/contributions/{row.key}/preview")
