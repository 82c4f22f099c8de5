"""Atom feeds and calendars over HTTP: agendas, decisions, consultations, and the votes that another room tells of.

Everything is in the municipality's language, the same for every reader.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from audit.refusal import N_
from consultation import atom
from consultation.atom import Entry, Feed, tag
from consultation.council import SESSION_KINDS
from consultation.council_vote import OUTCOMES, Outcome
from consultation.icalendar_feed import Appointment, write_calendar
from consultation.routes.open_answer import open_answer, town_words
from consultation.store import feeds
from consultation.store.feeds import ToldSession, ToldTopic
from consultation.store.visibility import public_body, public_session
from pages import when
from web import Visit, endpoint

ATOM = "application/atom+xml"
CALENDAR = "text/calendar"


def routes() -> list[Route]:
    """Before those of bodies, whose addresses would take the calendars for bodies."""
    return [
        Route("/feeds/agenda.atom", agenda_feed),
        Route("/feeds/decisions.atom", decisions_feed),
        Route("/feeds/consultations.atom", consultations_feed),
        Route("/feeds/results.atom", results_feed),
        Route("/calendar.ics", whole_calendar),
        Route("/bodies/{key}.ics", body_calendar),
        Route("/sessions/{key}/calendar.ics", session_calendar),
    ]


@endpoint
def agenda_feed(visit: Visit) -> Response:
    words = town_words(visit)
    entries = [
        Entry(
            tag(visit.settings.origin, "session", told.row.key),
            _session_title(told, words),
            f"{visit.settings.base_url}/sessions/{told.row.key}",
            told.changed,
            "\n".join([_when(visit, told.row.starts_at), told.row.place, *told.titles]),
            told.deleted,
        )
        for told in feeds.told_sessions(visit.session, feeds.ENTRIES)
    ]
    return _feed(visit, "agenda", words(N_("Agendas of sessions")), "/sessions", entries)


@endpoint
def decisions_feed(visit: Visit) -> Response:
    words = town_words(visit)
    entries = [
        _topic_entry(visit, "decision", told, "#decision", [words(OUTCOMES[Outcome(told.row.outcome)]), told.row.text])
        for told in feeds.told_decisions(visit.session)
    ]
    return _feed(visit, "decisions", words(N_("Decisions of the council")), "/decisions", entries)


@endpoint
def consultations_feed(visit: Visit) -> Response:
    words = town_words(visit)
    entries = [
        _topic_entry(
            visit,
            "consultation",
            told,
            "/consultation",
            [told.row.plain_summary, words(N_("Until: %(when)s")) % {"when": _when(visit, told.row.closes_at)}],
        )
        for told in feeds.told_consultations(visit.session)
    ]
    return _feed(visit, "consultations", words(N_("Consultations")), "/consultations", entries)


@endpoint
def results_feed(visit: Visit) -> Response:
    """Results of votes, told by the voting room."""
    tell = visit.house.parts.get("vote_results")
    entries = [
        Entry(
            tag(visit.settings.origin, "vote", told["uuid"]), told["title"], _absolute(visit, told["url"]), told["at"]
        )
        for told in (tell(visit.session) if tell else [])
    ]
    return _feed(visit, "results", town_words(visit)(N_("Results of votes")), "/referenda", entries)


@endpoint
def whole_calendar(visit: Visit) -> Response:
    """Sessions of all bodies, the ends of consultations, and voting windows."""
    told = feeds.told_sessions(visit.session, feeds.APPOINTMENTS, latest=True)
    asked = feeds.told_consultations(visit.session, limit=feeds.APPOINTMENTS)
    tell = visit.house.parts.get("vote_windows")
    votes = [_vote_window(visit, vote) for vote in (tell(visit.session) if tell else [])]
    return _calendar(visit, visit.settings.municipality, told, asked, votes)


@endpoint
def body_calendar(visit: Visit) -> Response:
    body = public_body(visit.session, visit.path["key"])
    told = feeds.told_sessions(visit.session, feeds.APPOINTMENTS, body_id=body.id, latest=True)
    asked = feeds.told_consultations(visit.session, limit=feeds.APPOINTMENTS, body_id=body.id)
    return _calendar(visit, f"{body.name} · {visit.settings.municipality}", told, asked, [])


@endpoint
def session_calendar(visit: Visit) -> Response:
    row = public_session(visit.session, visit.path["key"])
    return _calendar(visit, row.title, feeds.told_sessions(visit.session, 1, session_id=row.id), [], [])


def _feed(visit: Visit, name: str, title: str, page: str, entries: Sequence[Entry]) -> Response:
    settings = visit.settings
    feed = Feed(
        tag(settings.origin, "feed", name),
        f"{title} · {settings.municipality}",
        f"{settings.base_url}/feeds/{name}.atom",
        settings.base_url + page,
        settings.municipality,
        settings.language,
    )
    newest = sorted(entries, key=lambda entry: (entry.updated, entry.ident), reverse=True)[: feeds.ENTRIES]
    modified = max((entry.updated for entry in newest), default=None)
    return open_answer(visit, atom.write_feed(feed, newest), ATOM, modified)


def _topic_entry(visit: Visit, kind: str, told: ToldTopic, rest: str, lines: list[str]) -> Entry:
    return Entry(
        tag(visit.settings.origin, kind, told.row.key),
        told.topic.title,
        f"{visit.settings.base_url}/topics/{told.topic.key}{rest}",
        told.changed,
        "\n".join(line for line in lines if line),
        told.deleted,
    )


def _calendar(
    visit: Visit, name: str, told: Sequence[ToldSession], asked: Sequence[ToldTopic], votes: Sequence[Appointment]
) -> Response:
    deadlines = [_deadline(visit, one) for one in asked if one.row.closes_at is not None]
    appointments = [*(_session_appointment(visit, one) for one in told), *deadlines]
    modified = max((one.modified for one in appointments), default=None)
    raw = write_calendar(name, visit.settings.origin, [*appointments, *votes])
    return open_answer(visit, raw, CALENDAR, modified)


def _session_appointment(visit: Visit, told: ToldSession) -> Appointment:
    """A cancellation makes no version of the agenda, and calendars believe it only with a higher number."""
    row, words = told.row, town_words(visit)
    gone = told.deleted or row.state == "cancelled"
    return Appointment(
        f"session-{row.key}",
        row.version + gone,
        told.changed,
        row.starts_at,
        words(SESSION_KINDS[row.kind]) if told.deleted else _session_title(told, words),
        f"{visit.settings.base_url}/sessions/{row.key}",
        place="" if told.deleted else row.place,
        text="" if told.deleted else "\n".join(told.titles),
        cancelled=gone,
    )


def _deadline(visit: Visit, told: ToldTopic) -> Appointment:
    words = town_words(visit)
    title = words(N_("Consultation")) if told.deleted else told.topic.title
    return Appointment(
        f"consultation-{told.row.key}",
        told.row.revision + told.deleted,
        told.changed,
        told.row.closes_at,
        words(N_("Consultation ends: %(title)s")) % {"title": title},
        f"{visit.settings.base_url}/topics/{told.topic.key}/consultation",
        cancelled=told.deleted,
    )


def _vote_window(visit: Visit, vote: dict[str, Any]) -> Appointment:
    """A vote is only ever extended, so its length in minutes grows with each change."""
    title = town_words(visit)(N_("Vote: %(title)s")) % {"title": vote["title"]}
    opens, closes = vote["opens"], vote["closes"]
    minutes = int((closes - opens).total_seconds()) // 60
    url = _absolute(visit, vote["url"])
    return Appointment(f"vote-{vote['uuid']}", minutes, opens, opens, title, url, ends=closes)


def _session_title(told: ToldSession, words: Callable[[str], str]) -> str:
    title = f"{told.body.name}: {told.row.title or words(SESSION_KINDS[told.row.kind])}"
    return words(N_("Cancelled: %(title)s")) % {"title": title} if told.row.state == "cancelled" else title


def _absolute(visit: Visit, url: str) -> str:
    return visit.settings.base_url + url if url.startswith("/") else url


def _when(visit: Visit, moment: datetime | None) -> str:
    return when(moment, visit.settings.language) if moment else ""
