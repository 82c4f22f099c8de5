"""Sessions as everybody sees them: the list, one session with its topics, and the versions of its agenda."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit import store as log
from audit.entry_members import check_instant
from consultation import timeline
from consultation.agenda import decode_agenda
from consultation.agenda_changes import Change, session_changes, topic_changes
from consultation.council import MARKS, SESSION_KINDS, SESSION_STATES
from consultation.council_vote import OUTCOMES, Outcome
from consultation.difference import Piece
from consultation.store.body import bodies
from consultation.store.council_tables import AgendaVersionRow, DecisionRow, FileRow, SessionRow, TopicRow
from consultation.store.councillor_file import topics_with_file
from consultation.store.minutes import minutes_of
from consultation.store.participation_tables import ConsultationRow
from consultation.store.session import PAST_SHOWN, Listed, body_of, coming_sessions, past_sessions
from consultation.store.topic import TakingPart, agenda_of, decisions_on, taking_part
from consultation.store.version import newest_version, version, versions
from consultation.store.visibility import (
    nothing_here,
    public_body,
    public_consultations,
    public_session,
)
from pages import when
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/sessions", list_sessions, methods=["GET"]),
        Route("/sessions/{key}", show_session, methods=["GET"]),
        Route("/sessions/{key}/versions", list_versions, methods=["GET"]),
        Route("/sessions/{key}/versions/{number:int}", show_version, methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session in a list; `days` are the nights until it begins, negative when it is past."""

    row: SessionRow
    body: str
    kind: str
    state: str
    days: int


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One topic on the page of its session. `can` is a word of `timeline.what_you_can_do`."""

    number: int
    row: TopicRow
    mark: str
    can: str
    consultation: ConsultationRow | None
    part: TakingPart
    files: Sequence[FileRow]
    decision: tuple[str, str] | None
    """Outcome in words and number."""
    has_file: bool
    """A councillors' file has been made."""
    votes: Sequence[Mapping[str, str]]
    """title, url, label"""


def list_lines(visit: Visit, listed: Sequence[Listed]) -> list[SessionLine]:
    return [
        SessionLine(
            row,
            body.name,
            visit.gettext(SESSION_KINDS[row.kind]),
            visit.gettext(SESSION_STATES[row.state]),
            timeline.days_until(row.starts_at, visit.now),
        )
        for row, body in listed
    ]


@endpoint
def list_sessions(visit: Visit) -> Response:
    body = public_body(visit.session, visit.query["body"]) if visit.query.get("body") else None
    body_id = body.id if body else None
    skip = visit.query.get("skip", "0")
    skipped = int(skip) if skip.isascii() and skip.isdigit() and len(skip) < 7 else 0
    past = past_sessions(visit.session, visit.now, body_id, skipped)
    return visit.page(
        "consultation/sessions.html",
        body=body,
        bodies=bodies(visit.session),
        coming=list_lines(visit, coming_sessions(visit.session, visit.now, body_id)) if not skipped else [],
        past=list_lines(visit, past[:PAST_SHOWN]),
        skipped=skipped,
        more=skipped + PAST_SHOWN if len(past) > PAST_SHOWN else 0,
    )


@endpoint
def show_session(visit: Visit) -> Response:
    return session_page(visit, public_session(visit.session, visit.path["key"]))


def session_page(visit: Visit, row: SessionRow, *, preview: bool = False) -> Response:
    """The page of a session; as `preview` what it will look like, for the desk alone."""
    agenda = agenda_of(visit.session, row)
    newest = newest_version(visit.session, row.id or 0)
    return visit.page(
        "consultation/session.html",
        row=row,
        preview=preview,
        body=agenda.body,
        kind=visit.gettext(SESSION_KINDS[row.kind]),
        days=timeline.days_until(row.starts_at, visit.now),
        topics=_topic_lines(visit, row),
        summons_files=[file for file in agenda.session_files if file.purpose == "summons"],
        newest=newest,
        minutes=minutes_of(visit.session, row.id or 0) is not None,
        logged=_log_index(visit, row, newest.number) if newest else None,
    )


