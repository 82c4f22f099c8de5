"""The booth in a real browser, against the service's own routes: choose, check, cast, and what a fault does to it."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from socket import socket
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, expect, sync_playwright

from app import create_app
from audit.acceptance import parse_acceptance
from crypto.ballot import decode_ballot
from crypto.card import ALPHABET, CODE_LENGTH, master_public, parse_code, public_credential
from crypto.election import Question
from crypto.encoding import sha256
from crypto.errors import Malformed
from db import Database
from settings import Settings
from tests.plugins.house import Clock
from tests.voting.box import YES_NO, OpenVote, body, open_vote

ROOT = Path(__file__).parents[2]
HOSTILE = "<img src=x onerror=alert(1)> {{ 7*7 }} &amp;"
WORKS = Question("Ποια έργα να προηγηθούν;", ("Πλατεία", "Σχολείο", "Παιδική χαρά", HOSTILE), True, 1, 2)
WAIT = 15_000  # milliseconds


@dataclass
class Citizen:
    """A login as `web.Visit` sees it; `fresh_until` is moved by the tests."""

    citizen_id: int | None = 1
    account_id: int = 1
    roles: frozenset[str] = frozenset({"citizen"})
    name: str = "Άδα Λάμπρου"
    fresh_until: datetime | None = None


@dataclass
class Booth:
    page: Page
    vote: OpenVote
    citizen: Citizen
    url: str
    clock: Clock
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, fragment: str = "") -> None:
        self.page.goto(f"{self.url}/referenda/{self.vote.slug}/booth{fragment}")
        expect(self.page.locator("#choose")).to_be_visible(timeout=WAIT)

    def choose(self, label: str = "Ναι", work: str = "Σχολείο") -> None:
        self.page.get_by_role("radio", name=label).check()
        self.page.get_by_role("checkbox", name=work).check()
        self.page.get_by_role("button", name="Συνέχεια στον έλεγχο").click()

    def give_card(self, typed: str | None = None) -> None:
        self.page.get_by_label("Κωδικός της κάρτας ψήφου").fill(typed or card_of(self.vote))
        self.page.get_by_role("button", name="Συνέχεια", exact=True).click()

    def cast(self) -> None:
        self.page.get_by_role("button", name="Ρίχνω την ψήφο μου").click()

    def expect_recorded(self) -> str:
        expect(self.page.get_by_role("heading", name="Η ψήφος σας καταχωρίστηκε")).to_be_visible(timeout=WAIT)
        return self.page.locator("#recorded-code").inner_text()

    def posted(self, end: str) -> list[str]:
        return [request.post_data or "" for request in self.requests if request.url.endswith(end)]


def card_of(vote: OpenVote) -> str:
    """The code of Ada's card as it is printed, from the 26 characters the fixture keeps."""
    code = vote.ada.card.decode()
    whole = next(code + check for check in ALPHABET if _fits(code + check))
    return "-".join(whole[start : start + 3] for start in range(0, CODE_LENGTH + 1, 3))


def _fits(text: str) -> bool:
    try:
        parse_code(text)
    except Malformed:
        return False
    return True


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def booth(settings: Settings, database: Database, clock: Clock, browser: Browser) -> Iterator[Booth]:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = replace(settings, base_url=url)
    citizen = Citizen(fresh_until=clock() + timedelta(minutes=10))
    app = create_app(settings, database, clock)
    app.state.house = replace(app.state.house, find_login=lambda *_given: citizen)
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        time.sleep(0.02)
    vote = open_vote(database, settings, questions=(YES_NO, WORKS))
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="el")
    context.add_cookies([{"name": "sid", "value": "ada", "url": url}])
    booth = Booth(context.new_page(), vote, citizen, url, clock)
    booth.page.on("request", lambda request: booth.requests.append(request))
    booth.page.on("pageerror", lambda error: booth.complaints.append(str(error)))
    booth.page.on("console", lambda message: _note(booth, message))
    yield booth
    context.close()
    server.should_exit = True
    thread.join()


def _note(booth: Booth, message: ConsoleMessage) -> None:
    if message.type == "error" and "Failed to load resource" not in message.text:
        booth.complaints.append(message.text)


