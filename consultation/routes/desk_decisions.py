"""Writing a decision at the desk: every save is a public version and an entry of the log, and the form says so."""

from collections import defaultdict
from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.local_time import day_of
from audit.refusal import N_
from consultation.council_vote import CHOICES, OUTCOMES, Member, Outcome
from consultation.decision import check_time, read_decision, write_decision
from consultation.desk import CLERKS
from consultation.errors import BadFile, EditConflict, Incomplete
from consultation.revision import check_revision
from consultation.routes.decisions import published_votes
from consultation.routes.official_form import NO_FAULT, Fault, Stored, fault_of, options, upload_of, words_of
from consultation.store import decision as store
from consultation.store.council_tables import DecisionRow, FileRow, SessionRow, TopicRow
from consultation.store.file import keep_file
from consultation.store.topic import topic_for_change, topic_row
from identity.login import FRESH_OFFICIAL
from visit import FreshCodeNeeded
from web import UPLOAD_LIMIT, Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/topics/{key}/decision", edit, methods=["GET"]),
        Route("/desk/topics/{key}/decision", save, methods=["POST"]),
    ]


@endpoint
def edit(visit: Visit) -> Response:
    visit.require(*CLERKS)
    topic = topic_row(visit.session, visit.path["key"])
    meeting = visit.session.get_one(SessionRow, topic.session_id)
    check_time(meeting.state, meeting.starts_at, visit.now)
    stored = _stored(visit, topic, meeting, store.decision_of(visit.session, topic.id or 0))
    return _form(visit, topic, meeting, stored, NO_FAULT)


@endpoint(limit=UPLOAD_LIMIT)
def save(visit: Visit) -> Response:
    visit.require(*CLERKS)
    topic = topic_for_change(visit.session, visit.path["key"])
    meeting = visit.session.get_one(SessionRow, topic.session_id)
    check_time(meeting.state, meeting.starts_at, visit.now)
    row = store.decision_of(visit.session, topic.id or 0)
    stored = _stored(visit, topic, meeting, row)
    try:
        login = visit.require_fresh_totp(FRESH_OFFICIAL)
        check_revision(stored.revision, visit.number("revision"))
        decision = read_decision(
            visit.form,
            _members(visit, meeting),
            {*published_votes(visit), row.noted_vote if row else ""},
            session_day=day_of(meeting.starts_at),
            today=day_of(visit.now),
            withdrawn=topic.state == "withdrawn",
        )
        store.check_number_free(visit.session, meeting.body_id, decision.number, topic.id or 0)
        file = _file(visit, topic, row)
    except (FreshCodeNeeded, EditConflict, Incomplete, BadFile) as refused:
        return _form(visit, topic, meeting, stored, fault_of(visit, refused, stored, default="file"))
    saved = store.save_decision(visit.session, topic, decision, file, login.account_id, visit.now)
    notice = N_("The decision is published.") if saved else N_("Nothing was different, so nothing was saved.")
    return visit.redirect(f"/topics/{topic.key}", visit.gettext(notice))


def _members(visit: Visit, meeting: SessionRow) -> list[Member]:
    return store.members_on(visit.session, meeting.body_id, day_of(meeting.starts_at))


def _file(visit: Visit, topic: TopicRow, row: DecisionRow | None) -> FileRow | None:
    """The one that was sent, or the one there is."""
    kept = visit.session.get(FileRow, row.file_id) if row and row.file_id else None
    kept = kept if kept and kept.deleted_at is None else None
    upload = upload_of(visit, "file")
    if upload is None or (kept is not None and kept.digest == upload.digest):
        return kept
    return keep_file(visit.session, upload, "decision", visit.now, topic_id=topic.id)


def _stored(visit: Visit, topic: TopicRow, meeting: SessionRow, row: DecisionRow | None) -> Stored:
    """The decision as it is, or what a new one begins with."""
    if row is not None:
        fields = write_decision(store.as_value(visit.session, row))
    else:
        fields = {"decided_on": day_of(meeting.starts_at).isoformat()}
        if topic.state == "withdrawn":
            fields["outcome"] = Outcome.WITHDRAWN.value
    labels = {
        "outcome": visit.gettext("Outcome (decision)"),
        "number": visit.gettext("Decision number"),
        "decided_on": visit.gettext("Day of the decision"),
        "text": visit.gettext("Text of the decision"),
        "ada": visit.gettext("ADA"),
        "noted_vote": visit.gettext("Vote whose result the council took note of"),
        **{f"vote_{member.key}": member.name for member in _members(visit, meeting)},
    }
    votes = {uuid: title for uuid, (title, _) in published_votes(visit).items()}
    return Stored(row.version if row else 0, fields, labels, {**words_of(visit, OUTCOMES, CHOICES), **votes})


def _form(visit: Visit, topic: TopicRow, meeting: SessionRow, stored: Stored, fault: Fault) -> Response:
    fields = visit.form if fault.status != 200 else stored.fields
    members: Sequence[Member] = _members(visit, meeting)
    nobody = [("", visit.gettext("not noted"))]
    return visit.page(
        "consultation/desk_decision.html",
        fault.status,
        topic=topic,
        council_session=meeting,
        fields={name: fields.get(name, "") for name in [*stored.labels, "rest_vote"]},
        labels=stored.labels,
        revision=stored.revision,
        fault=fault,
        wrong=defaultdict(str, fault.errors),
        members=members,
        outcomes=options(visit, OUTCOMES, {Outcome.WITHDRAWN} if topic.state == "withdrawn" else ()),
        choices=nobody + options(visit, CHOICES),
        votes=[("", visit.gettext("none (vote)")), *((uuid, one[0]) for uuid, one in published_votes(visit).items())],
    )
