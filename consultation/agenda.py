"""An agenda: what a form about a session or a topic may hold, when it must be published, and what its digest covers.

Times are the forms' Athens wall clock; days are counted in Athens, so a night of 23 or 25 hours is one day.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from audit.local_time import day_of, instant, local_field, parse_local
from audit.refusal import N_, Refused
from consultation.council import MARKS, NOTICE_DAYS, SESSION_KINDS
from consultation.errors import Incomplete
from consultation.store.council_tables import BodyRow, FileRow, SessionRow, TopicRow
from crypto.encoding import Json, compact, parse_json

LINE_LIMIT = 200
SUMMARY_LIMIT = 1_000
REASON_LIMIT = 1_000
TEXT_LIMIT = 20_000
TOPIC_FORM_LIMIT = 400_000
"""Bytes of a form whose text is Greek: six for each letter."""
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that make a text read otherwise than it is written (WB-20)."""


@dataclass(frozen=True, slots=True)
class SessionDraft:
    kind: str
    title: str
    place: str
    starts_at: datetime
    summons: str


@dataclass(frozen=True, slots=True)
class TopicDraft:
    title: str
    plain_summary: str
    motion: str
    proposer: str
    mark: str


def read_session(form: Mapping[str, str]) -> SessionDraft:
    """Raises Incomplete."""
    kind = form.get("kind", "")
    if kind not in SESSION_KINDS:
        raise Incomplete("session.kind", N_("Choose the kind of session."), field="kind")
    return SessionDraft(
        kind,
        read_line(form, "title", N_("Write a title for the session, such as its number and date.")),
        read_line(form, "place", N_("Write where the session takes place.")),
        read_moment(form, "starts_at", N_("Write the day and the hour of the session.")),
        read_text(form, "summons", limit=TEXT_LIMIT),
    )


def write_session(row: SessionRow) -> dict[str, str]:
    """The row as the form spells it."""
    return {
        "kind": row.kind,
        "title": row.title,
        "place": row.place,
        "starts_at": local_field(row.starts_at),
        "summons": row.summons,
        "urgent_reason": row.urgent_reason,
    }


def read_topic(form: Mapping[str, str], *, public: bool = False) -> TopicDraft:
    """Only the title is needed while the session is a draft, a summary too when it is `public`. Raises Incomplete."""
    summary = N_("People must be able to read in a sentence what will be decided.") if public else ""
    mark = form.get("mark", "regular")
    if mark not in MARKS:
        raise Incomplete("topic.mark", N_("Choose where the topic stands."), field="mark")
    return TopicDraft(
        read_line(form, "title", N_("Write the title of the topic.")),
        read_text(form, "plain_summary", summary, limit=SUMMARY_LIMIT),
        read_text(form, "motion", limit=TEXT_LIMIT),
        read_line(form, "proposer"),
        mark,
    )


def write_topic(row: TopicRow) -> dict[str, str]:
    return {
        "title": row.title,
        "plain_summary": row.plain_summary,
        "motion": row.motion,
        "proposer": row.proposer,
        "mark": row.mark,
    }


def read_line(form: Mapping[str, str], field: str, missing: str = "") -> str:
    """One line of text; needed when `missing` says what is asked for. Raises Incomplete."""
    text = " ".join(form.get(field, "").split())
    if missing and not text:
        raise Incomplete(f"{field}.missing", missing, field=field)
    if len(text) > LINE_LIMIT or not text.isprintable():
        raise Incomplete(
            f"{field}.length", N_("This may have at most %(limit)s letters in one line."), field=field, limit=LINE_LIMIT
        )
    return text


def read_text(form: Mapping[str, str], field: str, missing: str = "", *, limit: int) -> str:
    """Several lines of text, needed when `missing` says what is asked for. Raises Incomplete."""
    text = _TURNS.sub("", form.get(field, "")).replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).strip()
    if missing and not text:
        raise Incomplete(f"{field}.missing", missing, field=field)
    if len(text) > limit:
        raise Incomplete(f"{field}.length", N_("This may have at most %(limit)s letters."), field=field, limit=limit)
    if any(letter < " " and letter != "\n" for letter in text):
        raise Incomplete(f"{field}.spelling", N_("This text holds characters that cannot be shown."), field=field)
    return text


