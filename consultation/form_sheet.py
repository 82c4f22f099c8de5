"""The paper form of a consultation, to be filled in by pen: one sheet for each number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.document import MARGIN
from audit.refusal import N_
from consultation.contribution import KINDS, LABELS, LICENCE
from consultation.leaflet import Leaflet
from consultation.paper_form import printed_number

LINES = 12
"""To write on."""
Translate = Callable[..., str]


@dataclass(frozen=True, slots=True)
class FormMatter:
    """What is printed on every sheet. `url`: of the consultation, in the QR symbol; `closes`: a written moment."""

    municipality: str
    title: str
    summary: str
    purpose: str
    closes: str
    url: str


def print_forms(
    matter: FormMatter, numbers: Sequence[str], *, made_at: datetime, language: str, gettext: Translate
) -> bytes:
    """One page for each number as stored; an empty number prints a sample that no clerk can enter."""
    title = gettext(N_("Consultation form"))
    document = Leaflet(title, made_at=made_at, language=language, footer=matter.municipality[:85])
    document.page_word = ""
    for number in numbers:
        document.add_page()
        _head(document, matter, number, title, gettext)
        _boxes(document, gettext)
        _lines(document, gettext(N_("Article or paragraph, if it is about one")), 1)
        _lines(document, gettext(N_("In one sentence (proposals and objections)")), 1)
        _lines(document, gettext(N_("What you want to say")), LINES)
        _lines(document, gettext(N_("Name and surname (published with the text)")), 1)
        _lines(document, gettext(N_("Address for the reply (optional, not published)")), 1)
        document.flow(gettext(_SMALL, licence=LICENCE), size=7.5, after=2)
        _signature(document, gettext)
    return document.to_bytes()


_SMALL = N_(
    "Two clerks enter the form separately. Your text and name are published on the municipality's pages under the"
    " licence %(licence)s and stay there; you can ask for their erasure. Your address is used for the reply only."
)


def _head(document: Leaflet, matter: FormMatter, number: str, title: str, gettext: Translate) -> None:
    document.qr(matter.url, width=30, x=162, y=8)
    document.set_right_margin(52)
    document.flow(matter.municipality, bold=True, after=0.5)
    document.flow(title, size=16, bold=True)
    document.set_right_margin(MARGIN)
    printed = printed_number(number) if number else gettext(N_("sample, not for handing in"))
    document.flow(gettext(N_("Form number: %(number)s"), number=printed), size=12, bold=True, after=2)
    document.set_y(max(document.get_y(), 40))
    document.flow(_short(matter.title, 200), size=12, bold=True, after=1)
    for text in (matter.summary, matter.purpose):
        if text:
            document.flow(_short(" ".join(text.split()), 350), size=9, after=1)
    document.flow(gettext(N_("Hand it in by: %(when)s"), when=matter.closes), size=10, bold=True, after=2)


def _boxes(document: Leaflet, gettext: Translate) -> None:
    document.flow(gettext(N_("It is a (tick one)")), size=9, bold=True, after=1)
    top, width = document.get_y(), document.epw / 2
    for place, kind in enumerate(KINDS):
        left, line = MARGIN + place % 2 * width, top + place // 2 * 7
        document.rect(left, line, 4, 4)
        document.set_xy(left + 5, line)
        document.cell(width - 5, 4, gettext(LABELS[kind]))
    document.set_xy(MARGIN, top + 14)


def _lines(document: Leaflet, label: str, count: int) -> None:
    document.flow(label, size=9, bold=True, after=0)
    for _ in range(count):
        document.ln(7)
        document.line(MARGIN, document.get_y(), MARGIN + document.epw, document.get_y())
    document.ln(2)


def _signature(document: Leaflet, gettext: Translate) -> None:
    half = document.epw / 2
    top = document.get_y() + 8
    for place, label in enumerate((N_("Date and signature"), N_("Received on, by (for the municipality)"))):
        left = MARGIN + place * half
        document.line(left, top, left + half - 6, top)
        document.set_xy(left, top + 0.5)
        document.cell(half - 6, 4, gettext(label))


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
