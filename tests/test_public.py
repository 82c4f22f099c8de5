"""Pages for everybody: they speak Greek, fit a phone, pass the accessibility checker, and work without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from starlette.testclient import TestClient

from app import create_app
from assets import _BARE, Asset, import_map, read_assets, software_digest, software_list
from audit import store as log
from db import Database
from settings import Settings
from tests.plugins.browser import axe_violations
from tests.plugins.house import Clock

PAGES = [
    "/", "/how-to-take-part", "/how-to-vote", "/how-to-check", "/trust", "/privacy", "/accessibility", "/referenda",
    "/log", "/login",
]  # fmt: skip


@pytest.mark.parametrize("width", [390, 1280])
def test_M44_public_pages_pass_axe_and_fit_the_screen(address: str, open_page: Callable[..., Page], width: int) -> None:
    page = open_page(address + "/", width)
    found = {}
    for path in [*PAGES, "/style", "/nowhere"]:
        page.goto(address + path)
        if wrong := axe_violations(page):
            found[path] = wrong
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert not found


def test_M44_things_to_press_are_44_pixels_high(address: str, open_page: Callable[..., Page]) -> None:
    page = open_page(address + "/style", 390)
    sizes = page.eval_on_selector_all(
        ".button, .nav a, .top-tools a, .foot a, summary, select, input:not([type=hidden]):not([type=radio])"
        ":not([type=checkbox]), .option",
        "nodes => nodes.map(node => [node.className || node.tagName, node.getBoundingClientRect().height])",
    )
    assert sizes
    assert not [(name, height) for name, height in sizes if height < 44]


def test_M44_greek_text_is_18_pixels_and_the_focus_is_seen(address: str, open_page: Callable[..., Page]) -> None:
    page = open_page(address + "/")
    assert page.evaluate("getComputedStyle(document.querySelector('main p')).fontSize") in {"18px", "20.7px"}
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "18px"
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_nothing_comes_from_another_site(address: str, open_page: Callable[..., Page]) -> None:
    page = open_page("about:blank")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    for path in PAGES:
        page.goto(address + path)
    assert seen
    assert not [url for url in seen if not url.startswith(address)]


@pytest.mark.parametrize("path", PAGES)
def test_M43_pages_are_greek_first_and_english_on_request(client: TestClient, path: str) -> None:
    greek = client.get(path)
    assert greek.status_code == 200
    assert '<html lang="el">' in greek.text
    back = client.get("/language/en", params={"back": path})
    assert back.headers["location"] == path
    assert '<html lang="en">' in client.get(path).text


def test_the_trust_page_names_what_is_not_solved(client: TestClient) -> None:
    client.get("/language/en")
    text = client.get("/trust").text
    for limit in (
        "vote buying",
        "hostile device",
        "Page code",
        "Ageing mathematics",
        "credential authority",
        "witnesses",
    ):
        assert limit in text, limit


def test_the_style_page_is_only_in_the_demo(client: TestClient) -> None:
    assert client.get("/style").status_code == 404


def test_the_health_page_says_ok_while_the_log_is_kept(client: TestClient) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["state"]) == (200, "ok")
    assert set(answer.json()) == {"state", "software"}


def test_the_health_page_says_when_the_log_is_not_kept(settings: Settings, database: Database, clock: Clock) -> None:
    answer = TestClient(create_app(settings, database, clock), base_url=settings.base_url).get("/health")
    assert (answer.status_code, answer.json()["state"]) == (503, "log not kept")


def test_the_software_entry_states_the_list_that_is_served(client: TestClient, database: Database) -> None:
    assets = read_assets()
    assert client.get("/software").content == software_list(assets)
    assert client.get("/health").json()["software"] == software_digest(assets).hex()
    client.app.state.house.parts["sequencer"].turn(ballots=False)  # type: ignore[attr-defined]
    with database.reading() as session:
        told = log.find(session, "software")
    assert [entry.entry.members["files"] for entry in told] == [software_digest(assets).hex()]


def test_one_changed_byte_changes_the_software_entry() -> None:
    asset = Asset("/static/a.css", b"a", "text/css", "00")
    other = Asset("/static/a.css", b"b", "text/css", "01")
    assert software_digest({asset.url: asset}) != software_digest({other.url: other})


def test_files_are_served_as_listed_and_nothing_else(client: TestClient) -> None:
    css = client.get("/static/town.css")
    assert css.headers["content-type"] == "text/css; charset=utf-8"
    assert client.get("/static/town.css", headers={"If-None-Match": css.headers["etag"]}).status_code == 304
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/modules/@noble/curves/package.json", "/static/"):
        assert client.get(path).status_code == 404, path


def test_modules_reach_each_other_without_an_import_map(client: TestClient) -> None:
    """A worker has no import map: every specifier in what is served must be an address."""
    for asset in read_assets().values():
        if asset.is_script:
            assert not _BARE.search(asset.body), asset.url
    module = client.get("/modules/@noble/curves/ed25519.js")
    assert b"'/modules/@noble/hashes/sha2.js'" in module.content
    assert module.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")


def test_the_import_map_pins_every_module() -> None:
    written = import_map(read_assets())
    assert '"/modules/@noble/curves/ed25519.js":"sha384-' in written
    assert '"/static/booth/worker.mjs":"sha384-' in written
    assert "</" not in written
