"""Consultations as everybody sees them: the list, one with its terms and text, and the earlier versions of the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit import store as log
from audit.entry_members import check_instant
from audit.wording import NAMES
from consultation.consultation import LABELS, is_accepting, time_left
from consultation.difference import Piece, word_differences
from consultation.routes.contribution_view import Shown, place_label, shown
from consultation.routes.contributions import contributions_panel
from consultation.store.consultation import consultations_in, open_consultations
from consultation.store.contribution import by_paragraph, counts, published
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow, TextVersionRow
from consultation.store.reply import share_answered
from consultation.store.text import text_versions
from consultation.store.visibility import nothing_here, public_consultation, public_topic
from consultation.text import Article, Text, decode_text
from crypto.encoding import sha256_hex
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/consultations", list_consultations, methods=["GET"]),
        Route("/topics/{key}/consultation", show_consultation, methods=["GET"]),
        Route("/topics/{key}/consultation/text/{number:int}", show_version, methods=["GET"]),
    ]


class Card(TypedDict):
    """An open consultation on the front page. `url` is local."""

    title: str
    url: str
    label: str
    closes: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One consultation in the list. `left`: see consultation.time_left; `answered` of `due` have their reply."""

    row: ConsultationRow
    topic: TopicRow
    council_session: SessionRow
    label: str
    left: tuple[str, int]
    total: int
    answered: int
    due: int


@dataclass(frozen=True, slots=True)
class Extension:
    closes: datetime
    reason: str
    index: int


