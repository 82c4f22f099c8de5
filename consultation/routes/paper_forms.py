"""Paper in: a returned form is entered by two clerks who do not see each other's entry; differences are settled."""

from dataclasses import asdict
from secrets import token_bytes

from sqlmodel import Session
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.local_time import day_of
from audit.refusal import N_, Refused
from body import CAST_LIMIT
from consultation.commitment import SALT_BYTES
from consultation.contribution import KINDS, TITLE_LIMIT
from consultation.contribution import LABELS as KIND_LABELS
from consultation.desk import CLERKS, READERS
from consultation.errors import WrongState
from consultation.paper_form import (
    LABELS,
    STATES,
    PaperEntry,
    check_enterable,
    decode_entry,
    field_differences,
    parse_number,
    printed_number,
    read_entry,
    settle,
)
from consultation.routes.contribution_view import place_label
from consultation.routes.reply_desk import refusal_words
from consultation.store import paper_form as store
from consultation.store.consultation import locked_consultation
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import ConsultationRow, PaperFormRow
from consultation.store.text import text_now
from crypto.errors import Malformed
from identity.store.account import display_name
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/forms", list_forms, methods=["GET"]),
        Route("/desk/forms/{number}", show, methods=["GET"]),
        Route("/desk/forms/{number}", enter, methods=["POST"]),
        Route("/desk/forms/{number}/settlement", conclude, methods=["POST"]),
        Route("/desk/forms/{number}/discarding", ask_discarding, methods=["GET"]),
        Route("/desk/forms/{number}/discarding", discard, methods=["POST"]),
    ]


@endpoint
def list_forms(visit: Visit) -> Response:
    """What waits, and a field for the number in a clerk's hand."""
    login = visit.require(*READERS)
    errors: list[tuple[str, str]] = []
    typed = visit.query.get("number", "")
    if typed:
        try:
            number = parse_number(typed)
            store.form(visit.session, number)
            return visit.redirect(f"/desk/forms/{number}")
        except Malformed:
            errors = [("number", visit.gettext(N_("This is no form number; compare it with the paper.")))]
        except Refused:
            errors = [("number", visit.gettext(N_("No form with this number was printed here.")))]
    waiting = [
        (row.number, printed_number(row.number), topic.title, visit.gettext(STATES[row.state]))
        for row, topic in store.forms_in(visit.session, ("differs", "once"))
    ]
    return visit.page(
        "consultation/desk_forms.html",
        422 if errors else 200,
        waiting=waiting,
        typed=typed,
        errors=errors,
        may_write=bool(login.roles & set(CLERKS)),
    )


