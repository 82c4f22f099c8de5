"""Uploading and removing files of a topic and the summons of a session."""

from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from consultation.agenda import read_change_reason
from consultation.desk import CLERKS
from consultation.errors import BadFile, Incomplete
from consultation.publishing import check_state, record_change
from consultation.store.council_tables import FileRow, SessionRow, TopicRow
from consultation.store.file import delete_file, file_row, keep_file, mark_file_removed
from consultation.store.session import locked_session, session_for_change, session_of, session_row
from consultation.store.topic import topic_row
from consultation.store.visibility import is_public_session, nothing_here
from consultation.upload import ACCEPT, SIZE_LIMIT, Upload, read_upload
from web import Visit, endpoint

BODY_LIMIT = SIZE_LIMIT + 256 * 1024
"""Bytes of the whole form: one file and a few words."""
PURPOSES = ("motion", "attachment")


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/topics/{key}/files", ask_topic_file, methods=["GET"]),
        Route("/desk/topics/{key}/files", add_topic_file, methods=["POST"]),
        Route("/desk/topics/{key}/files/{file}/removal", ask_removal, methods=["GET"]),
        Route("/desk/topics/{key}/files/{file}/removal", remove_topic_file, methods=["POST"]),
        Route("/desk/sessions/{key}/summons", ask_summons, methods=["GET"]),
        Route("/desk/sessions/{key}/summons", add_summons, methods=["POST"]),
        Route("/desk/sessions/{key}/summons/{file}/removal", ask_summons_removal, methods=["GET"]),
        Route("/desk/sessions/{key}/summons/{file}/removal", remove_summons, methods=["POST"]),
    ]


def uploaded(upload: UploadFile | None) -> Upload:
    """What a form's file field holds. Raises Incomplete (file.missing), BadFile."""
    if upload is None or not upload.size:
        raise Incomplete("file.missing", N_("Choose a file."), field="file")
    return read_upload(upload.filename or "", upload.file.read(SIZE_LIMIT + 1))


@endpoint
def ask_topic_file(visit: Visit) -> Response:
    visit.require(*CLERKS)
    topic = topic_row(visit.session, visit.path["key"])
    return _ask(visit, session_of(visit.session, topic), topic)


@endpoint(limit=BODY_LIMIT)
def add_topic_file(visit: Visit) -> Response:
    visit.require(*CLERKS)
    topic = topic_row(visit.session, visit.path["key"])
    return _add(visit, locked_session(visit.session, topic.session_id), topic)


@endpoint
def ask_summons(visit: Visit) -> Response:
    visit.require(*CLERKS)
    return _ask(visit, session_row(visit.session, visit.path["key"]), None)


@endpoint(limit=BODY_LIMIT)
def add_summons(visit: Visit) -> Response:
    visit.require(*CLERKS)
    return _add(visit, session_for_change(visit.session, visit.path["key"]), None)


@endpoint
def ask_removal(visit: Visit) -> Response:
    visit.require(*CLERKS)
    topic = topic_row(visit.session, visit.path["key"])
    return _ask_removal(visit, session_of(visit.session, topic), topic)


@endpoint
def remove_topic_file(visit: Visit) -> Response:
    visit.require(*CLERKS)
    topic = topic_row(visit.session, visit.path["key"])
    return _remove(visit, locked_session(visit.session, topic.session_id), topic)


@endpoint
def ask_summons_removal(visit: Visit) -> Response:
    visit.require(*CLERKS)
    return _ask_removal(visit, session_row(visit.session, visit.path["key"]), None)


@endpoint
def remove_summons(visit: Visit) -> Response:
    visit.require(*CLERKS)
    return _remove(visit, session_for_change(visit.session, visit.path["key"]), None)


def _add(visit: Visit, council_session: SessionRow, topic: TopicRow | None) -> Response:
    login = visit.require(*CLERKS)
    check_state(council_session, "draft", "published", "held")
    public = is_public_session(council_session)
    try:
        reason = read_change_reason(visit.form, public=public)
        upload = uploaded(visit.files.get("file"))
    except (Incomplete, BadFile) as fault:
        return _ask(visit, council_session, topic, fault)
    if topic is None:
        keep_file(visit.session, upload, "summons", visit.now, session_id=council_session.id)
    else:
        purpose = visit.form.get("purpose", "")
        keep_file(visit.session, upload, purpose if purpose in PURPOSES else "attachment", visit.now, topic_id=topic.id)
    if public:
        record_change(visit.session, council_session, reason, visit.now, login.account_id)
    return visit.redirect(_back(council_session, topic), visit.gettext(N_("The file is kept.")))


def _remove(visit: Visit, council_session: SessionRow, topic: TopicRow | None) -> Response:
    login = visit.require(*CLERKS)
    check_state(council_session, "draft", "published", "held")
    row = _file_of(visit, council_session, topic)
    public = is_public_session(council_session)
    try:
        reason = read_change_reason(visit.form, public=public)
    except Incomplete as fault:
        return _ask_removal(visit, council_session, topic, fault)
    if public:
        mark_file_removed(visit.session, row, visit.now)
        record_change(visit.session, council_session, reason, visit.now, login.account_id)
    else:
        delete_file(visit.session, row)
    return visit.redirect(_back(council_session, topic), visit.gettext(N_("The file is removed.")))


def _file_of(visit: Visit, council_session: SessionRow, topic: TopicRow | None) -> FileRow:
    """The file of the address, which must belong to what stands before it there (AC-02). Raises NotFound."""
    row = file_row(visit.session, visit.path["file"])
    if topic is not None:
        fits = row.topic_id == topic.id and row.purpose in PURPOSES
    else:
        fits = row.session_id == council_session.id and row.purpose == "summons"
    if not fits:
        raise nothing_here()
    return row


def _back(council_session: SessionRow, topic: TopicRow | None) -> str:
    return f"/desk/topics/{topic.key}" if topic else f"/desk/sessions/{council_session.key}"


def _ask(
    visit: Visit, council_session: SessionRow, topic: TopicRow | None, fault: Incomplete | BadFile | None = None
) -> Response:
    field = fault.field if isinstance(fault, Incomplete) else "file"
    sentence = visit.gettext(fault.sentence, **fault.fields) if fault else ""
    if fault is not None and fault.advice:
        sentence += " " + visit.gettext(fault.advice, **fault.fields)
    return visit.page(
        "consultation/file_form.html",
        422 if fault else 200,
        council_session=council_session,
        topic=topic,
        back=_back(council_session, topic),
        public=is_public_session(council_session),
        accept=ACCEPT,
        megabytes=SIZE_LIMIT // (1024 * 1024),
        purpose=visit.form.get("purpose", "attachment"),
        change_reason=visit.form.get("change_reason", ""),
        errors=[(field, sentence)] if fault else [],
    )


def _ask_removal(
    visit: Visit, council_session: SessionRow, topic: TopicRow | None, fault: Incomplete | None = None
) -> Response:
    return visit.page(
        "consultation/file_removal.html",
        422 if fault else 200,
        file=_file_of(visit, council_session, topic),
        back=_back(council_session, topic),
        url=visit.request.url.path,
        public=is_public_session(council_session),
        errors=[(fault.field, visit.gettext(fault.sentence, **fault.fields))] if fault else [],
    )
