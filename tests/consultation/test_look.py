"""M44: every page of the council's half in a real browser: without a barrier, and no wider than a phone.

The pages are found as people find them, by following links from where each person begins; a page of the half that
nobody's links reach must be named in `_further`. The application answers the browser in place.
"""

import re
from collections.abc import Callable, Iterator
from typing import cast

import pytest
from playwright.sync_api import Browser, Page, Route
from sqlmodel import select
from starlette.applications import Starlette
from starlette.routing import Match
from starlette.routing import Route as Path
from starlette.testclient import TestClient

from consultation.routes import routes
from consultation.store.participation_tables import PaperFormRow, ReplyRow
from tests.plugins.browser import AXE, STANDARDS
from tests.plugins.house import ORIGIN
from tests.voting.demo_town import DemoTown, demo_town

WIDTHS = (390, 1280)
PDF = b"%PDF-1.7\n%%EOF"
STARTS = {"grammateia": "/desk", "maria": "/my/contributions", "syntonistis": "/desk", "ypiresia": "/desk",
          "giorgos": "/my/messages", "": "/", "elegktis": "/desk"}  # fmt: skip
"""Login name ("" is a stranger) → where this person begins."""
NOT_PAGES = re.compile(r"/oparl/|/feeds/|\.(ics|pdf|zip|csv|json|jsonld)$|^/files/")
DIFFERENT = {"/contributions/{key}", "/topics/{key}/consultation", "/desk", "/my/contributions"}
"""Routes whose links depend on who is there."""
REFUSED = {"/contributions/{key}/removal", "/desk/sessions/new"}
"""Routes whose form is also sent as it stands, empty: the page of a refusal is looked at as well."""
READING = {"kind": "proposal", "name": "Άδα Παπαδοπούλου", "address": "Ερμού 1", "paragraph": "", "title": "Σκιά",
           "text": "Να μπουν δέντρα.", "received_on": "2026-11-20", "signed": "yes"}  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoTown]:
    with demo_town(tmp_path_factory.mktemp("town")) as town:
        yield town


def test_M44_no_page_of_the_half_has_a_barrier_or_is_wider_than_the_screen(town: DemoTown, chromium: Browser) -> None:
    app = town.app()
    browsers = {name: town.page(app, name) for name in STARTS}
    pages = _further(town, app, browsers)
    for name, browser in browsers.items():
        pages |= {template: (name, url) for template, url in _linked(browser, STARTS[name], set(pages)).items()}
    missing = {route.path for route in _gets() if not NOT_PAGES.search(route.path)} - set(pages)
    assert not missing, "no link leads there; name it in _further"
    context = chromium.new_context(locale="el-GR")
    context.add_init_script(path=AXE)
    page = context.new_page()
    faults = []
    for name in STARTS:
        page.unroute_all()
        page.route("**/*", _answers(browsers[name]))
        for url in [url for who, url in pages.values() if who == name]:
            page.goto(ORIGIN + url)
            faults += _faults(page)
            if _template(url) in REFUSED:
                with page.expect_navigation():
                    page.evaluate("document.querySelector('main form[method=post]').submit()")
                assert page.locator(".wrong, .notice.danger").count(), url
                faults += _faults(page)
    context.close()
    assert not faults


@pytest.mark.parametrize("name", ["grammateia", "elegktis", "ypiresia", "syntonistis"])
def test_everything_an_official_sees_on_the_desk_leads_somewhere_open(town: DemoTown, name: str) -> None:
    """An auditor, who may only read, is led to public pages where the others are led to forms."""
    browser = town.page(town.app(), name)
    main = browser.get("/desk").text.partition("<main")[2].partition("</main>")[0]
    links = re.findall(r'href="(/[^"#]*)', main)
    assert links
    assert not [link for link in links if browser.get(link).status_code != 200]


