"""The desk's topics: adding, changing, moving, withdrawing; a topic of a draft can also be deleted."""

from collections import defaultdict

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from consultation.agenda import (
    REASON_LIMIT,
    TOPIC_FORM_LIMIT,
    TopicDraft,
    check_late_mark,
    read_change_reason,
    read_text,
    read_topic,
    write_topic,
)
from consultation.council import MARKS
from consultation.desk import CLERKS, READERS
from consultation.errors import EditConflict, Incomplete
from consultation.publishing import check_state, record_change, withdraw_topic
from consultation.revision import Difference, check_revision, differences
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.file import files_of_topics
from consultation.store.session import locked_session, session_for_change, session_of, session_row
from consultation.store.topic import (
    add_topic,
    delete_topic,
    move_topic,
    save_topic,
    topic_for_change,
    topic_row,
    topics,
)
from consultation.store.visibility import is_public_session
from consultation.upload import ACCEPT
from web import Visit, endpoint

LABELS = {
    "title": N_("Title of the topic"),
    "plain_summary": N_("Summary in plain language"),
    "motion": N_("Motion"),
    "proposer": N_("Proposer"),
    "mark": N_("Place on the agenda"),
}
KEPT = N_("The draft is kept. Nobody outside sees it.")
CHANGED = N_("The change is published.")


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/sessions/{key}/topics/new", new, methods=["GET"]),
        Route("/desk/sessions/{key}/topics/new", create, methods=["POST"]),
        Route("/desk/topics/{key}", show, methods=["GET"]),
        Route("/desk/topics/{key}", save, methods=["POST"]),
        Route("/desk/topics/{key}/position", move, methods=["POST"]),
        Route("/desk/topics/{key}/withdrawal", ask_withdrawal, methods=["GET"]),
        Route("/desk/topics/{key}/withdrawal", withdraw, methods=["POST"]),
        Route("/desk/topics/{key}/deletion", ask_deletion, methods=["GET"]),
        Route("/desk/topics/{key}/deletion", delete, methods=["POST"]),
    ]


@endpoint
def new(visit: Visit) -> Response:
    visit.require(*CLERKS)
    council_session = session_row(visit.session, visit.path["key"])
    check_state(council_session, "draft", "published")
    return _form(visit, council_session, None, {"mark": "regular"})


@endpoint(limit=TOPIC_FORM_LIMIT)
def create(visit: Visit) -> Response:
    login = visit.require(*CLERKS)
    council_session = session_for_change(visit.session, visit.path["key"])
    check_state(council_session, "draft", "published")
    public = is_public_session(council_session)
    try:
        draft = read_topic(visit.form, public=public)
        reason = read_change_reason(visit.form, public=public)
        if public:
            check_late_mark(draft.mark, visit.now, council_session.starts_at)
    except Incomplete as fault:
        return _form(visit, council_session, None, visit.form, fault)
    row = TopicRow(
        session_id=council_session.id or 0,
        position=0,
        title=draft.title,
        created_at=visit.now,
        modified_at=visit.now,
    )
    _write(row, draft)
    add_topic(visit.session, row)
    if public:
        record_change(visit.session, council_session, reason, visit.now, login.account_id)
    return visit.redirect(f"/desk/topics/{row.key}", visit.gettext(CHANGED if public else KEPT))


@endpoint
def show(visit: Visit) -> Response:
    visit.require(*READERS)
    row = topic_row(visit.session, visit.path["key"])
    return _form(visit, session_of(visit.session, row), row, write_topic(row))


@endpoint(limit=TOPIC_FORM_LIMIT)
def save(visit: Visit) -> Response:
    login = visit.require(*CLERKS)
    row, council_session = _locked(visit)
    check_state(council_session, "draft", "published", "held")
    public = is_public_session(council_session)
    try:
        check_revision(row.revision, visit.number("revision"))
        draft = read_topic(visit.form, public=public)
        reason = read_change_reason(visit.form, public=public)
        if public and row.mark != draft.mark:
            check_late_mark(draft.mark, visit.now, council_session.starts_at)
    except Incomplete as fault:
        return _form(visit, council_session, row, visit.form, fault)
    except EditConflict:
        labels = {field: visit.gettext(label) for field, label in LABELS.items()}
        differing = differences(write_topic(row), visit.form, labels)
        return _form(visit, council_session, row, visit.form, differing=differing)
    _write(row, draft)
    save_topic(visit.session, row, visit.now)
    if public:
        record_change(visit.session, council_session, reason, visit.now, login.account_id)
    return visit.redirect(f"/desk/topics/{row.key}", visit.gettext(CHANGED if public else KEPT))


