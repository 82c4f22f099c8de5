"""The clerk's side of a consultation: its terms, what it lacks, and opening, extending, closing, each asked twice."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from consultation import lifecycle
from consultation.consultation import (
    LABELS,
    Terms,
    check_extendable,
    check_step,
    opens_later,
    read_closing,
    read_reason,
    read_terms,
    terms_of,
    write_terms,
)
from consultation.desk import CLERKS, READERS
from consultation.errors import EditConflict, Incomplete, WrongState
from consultation.revision import Difference, check_revision, differences
from consultation.store.consultation import (
    add_unless_there,
    consultation_of,
    keep_terms,
    locked_consultation,
    text_now,
    topic_to_consult,
)
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow
from identity.login import FRESH_OFFICIAL
from visit import FreshCodeNeeded
from web import Endpoint, Visit, endpoint

FIELDS = {
    "purpose": N_("What the consultation is for"),
    "can_change": N_("What can change, and what cannot"),
    "decides": N_("Who decides in the end"),
    "plain_summary": N_("Summary in plain language"),
    "opens_at": N_("Opens on"),
    "closes_at": N_("Closes on"),
    "answer_by": N_("Everybody gets an answer by"),
    "premoderated": N_("Moderation"),
}
PREMODERATED = N_("Contributions wait for a moderator before they are public.")
POSTMODERATED = N_("Contributions are public at once.")
ACTS = ("opening", "taking-back", "extension", "closing")
KEPT = N_("The terms are kept. Nobody outside sees them before you open the consultation.")


def routes() -> list[BaseRoute]:
    home = "/desk/topics/{key}/consultation"
    posts: dict[str, Endpoint] = {
        "opening": open_it,
        "taking-back": take_back,
        "extension": extend,
        "closing": close,
    }
    return [
        Route(home, show, methods=["GET"]),
        Route(home, save, methods=["POST"]),
        *(Route(f"{home}/{act}", _ask(act), methods=["GET"]) for act in ACTS),
        *(Route(f"{home}/{act}", posts[act], methods=["POST"]) for act in ACTS),
    ]


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that keeps it from opening: `url` leads to the place where it is mended."""

    url: str
    sentence: str


@endpoint
def show(visit: Visit) -> Response:
    visit.require(*READERS)
    topic, council_session = topic_to_consult(visit.session, visit.path["key"])
    row = consultation_of(visit.session, topic.id or 0) or new_row(topic, visit)
    return _desk(visit, topic, council_session, row, write_terms(terms_of(row)))


@endpoint
def save(visit: Visit) -> Response:
    """Keep the terms of a draft, complete or not."""
    visit.require(*CLERKS)
    topic, council_session = topic_to_consult(visit.session, visit.path["key"])
    row = locked_or_new(visit, topic)
    try:
        _check_draft(row)
        terms = read_terms(visit.form)
        check_revision(row.revision, visit.number("revision"))
    except Incomplete as fault:
        return _desk(visit, topic, council_session, row, visit.form, fault)
    except EditConflict:
        return _desk(visit, topic, council_session, row, visit.form, conflict=True)
    _fill(row, terms)
    row.revision += 1
    row.modified_at = visit.now
    keep_terms(visit.session, row)
    return visit.redirect(home(topic), visit.gettext(KEPT))


def _check_draft(row: ConsultationRow) -> None:
    if row.state != "draft":
        raise WrongState(
            "consultation.terms",
            N_("The terms can no longer be changed: citizens have been told of them."),
            N_("An announced consultation can be taken back; an open one can be extended."),
        )


def _fill(row: ConsultationRow, terms: Terms) -> None:
    row.purpose, row.can_change, row.decides = terms.purpose, terms.can_change, terms.decides
    row.answer_by, row.plain_summary = terms.answer_by, terms.plain_summary
    row.opens_at, row.closes_at, row.premoderated = terms.opens_at, terms.closes_at, terms.premoderated


def new_row(topic: TopicRow, visit: Visit) -> ConsultationRow:
    """The summary of the topic is where its own summary begins."""
    return ConsultationRow(
        topic_id=topic.id or 0, plain_summary=topic.plain_summary, created_at=visit.now, modified_at=visit.now
    )


def locked_or_new(visit: Visit, topic: TopicRow) -> ConsultationRow:
    """For change; added when it is the first time that somebody keeps something of it."""
    if consultation_of(visit.session, topic.id or 0) is None:
        add_unless_there(visit.session, new_row(topic, visit))
    return locked_consultation(visit.session, topic.id or 0)


def home(topic: TopicRow) -> str:
    return f"/desk/topics/{topic.key}/consultation"


def _ask(act: str) -> Endpoint:
    """The page before an act: what it causes, then a form that does it."""

    @endpoint
    def ask(visit: Visit) -> Response:
        visit.require(*CLERKS)
        topic, council_session = topic_to_consult(visit.session, visit.path["key"])
        row = consultation_of(visit.session, topic.id or 0) or new_row(topic, visit)
        try:
            visit.require_fresh_totp(FRESH_OFFICIAL)
        except FreshCodeNeeded:
            return RedirectResponse(f"/login/fresh?next={quote(visit.request.url.path, safe='/')}", 303)
        if act == "opening":
            check_step(row, "open")
        elif act == "taking-back":
            check_step(row, "draft")
        elif act == "closing":
            check_step(row, "in_review")
        else:
            check_extendable(row, visit.now)
        return _act(visit, act, topic, council_session, row)

    return ask


