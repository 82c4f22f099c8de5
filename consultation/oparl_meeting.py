"""Sessions in OParl's words: Meeting, AgendaItem, Paper, Consultation, File, Location; see consultation/oparl.py."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.local_time import day_of
from audit.refusal import N_
from consultation.council import SESSION_KINDS
from consultation.council_vote import OUTCOMES, Outcome
from consultation.oparl import LICENSE, Object, Place, Stamp, Words, instant
from consultation.store.council_tables import BodyRow, DecisionRow, FileRow, SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow
from crypto.encoding import Json

DECIDING = frozenset({"council", "committee"})
"""Kinds of body whose word on a paper is a decision; that of the others is an opinion."""
WITHDRAWN = N_("Withdrawn from the agenda")


def file(place: Place, stamp: Stamp, row: FileRow, council_session: str, topic: str) -> Object:
    """`council_session`, `topic`: keys of what it belongs to, `topic` empty for a file of the whole session."""
    address = f"{place.base}/files/{row.key}"
    belongs: Object = {"meeting": place.urls("meeting", [council_session])}
    if topic:
        belongs = {"agendaItem": place.urls("agendaItem", [topic]), "paper": place.urls("paper", [topic])}
    return {
        **place.frame("file", stamp, f"/topics/{topic}" if topic else f"/sessions/{council_session}"),
        "name": row.name,
        "fileName": row.name,
        "mimeType": row.media_type,
        "date": day_of(row.created_at).isoformat(),
        "size": row.size,
        "accessUrl": address,
        "downloadUrl": address,
        "fileLicense": LICENSE,
        **belongs,
        "kalpi:purpose": row.purpose,
        "kalpi:sha256": row.digest,
    }


def location(place: Place, stamp: Stamp, row: SessionRow) -> Object:
    """Where a session is held; it has the session's key."""
    return {
        **place.frame("location", stamp, f"/sessions/{row.key}"),
        "description": row.place,
        "meetings": place.urls("meeting", [row.key]),
    }


@dataclass(frozen=True, slots=True)
class MeetingParts:
    """A session and what is embedded in it. `minutes`: key of the newest minutes' file, or empty."""

    row: SessionRow
    body_key: str
    files: Sequence[tuple[Stamp, FileRow]]
    minutes: str
    items: list[Object]


def meeting(place: Place, words: Words, stamp: Stamp, parts: MeetingParts) -> Object:
    row = parts.row
    invitation: Object | None = None
    protocol: Object | None = None
    others: list[Json] = []
    for file_stamp, file_row in parts.files:
        value = file(place, file_stamp, file_row, row.key, "")
        if file_row.key == parts.minutes:
            protocol = value
        elif file_row.purpose == "summons":
            invitation = value  # the newest one counts
        else:
            others.append(value)
    value = {
        **place.frame("meeting", stamp, f"/sessions/{row.key}"),
        "name": row.title or words(SESSION_KINDS[row.kind]),
        "meetingState": "durchgeführt" if row.state == "held" else "eingeladen",
        "cancelled": row.state == "cancelled",
        "start": instant(row.starts_at),
        "organization": place.urls("organization", [parts.body_key]),
        "auxiliaryFile": others,
        "agendaItem": [*parts.items],
        "kalpi:kind": row.kind,
        "kalpi:state": row.state,
    }
    if row.place:
        value["location"] = location(place, stamp, row)
    if invitation:
        value["invitation"] = invitation
    if protocol:
        value["resultsProtocol"] = protocol
    return value


@dataclass(frozen=True, slots=True)
class TopicParts:
    """A topic and what hangs on it. `number`: its place on the agenda, from 1; `files`: of motion and decision."""

    row: TopicRow
    number: int
    session: SessionRow
    body: BodyRow
    files: Sequence[tuple[Stamp, FileRow]]
    decision: DecisionRow | None
    consultation: ConsultationRow | None

    def files_of(self, place: Place, *purposes: str) -> list[Object]:
        return [
            file(place, stamp, row, self.session.key, self.row.key)
            for stamp, row in self.files
            if row.purpose in purposes
        ]


def agenda_item(place: Place, words: Words, stamp: Stamp, parts: TopicParts) -> Object:
    row, decision = parts.row, parts.decision
    value: Object = {
        **place.frame("agendaItem", stamp, f"/topics/{row.key}"),
        "meeting": place.url("meeting", parts.session.key),
        "number": str(parts.number),
        "order": parts.number - 1,
        "name": row.title,
        "public": True,
        "consultation": place.url("consultation", row.key),
        "auxiliaryFile": [*parts.files_of(place, "attachment")],
        "kalpi:mark": row.mark,
        "kalpi:state": row.state,
    }
    if row.state == "withdrawn":
        value["result"] = words(WITHDRAWN)
    if decision is not None:
        value |= {"result": words(OUTCOMES[Outcome(decision.outcome)]), "resolutionText": decision.text}
        if files := parts.files_of(place, "decision"):
            value["resolutionFile"] = files[-1]
        value["kalpi:decision"] = {
            "outcome": decision.outcome,
            "number": decision.number,
            "date": decision.decided_on.isoformat(),
            "ada": decision.ada,
        }
    if parts.consultation is not None:
        value["kalpi:consultation"] = _citizens_consultation(place, row, parts.consultation)
    return value


def _citizens_consultation(place: Place, topic: TopicRow, row: ConsultationRow) -> Object:
    return {
        "state": row.state,
        "opens": instant(row.opens_at) if row.opens_at else None,
        "closes": instant(row.closes_at) if row.closes_at else None,
        "web": f"{place.base}/topics/{topic.key}/consultation",
    }


def paper(place: Place, words: Words, stamp: Stamp, parts: TopicParts) -> Object:
    """The motion of a topic."""
    row = parts.row
    main = parts.files_of(place, "motion")
    value: Object = {
        **place.frame("paper", stamp, f"/topics/{row.key}"),
        "body": place.body,
        "name": row.title,
        "date": day_of(parts.session.published_at or parts.session.created_at).isoformat(),
        "paperType": words(N_("Motion")),
        "auxiliaryFile": [*main[:-1], *parts.files_of(place, "attachment")],
        "underDirectionOf": place.urls("organization", [parts.body.key]),
        "consultation": [consultation(place, words, stamp, parts)],
        "kalpi:motion": row.motion,
        "kalpi:proposer": row.proposer,
    }
    return value | ({"mainFile": main[-1]} if main else {})


def consultation(place: Place, words: Words, stamp: Stamp, parts: TopicParts) -> Object:
    """OParl's own: that the paper is deliberated in this meeting. Nothing of what citizens say."""
    deciding = parts.body.kind in DECIDING
    return {
        **place.frame("consultation", stamp, f"/topics/{parts.row.key}"),
        "paper": place.url("paper", parts.row.key),
        "agendaItem": place.url("agendaItem", parts.row.key),
        "meeting": place.url("meeting", parts.session.key),
        "organization": place.urls("organization", [parts.body.key]),
        "authoritative": deciding,
        "role": words(N_("Decision (role)") if deciding else N_("Opinion (role)")),
    }