@endpoint
def move(visit: Visit) -> Response:
    login = visit.require(*CLERKS)
    row, council_session = _locked(visit)
    check_state(council_session, "draft", "published")
    public = is_public_session(council_session)
    try:
        reason = read_change_reason(visit.form, public=public)
    except Incomplete as fault:
        return _form(visit, council_session, row, {**write_topic(row), **visit.form}, fault)
    move_topic(visit.session, row, visit.number("position") or 1, visit.now)
    if public:
        record_change(visit.session, council_session, reason, visit.now, login.account_id)
    return visit.redirect(f"/desk/sessions/{council_session.key}", visit.gettext(CHANGED if public else KEPT))


@endpoint
def ask_withdrawal(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = topic_row(visit.session, visit.path["key"])
    check_state(session_of(visit.session, row), "published")
    return _act(visit, row, "withdrawal")


@endpoint
def withdraw(visit: Visit) -> Response:
    login = visit.require(*CLERKS)
    row, council_session = _locked(visit)
    try:
        missing = N_("Write why the topic is withdrawn; everybody will read it.")
        reason = read_text(visit.form, "reason", missing, limit=REASON_LIMIT)
    except Incomplete as fault:
        return _act(visit, row, "withdrawal", fault)
    withdraw_topic(visit.session, council_session, row, reason, visit.now, login.account_id)
    notice = N_("The topic is withdrawn and stays on the page with its reason.")
    return visit.redirect(f"/desk/sessions/{council_session.key}", visit.gettext(notice))


@endpoint
def ask_deletion(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = topic_row(visit.session, visit.path["key"])
    check_state(session_of(visit.session, row), "draft")
    return _act(visit, row, "deletion")


@endpoint
def delete(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row, council_session = _locked(visit)
    check_state(council_session, "draft")
    delete_topic(visit.session, row)
    return visit.redirect(f"/desk/sessions/{council_session.key}", visit.gettext(N_("The topic is deleted.")))


def _locked(visit: Visit) -> tuple[TopicRow, SessionRow]:
    """Always the session first, so that two writers of one agenda wait for each other and never in a circle."""
    found = topic_row(visit.session, visit.path["key"])
    council_session = locked_session(visit.session, found.session_id)
    return topic_for_change(visit.session, found.key), council_session


def _write(row: TopicRow, draft: TopicDraft) -> None:
    row.title, row.plain_summary, row.motion = draft.title, draft.plain_summary, draft.motion
    row.proposer, row.mark = draft.proposer, draft.mark


def _act(visit: Visit, row: TopicRow, act: str, fault: Incomplete | None = None) -> Response:
    return visit.page(
        "consultation/topic_act.html",
        422 if fault else 200,
        act=act,
        row=row,
        council_session=session_of(visit.session, row),
        typed=visit.form.get("reason", ""),
        errors=[(fault.field, visit.gettext(fault.sentence, **fault.fields))] if fault else [],
    )


def _form(
    visit: Visit,
    council_session: SessionRow,
    row: TopicRow | None,
    fields: dict[str, str],
    fault: Incomplete | None = None,
    differing: list[Difference] | None = None,
) -> Response:
    login = visit.require(*READERS)
    listed = topics(visit.session, council_session.id or 0)
    may_edit = bool(login.roles & set(CLERKS)) and council_session.state != "cancelled"
    return visit.page(
        "consultation/topic_form.html",
        409 if differing is not None else 422 if fault else 200,
        row=row,
        council_session=council_session,
        public=is_public_session(council_session),
        may_edit=may_edit and (row is None or row.state == "listed"),
        fields=defaultdict(str, fields),
        marks=[(mark, visit.gettext(label)) for mark, label in MARKS.items()],
        mark=visit.gettext(MARKS[row.mark]) if row else "",
        position=next((place for place, topic in enumerate(listed, 1) if row and topic.id == row.id), 0),
        count=len(listed),
        files=files_of_topics(visit.session, [row.id or 0]).get(row.id or 0, []) if row else [],
        accept=ACCEPT,
        differing=differing,
        errors=[(fault.field, visit.gettext(fault.sentence, **fault.fields))] if fault else [],
    )
