"""What the secretariat does to a whole session: publish, cancel, note that it was held. Each asks twice."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from consultation.agenda import REASON_LIMIT, is_late, publish_by, read_text
from consultation.council import NOTICE_DAYS
from consultation.desk import CLERKS
from consultation.errors import Incomplete
from consultation.publishing import cancel, check_state, hold, publish
from consultation.store.council_tables import SessionRow
from consultation.store.session import session_for_change, session_row
from consultation.store.topic import topics
from identity.login import FRESH_OFFICIAL
from visit import FreshCodeNeeded
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/sessions/{key}/publication", ask_publication, methods=["GET"]),
        Route("/desk/sessions/{key}/publication", publish_agenda, methods=["POST"]),
        Route("/desk/sessions/{key}/cancellation", ask_cancellation, methods=["GET"]),
        Route("/desk/sessions/{key}/cancellation", cancel_session, methods=["POST"]),
        Route("/desk/sessions/{key}/held", ask_held, methods=["GET"]),
        Route("/desk/sessions/{key}/held", note_held, methods=["POST"]),
    ]


@endpoint
def ask_publication(visit: Visit) -> Response:
    return _ask(visit, "publication", "draft")


@endpoint
def publish_agenda(visit: Visit) -> Response:
    visit.require(*CLERKS)
    login = visit.require_fresh_totp(FRESH_OFFICIAL)
    row = session_for_change(visit.session, visit.path["key"])
    try:
        reason = read_text(visit.form, "urgent_reason", limit=REASON_LIMIT)
        # Where the notice is kept no reason is asked for, and none is published.
        publish(visit.session, row, reason if is_late(visit.now, row.starts_at) else "", visit.now, login.account_id)
    except Incomplete as fault:
        return _act(visit, row, "publication", fault)
    return visit.redirect(f"/desk/sessions/{row.key}", visit.gettext(N_("The agenda is public.")))


@endpoint
def ask_cancellation(visit: Visit) -> Response:
    return _ask(visit, "cancellation", "published")


@endpoint
def cancel_session(visit: Visit) -> Response:
    visit.require(*CLERKS)
    visit.require_fresh_totp(FRESH_OFFICIAL)
    row = session_for_change(visit.session, visit.path["key"])
    try:
        missing = N_("Write why the session is cancelled; everybody will read it.")
        reason = read_text(visit.form, "reason", missing, limit=REASON_LIMIT)
    except Incomplete as fault:
        return _act(visit, row, "cancellation", fault)
    cancel(visit.session, row, reason, visit.now)
    return visit.redirect(f"/desk/sessions/{row.key}", visit.gettext(N_("The session is cancelled.")))


@endpoint
def ask_held(visit: Visit) -> Response:
    return _ask(visit, "held", "published")


@endpoint
def note_held(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = session_for_change(visit.session, visit.path["key"])
    hold(visit.session, row, visit.now)
    return visit.redirect(f"/desk/sessions/{row.key}", visit.gettext(N_("It is noted that the session was held.")))


def _ask(visit: Visit, act: str, state: str) -> Response:
    """The page before the act. What decides something asks for a fresh code first, before anything is typed."""
    visit.require(*CLERKS)
    row = session_row(visit.session, visit.path["key"])
    check_state(row, state)
    if act != "held":
        try:
            visit.require_fresh_totp(FRESH_OFFICIAL)
        except FreshCodeNeeded:
            return RedirectResponse(f"/login/fresh?next={visit.request.url.path}", 303)
    return _act(visit, row, act)


def _act(visit: Visit, row: SessionRow, act: str, fault: Incomplete | None = None) -> Response:
    listed = topics(visit.session, row.id or 0)
    return visit.page(
        "consultation/session_act.html",
        422 if fault else 200,
        act=act,
        row=row,
        topic_count=len(listed),
        unsummarised=[topic for topic in listed if not topic.plain_summary],
        late=is_late(visit.now, row.starts_at),
        publish_by=publish_by(row.starts_at),
        notice_days=NOTICE_DAYS,
        typed=visit.form.get("urgent_reason", row.urgent_reason)
        if act == "publication"
        else visit.form.get("reason", ""),
        begun=visit.now >= row.starts_at,
        errors=[(fault.field, visit.gettext(fault.sentence, **fault.fields))] if fault else [],
    )