def decrypted(vote: OpenVote, raw: str) -> list[list[int]]:
    """What a cast ballot really holds, opened with two trustees' shares (Lagrange at 0 for places 1 and 2)."""
    ballot, group = decode_ballot(raw.encode(), vote.election), vote.election.group
    key = 2 * vote.shares[0] - vote.shares[1]
    return [
        [
            int(group.divide(choice.beta, group.power(choice.alpha, key % group.order)) == group.generator)
            for choice in answer.choices
        ]
        for answer in ballot.answers
    ]


def ballots_sent(booth: Booth) -> list[str]:
    return [json.loads(body)["ballot"] for body in booth.posted("/ballots")]


def test_M29_M30_a_citizen_votes_with_the_keyboard_alone_and_finds_the_ballot(booth: Booth) -> None:
    booth.open()
    page = booth.page
    page.locator("#question-0 input").first.focus()
    page.keyboard.press("Space")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.locator("#question-1-1").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Αυτό θέλετε;")).to_be_focused(timeout=WAIT)
    page.get_by_label("Κωδικός της κάρτας ψήφου").focus()
    page.keyboard.type(card_of(booth.vote).lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Το ψηφοδέλτιό σας είναι έτοιμο")).to_be_focused(timeout=WAIT)
    shown = page.locator("#ready-code").inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    code = booth.expect_recorded()
    assert code == shown
    expect(page.get_by_role("heading", name="Η ψήφος σας καταχωρίστηκε")).to_be_focused()
    page.get_by_role("link", name="Εύρεση του ψηφοδελτίου μου").click()
    expect(page.get_by_text(code)).to_be_visible(timeout=WAIT)
    assert booth.complaints == []


@pytest.mark.parametrize(("label", "work"), [("Ναι", "Πλατεία"), ("Όχι", "Σχολείο"), ("Λευκό", "Λευκό")])
def test_CL_19_what_the_check_page_says_is_what_the_ballot_holds(booth: Booth, label: str, work: str) -> None:
    booth.open()
    page = booth.page
    page.get_by_role("radio", name=label).check()
    page.get_by_role("checkbox", name=work).check()
    page.get_by_role("button", name="Συνέχεια στον έλεγχο").click()
    assert page.locator("#review dd").all_inner_texts() == [label, work]
    booth.give_card()
    booth.cast()
    booth.expect_recorded()
    words = [["Λευκό", *question.answers] for question in booth.vote.election.questions]
    held = decrypted(booth.vote, ballots_sent(booth)[0])
    chosen = [[word for word, bit in zip(row, bits, strict=True) if bit] for row, bits in zip(words, held, strict=True)]
    assert chosen == [[label], [work]]


def test_CL_07_CL_11_neither_the_card_nor_the_choice_leaves_the_device(booth: Booth) -> None:
    card = card_of(booth.vote)
    booth.open(f"#c={card}")
    assert booth.page.evaluate("location.hash") == ""
    booth.choose()
    expect(booth.page.locator("#ready")).to_be_visible(timeout=WAIT)
    booth.cast()
    booth.expect_recorded()
    sent = "\n".join([request.url + (request.post_data or "") for request in booth.requests])
    for secret in (card, card.replace("-", ""), booth.vote.ada.card.decode(), "Σχολείο"):
        assert secret not in sent
    assert all(request.url.startswith(booth.url) for request in booth.requests), "CL-04 one origin"
    assert booth.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert booth.complaints == []


def test_M31_after_a_second_vote_the_first_is_replaced(booth: Booth) -> None:
    codes = []
    for answer in ("Ναι", "Όχι"):
        booth.open()
        booth.choose(answer)
        booth.give_card()
        booth.cast()
        codes.append(booth.expect_recorded())
    booth.open()
    expect(booth.page.get_by_text("Έχετε ήδη ψηφίσει")).to_be_visible()
    for code, state in zip(codes, ("αντικαταστάθηκε", "καταχωρίστηκε"), strict=True):
        booth.page.goto(f"{booth.url}/referenda/{booth.vote.slug}/tracker")
        booth.page.locator("input[name=code]").fill(code)
        booth.page.keyboard.press("Enter")
        expect(booth.page.locator("main")).to_contain_text(state, ignore_case=True)


def test_M32_CL_09_an_opened_ballot_shows_its_choice_and_a_new_one_is_cast(booth: Booth) -> None:
    booth.open()
    booth.choose("Όχι", "Παιδική χαρά")
    booth.give_card()
    page = booth.page
    expect(page.locator("#ready")).to_be_visible(timeout=WAIT)
    first = page.locator("#ready-code").inner_text()
    page.get_by_role("button", name="Έλεγχος ψηφοδελτίου").click()
    page.get_by_role("button", name="Άνοιγμα του ψηφοδελτίου").click()
    expect(page.get_by_role("heading", name="Το ψηφοδέλτιο ανοίχτηκε")).to_be_focused(timeout=WAIT)
    assert page.locator("#opened-words dd").all_inner_texts() == ["Όχι", "Παιδική χαρά"]
    opening = page.locator("#opening-text").input_value()
    page.get_by_role("button", name="Συνέχεια με νέο ψηφοδέλτιο").click()
    expect(page.locator("#ready")).to_be_visible(timeout=WAIT)
    second = page.locator("#ready-code").inner_text()
    assert second != first
    booth.cast()
    assert booth.expect_recorded() == second
    paths = [request.url.removeprefix(booth.url) for request in booth.requests if request.method == "POST"]
    assert f"/referenda/{booth.vote.slug}/challenges" in paths
    assert opening not in "".join(request.post_data or "" for request in booth.requests)
    page.goto(f"{booth.url}/referenda/{booth.vote.slug}/opening")
    page.get_by_label("ή κείμενο").fill(opening)
    page.get_by_role("button", name="Έλεγχος του ψηφοδελτίου").click()
    expect(page.locator("#opened-code")).to_have_text(first)
    assert page.locator("#opened-words dd").all_inner_texts() == ["Όχι", "Παιδική χαρά"]
    assert booth.complaints == []


def test_RL_01_a_ballot_that_never_arrived_is_sent_again_byte_for_byte(booth: Booth) -> None:
    booth.page.route("**/ballots", lambda route: route.abort(), times=1)
    booth.open()
    booth.choose()
    booth.give_card()
    booth.cast()
    expect(booth.page.get_by_role("heading", name="Η ψήφος σας δεν καταχωρίστηκε")).to_be_focused(timeout=WAIT)
    booth.page.get_by_role("button", name="Αποστολή ξανά").click()
    booth.expect_recorded()
    first, second = booth.posted("/ballots")
    assert first == second


def test_RL_03_CL_18_after_a_lost_reply_and_a_reload_the_page_tells_the_truth(booth: Booth) -> None:
    def lose_reply(route: Route) -> None:
        route.fetch()
        route.abort()

    booth.page.route("**/ballots", lose_reply, times=1)
    booth.page.route("**/ballots/*", lambda route: route.fulfill(status=503, json={"code": "x"}))
    booth.open()
    booth.choose()
    booth.give_card()
    expect(booth.page.locator("#ready")).to_be_visible(timeout=WAIT)
    code = booth.page.locator("#ready-code").inner_text()
    booth.cast()
    expect(booth.page.get_by_role("heading", name="Το ελέγχουμε")).to_be_focused(timeout=WAIT)
    booth.page.unroute("**/ballots/*")
    booth.page.on("dialog", lambda dialog: dialog.accept())
    booth.page.reload()
    assert booth.expect_recorded() == code
    assert len(booth.posted("/ballots")) == 1


def test_BB_11_two_devices_at_once_the_second_is_told_and_signs_its_place_again(booth: Booth) -> None:
    booth.open()
    booth.choose()
    booth.give_card()
    expect(booth.page.locator("#ready")).to_be_visible(timeout=WAIT)
    booth.page.route("**/next", lambda route: _meanwhile(booth, route), times=1)
    booth.cast()
    expect(booth.page.locator("#refused-why")).to_contain_text("άλλο ψηφοδέλτιο με την κάρτα σας", timeout=WAIT)
    booth.page.get_by_role("button", name="Αποστολή ξανά").click()
    booth.expect_recorded()
    first, second = ballots_sent(booth)
    assert first == second


def _meanwhile(booth: Booth, route: Route) -> None:
    """Another device casts with the same card between the answer and its use."""
    response = route.fetch()
    other = body(booth.vote.seal(booth.vote.ada, [[0, 0, 1], [1, 0, 0, 0, 0]]))
    headers = {"Origin": booth.url, "Content-Type": "application/json", "Cookie": "sid=ada"}
    answer = httpx.post(f"{booth.url}/referenda/{booth.vote.slug}/ballots", content=other, headers=headers)
    assert answer.status_code == 201, answer.text
    route.fulfill(response=response)


def test_ID_18_a_stale_login_is_asked_for_a_code_and_the_choice_is_kept(booth: Booth) -> None:
    booth.citizen.fresh_until = None

    def refresh(route: Route) -> None:
        right = (route.request.post_data_json or {}).get("code") == "123456"
        if right:
            booth.citizen.fresh_until = booth.clock() + timedelta(minutes=10)
        refusal = {"code": "code.wrong", "sentence": "Λάθος κωδικός.", "advice": ""}
        route.fulfill(status=200 if right else 403, json={} if right else refusal)

    booth.page.route("**/login/fresh", refresh)
    booth.open()
    booth.choose()
    booth.give_card()
    if booth.page.locator("#ready").is_visible():
        booth.cast()
    code = booth.page.get_by_label("Κωδικός μίας χρήσης")
    expect(code).to_be_focused(timeout=WAIT)
    for typed in ("000000", "123456"):
        code.fill(typed)
        booth.page.keyboard.press("Enter")
        if typed == "000000":
            expect(booth.page.locator("#totp-error")).to_have_text("Λάθος κωδικός.")
    expect(booth.page.locator("#ready, #sending, #accepted, #recorded").first).to_be_visible(timeout=WAIT)
    if booth.page.locator("#ready").is_visible():
        booth.cast()
    booth.expect_recorded()


def test_a_wrong_card_is_refused_in_words_and_can_be_corrected(booth: Booth) -> None:
    booth.open()
    booth.choose()
    wrong = card_of(booth.vote)[:-1] + ("0" if card_of(booth.vote)[-1] != "0" else "1")
    booth.give_card(wrong)
    expect(booth.page.locator("#card-error")).to_contain_text("Κάποιος χαρακτήρας είναι λάθος")
    booth.give_card("000-000-000-000-000-000-000-000-00B")
    expect(booth.page.locator("#card-error")).not_to_be_empty(timeout=WAIT)
    booth.give_card()
    expect(booth.page.locator("#ready")).to_be_visible(timeout=WAIT)


def test_a_question_left_open_is_named_and_focused(booth: Booth) -> None:
    booth.open()
    booth.page.get_by_role("button", name="Συνέχεια στον έλεγχο").click()
    expect(booth.page.locator("#question-0-error")).to_have_text("Δεν έχετε επιλέξει ακόμη εδώ.")
    expect(booth.page.locator("#question-0-0")).to_be_focused()
    blank = booth.page.get_by_role("checkbox", name="Λευκό")
    school = booth.page.get_by_role("checkbox", name="Σχολείο")
    school.check()
    blank.check()
    expect(school).not_to_be_checked()
    for work in ("Πλατεία", "Σχολείο", "Παιδική χαρά"):
        booth.page.get_by_role("checkbox", name=work).check()
    expect(blank).not_to_be_checked()
    booth.page.get_by_role("radio", name="Ναι").check()
    booth.page.get_by_role("button", name="Συνέχεια στον έλεγχο").click()
    expect(booth.page.locator("#question-1-error")).to_contain_text("περισσότερες")


def test_CL_01_a_text_that_looks_like_markup_is_shown_as_it_is_written(booth: Booth) -> None:
    booth.open()
    booth.choose("Ναι", HOSTILE)
    assert booth.page.locator("#review dd").all_inner_texts() == ["Ναι", HOSTILE]
    assert booth.page.locator("main img").count() == 0
    assert booth.complaints == []


def test_CL_14_a_device_that_computes_wrongly_does_not_start(booth: Booth) -> None:
    def break_it(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace("kalpi-selftest-v1", "kalpi-selftest-v2"))

    booth.page.route("**/selftest.mjs", break_it)
    booth.page.goto(f"{booth.url}/referenda/{booth.vote.slug}/booth")
    expect(booth.page.get_by_role("heading", name="Από αυτή τη συσκευή δεν γίνεται ασφαλής ψηφοφορία")).to_be_visible(
        timeout=WAIT
    )
    expect(booth.page.locator("#choose")).to_be_hidden()


def test_CL_20_a_booth_given_other_texts_than_were_opened_does_not_start(booth: Booth) -> None:
    def change(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace("Ναι", "Όχι!"))

    booth.page.route("**/election.json", change)
    booth.page.goto(f"{booth.url}/referenda/{booth.vote.slug}/booth")
    expect(booth.page.locator("#unable-why")).to_contain_text("δεν συμφωνούν", timeout=WAIT)


def test_BB_09_a_lying_service_never_gets_the_word_recorded(booth: Booth) -> None:
    def lie(route: Route) -> None:
        other = booth.vote.cast(booth.vote.bo, booth.vote.seal(booth.vote.bo, [[1, 0, 0], [1, 0, 0, 0, 0]]))
        route.fulfill(status=201, json={"state": "recorded", "acceptance": other.acceptance})

    booth.page.route("**/ballots", lie, times=1)
    booth.page.route("**/ballots/*", lambda route: route.abort())
    booth.open()
    booth.choose()
    booth.give_card()
    booth.cast()
    expect(booth.page.locator("#suspicious")).to_be_visible(timeout=WAIT)
    expect(booth.page.locator("#recorded")).to_be_hidden()


def test_the_booth_fits_a_phone_and_has_no_accessibility_fault(booth: Booth) -> None:
    axe = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()

    def examine(step: str) -> None:
        width: Any = booth.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], step
        booth.page.evaluate(axe)
        found: Any = booth.page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))")
        assert found == [], step

    booth.open()
    examine("choose")
    booth.choose()
    examine("check")
    booth.give_card()
    expect(booth.page.locator("#ready")).to_be_visible(timeout=WAIT)
    examine("ready")
    booth.cast()
    booth.expect_recorded()
    examine("recorded")
    text = booth.page.locator("main").inner_text().lower()
    assert "κρυπτογρ" not in text