def _faults(page: Page) -> list[str]:
    found, url = [], page.url.removeprefix(ORIGIN)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        checked = page.evaluate("tags => axe.run({runOnly: tags, resultTypes: ['violations']})", STANDARDS)
        found += [
            f"{url} {width}: {rule['id']} {node['target']}" for rule in checked["violations"] for node in rule["nodes"]
        ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{url} is wider than {width}")
    return found


def _answers(browser: TestClient) -> Callable[[Route], None]:
    """The application's answer to a request of the page, redirects followed."""

    def answer(route: Route) -> None:
        asked = route.request
        sent = {"content-type": asked.headers.get("content-type", "")} if asked.method == "POST" else {}
        given = browser.request(
            asked.method, asked.url, content=asked.post_data_buffer, headers=sent, follow_redirects=True
        )
        headers = {key: value for key, value in given.headers.items() if key != "content-length"}
        route.fulfill(status=given.status_code, headers=headers, body=given.content)

    return answer


def _gets() -> list[Path]:
    return [cast("Path", route) for route in routes() if "GET" in (cast("Path", route).methods or ())]


def _template(url: str) -> str:
    """The route of the half that a URL leads to, empty for another part of the house."""
    scope = {"type": "http", "path": url.partition("?")[0], "method": "GET", "root_path": "", "headers": []}
    return next((route.path for route in _gets() if route.matches(scope)[0] == Match.FULL), "")


def _linked(browser: TestClient, start: str, known: set[str]) -> dict[str, str]:
    """One URL for each route that this person reaches by links, without those that are known already."""
    found: dict[str, str] = {}
    waiting, seen = [start, "/sessions", "/consultations"], set()
    while waiting:
        url = waiting.pop(0).partition("#")[0]
        template = _template(url)
        if (
            url in seen
            or template in found
            or NOT_PAGES.search(url.partition("?")[0])
            or not (template or url == start)
        ):
            continue
        seen.add(url)
        answer = browser.get(url)
        if answer.status_code == 200:
            found[template or url] = url
            waiting += [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', answer.text)]
    return {template: url for template, url in found.items() if template not in known}


def _further(town: DemoTown, app: Starlette, browsers: dict[str, TestClient]) -> dict[str, tuple[str, str]]:
    """Pages that need something to be done first, or that the page before refuses to lead to at this moment."""
    clerk, maria, topics = browsers["grammateia"], browsers["maria"], town.half.topics
    open_now, past, drafted = (f"/desk/topics/{topics[name]}" for name in ("agores", "plateia", "proypologismos"))
    coming, draft_session = (
        re.findall(r"/desk/sessions/[0-9a-f]{32}", clerk.get(url).text)[0] for url in (open_now, drafted)
    )
    new = f"/topics/{topics['agores']}/contributions/new"
    draft = re.findall(r'name="draft" value="([0-9a-f]{32})"', maria.get(new).text)[0]
    done = [
        maria.post(new, data={"draft": draft, "kind": "proposal", "title": "Δέντρα", "text": "Σκιά.", "act": "save"}),
        clerk.post(f"{past}/file"),
        clerk.post("/desk/reply-templates", data={"name": "Κόστος", "outcome": "rejected", "text": "Κοστίζει πολύ."}),
        clerk.post(f"{open_now}/forms", data={"count": "1"}),
        clerk.post(f"{drafted}/files", data={"purpose": "attachment"}, files={"file": ("a.pdf", PDF)}),
        clerk.post(f"{draft_session}/summons", files={"file": ("b.pdf", PDF)}),
    ]
    with town.db.reading() as session:
        form, reply = session.exec(select(PaperFormRow.number)).one(), session.exec(select(ReplyRow.key)).first()
    second = town.page(app, "grammateia2")
    done += [
        clerk.post(f"/desk/forms/{form}", data=READING),
        second.post(f"/desk/forms/{form}", data={**READING, "text": "Να μπει κρήνη."}),
    ]
    assert not [answer.text for answer in done if answer.status_code >= 400]
    clerks = [
        f"/desk/forms/{form}", f"/desk/forms/{form}/discarding", f"/desk/replies/{reply}", "/desk/reply-templates/1",
        *(f"{open_now}/{act}" for act in ("consultation/closing", "consultation/finishing", "withdrawal")),
        *(f"{drafted}/consultation/{act}" for act in ("opening", "taking-back")),
        f"{coming}/cancellation", f"{coming}/held", f"/topics/{topics['plateia']}/file",
    ]  # fmt: skip
    citizens = [f"/contributions/{draft}/{part}" for part in ("draft", "draft/removal", "preview")]
    return {_template(url): ("grammateia", url) for url in clerks} | {
        _template(url): ("maria", url) for url in citizens
    }