def _topic_lines(visit: Visit, row: SessionRow) -> list[TopicLine]:
    agenda = agenda_of(visit.session, row)
    ids = [topic.id or 0 for topic in agenda.topics]
    consultations, parts = public_consultations(visit.session, ids), taking_part(visit.session, ids)
    decisions, made = decisions_on(visit.session, ids), topics_with_file(visit.session, ids)
    return [
        TopicLine(
            number,
            topic,
            visit.gettext(MARKS[topic.mark]) if topic.mark != "regular" else "",
            timeline.what_you_can_do(topic, row, consultations.get(topic.id or 0), visit.now),
            consultations.get(topic.id or 0),
            parts.get(topic.id or 0, TakingPart(0, 0)),
            agenda.files.get(topic.id or 0, ()),
            _decision(visit, decisions.get(topic.id or 0)),
            topic.id in made,
            visit.house.parts["referenda_of_topic"](visit, topic.key),
        )
        for number, topic in enumerate(agenda.topics, 1)
    ]


def _decision(visit: Visit, row: DecisionRow | None) -> tuple[str, str] | None:
    return (visit.gettext(OUTCOMES[Outcome(row.outcome)]), row.number) if row else None


@endpoint
def list_versions(visit: Visit) -> Response:
    row = public_session(visit.session, visit.path["key"])
    rows = versions(visit.session, row.id or 0)
    return visit.page(
        "consultation/versions.html",
        row=row,
        body=body_of(visit.session, row),
        versions=[(version, _log_index(visit, row, version.number)) for version in rows],
        cancelled=next((e.index for e in log.entries_about(visit.session, row.key) if _is_cancelled(e)), None),
    )


@endpoint
def show_version(visit: Visit) -> Response:
    """One version and what it changed; the first one has nothing before it."""
    row = public_session(visit.session, visit.path["key"])
    number = int(visit.path["number"])
    if number < 1:
        raise nothing_here()
    shown = version(visit.session, row.id or 0, number)
    content = decode_agenda(shown.content)
    before = decode_agenda(version(visit.session, row.id or 0, number - 1).content) if number > 1 else None
    return visit.page(
        "consultation/version.html",
        row=row,
        shown=shown,
        content=content,
        logged=_log_index(visit, row, number),
        first=before is None,
        session_changes=_shown(visit, session_changes(before, content)) if before else [],
        topic_changes=[
            (changed, _shown(visit, changed.changes)) for changed in (topic_changes(before, content) if before else [])
        ],
        last=_is_last(visit, row, shown),
        kind=_word(visit, str(content["kind"]), SESSION_KINDS),
        starts=check_instant(content["starts"]),
        marks={mark: visit.gettext(label) for mark, label in MARKS.items()},
    )


def _shown(visit: Visit, changes: Sequence[Change]) -> list[tuple[str, Sequence[Piece]]]:
    """What changed in words, and its pieces; coded values are shown as their labels."""
    return [(visit.gettext(change.what), _pieces(visit, change)) for change in changes]


def _pieces(visit: Visit, change: Change) -> Sequence[Piece]:
    if change.field == "starts":
        old, new = (when(check_instant(text), visit.language) for text in (change.old, change.new))
    elif change.field in {"kind", "mark"}:
        labels = SESSION_KINDS if change.field == "kind" else MARKS
        old, new = _word(visit, change.old, labels), _word(visit, change.new, labels)
    else:
        return change.pieces
    return [Piece("deleted", old), Piece("same", " "), Piece("inserted", new)]


def _word(visit: Visit, word: str, labels: Mapping[str, str]) -> str:
    return visit.gettext(labels[word]) if word in labels else word


def _is_last(visit: Visit, row: SessionRow, shown: AgendaVersionRow) -> bool:
    newest = newest_version(visit.session, row.id or 0)
    return newest is not None and newest.number == shown.number


def _is_cancelled(logged: log.Logged) -> bool:
    return logged.entry.kind == "session-cancelled"


def _log_index(visit: Visit, row: SessionRow, number: int) -> int | None:
    """Where this version's digest stands in the log; None for the second until it is there."""
    kinds = {"agenda-published", "agenda-changed"}
    return next(
        (
            logged.index
            for logged in log.entries_about(visit.session, row.key)
            if logged.entry.kind in kinds and logged.entry.members["version"] == number
        ),
        None,
    )
