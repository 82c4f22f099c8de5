"""«Ανοικτά δεδομένα»: the page, the datasets as CSV and JSON, and the catalogue of everything machines can read."""

import re
from collections.abc import Callable
from datetime import datetime

from starlette.responses import Response
from starlette.routing import Route

from audit.refusal import N_
from consultation.catalogue import Offer, catalogue
from consultation.export import DATASETS, ROWS, Record, write_csv, write_json
from consultation.oparl_list import BadFilter
from consultation.routes.open_answer import open_answer, town_words
from consultation.store.open_data import READERS
from consultation.store.open_spans import spans
from consultation.store.visibility import nothing_here
from crypto.encoding import compact
from pages import translations
from web import Visit, endpoint

FEEDS = {
    "agenda": N_("Agendas of sessions"),
    "decisions": N_("Decisions of the council"),
    "consultations": N_("Consultations"),
    "results": N_("Results of votes"),
}
MEDIA = {"csv": "text/csv", "json": "application/json"}
ATOM = "application/atom+xml"
OPARL = [("/oparl/1.1/system", "application/json")]
CALENDAR = [("/calendar.ics", "text/calendar")]
COUNCIL = [("/open-data/council.zip", "application/zip")]
_PAGE = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


def routes() -> list[Route]:
    return [
        Route("/open-data", show_open_data),
        Route("/open-data/catalog.jsonld", show_catalogue),
        Route("/open-data/{dataset}.csv", show_csv),
        Route("/open-data/{dataset}.json", show_json),
    ]


@endpoint
def show_open_data(visit: Visit) -> Response:
    return visit.page(
        "consultation/open_data.html",
        datasets=[(name, visit.gettext(one.title), visit.gettext(one.about)) for name, one in DATASETS.items()],
        feeds=[(f"/feeds/{name}.atom", visit.gettext(title)) for name, title in FEEDS.items()],
        record=COUNCIL[0][0],
        rows=ROWS,
    )


@endpoint
def show_catalogue(visit: Visit) -> Response:
    """Always in Greek, as its language tags say."""
    words, settings = translations("el").gettext, visit.settings
    title = words(N_("Open data")) + " · " + settings.municipality
    about = words(N_("Everything public of the council and its consultations, for programs."))
    offers = _offers(visit, words)
    value = catalogue(settings.base_url, settings.municipality, title, about, offers)
    modified = max((offer.changed for offer in offers if offer.changed), default=None)
    return open_answer(visit, compact(value), "application/ld+json", modified)


@endpoint
def show_csv(visit: Visit) -> Response:
    return _dataset(visit, "csv")


@endpoint
def show_json(visit: Visit) -> Response:
    return _dataset(visit, "json")


def _dataset(visit: Visit, form: str) -> Response:
    """`?page=2` follows where there are more than `export.ROWS` rows; the Link header says whether there are."""
    name = visit.path["dataset"]
    if name not in DATASETS:
        raise nothing_here()
    page = _page_number(visit.query)
    records = READERS[name](visit.session, (page - 1) * ROWS)
    more, records = len(records) > ROWS, records[:ROWS]
    raw = write_csv(DATASETS[name], records) if form == "csv" else _json(visit, name, records)
    modified = max((datetime.fromisoformat(str(one["modified"])) for one in records), default=None)
    response = open_answer(visit, raw, MEDIA[form], modified)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    links = ['<https://creativecommons.org/licenses/by/4.0/>; rel="license"']
    if more:
        links.append(f'</open-data/{name}.{form}?page={page + 1}>; rel="next"')
    response.headers["Link"] = ", ".join(links)
    return response


def _json(visit: Visit, name: str, records: list[Record]) -> bytes:
    title = town_words(visit)(DATASETS[name].title)
    return write_json(name, title, visit.settings.municipality, records)


def _page_number(query: dict[str, str]) -> int:
    if not query:
        return 1
    text = query.get("page", "")
    if query.keys() != {"page"} or not _PAGE.fullmatch(text):
        raise BadFilter("open_data.page", N_("This address understands only a page number."))
    return int(text)


def _offers(visit: Visit, words: Callable[[str], str]) -> list[Offer]:
    """Feeds, calendar and OParl hold something of every dataset, so they are as old and as new as all of them."""
    known = spans(visit.session)
    offers = [
        Offer(
            name,
            words(one.title),
            words(one.about),
            [(f"/open-data/{name}.{form}", media) for form, media in MEDIA.items()],
            *known[name],
        )
        for name, one in DATASETS.items()
    ]
    begins = min((span.begins for span in known.values() if span.begins), default=None)
    changed = max((span.changed for span in known.values() if span.changed), default=None)
    for name, title, about, files in (
        ("oparl", "OParl 1.1", N_("Bodies, people, sessions, topics and files as OParl objects."), OPARL),
        ("feeds", N_("Feeds"), N_("News as Atom feeds."), [(f"/feeds/{feed}.atom", ATOM) for feed in FEEDS]),
        ("calendar", N_("Calendar"), N_("Sessions, deadlines and votes for calendars."), CALENDAR),
        ("council", N_("Council record"), N_("Everything that is in the log, with the means to check it."), COUNCIL),
    ):
        offers.append(Offer(name, words(title), words(about), files, begins, changed))
    return offers
