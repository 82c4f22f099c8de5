"""A real browser on a real server: Chromium, and the application behind uvicorn on a free port."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from app import create_app, utc_now
from cli import server_options
from db import Database
from settings import Settings

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def serving(settings: Settings, database: Database, clock: Callable[[], datetime] = utc_now) -> Iterator[str]:
    """The service on a free port of this machine, with its sequencer; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    here = replace(settings, base_url=f"http://127.0.0.1:{port}")
    server = uvicorn.Server(
        uvicorn.Config(create_app(here, database, clock), **server_options(here, "127.0.0.1", port))
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        yield here.base_url
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def address(settings: Settings, database: Database) -> Iterator[str]:
    with serving(replace(settings, demo=True), database) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for each module: Playwright keeps an event loop running in this thread as long as it lives."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page(url, width=390)`: a fresh visitor who reads Greek."""
    contexts = []

    def open_one(url: str, width: int = 1280) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale="el-GR")
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds on the page, as "rule: selector"."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run({runOnly: tags})", STANDARDS)
    return [f"{rule['id']}: {node['target']}" for rule in found["violations"] for node in rule["nodes"]]
