"""A reply that was given: its versions, and revising it. The contributions it answers stay the same."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.local_time import day_of
from audit.refusal import N_, Refused
from body import CAST_LIMIT
from consultation.desk import READERS, REPLIERS
from consultation.errors import EditConflict, Incomplete
from consultation.reply import LONGEST_LINE, LONGEST_TEXT, OUTCOMES, decode_reply, outcomes_for, read_reply
from consultation.revision import Difference, check_revision, differences
from consultation.routes.reply_desk import Desk, bench_lines, refusal_words
from consultation.routes.reply_messages import tell_authors
from consultation.store import reply as store
from consultation.store.participation_tables import ReplyRow
from consultation.store.workbench import Line
from web import Visit, endpoint

LABELS = {
    "outcome": N_("What becomes of it"),
    "text": N_("Reply and reason"),
    "signed_by": N_("Signed by"),
}


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/replies/{key}", show, methods=["GET"]),
        Route("/desk/replies/{key}", revise, methods=["POST"]),
        Route("/desk/replies/{key}/confirmation", confirm, methods=["POST"]),
    ]


@endpoint
def show(visit: Visit) -> Response:
    visit.require(*READERS, *REPLIERS)
    row = store.reply(visit.session, visit.path["key"])
    return _form(visit, row, _stored(row))


@endpoint(limit=CAST_LIMIT)
def confirm(visit: Visit) -> Response:
    """What the reply will say from now on; also the form again when the confirmation is left."""
    visit.require(*REPLIERS)
    session = visit.session
    row = store.reply(session, visit.path["key"])
    answered = store.answered_by(session, row.id or 0)
    if visit.form.get("back"):
        return _form(visit, row, visit.form)
    try:
        given = read_reply(visit.form, {one.kind for one in answered})
        check_revision(row.version, visit.number("revision"))
    except Refused as refused:
        return _form(visit, row, visit.form, refused)
    topic, consultation = store.topic_of_reply(session, row)
    return visit.page(
        "consultation/desk_reply_revision.html",
        desk=Desk(topic, consultation),
        reply=row,
        given=given,
        outcome=visit.gettext(OUTCOMES[given.outcome]),
        lines=bench_lines(visit, session, [Line(one, row) for one in answered], day_of(visit.now)),
        fields={name: visit.form.get(name, "") for name in (*LABELS, "revision")},
        authors=len({one.account_id for one in answered if one.account_id}),
    )


@endpoint(limit=CAST_LIMIT)
def revise(visit: Visit) -> Response:
    login = visit.require(*REPLIERS)
    session = visit.session
    row = store.locked_reply(session, visit.path["key"])
    answered = store.answered_by(session, row.id or 0)
    try:
        given = read_reply(visit.form, {one.kind for one in answered})
        check_revision(row.version, visit.number("revision"))
    except Refused as refused:
        return _form(visit, row, visit.form, refused)
    topic, _ = store.topic_of_reply(session, row)
    store.revise_reply(session, topic, row, given, login.account_id, visit.now)
    tell_authors(visit, topic, row, answered)
    return visit.redirect(f"/desk/replies/{row.key}", visit.gettext(N_("The reply is revised and public.")))


def _stored(row: ReplyRow) -> dict[str, str]:
    return {"outcome": row.outcome, "text": row.text, "signed_by": row.signed_by, "revision": str(row.version)}


def _form(visit: Visit, row: ReplyRow, fields: dict[str, str], refused: Refused | None = None) -> Response:
    """With what was typed; after a conflict beside it what is stored now, and the next save counts from there."""
    login, session = visit.require(), visit.session
    topic, consultation = store.topic_of_reply(session, row)
    answered = store.answered_by(session, row.id or 0)
    shown = {name: fields.get(name, "") for name in (*LABELS, "revision")}
    different: list[Difference] | None = None
    if isinstance(refused, EditConflict):
        labels = {name: visit.gettext(label) for name, label in LABELS.items()}
        different = differences(_stored(row), shown, labels)
        shown["revision"] = str(row.version)
    errors, advice = refusal_words(visit, refused if isinstance(refused, Incomplete) else None, "text")
    versions = [
        (version.number, version.made_at, said, visit.gettext(OUTCOMES[said.outcome]))
        for version in store.versions(session, row.id or 0)
        for said in [decode_reply(version.content)]
    ]
    return visit.page(
        "consultation/desk_reply.html",
        refused.status if refused else 200,
        desk=Desk(topic, consultation),
        reply=row,
        fields=shown,
        outcomes=[(one, visit.gettext(OUTCOMES[one])) for one in outcomes_for({one.kind for one in answered})],
        lines=bench_lines(visit, session, [Line(one, row) for one in answered], day_of(visit.now)),
        versions=versions,
        may_write=bool(login.roles & set(REPLIERS)),
        differences=different,
        errors=errors,
        advice=advice,
        longest_text=LONGEST_TEXT,
        longest_line=LONGEST_LINE,
    )
