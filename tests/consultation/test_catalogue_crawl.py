"""AC-06: what is not public occurs nowhere that the public can reach, whoever looks.

The town has a draft of everything. From the front page, the open data, OParl, feeds and calendars every local link is
followed, and every public address is tried with the keys of the drafts.
"""

import io
import re
import zipfile
from urllib.parse import urlsplit

import pytest
from pypdf import PdfReader
from starlette.applications import Starlette
from starlette.routing import Match
from starlette.testclient import TestClient

from consultation.search import fold
from settings import Settings
from tests.consultation.drafts import Drafts, make_drafts
from tests.consultation.full_town import SECRET
from tests.consultation.town import Town
from tests.consultation.visitors import page_of
from tests.plugins.house import ORIGIN
from tests.test_access_matrix import PATH, read_table

VISITORS = ("", "bo", "moderator", "service", "councillor")
STARTS = (
    "/", "/sessions", "/bodies", "/consultations", "/decisions", "/implementation", "/removals", "/removals.csv",
    "/collectives", "/search?q=απορρ", "/search?q=πλατεια", "/open-data", "/oparl/1.1/system", "/log",
    "/feeds/agenda.atom", "/feeds/decisions.atom", "/feeds/consultations.atom", "/feeds/results.atom",
    "/calendar.ics", "/open-data/catalog.jsonld", "/open-data/council.zip",
)  # fmt: skip
LEAST = 100
"""Addresses that a crawl must have seen; fewer means that it went astray."""
IN_THE_LOG = {"/open-data/council.zip"}
"""Holds the log, and that tells that something was sent before a moderator has looked at it: the key, no word of it."""
SPELLINGS = (SECRET, fold(SECRET))
_LINK = re.compile(r"""(?:href|src|action)="([^"]+)"|"(http://127\.0\.0\.1:8000/[^"]*)"|(http://127[^\s<>"'\\]+)""")


@pytest.fixture
def drafts(town: Town) -> Drafts:
    return make_drafts(town)


def words_of(url: str, media_type: str, raw: bytes) -> str:
    """Everything in an answer as text: the pages of a PDF, the files of an archive."""
    if media_type == "application/pdf" and raw.startswith(b"%PDF-1.") and b"startxref" in raw:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages)
    if media_type == "application/zip":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return "\n".join(name + archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    text = raw.decode("utf-8", "replace")
    if url.endswith(".ics") or "text/calendar" in media_type:
        text = re.sub(r"\r?\n[ \t]", "", text)
    return text


class Crawl:
    """A visitor who opens every public address that some page names, once."""

    def __init__(self, app: Starlette, browser: TestClient, drafts: Drafts) -> None:
        self.app, self.browser, self.drafts = app, browser, drafts
        table = {line: who for line, who in read_table().items() if line.startswith("GET ")}
        self.public = {line.removeprefix("GET ") for line, who in table.items() if "anonymous" in who}
        self.seen: set[str] = set()
        self.faults: list[str] = []

    def route(self, path: str) -> str:
        """The address's pattern; empty when it is none of ours."""
        scope = {"type": "http", "path": path, "method": "GET", "root_path": "", "headers": []}
        for route in self.app.routes:
            if route.matches(scope)[0] is Match.FULL:
                return str(route.path)  # type: ignore[attr-defined]
        return ""

    def walk(self, *starts: str) -> None:
        waiting = list(starts)
        while waiting:
            url = waiting.pop()
            path = urlsplit(url).path
            if url in self.seen or self.route(path) not in self.public or path.startswith(("/static", "/language")):
                continue
            self.seen.add(url)
            answer = self.look(url)
            found = (link for groups in _LINK.findall(answer) for link in groups if link)
            local = (link.replace("&amp;", "&").removeprefix(ORIGIN).partition("#")[0] for link in found)
            waiting += [link for link in local if link.startswith("/") and not link.startswith("//")]

    def look(self, url: str) -> str:
        answer = self.browser.get(url)
        assert answer.status_code < 500 or url == "/health", (url, answer.status_code)
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        text = words_of(url, media_type, answer.content)
        shown = text + str(dict(answer.headers))
        self.faults += [f"{url}: {word}" for word in SPELLINGS if word in shown]
        keys = set(self.drafts.keys) - (self.drafts.logged if url in IN_THE_LOG else set())
        self.faults += [f"{url}: {key}" for key in keys if key in shown.replace(url, "")]
        return text


def test_AC_06_no_draft_is_named_anywhere_that_links_lead_to(
    town_app: Starlette, settings: Settings, town: Town, drafts: Drafts
) -> None:
    more = [f"/sessions/{town.session_key}/calendar.ics", f"/topics/{town.topic_key}/form.pdf"]
    for name in VISITORS:
        with page_of(town_app, settings, name) as browser:
            crawl = Crawl(town_app, browser, drafts)
            crawl.walk(*STARTS, *more)
            patterns = {crawl.route(urlsplit(url).path) for url in crawl.seen}
        assert not crawl.faults, "\n".join((name, *crawl.faults))
        assert len(crawl.seen) >= LEAST
        unseen = {pattern for pattern in crawl.public if pattern.startswith(COUNCIL)} - patterns
        assert unseen <= NOT_LINKED, sorted(unseen - NOT_LINKED)


COUNCIL = (
    "/sessions", "/topics", "/bodies", "/consultations", "/contributions", "/decisions", "/implementation",
    "/measures", "/collectives", "/removals", "/open-data", "/oparl", "/feeds", "/calendar", "/files", "/search",
)  # fmt: skip
NOT_LINKED = {
    "/topics/{key}/file", "/topics/{key}/file.pdf", "/files/{key}",
}  # fmt: skip
"""The story of this town makes no file that anybody could open."""


def filled(pattern: str, key: str) -> list[str]:
    """A public address with the key of a draft in it; more than one where other parts vary."""
    kinds = ["meeting", "agendaItem", "paper", "consultation", "file", "location", "organization", "person"]
    parts = [{**PATH, "key": key, "digest": key, "kind": kind} for kind in kinds]
    found = [re.sub(r"\{(\w+)(?::\w+)?\}", lambda match, part=part: part[match[1]], pattern) for part in parts]  # type: ignore[misc]
    return [*dict.fromkeys(found)]


def test_AC_06_the_key_of_a_draft_opens_nothing(town_app: Starlette, settings: Settings, drafts: Drafts) -> None:
    """Every public address with a key in it, filled with each key that is not public."""
    for name in VISITORS:
        with page_of(town_app, settings, name) as browser:
            crawl = Crawl(town_app, browser, drafts)
            patterns = [one for one in crawl.public if one.startswith(COUNCIL) and "{key}" in one]
            opened = [
                url
                for key in drafts.keys
                for pattern in patterns
                for url in filled(pattern, key)
                if browser.get(url).status_code != 404
            ]
        assert opened == [], name
        assert len(patterns) > 15


def test_AC_06_a_search_counts_nothing_that_is_not_public(
    town_app: Starlette, settings: Settings, drafts: Drafts
) -> None:
    with page_of(town_app, settings) as browser:
        crawl = Crawl(town_app, browser, drafts)
        for word in ("απορρ", "απορρητο", "ΑΠΌΡΡΗΤΟ", "απορρητα"):
            for more in ("", "&kind=contribution", "&kind=topic", "&page=2"):
                shown = browser.get(f"/search?q={word}{more}").text
                assert 'href="/topics/' not in shown, word
                assert 'href="/contributions/' not in shown, word
        crawl.look("/search?q=απορρ")
    assert not crawl.faults, "\n".join(crawl.faults)