def test_the_card_test_says_whether_the_card_is_listed(booth: Booth) -> None:
    booth.page.goto(f"{booth.url}/referenda/{booth.vote.slug}/card-test")
    booth.page.get_by_label("Κωδικός της κάρτας ψήφου").fill(card_of(booth.vote))
    booth.page.get_by_role("button", name="Δοκιμή της κάρτας").click()
    expect(booth.page.locator("#is-listed")).to_be_visible(timeout=WAIT)
    booth.page.get_by_label("Κωδικός της κάρτας ψήφου").fill("000-000-000-000-000-000-000-000-00B")
    booth.page.get_by_role("button", name="Δοκιμή της κάρτας").click()
    expect(booth.page.locator("#not-listed")).to_be_visible(timeout=WAIT)
    group, code = booth.vote.election.group, booth.vote.ada.card
    credential = group.encode(public_credential(group, master_public(group, code), booth.vote.uuid))
    assert credential in booth.vote.electorate.credentials
    assert not [request for request in booth.requests if request.method == "POST"]


def test_BB_10_the_tracker_page_checks_the_log_in_the_browser(booth: Booth) -> None:
    booth.open()
    booth.choose()
    booth.give_card()
    booth.cast()
    booth.expect_recorded()
    booth.page.locator("#track").click()
    expect(booth.page.locator("#inclusion")).to_contain_text("Η συσκευή σας το επαλήθευσε", timeout=WAIT)


def test_BB_05_a_voter_can_keep_the_signed_acceptance_of_her_ballot(booth: Booth) -> None:
    booth.open()
    booth.choose()
    booth.give_card()
    booth.cast()
    booth.expect_recorded()
    with booth.page.expect_download() as saved:
        booth.page.locator("#recorded a.acceptance-file").click()
    acceptance = parse_acceptance(saved.value.path().read_bytes(), booth.vote.signer.verifier_key)
    (raw,) = ballots_sent(booth)
    assert acceptance.ballot == sha256(raw.encode())
