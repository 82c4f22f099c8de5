"""Templates of replies: words that are needed again, shared by everybody who answers."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_, Refused
from body import CAST_LIMIT
from consultation.desk import READERS, REPLIERS
from consultation.errors import EditConflict, Incomplete
from consultation.reply import LONGEST_LINE, LONGEST_TEXT, OUTCOMES, read_template
from consultation.revision import Difference, check_revision, differences
from consultation.routes.reply_desk import refusal_words
from consultation.store import reply_template as store
from consultation.store.participation_tables import ReplyTemplateRow
from web import Visit, endpoint

BASE = "/desk/reply-templates"
LABELS = {"name": N_("Name"), "outcome": N_("What becomes of it"), "text": N_("Reply and reason")}


def routes() -> list[BaseRoute]:
    return [
        Route(BASE, list_templates, methods=["GET"]),
        Route(BASE, create, methods=["POST"]),
        Route(BASE + "/{template_id:int}", edit, methods=["GET"]),
        Route(BASE + "/{template_id:int}", save, methods=["POST"]),
        Route(BASE + "/{template_id:int}/removal", remove, methods=["POST"]),
    ]


@endpoint
def list_templates(visit: Visit) -> Response:
    visit.require(*READERS, *REPLIERS)
    return _page(visit, None, {})


@endpoint(limit=CAST_LIMIT)
def create(visit: Visit) -> Response:
    visit.require(*REPLIERS)
    row = ReplyTemplateRow(name="", outcome="", text="", revision=0)
    return _keep(visit, row, None)


@endpoint
def edit(visit: Visit) -> Response:
    visit.require(*REPLIERS)
    row = store.template(visit.session, int(visit.path["template_id"]))
    return _page(visit, row, _stored(row))


@endpoint(limit=CAST_LIMIT)
def save(visit: Visit) -> Response:
    visit.require(*REPLIERS)
    row = store.template(visit.session, int(visit.path["template_id"]))
    return _keep(visit, row, row)


@endpoint
def remove(visit: Visit) -> Response:
    """Nothing public hangs on a template: what was answered with it keeps its words."""
    visit.require(*REPLIERS)
    row = store.template(visit.session, int(visit.path["template_id"]))
    store.delete_template(visit.session, row)
    return visit.redirect(BASE, visit.gettext(N_("The template is deleted. Replies made from it stay.")))


def _keep(visit: Visit, row: ReplyTemplateRow, edited: ReplyTemplateRow | None) -> Response:
    try:
        given = read_template(visit.form)
        check_revision(row.revision, visit.number("revision") or 0)
        store.keep_template(visit.session, row, given)
    except Refused as refused:
        return _page(visit, edited, visit.form, refused)
    return visit.redirect(BASE, visit.gettext(N_("The template is kept.")))


def _stored(row: ReplyTemplateRow) -> dict[str, str]:
    return {"name": row.name, "outcome": row.outcome, "text": row.text, "revision": str(row.revision)}


def _page(
    visit: Visit, row: ReplyTemplateRow | None, fields: dict[str, str], refused: Refused | None = None
) -> Response:
    """The list with a form below it: for a new template, or for `row`."""
    login = visit.require()
    shown = {name: fields.get(name, "") for name in (*LABELS, "revision")}
    different: list[Difference] | None = None
    if row is not None and isinstance(refused, EditConflict):
        labels = {name: visit.gettext(label) for name, label in LABELS.items()}
        different = differences(_stored(row), shown, labels)
        shown["revision"] = str(row.revision)
    errors, advice = refusal_words(visit, refused if isinstance(refused, Incomplete) else None, "name")
    return visit.page(
        "consultation/desk_reply_templates.html",
        refused.status if refused else 200,
        templates=[(one.id, one.name, visit.gettext(OUTCOMES[one.outcome])) for one in store.templates(visit.session)],
        row=row,
        fields=shown,
        outcomes=[(outcome, visit.gettext(label)) for outcome, label in OUTCOMES.items()],
        may_write=bool(login.roles & set(REPLIERS)),
        differences=different,
        errors=errors,
        advice=advice,
        longest_text=LONGEST_TEXT,
        longest_line=LONGEST_LINE,
    )