@dataclass(frozen=True, slots=True)
class Orphan:
    """What was said of a paragraph that the present text has no more; `version` is the last one that had it."""

    paragraph: str
    text: str
    version: int
    contributions: Sequence[Shown]


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph beside its former wording. `kind`: same, changed, new, gone."""

    id: str
    kind: str
    text: str
    pieces: Sequence[Piece]


def open_consultation_cards(visit: Visit) -> list[Card]:
    """For the front page: where one can write now."""
    return [
        Card(
            title=topic.title,
            url=f"/topics/{topic.key}/consultation",
            label=visit.gettext(LABELS["open"]),
            closes=row.closes_at,
        )
        for row, topic, _ in open_consultations(visit.session)
        if is_accepting(row, visit.now)
    ]


def consultation_panel(visit: Visit, topic_row: TopicRow) -> dict[str, Any]:
    """What `_consultation_panel.html` shows on the page of the topic; empty when there is none to show."""
    row = public_consultation(visit.session, topic_row)
    if row is None or row.id is None:
        return {}
    said = counts(visit.session, row.id)
    answered, due = share_answered(visit.session, row.id)
    return {
        "row": row,
        "topic": topic_row,
        "state": shown_state(row, visit.now),
        "label": visit.gettext(LABELS[shown_state(row, visit.now)]),
        "left": time_left(row.closes_at, visit.now) if row.closes_at else ("none", 0),
        "accepting": is_accepting(row, visit.now),
        "total": sum(number for kind, number in said.items() if kind != "argument"),
        "answered": answered,
        "due": due,
    }


def shown_state(row: ConsultationRow, now: datetime) -> str:
    """After its hour it is not called open, although the clock has not closed it yet."""
    return "in_review" if row.state == "open" and not is_accepting(row, now) else row.state


@endpoint
def list_consultations(visit: Visit) -> Response:
    rows = consultations_in(visit.session, LABELS.keys() - {"draft"})
    lines = [_line(visit, *found) for found in rows]
    states: dict[str, list[Line]] = {"open": [], "scheduled": [], "in_review": [], "finished": []}
    for line in lines:
        states[shown_state(line.row, visit.now)].append(line)
    return visit.page(
        "consultation/consultations.html",
        open=states["open"],
        scheduled=states["scheduled"],
        in_review=states["in_review"],
        finished=states["finished"][::-1],
    )


def _line(visit: Visit, row: ConsultationRow, topic: TopicRow, council_session: SessionRow) -> Line:
    said = counts(visit.session, row.id or 0)
    answered, due = share_answered(visit.session, row.id or 0)
    return Line(
        row,
        topic,
        council_session,
        visit.gettext(LABELS[shown_state(row, visit.now)]),
        time_left(row.closes_at, visit.now) if row.closes_at else ("none", 0),
        sum(number for kind, number in said.items() if kind != "argument"),
        answered,
        due,
    )


@endpoint
def show_consultation(visit: Visit) -> Response:
    topic, council_session, row = _public(visit)
    versions = text_versions(visit.session, row.id or 0)
    text = decode_text(versions[-1].content) if versions else Text()
    said = by_paragraph(visit.session, row.id or 0)
    entries = log.entries_about(visit.session, topic.key)
    return visit.page(
        "consultation/consultation.html",
        row=row,
        topic=topic,
        council_session=council_session,
        panel=consultation_panel(visit, topic),
        text=text,
        said=said,
        places={paragraph: place_label(visit, text, paragraph) for paragraph in text.paragraph_ids()},
        orphans=_orphans(visit, row, versions, said, text),
        versions=versions,
        extensions=[
            Extension(check_instant(each.entry.members["closes"]), str(each.entry.members["reason"]), each.index)
            for each in entries
            if each.entry.kind == "consultation-extended"
        ],
        logged=[
            (each.index, visit.gettext(NAMES[each.entry.kind]))
            for each in entries
            if each.entry.kind.startswith("consultation-")
        ],
        terms_digest=sha256_hex(row.terms) if row.terms else "",
        contributions=contributions_panel(visit, topic, row),
    )


@endpoint
def show_version(visit: Visit) -> Response:
    """One state of the text, and what it changed of the one before; the first one has none before it."""
    topic, _, row = _public(visit)
    versions = {version.number: version for version in text_versions(visit.session, row.id or 0)}
    number = int(visit.path["number"])
    if number not in versions:
        raise nothing_here()
    text = decode_text(versions[number].content)
    before = decode_text(versions[number - 1].content) if number - 1 in versions else None
    return visit.page(
        "consultation/text_version.html",
        topic=topic,
        shown=versions[number],
        text=text,
        first=before is None,
        last=number == max(versions),
        numbers=sorted(versions),
        passages={article.id: _passages(article, before) for article in text.articles},
        gone=_gone(text, before),
    )


def _public(visit: Visit) -> tuple[TopicRow, SessionRow, ConsultationRow]:
    topic, council_session = public_topic(visit.session, visit.path["key"])
    row = public_consultation(visit.session, topic)
    if row is None:
        raise nothing_here()
    return topic, council_session, row


def _orphans(
    visit: Visit, row: ConsultationRow, versions: Sequence[TextVersionRow], said: dict[str, int], text: Text
) -> list[Orphan]:
    """The places that are in no article of the present text, oldest version first."""
    lost, found = said.keys() - text.ids() - {""}, []
    for version in reversed(versions[:-1]):
        earlier = decode_text(version.content)
        for place in sorted(lost & earlier.ids()):
            lost = lost - {place}
            rows = published(visit.session, row.id or 0, paragraph=place, size=0)
            contributions = shown(visit, rows, accepting=is_accepting(row, visit.now))
            found.append(Orphan(place, earlier.wording(place), version.number, contributions))
    return found[::-1]


def _passages(article: Article, before: Text | None) -> list[Passage]:
    passages = []
    for paragraph in article.paragraphs:
        was = before.paragraph(paragraph.id) if before else None
        if was is None:
            passages.append(Passage(paragraph.id, "new" if before else "same", paragraph.text, ()))
        elif was.text == paragraph.text:
            passages.append(Passage(paragraph.id, "same", paragraph.text, ()))
        else:
            passages.append(
                Passage(paragraph.id, "changed", paragraph.text, word_differences(was.text, paragraph.text))
            )
    return passages


def _gone(text: Text, before: Text | None) -> list[Passage]:
    """Paragraphs of the version before that this one has no more."""
    if before is None:
        return []
    kept = set(text.paragraph_ids())
    return [Passage(each.id, "gone", each.text, ()) for each in before.paragraphs() if each.id not in kept]