def read_change_reason(form: Mapping[str, str], *, public: bool) -> str:
    """Why an agenda that people have read changes; a draft needs no reason. Raises Incomplete."""
    missing = N_("The agenda is public: write in a sentence why it changes.") if public else ""
    return read_text(form, "change_reason", missing, limit=REASON_LIMIT)


def read_moment(form: Mapping[str, str], field: str, missing: str) -> datetime:
    """Raises Incomplete."""
    try:
        return parse_local(form.get(field, ""))
    except Refused as refused:
        sentence = missing if refused.code == "time.spelling" else refused.sentence
        raise Incomplete(refused.code, sentence, refused.advice, field=field) from refused


def publish_by(starts_at: datetime, days: int = NOTICE_DAYS) -> date:
    """The last day on which the agenda can be published without a reason: `days` full days lie between."""
    return day_of(starts_at) - timedelta(days=days + 1)


def is_late(published: datetime, starts_at: datetime, days: int = NOTICE_DAYS) -> bool:
    """Whether fewer than `days` full days lie between the day of publication and the day of the session."""
    return day_of(published) > publish_by(starts_at, days)


def check_notice(published: datetime, starts_at: datetime, urgent_reason: str) -> None:
    """The rule of M2. Raises Incomplete (urgent_reason.missing)."""
    if is_late(published, starts_at) and not urgent_reason:
        raise Incomplete(
            "urgent_reason.missing",
            N_("Fewer than %(days)s full days are left before the session: write why it cannot wait."),
            field="urgent_reason",
            days=NOTICE_DAYS,
        )


def check_late_mark(mark: str, now: datetime, starts_at: datetime) -> None:
    """A topic that comes to a public agenda too late for its notice says so. Raises Incomplete (topic.late)."""
    if mark == "regular" and is_late(now, starts_at):
        raise Incomplete(
            "topic.late",
            N_("Fewer than %(days)s full days are left: mark the topic as before or outside the agenda."),
            field="mark",
            days=NOTICE_DAYS,
        )


@dataclass(frozen=True, slots=True)
class Agenda:
    """What stands on an agenda now, topics in their order."""

    session: SessionRow
    body: BodyRow
    topics: Sequence[TopicRow]
    files: Mapping[int, Sequence[FileRow]]
    """Of topics, by topic id."""
    session_files: Sequence[FileRow]


PART_OF_AGENDA = ("motion", "attachment", "summons")
"""Purposes of files whose change is a change of the agenda; decisions and minutes have versions of their own."""


def encode_agenda(agenda: Agenda) -> bytes:
    """The bytes whose SHA-256 the log holds; members as in audit/RECORD.md."""
    row = agenda.session
    return compact(
        {
            "agenda": 1,
            "session": row.key,
            "body": agenda.body.key,
            "body_name": agenda.body.name,
            "kind": row.kind,
            "title": row.title,
            "starts": instant(row.starts_at),
            "place": row.place,
            "urgent_reason": row.urgent_reason,
            "summons": row.summons,
            "topics": [
                {
                    "topic": topic.key,
                    "number": number,
                    "mark": topic.mark,
                    "state": topic.state,
                    "withdrawn_reason": topic.withdrawn_reason,
                    "title": topic.title,
                    "plain_summary": topic.plain_summary,
                    "motion": topic.motion,
                    "proposer": topic.proposer,
                    "files": _files(agenda.files.get(topic.id or 0, ())),
                }
                for number, topic in enumerate(agenda.topics, 1)
            ],
            "files": _files(agenda.session_files),
        }
    )


def _files(rows: Sequence[FileRow]) -> Json:
    return [
        {"file": row.key, "purpose": row.purpose, "name": row.name, "digest": row.digest}
        for row in rows
        if row.purpose in PART_OF_AGENDA
    ]


def decode_agenda(content: bytes) -> dict[str, Json]:
    """What `encode_agenda` wrote."""
    value = parse_json(content, size_limit=max(len(content), 1))
    if not isinstance(value, dict):
        raise TypeError("an agenda is a JSON object")
    return value
