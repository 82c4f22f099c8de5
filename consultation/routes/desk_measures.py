"""Measures at the desk: those of a topic, a new one, a change, and a dated note. Every save is public and logged."""

from collections import defaultdict

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from consultation.council_vote import ADOPTED
from consultation.desk import CLERKS
from consultation.errors import EditConflict, Incomplete, WrongState
from consultation.measure import HORIZONS, NOTE_LIMIT, STATUSES, read_measure, read_note, write_measure
from consultation.revision import check_revision
from consultation.routes.implementation import lines
from consultation.routes.official_form import NO_FAULT, Fault, Stored, fault_of, options, words_of
from consultation.store import measure as store
from consultation.store.council_tables import DecisionRow, TopicRow
from consultation.store.decision import decision_of
from consultation.store.measure import Kept
from consultation.store.visibility import public_topic
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/topics/{key}/measures", list_measures, methods=["GET"]),
        Route("/desk/topics/{key}/measures/new", new, methods=["GET"]),
        Route("/desk/topics/{key}/measures/new", create, methods=["POST"]),
        Route("/desk/measures/{key}", edit, methods=["GET"]),
        Route("/desk/measures/{key}", save, methods=["POST"]),
        Route("/desk/measures/{key}/notes", write_note, methods=["GET"]),
        Route("/desk/measures/{key}/notes", keep_note, methods=["POST"]),
    ]


@endpoint
def list_measures(visit: Visit) -> Response:
    visit.require(*CLERKS)
    topic, _ = public_topic(visit.session, visit.path["key"])
    decision = decision_of(visit.session, topic.id or 0)
    return visit.page(
        "consultation/desk_measures.html",
        topic=topic,
        adopted=decision is not None and decision.outcome in ADOPTED,
        lines=lines(visit, store.public_measures(visit.session, topic_id=topic.id)),
    )


@endpoint
def new(visit: Visit) -> Response:
    visit.require(*CLERKS)
    topic, _ = _adopted(visit)
    return _form(visit, topic, None, _stored(visit, None), NO_FAULT)


@endpoint
def create(visit: Visit) -> Response:
    login = visit.require(*CLERKS)
    topic, decision = _adopted(visit)
    try:
        measure = read_measure(visit.form)
    except Incomplete as refused:
        stored = _stored(visit, None)
        return _form(visit, topic, None, stored, fault_of(visit, refused, stored, default="title"))
    row = store.add_measure(visit.session, topic, decision, measure, login.account_id, visit.now)
    return visit.redirect(f"/measures/{row.key}", visit.gettext(N_("The measure is published.")))


@endpoint
def edit(visit: Visit) -> Response:
    visit.require(*CLERKS)
    kept = store.public_measure(visit.session, visit.path["key"])
    return _form(visit, kept.topic, kept, _stored(visit, kept), NO_FAULT)


@endpoint
def save(visit: Visit) -> Response:
    login = visit.require(*CLERKS)
    kept = store.public_measure(visit.session, visit.path["key"], change=True)
    stored = _stored(visit, kept)
    try:
        check_revision(stored.revision, visit.number("revision"))
        measure = read_measure(visit.form)
    except (EditConflict, Incomplete) as refused:
        return _form(visit, kept.topic, kept, stored, fault_of(visit, refused, stored, default="title"))
    changed = store.change_measure(visit.session, kept, measure, login.account_id, visit.now)
    notice = N_("The change is published.") if changed else N_("Nothing was different, so nothing was saved.")
    return visit.redirect(f"/measures/{kept.row.key}", visit.gettext(notice))


@endpoint
def write_note(visit: Visit) -> Response:
    visit.require(*CLERKS)
    return _note_form(visit, store.public_measure(visit.session, visit.path["key"]), NO_FAULT)


@endpoint
def keep_note(visit: Visit) -> Response:
    """A note is added, never changed, so there is nothing to collide with."""
    login = visit.require(*CLERKS)
    kept = store.public_measure(visit.session, visit.path["key"], change=True)
    try:
        note = read_note(visit.form, visit.now)
    except Incomplete as refused:
        return _note_form(visit, kept, fault_of(visit, refused, _stored(visit, kept), default="text"))
    store.add_note(visit.session, kept, note, login.account_id)
    return visit.redirect(f"/measures/{kept.row.key}", visit.gettext(N_("The note is published.")))


def _adopted(visit: Visit) -> tuple[TopicRow, DecisionRow]:
    """Only what was decided can be carried out. Raises NotFound, WrongState (measure.undecided)."""
    topic, _ = public_topic(visit.session, visit.path["key"])
    decision = decision_of(visit.session, topic.id or 0)
    if decision is None or decision.outcome not in ADOPTED:
        raise WrongState(
            "measure.undecided",
            N_("A measure carries out a decision, and this topic has none that was adopted."),
            N_("Note the decision first."),
        )
    return topic, decision


def _stored(visit: Visit, kept: Kept | None) -> Stored:
    labels = {
        "title": visit.gettext("What is to be done"),
        "owner": visit.gettext("Office that answers for it"),
        "budget": visit.gettext("Budget"),
        "horizon": visit.gettext("Horizon"),
        "status": visit.gettext("How far it is"),
        "due_on": visit.gettext("Due on"),
    }
    fields = write_measure(kept.value) if kept else {"status": "planned"}
    return Stored(kept.row.version if kept else 0, fields, labels, words_of(visit, HORIZONS, STATUSES))


def _form(visit: Visit, topic: TopicRow, kept: Kept | None, stored: Stored, fault: Fault) -> Response:
    fields = visit.form if fault.status != 200 else stored.fields
    return visit.page(
        "consultation/desk_measure.html",
        fault.status,
        topic=topic,
        row=kept.row if kept else None,
        fields={name: fields.get(name, "") for name in stored.labels},
        labels=stored.labels,
        revision=stored.revision,
        fault=fault,
        wrong=defaultdict(str, fault.errors),
        horizons=options(visit, HORIZONS),
        statuses=options(visit, STATUSES),
    )


def _note_form(visit: Visit, kept: Kept, fault: Fault) -> Response:
    sent = fault.status != 200
    return visit.page(
        "consultation/desk_measure_note.html",
        fault.status,
        row=kept.row,
        text=visit.form.get("text", "") if sent else "",
        progress=visit.form.get("status", "") if sent else kept.row.status,
        fault=fault,
        wrong=defaultdict(str, fault.errors),
        limit=NOTE_LIMIT,
        statuses=options(visit, STATUSES),
    )