@endpoint
def show(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = store.form(visit.session, visit.path["number"])
    return _page(visit, row, {"received_on": day_of(visit.now).isoformat()})


@endpoint(limit=CAST_LIMIT)
def enter(visit: Visit) -> Response:
    """The first entry waits; the second one is compared, and what agrees becomes a contribution."""
    login = visit.require(*CLERKS)
    session = visit.session
    row, topic, consultation = _locked(session, visit.path["number"])
    try:
        check_enterable(row.state, consultation.state)
        given = _read(visit, session, consultation, visit.form)
        store.add_entry(session, row, given, login.account_id, token_bytes(SALT_BYTES), visit.now)
    except Refused as refused:
        return _page(visit, row, visit.form, refused)
    readings = [decode_entry(one.content) for one in store.entries(session, row)]
    if len(readings) == 1:
        store.mark(session, row, "once")
        return visit.redirect("/desk/forms", visit.gettext(N_("Kept. Now another clerk enters the same form.")))
    if field_differences(*readings):
        store.mark(session, row, "differs")
        notice = N_("The two entries differ. Compare them with the paper.")
        return visit.redirect(f"/desk/forms/{row.number}", visit.gettext(notice))
    return _accept(visit, row, topic, consultation, readings[0])


@endpoint(limit=CAST_LIMIT)
def conclude(visit: Visit) -> Response:
    """A clerk says what the paper says."""
    visit.require(*CLERKS)
    session = visit.session
    row, topic, consultation = _locked(session, visit.path["number"])
    try:
        if row.state != "differs":
            raise WrongState("form.agreed", N_("There is nothing to settle on this form."))
        if consultation.state not in {"open", "in_review"}:
            raise WrongState("form.closed", N_("Forms are entered while the consultation is open or under review."))
        first, second = (decode_entry(one.content) for one in store.entries(session, row))
        settled = _read(visit, session, consultation, settle(visit.form, first, second))
    except Refused as refused:
        return _page(visit, row, visit.form, refused)
    return _accept(visit, row, topic, consultation, settled)


@endpoint
def ask_discarding(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = store.form(visit.session, visit.path["number"])
    _check_discardable(row)
    topic, _ = store.place_of(visit.session, row)
    return visit.page(
        "consultation/desk_form_discarding.html", row=row, printed=printed_number(row.number), topic=topic
    )


@endpoint
def discard(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = store.locked_form(visit.session, visit.path["number"])
    _check_discardable(row)
    store.discard(visit.session, row)
    return visit.redirect("/desk/forms", visit.gettext(N_("The form is discarded and what was entered is deleted.")))


def _check_discardable(row: PaperFormRow) -> None:
    """Raises WrongState."""
    if row.state not in {"printed", "once", "differs"}:
        raise WrongState("form.done", N_("This form was accepted or discarded already."))


def _locked(session: Session, number: str) -> tuple[PaperFormRow, TopicRow, ConsultationRow]:
    """The consultation first: it must not close its books while the form becomes a contribution."""
    topic, _ = store.place_of(session, store.form(session, number))
    consultation = locked_consultation(session, topic.id or 0, shared=True)
    return store.locked_form(session, number), topic, consultation


def _read(visit: Visit, session: Session, consultation: ConsultationRow, form: dict[str, str]) -> PaperEntry:
    """Raises Incomplete."""
    today = day_of(visit.now)
    closed = day_of(consultation.closes_at) if consultation.closes_at else today
    return read_entry(form, text_now(session, consultation.id or 0).paragraph_ids(), today=today, closed=closed)


def _accept(
    visit: Visit, row: PaperFormRow, topic: TopicRow, consultation: ConsultationRow, settled: PaperEntry
) -> Response:
    made = store.accept(visit.session, row, topic, consultation, settled, visit.now)
    sentence = (
        N_("Both entries agree. The contribution waits for a moderator.")
        if made.state == "waiting"
        else N_("Both entries agree. The contribution is public.")
    )
    return visit.redirect(f"/desk/forms/{row.number}", visit.gettext(sentence))


def _page(visit: Visit, row: PaperFormRow, fields: dict[str, str], refused: Refused | None = None) -> Response:
    """The form's page in whatever state it is in; nobody sees another's entry before their own is kept."""
    session, login = visit.session, visit.require()
    topic, consultation = store.place_of(session, row)
    entries = store.entries(session, row)
    mine = any(one.account_id == login.account_id for one in entries)
    readings = [decode_entry(one.content) for one in entries if one.content]
    text = text_now(session, consultation.id or 0)
    errors, advice = refusal_words(visit, refused, "kind")
    kinds = [(kind, visit.gettext(KIND_LABELS[kind])) for kind in KINDS]
    places = [(one, place_label(visit, text, one)) for one in text.paragraph_ids()]
    shown = {"differs": "differences", "accepted": "done", "discarded": "done"}.get(row.state, "entry")
    if row.state == "once" and mine:
        shown = "waits"
    contribution = store.contribution_of(session, row)
    return visit.page(
        "consultation/desk_form.html",
        refused.status if refused else 200,
        row=row,
        printed=printed_number(row.number),
        state=visit.gettext(STATES[row.state]),
        topic=topic,
        consultation=consultation,
        shown=shown,
        fields={name: fields.get(name, "") for name in LABELS},
        kinds=kinds,
        places=[("", visit.gettext(N_("the whole topic"))), *places],
        labels={name: visit.gettext(label) for name, label in LABELS.items()},
        clerks=[display_name(session, one.account_id) for one in entries],
        differences=field_differences(*readings) if shown == "differences" and len(readings) == 2 else [],
        readings=[_in_words(one, dict(kinds), dict(places)) for one in readings] if shown == "differences" else [],
        choices={name: value for name, value in fields.items() if name.startswith(("choice_", "typed_"))},
        contribution=contribution,
        address=readings[0].address if shown == "done" and readings else "",
        title_limit=TITLE_LIMIT,
        errors=errors,
        advice=advice,
    )


def _in_words(entry: PaperEntry, kinds: dict[str, str], places: dict[str, str]) -> dict[str, str]:
    """Every field as people read it."""
    fields = asdict(entry)
    return fields | {"kind": kinds[entry.kind], "paragraph": places.get(entry.paragraph, entry.paragraph)}
