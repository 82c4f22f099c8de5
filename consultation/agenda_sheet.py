"""The agenda of a session on paper: for the notice board and for whoever asks at the counter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.refusal import N_
from consultation.leaflet import Leaflet

Translate = Callable[..., str]


@dataclass(frozen=True, slots=True)
class PrintedTopic:
    """`mark` and `withdrawn` are finished words or empty; `until`: when its open consultation closes, as written."""

    number: int
    title: str
    summary: str
    proposer: str
    mark: str
    withdrawn: str
    until: str


@dataclass(frozen=True, slots=True)
class PrintedAgenda:
    """`state` is the label of a cancelled session, empty otherwise; `starts` a written moment."""

    municipality: str
    body: str
    kind: str
    title: str
    starts: str
    place: str
    state: str
    urgent_reason: str
    summons: str
    version: int
    digest: str
    """SHA-256 of the published version, as the log has it; empty when there is none."""
    url: str
    topics: Sequence[PrintedTopic]


def print_agenda(agenda: PrintedAgenda, *, made_at: datetime, language: str, gettext: Translate) -> bytes:
    title = gettext(N_("Agenda"))
    footer = f"{agenda.municipality} · {agenda.title}"[:85]
    document = Leaflet(f"{title}: {agenda.title}", made_at=made_at, language=language, footer=footer)
    document.add_page()
    document.qr(agenda.url, width=32, x=160, y=10)
    document.set_right_margin(54)
    document.flow(agenda.municipality, size=11, bold=True, after=1)
    document.flow(agenda.body, size=13, bold=True, after=1)
    document.flow(f"{title} · {agenda.kind}", size=16, bold=True, after=2)
    document.set_right_margin(20)
    document.set_y(max(document.get_y(), 46))
    document.flow(agenda.title, size=13, bold=True)
    if agenda.state:
        document.flow(agenda.state, size=13, bold=True)
    document.facts([(gettext(N_("Begins")), agenda.starts), (gettext(N_("Place")), agenda.place)], share=0.2)
    if agenda.urgent_reason:
        document.flow(gettext(N_("Why it is urgent: %(reason)s"), reason=agenda.urgent_reason), after=3)
    document.flow(agenda.summons, after=3)
    for topic in agenda.topics:
        _write_topic(document, topic, gettext)
    document.ln(4)
    document.flow(gettext(N_("The symbol leads to the page of the session, with all files.")), size=9)
    if agenda.digest:
        words = gettext(N_("Version %(version)s. Fingerprint in the audit log:"), version=agenda.version)
        document.flow(f"{words} {agenda.digest}", size=8)
    return document.to_bytes()


def _write_topic(document: Leaflet, topic: PrintedTopic, gettext: Translate) -> None:
    document.keep_together(22)
    document.flow(f"{topic.number}. {topic.title}", size=12, bold=True, after=0.5)
    for text in (topic.mark, topic.withdrawn):
        if text:
            document.flow(text, size=10, bold=True, indent=6, after=0.5)
    if topic.summary:
        document.flow(topic.summary, indent=6, after=0.5)
    if topic.proposer:
        document.flow(gettext(N_("Proposer: %(name)s"), name=topic.proposer), size=9, indent=6, after=0.5)
    if topic.until:
        document.flow(gettext(N_("Consultation: you can write until %(when)s"), when=topic.until), indent=6, bold=True)
    document.ln(2.5)
