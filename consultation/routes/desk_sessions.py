"""The desk's sessions: drafting, what is missing, the publication timer, and the page as citizens will see it."""

from collections import defaultdict
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from consultation.agenda import (
    REASON_LIMIT,
    TOPIC_FORM_LIMIT,
    SessionDraft,
    check_notice,
    is_late,
    publish_by,
    read_change_reason,
    read_line,
    read_session,
    read_text,
    write_session,
)
from consultation.council import MARKS, NOTICE_DAYS, SESSION_KINDS, SESSION_STATES
from consultation.desk import CLERKS, READERS
from consultation.errors import EditConflict, Incomplete
from consultation.publishing import check_state, record_change
from consultation.revision import Difference, check_revision, differences
from consultation.routes.sessions import session_page
from consultation.store.body import bodies
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.session import (
    add_session,
    body_of,
    desk_sessions,
    save_session,
    session_for_change,
    session_row,
)
from consultation.store.topic import agenda_of
from consultation.store.visibility import is_public_session, public_body
from web import Visit, endpoint

LABELS = {
    "kind": N_("Kind of session"),
    "title": N_("Title of the session"),
    "starts_at": N_("Day and hour"),
    "place": N_("Place"),
    "summons": N_("Summons"),
    "urgent_reason": N_("Why it is urgent"),
}
KEPT = N_("The draft is kept. Nobody outside sees it.")
CHANGED = N_("The change is published.")


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/sessions", list_sessions, methods=["GET"]),
        Route("/desk/sessions", create, methods=["POST"]),
        Route("/desk/sessions/new", new, methods=["GET"]),
        Route("/desk/sessions/{key}", show, methods=["GET"]),
        Route("/desk/sessions/{key}/preview", preview, methods=["GET"]),
        Route("/desk/sessions/{key}/edit", edit, methods=["GET"]),
        Route("/desk/sessions/{key}/edit", save, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class DeskTopic:
    """A topic in the side list; `missing` are finished words."""

    number: int
    row: TopicRow
    mark: str
    missing: list[str]


@endpoint
def list_sessions(visit: Visit) -> Response:
    login = visit.require(*READERS)
    lines = [
        (row, body.name, visit.gettext(SESSION_STATES[row.state]), publish_by(row.starts_at))
        for row, body in desk_sessions(visit.session)
    ]
    return visit.page(
        "consultation/desk_sessions.html",
        drafts=[line for line in lines if line[0].state == "draft"],
        others=[line for line in lines if line[0].state != "draft"],
        may_edit=bool(login.roles & set(CLERKS)),
    )


@endpoint
def new(visit: Visit) -> Response:
    visit.require(*CLERKS)
    return _form(visit, None, {"kind": "regular"})


@endpoint(limit=TOPIC_FORM_LIMIT)
def create(visit: Visit) -> Response:
    visit.require(*CLERKS)
    try:
        body = public_body(visit.session, read_line(visit.form, "body", N_("Choose the body that meets.")))
        draft = read_session(visit.form)
    except Incomplete as fault:
        return _form(visit, None, visit.form, fault)
    row = SessionRow(body_id=body.id or 0, starts_at=draft.starts_at, created_at=visit.now, modified_at=visit.now)
    _write(row, draft)
    add_session(visit.session, row)
    return visit.redirect(f"/desk/sessions/{row.key}", visit.gettext(KEPT))


@endpoint
def show(visit: Visit) -> Response:
    login = visit.require(*READERS)
    row = session_row(visit.session, visit.path["key"])
    agenda = agenda_of(visit.session, row)
    return visit.page(
        "consultation/desk_session.html",
        row=row,
        body=agenda.body,
        kind=visit.gettext(SESSION_KINDS[row.kind]),
        state=visit.gettext(SESSION_STATES[row.state]),
        topics=[
            DeskTopic(
                number,
                topic,
                visit.gettext(MARKS[topic.mark]) if topic.mark != "regular" else "",
                [] if row.state == "held" else _missing(visit, topic, bool(agenda.files.get(topic.id or 0))),
            )
            for number, topic in enumerate(agenda.topics, 1)
        ],
        summons_files=[file for file in agenda.session_files if file.purpose == "summons"],
        publish_by=publish_by(row.starts_at),
        late=is_late(visit.now, row.starts_at),
        notice_days=NOTICE_DAYS,
        begun=visit.now >= row.starts_at,
        may_edit=bool(login.roles & set(CLERKS)),
    )


@endpoint
def preview(visit: Visit) -> Response:
    visit.require(*READERS)
    return session_page(visit, session_row(visit.session, visit.path["key"]), preview=True)


@endpoint
def edit(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = session_row(visit.session, visit.path["key"])
    check_state(row, "draft", "published", "held")
    return _form(visit, row, write_session(row))


@endpoint(limit=TOPIC_FORM_LIMIT)
def save(visit: Visit) -> Response:
    login = visit.require(*CLERKS)
    row = session_for_change(visit.session, visit.path["key"])
    check_state(row, "draft", "published", "held")
    public = is_public_session(row)
    try:
        check_revision(row.revision, visit.number("revision"))
        draft = read_session(visit.form)
        urgent_reason = read_text(visit.form, "urgent_reason", limit=REASON_LIMIT)
        reason = read_change_reason(visit.form, public=public)
        if public and row.published_at is not None:
            check_notice(row.published_at, draft.starts_at, urgent_reason)
    except Incomplete as fault:
        return _form(visit, row, visit.form, fault)
    except EditConflict:
        return _conflict(visit, row)
    _write(row, draft)
    row.urgent_reason = urgent_reason
    save_session(visit.session, row, visit.now)
    if public:
        record_change(visit.session, row, reason, visit.now, login.account_id)
    return visit.redirect(f"/desk/sessions/{row.key}", visit.gettext(CHANGED if public else KEPT))


def _write(row: SessionRow, draft: SessionDraft) -> None:
    row.kind, row.title, row.place = draft.kind, draft.title, draft.place
    row.starts_at, row.summons = draft.starts_at, draft.summons


def _missing(visit: Visit, topic: TopicRow, has_file: bool) -> list[str]:
    """What a citizen would look for in vain; only the summary keeps the agenda from being published."""
    lacks = {
        N_("Summary in plain language"): not topic.plain_summary,
        N_("Motion"): not topic.motion and not has_file,
        N_("Attachment"): not has_file,
        N_("Proposer"): not topic.proposer,
    }
    return [] if topic.state == "withdrawn" else [visit.gettext(word) for word, missing in lacks.items() if missing]


def _conflict(visit: Visit, row: SessionRow) -> Response:
    labels = {field: visit.gettext(label) for field, label in LABELS.items()}
    return _form(visit, row, visit.form, differing=differences(write_session(row), visit.form, labels))


def _form(
    visit: Visit,
    row: SessionRow | None,
    fields: dict[str, str],
    fault: Incomplete | None = None,
    differing: list[Difference] | None = None,
) -> Response:
    return visit.page(
        "consultation/session_form.html",
        409 if differing is not None else 422 if fault else 200,
        row=row,
        body=body_of(visit.session, row) if row else None,
        public=row is not None and is_public_session(row),
        fields=defaultdict(str, fields),
        bodies=[(body.key, body.name) for body in bodies(visit.session)],
        kinds=[(kind, visit.gettext(label)) for kind, label in SESSION_KINDS.items()],
        differing=differing,
        errors=[(fault.field, visit.gettext(fault.sentence, **fault.fields))] if fault else [],
        notice_days=NOTICE_DAYS,
    )
