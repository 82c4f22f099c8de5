"""The people of the stories: everybody sits at a browser of their own and has an authenticator app on the phone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Download, Locator, Page, Request, expect

from identity.totp import code_at, time_step
from tests.plugins.browser import axe_violations
from tests.stories.town import Letter, MovingClock

PASSWORD = "τέσσερις γλάροι πάνω στο μώλο"
KEY_PASSPHRASE = "το κλειδί είναι στο συρτάρι"
WAIT = 20_000
"""Milliseconds for what a browser calculates."""


@dataclass
class Inspector:
    """Looks at every page once with axe-core."""

    pages: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)

    def look(self, page: Page, name: str) -> None:
        if name not in self.pages:
            self.pages.add(name)
            self.violations += [f"{name}: {found}" for found in axe_violations(page)]


@dataclass
class Person:
    """`name` as on the letter; `login_name` as chosen at the activation."""

    name: str
    login_name: str
    page: Page
    address: str
    clock: MovingClock
    inspector: Inspector
    secret: str = ""
    last_step: int = 0
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    typed_codes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def open(self, path: str) -> Page:
        """The page, after a login or a fresh code if it asks for one; looked at when it is the first time."""
        self.page.goto(self.address + path)
        self._pass_the_door()
        assert self.page.url.startswith(self.address + path.partition("#")[0]), self.page.url
        self.look(path.partition("#")[0])
        return self.page

    def look(self, name: str) -> None:
        self.inspector.look(self.page, name)

    def press(self, selector: str) -> None:
        """A button or link that leads to another page, which must not be a refusal."""
        with self.page.expect_navigation() as navigation:
            self.page.locator(selector).click()
        answer = navigation.value
        assert answer.ok, f"{answer.status} {self.page.url}: {self.page.locator('main').inner_text()}"

    def send(self, action: str) -> None:
        """The button of the form with this address."""
        self.press(f'main form[action="{action}"] button.button')

    def fill(self, fields: Mapping[str, str]) -> None:
        """Text is typed; of a list or of radio buttons the one with this value is chosen."""
        for name, text in fields.items():
            box = self.page.locator(f'main [name="{name}"]')
            match box.first.get_attribute("type") or box.first.evaluate("box => box.type"):
                case "radio":
                    box.and_(self.page.locator(f'[value="{text}"]')).check()
                case "select-one":
                    box.select_option(text)
                case _:
                    box.fill(text)

    def follow(self, link: str | re.Pattern[str], place: str = "main", status: int = 200) -> Page:
        """A link by its words; what the way asks for is given, and the page it leads to is looked at."""
        return self._arrive(self.page.locator(place).get_by_role("link", name=link), status)

    def submit(self, button: str, fields: Mapping[str, str] | None = None, status: int = 200) -> Page:
        """A form by the words of its button, like `follow`. `status` of the answer, after its redirect."""
        self.fill(fields or {})
        return self._arrive(self.page.locator("main").get_by_role("button", name=button), status)

    def _pass_the_door(self) -> None:
        if "/login/fresh" in self.page.url:
            self.give_code("/login/fresh")
        elif "/login" in self.page.url:
            self.log_in()

    def _arrive(self, way: Locator, status: int) -> Page:
        with self.page.expect_navigation() as navigation:
            way.click()
        answer = navigation.value
        assert answer.status == status, f"{answer.status} {self.page.url}: {self.page.locator('main').inner_text()}"
        self._pass_the_door()
        badges = self.page.locator("main .badge").all_inner_texts()[:1]
        self.look(" ".join([urlsplit(self.page.url).path, str(status), *badges]))
        return self.page

    def download(self, selector: str) -> Download:
        with self.page.expect_download() as waiting:
            self.page.locator(selector).click()
        return waiting.value

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main")).to_contain_text(text, timeout=WAIT)

    def code(self) -> str:
        """What the app shows; if that was used, its owner waits for the next one."""
        if time_step(self.clock()) <= self.last_step:
            self.clock.forward(seconds=30)
        self.last_step = time_step(self.clock())
        self.typed_codes.append(code_at(self.secret, self.last_step))
        return self.typed_codes[-1]

    def activate(self, letter: Letter, birth_date: str = "") -> None:
        """From the letter to an account; the key is typed into the app, the recovery codes are kept."""
        self.page.goto(self.address + "/activate")
        self.look("/activate")
        self.fill({"letter": letter.number, "code": letter.code.lower(), "birth_date": birth_date})
        self.send("/activate")
        self.look("/activate/password")
        self.fill({"name": self.login_name, "password": PASSWORD, "again": PASSWORD})
        self.send("/activate/password")
        shown = self.page.locator("main details .tracker")
        self.page.locator("main details summary").click()
        self.secret = shown.inner_text().replace(" ", "")
        self.look("/activate/authenticator")
        self.fill({"code": self.code()})
        self.send("/activate/authenticator")
        self.look("recovery codes")
        assert self.page.locator(".codes li").count() == 10
        self.press("main .actions a.button")
        self.sees(self.name)

    def log_in(self) -> None:
        """Password, then one-time code; the page that was asked for follows."""
        self.look("/login")
        self.fill({"name": self.login_name, "password": PASSWORD})
        self.send("/login")
        self.give_code("/login/code")

    def give_code(self, action: str) -> None:
        self.look(action)
        self.page.locator(f'main form[action="{action}"] [name="code"]').fill(self.code())
        self.press(f'main form[action="{action}"]:has([name="code"]) button.button')

    def act(self, slug: str, name: str, fields: Mapping[str, str] | None = None) -> None:
        """An act of the desk through its own page."""
        url = f"/desk/referenda/{slug}/{name}"
        self.open(url)
        self.fill(fields or {})
        self.send(url)


@dataclass
class Trustee(Person):
    """Keeps the key file in `folder`."""

    folder: Path = Path()

    @property
    def key_file(self) -> Path:
        return self.folder / f"{self.login_name}.json"

    def _keep(self) -> None:
        """Save the file that the page offers in place of the one before, and go on."""
        expect(self.page.locator("#keep")).to_be_visible(timeout=WAIT)
        self.look("trustees' room: keep")
        self.download("#keep-download").save_as(self.key_file)
        self.page.check("#keep-done")
        self.page.locator("#keep-form button.button").click()

    def make_key(self, slug: str) -> None:
        self.open(f"/trustee/{slug}")
        expect(self.page.locator("#make")).to_be_visible(timeout=WAIT)
        self.look("trustees' room: make")
        self.page.fill("#make-passphrase", KEY_PASSPHRASE)
        self.page.fill("#make-again", KEY_PASSPHRASE)
        self.page.locator("#make-form button.button").click()
        self._keep()

    def keep_share(self) -> None:
        """The page goes on by itself until the shares of the others have come."""
        self._keep()
        expect(self.page.locator("#keep")).to_be_hidden()

    def decrypt(self, slug: str) -> None:
        """Open what waits to be opened, with the key file from the disk."""
        self.open(f"/trustee/{slug}")
        expect(self.page.locator("#decrypt")).to_be_visible(timeout=WAIT)
        self.look("trustees' room: decrypt")
        self.page.set_input_files("#decrypt-file", self.key_file)
        self.page.fill("#decrypt-passphrase", KEY_PASSPHRASE)
        self.page.locator("#decrypt-button").click()
        expect(self.page.locator("#decrypt")).to_be_hidden(timeout=WAIT)
        expect(self.page.locator("#failure")).to_be_hidden()


@dataclass
class Citizen(Person):
    """Has a voting card in an envelope."""

    card: str = ""

    def choose(self, slug: str, answer: str) -> None:
        """Up to the ballot that is ready to be cast."""
        self.open(f"/referenda/{slug}/booth")
        page = self.page
        expect(page.locator("#choose")).to_be_visible(timeout=WAIT)
        self.look("booth: choose")
        page.get_by_role("radio", name=answer).check()
        page.locator("#choices button.button").click()
        expect(page.locator("#review")).to_contain_text(answer)
        self.look("booth: check")
        page.fill("#card", self.card.lower())
        page.locator("#card-form button.button").click()
        expect(page.locator("#ready")).to_be_visible(timeout=WAIT)
        self.look("booth: ready")

    def challenge(self) -> tuple[str, str]:
        """Open the ballot in hand instead of casting it: its code and what was in it. Then a new one is ready."""
        page = self.page
        page.click("#to-audit")
        self.look("booth: audit")
        page.click("#open-ballot")
        expect(page.locator("#opened")).to_be_visible(timeout=WAIT)
        self.look("booth: opened")
        code, opening = page.inner_text("#opened-code"), page.input_value("#opening-text")
        page.click("#after-audit")
        expect(page.locator("#ready")).to_be_visible(timeout=WAIT)
        return code, opening

    def cast(self) -> str:
        """The code of the recorded ballot, the same that was shown before."""
        page = self.page
        shown = page.inner_text("#ready-code")
        page.click("#cast-now")
        return self._recorded(shown)

    def vote_with_the_keyboard(self, slug: str) -> str:
        """The first answer, with Tab, Space and Enter and the letters of the card alone; the code of the ballot."""
        page = self.page
        self.open(f"/referenda/{slug}")
        self.reach('a[href$="/booth"]', "Enter")
        expect(page.locator("#choose")).to_be_visible(timeout=WAIT)
        self.reach("#questions input", "Space")
        self.reach("#choices button", "Enter")
        expect(page.locator("#check")).to_be_visible()
        self.reach("#card", self.card.lower().replace("-", ""))
        page.keyboard.press("Enter")
        expect(page.locator("#ready")).to_be_visible(timeout=WAIT)
        shown = page.inner_text("#ready-code")
        self.reach("#cast-now", "Enter")
        return self._recorded(shown)

    def reach(self, selector: str, keys: str) -> None:
        """Go on with Tab until the thing has the focus, then press a key or type."""
        for _ in range(60):
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                break
            self.page.keyboard.press("Tab")
        expect(self.page.locator(selector).and_(self.page.locator(":focus"))).to_have_count(1)
        if keys in {"Enter", "Space"}:
            self.page.keyboard.press(keys)
        else:
            self.page.keyboard.type(keys)

    def _recorded(self, shown: str) -> str:
        expect(self.page.locator("#recorded")).to_be_visible(timeout=WAIT)
        self.look("booth: recorded")
        assert self.page.inner_text("#recorded-code") == shown
        return shown

    def find(self, slug: str, code: str) -> str:
        """What the tracker page says of a ballot."""
        self.open(f"/referenda/{slug}/tracker")
        self.fill({"code": code})
        self.press(f'main form[action="/referenda/{slug}/tracker"] button.button')
        self.look(f"tracker: {slug}")
        return self.page.locator(".notice-title").first.inner_text()