def _begin(visit: Visit) -> tuple[TopicRow, SessionRow, ConsultationRow]:
    """Role, fresh code; then the row is locked."""
    visit.require(*CLERKS)
    visit.require_fresh_totp(FRESH_OFFICIAL)
    topic, council_session = topic_to_consult(visit.session, visit.path["key"])
    return topic, council_session, locked_consultation(visit.session, topic.id or 0)


@endpoint
def open_it(visit: Visit) -> Response:
    topic, council_session, row = _begin(visit)
    try:
        check_step(row, "open")
        check_revision(row.revision, visit.number("revision"))
        lifecycle.open_or_announce(visit.session, row, topic, council_session, visit.now)
    except (EditConflict, lifecycle.NotReady) as fault:
        return _act(visit, "opening", topic, council_session, row, fault)
    sentence = N_("The consultation is open.") if row.state == "open" else N_("The consultation is announced.")
    return visit.redirect(home(topic), visit.gettext(sentence))


@endpoint
def take_back(visit: Visit) -> Response:
    topic, _, row = _begin(visit)
    lifecycle.take_back(visit.session, row, visit.now)
    return visit.redirect(home(topic), visit.gettext(N_("The consultation is a draft again.")))


@endpoint
def extend(visit: Visit) -> Response:
    topic, council_session, row = _begin(visit)
    try:
        closes_at, reason = read_closing(visit.form), read_reason(visit.form)
        lifecycle.extend(visit.session, row, topic, closes_at, reason, visit.now)
    except Incomplete as fault:
        return _act(visit, "extension", topic, council_session, row, fault)
    return visit.redirect(home(topic), visit.gettext(N_("The new closing and your reason are public.")))


@endpoint
def close(visit: Visit) -> Response:
    """After its hour, when the clock has not closed it yet."""
    topic, _, row = _begin(visit)
    lifecycle.close(visit.session, row, topic, visit.now)
    return visit.redirect(home(topic), visit.gettext(N_("The consultation is closed.")))


def _act(
    visit: Visit,
    act: str,
    topic: TopicRow,
    council_session: SessionRow,
    row: ConsultationRow,
    fault: Incomplete | EditConflict | None = None,
) -> Response:
    lacks = _lacks(visit, topic, council_session, row) if act == "opening" else []
    return visit.page(
        "consultation/desk_consultation_act.html",
        fault.status if fault else 200,
        act=act,
        topic=topic,
        row=row,
        text=text_now(visit.session, row.id or 0),
        lacks=lacks,
        conflict=isinstance(fault, EditConflict),
        later=opens_later(terms_of(row), visit.now),
        early=row.closes_at is not None and visit.now < row.closes_at,
        fields=defaultdict(str, visit.form or {"closes_at": write_terms(terms_of(row))["closes_at"]}),
        errors=[_error(visit, fault)] if isinstance(fault, Incomplete) and fault.field else [],
    )


def _desk(
    visit: Visit,
    topic: TopicRow,
    council_session: SessionRow,
    row: ConsultationRow,
    fields: Mapping[str, str],
    fault: Incomplete | None = None,
    *,
    conflict: bool = False,
) -> Response:
    login = visit.require(*READERS)
    return visit.page(
        "consultation/desk_consultation.html",
        fault.status if fault else 409 if conflict else 200,
        topic=topic,
        council_session=council_session,
        row=row,
        label=visit.gettext(LABELS[row.state]),
        may_edit=bool(login.roles & set(CLERKS)),
        fields=defaultdict(str, fields),
        differing=_differences(visit, row, fields) if conflict else None,
        errors=[_error(visit, fault)] if fault else [],
        lacks=_lacks(visit, topic, council_session, row) if row.state in {"draft", "scheduled"} else [],
        text=text_now(visit.session, row.id or 0),
        over=row.state == "open" and row.closes_at is not None and visit.now >= row.closes_at,
    )


def _lacks(visit: Visit, topic: TopicRow, council_session: SessionRow, row: ConsultationRow) -> list[Lack]:
    places = {"consultation.session": f"/desk/sessions/{council_session.key}"}
    places |= {"consultation.topic": f"/desk/topics/{topic.key}"}
    return [
        Lack(places.get(fault.code, f"{home(topic)}#{fault.field}"), visit.gettext(fault.sentence, **fault.fields))
        for fault in lifecycle.faults_of(row, topic, council_session, visit.now)
    ]


def _differences(visit: Visit, row: ConsultationRow, fields: Mapping[str, str]) -> list[Difference]:
    labels = {field: visit.gettext(label) for field, label in FIELDS.items()}
    stored, typed = write_terms(terms_of(row)), dict(fields)
    for side in (stored, typed):
        chosen = side.get("premoderated") == "yes"
        side["premoderated"] = visit.gettext(PREMODERATED if chosen else POSTMODERATED)
    return differences(stored, typed, labels)


def _error(visit: Visit, fault: Incomplete) -> tuple[str, str]:
    advice = visit.gettext(fault.advice, **fault.fields) if fault.advice else ""
    return fault.field, f"{visit.gettext(fault.sentence, **fault.fields)} {advice}".strip()
