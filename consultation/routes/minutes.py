"""Minutes of a session: every version with its state, an extract for each topic, and the desk's form (M4, M5)."""

from collections import defaultdict

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit import store as log
from audit.refusal import N_
from consultation.council_vote import OUTCOMES
from consultation.decision import check_time
from consultation.desk import CLERKS
from consultation.errors import BadFile, EditConflict, Incomplete
from consultation.minutes import MEANINGS, STATES, State, decode_minutes, next_states, read_minutes, write_minutes
from consultation.revision import check_revision
from consultation.routes.official_form import NO_FAULT, Fault, Stored, fault_of, options, upload_of, words_of
from consultation.store import minutes as store
from consultation.store.council_tables import FileRow, MinutesRow, SessionRow, TopicRow
from consultation.store.decision import decision_of
from consultation.store.file import keep_file
from consultation.store.session import body_of, session_for_change, session_row
from consultation.store.topic import topics
from consultation.store.visibility import nothing_here, public_session
from identity.login import FRESH_OFFICIAL
from visit import FreshCodeNeeded
from web import UPLOAD_LIMIT, Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/sessions/{key}/minutes", show_newest, methods=["GET"]),
        Route("/sessions/{key}/minutes/{number:int}", show_version, methods=["GET"]),
        Route("/desk/sessions/{key}/minutes", edit, methods=["GET"]),
        Route("/desk/sessions/{key}/minutes", save, methods=["POST"]),
    ]


@endpoint
def show_newest(visit: Visit) -> Response:
    """Before the first version the page says that there is none yet."""
    council_session = public_session(visit.session, visit.path["key"])
    versions = store.all_minutes(visit.session, council_session.id or 0)
    return _page(visit, council_session, versions, versions[0] if versions else None)


@endpoint
def show_version(visit: Visit) -> Response:
    council_session = public_session(visit.session, visit.path["key"])
    versions = store.all_minutes(visit.session, council_session.id or 0)
    row = next((row for row in versions if row.number == int(visit.path["number"])), None)
    if row is None:
        raise nothing_here()
    return _page(visit, council_session, versions, row)


@endpoint
def edit(visit: Visit) -> Response:
    visit.require(*CLERKS)
    council_session = session_row(visit.session, visit.path["key"])
    check_time(council_session.state, council_session.starts_at, visit.now)
    return _form(visit, council_session, _stored(visit, council_session), NO_FAULT)


@endpoint(limit=UPLOAD_LIMIT)
def save(visit: Visit) -> Response:
    visit.require(*CLERKS)
    council_session = session_for_change(visit.session, visit.path["key"])
    check_time(council_session.state, council_session.starts_at, visit.now)
    stored = _stored(visit, council_session)
    newest = store.minutes_of(visit.session, council_session.id or 0)
    try:
        login = visit.require_fresh_totp(FRESH_OFFICIAL)
        check_revision(stored.revision, visit.number("revision"))
        upload = upload_of(visit, "file")
        kept = store.minutes_file(visit.session, newest)
        keys = [topic.key for topic in topics(visit.session, council_session.id or 0)]
        state = State(newest.state) if newest else None
        minutes = read_minutes(visit.form, keys, state, has_file=bool(upload or kept))
        file = kept
        if upload is not None and (kept is None or kept.digest != upload.digest):
            file = keep_file(visit.session, upload, "minutes", visit.now, session_id=council_session.id)
    except (FreshCodeNeeded, EditConflict, Incomplete, BadFile) as refused:
        return _form(visit, council_session, stored, fault_of(visit, refused, stored, default="file"))
    saved = store.save_minutes(visit.session, council_session, minutes, file, login.account_id, visit.now)
    notice = N_("The minutes are published.") if saved else N_("Nothing was different, so nothing was saved.")
    return visit.redirect(f"/sessions/{council_session.key}/minutes", visit.gettext(notice))


def _page(visit: Visit, council_session: SessionRow, versions: list[MinutesRow], row: MinutesRow | None) -> Response:
    minutes = decode_minutes(row.content) if row else None
    return visit.page(
        "consultation/minutes.html",
        council_session=council_session,
        body=body_of(visit.session, council_session),
        row=row,
        state=visit.gettext(STATES[row.state]) if row else "",
        meaning=visit.gettext(MEANINGS[row.state]) if row else "",
        text=minutes.text if minutes else "",
        file=store.minutes_file(visit.session, row),
        versions=[(one, visit.gettext(STATES[one.state])) for one in versions],
        newest=versions[0] if versions else None,
        lines=[
            (number, topic, minutes.extracts.get(topic.key, "") if minutes else "", _outcome(visit, topic))
            for number, topic in enumerate(topics(visit.session, council_session.id or 0), 1)
        ],
        logged=_logged(visit, council_session, row) if row else None,
    )


def _outcome(visit: Visit, topic: TopicRow) -> str:
    row = decision_of(visit.session, topic.id or 0)
    return visit.gettext(OUTCOMES[row.outcome]) + (f", {row.number}" if row.number else "") if row else ""


def _logged(visit: Visit, council_session: SessionRow, row: MinutesRow) -> int | None:
    """The index of the version's entry, once it has one."""
    found = log.entries_about(visit.session, council_session.key)
    return next((one.index for one in found if one.entry.members.get("minutes") == row.digest), None)


def _stored(visit: Visit, council_session: SessionRow) -> Stored:
    row = store.minutes_of(visit.session, council_session.id or 0)
    fields = write_minutes(decode_minutes(row.content)) if row else {"state": State.DRAFT.value}
    labels = {
        "state": visit.gettext("State of the minutes"),
        "text": visit.gettext("Text of the minutes"),
        **{
            f"extract_{topic.key}": visit.gettext("Extract: %(title)s", title=topic.title)
            for topic in topics(visit.session, council_session.id or 0)
        },
    }
    return Stored(row.number if row else 0, fields, labels, words_of(visit, STATES))


def _form(visit: Visit, council_session: SessionRow, stored: Stored, fault: Fault) -> Response:
    fields = visit.form if fault.status != 200 else stored.fields
    newest = store.minutes_of(visit.session, council_session.id or 0)
    file: FileRow | None = store.minutes_file(visit.session, newest)
    only = next_states(State(newest.state) if newest else None)
    return visit.page(
        "consultation/desk_minutes.html",
        fault.status,
        council_session=council_session,
        fields={name: fields.get(name, "") for name in stored.labels},
        labels=stored.labels,
        revision=stored.revision,
        fault=fault,
        wrong=defaultdict(str, fault.errors),
        file=file,
        states=[(code, label, visit.gettext(MEANINGS[code])) for code, label in options(visit, STATES, only)],
        extracts=[name for name in stored.labels if name.startswith("extract_")],
    )
