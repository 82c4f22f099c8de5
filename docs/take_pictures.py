"""Take the pictures of the README: `.venv/bin/python docs/take_pictures.py [DIRECTORY]`.

It makes the demo municipality in DIRECTORY (a temporary one unless named; a demo that is there already is used), serves
it on a free port, lets invented people do what the pictures show, and writes docs/pictures/<name>-<width>.png.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from db import Database  # noqa: E402  (the checkout is found by the line above)
from identity.totp import code_at, time_step  # noqa: E402
from tests.plugins.browser import QUIET, serving  # noqa: E402
from voting.demo import PASSWORD, Guide, demo_settings, make_demo, read_guide  # noqa: E402
from voting.rehearse_plan import in_silence  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
WIDTHS = {390: "maria", 1280: "giorgos"}
"""Pixels → who votes at that width, so that both vote for the first time."""
COLOURS = 128
TALLEST = 2_600
"""Pixels of a page that goes on for long."""
LARGEST = 200_000
"""Bytes of one picture."""


def main(directory: Path) -> None:
    settings = replace(demo_settings(directory, "http://127.0.0.1:8000"), ballot_cadence=0.5)
    guide = read_guide(settings) or make_demo(settings, in_silence, lambda: datetime.now(UTC))
    PICTURES.mkdir(exist_ok=True)
    with (
        closing(Database(settings.database_url)) as database,
        serving(settings, database) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        for width, citizen in WIDTHS.items():
            with visitor(browser, address, guide, citizen) as page:
                page.set_viewport_size({"width": width, "height": 844})
                take_booth(page, address, guide.cards[citizen][1], width)
        with visitor(browser, address, guide, "melos1") as page:
            page.goto(f"{address}/trustee/vivliothiki")
            page.wait_for_selector("#make:not([hidden])")
            take_at_each_width(page, "trustee")
        with visitor(browser, address, guide, "epitropi1") as page:
            page.goto(f"{address}/desk/referenda/vivliothiki")
            take_at_each_width(page, "checklist")
            page.goto(f"{address}/referenda/pezodromos-ermou/result")
            take_at_each_width(page, "result")
        take_council(browser, address, guide)
        browser.close()


@contextmanager
def visitor(browser: Browser, address: str, guide: Guide, login_name: str) -> Iterator[Page]:
    """A page of somebody who has logged in."""
    (login,) = (login for login in guide.logins if login.login_name == login_name)
    context = browser.new_context(locale="el-GR", viewport={"width": 1280, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("main [name=name]", login_name)
    page.fill("main [name=password]", PASSWORD)
    page.click("main form button.button")
    page.locator("main [name=code]").fill(code_at(login.totp_secret, time_step(datetime.now(UTC))))
    page.locator("main form button.button").first.click()
    page.wait_for_url(f"{address}/account")
    yield page
    context.close()


def take_booth(page: Page, address: str, card: str, width: int) -> None:
    """Choose, check, recorded."""
    page.goto(f"{address}/referenda/parko-limaniou/booth")
    page.wait_for_selector("#choose:not([hidden])")
    for question in page.locator("#questions fieldset").all():
        question.locator("input").first.check()
    take(page, "choose", width)
    page.click("#choices button.button")
    page.fill("#card", card)
    page.click("#card-form button.button")
    page.wait_for_selector("#ready:not([hidden])")
    take(page, "check", width)
    page.click("#cast-now")
    page.wait_for_selector("#recorded:not([hidden])")
    take(page, "recorded", width)


def take_council(browser: Browser, address: str, guide: Guide) -> None:
    """The session, a topic, the secretariat's desk and its workbench for replies, no further down than TALLEST."""
    with closing(browser.new_context(locale="el-GR")) as context:
        page = context.new_page()
        page.goto(f"{address}/sessions")
        page.click("main .session-list a")
        take_at_each_width(page, "session", TALLEST)
        page.goto(f"{address}/decisions")
        page.click("main a:text('πλατείας')")
        page.goto(page.url.partition("/decision")[0].partition("#")[0])
        take_at_each_width(page, "topic", TALLEST)
    with visitor(browser, address, guide, "grammateia") as page:
        page.goto(f"{address}/desk")
        take_at_each_width(page, "desk", TALLEST)
        page.click("main a[href$='/replies']")
        take_at_each_width(page, "replies", TALLEST)


def take_at_each_width(page: Page, name: str, tallest: int = 0) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        take(page, name, width, tallest)


def take(page: Page, name: str, width: int, tallest: int = 0) -> None:
    """The whole page in few colours, or its beginning down to `tallest` pixels."""
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)
    picture = Image.open(BytesIO(page.screenshot(full_page=True, animations="disabled"))).convert("RGB")
    if tallest:
        picture = picture.crop((0, 0, picture.width, min(tallest, picture.height)))
    path = PICTURES / f"{name}-{width}.png"
    picture.quantize(COLOURS).save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        raise SystemExit(f"{path.name} has {path.stat().st_size} bytes; at most {LARGEST} were meant")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(Path(folder) / "demo")
