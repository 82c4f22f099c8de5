"""One story in a real browser: from the registry file of a municipality to a record that the verifier accepts.

Every step is taken where its actor takes it: on the pages, on the authority's own machine, or at an auditor's desk.
"""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from audit.local_time import ATHENS
from audit.store import find
from tests.plugins.browser import serving
from tests.stories.enrolling import (
    BORN,
    Officials,
    Town,
    cards_are_printed_and_handed_out,
    the_operator_invites_the_officials,
    the_registry_is_imported_and_citizens_open_accounts,
)
from tests.stories.people import WAIT, Citizen, Person
from tests.stories.town import Authority, MovingClock, set_up, text_of

ROOT = Path(__file__).parents[2]
TITLE = "Παλιό λιμάνι"
QUESTION = "Τι να γίνει στο παλιό λιμάνι;"
PARK, MARKET, BLANK = "Πάρκο", "Αγορά", "Λευκό"


@pytest.fixture
def town(tmp_path: Path, chromium: Browser) -> Iterator[Town]:
    settings, database, letters = set_up(tmp_path / "data")
    clock = MovingClock()
    with closing(database), serving(settings, database, clock) as address:
        yield Town(address, clock, chromium, tmp_path, database, letters)
        for context in chromium.contexts:
            context.close()


def test_a_referendum_from_registry_to_verified_record(town: Town) -> None:
    officials = the_operator_invites_the_officials(town)
    citizens = the_registry_is_imported_and_citizens_open_accounts(town, officials.registrar)
    authority = cards_are_printed_and_handed_out(town, officials.registrar, citizens)
    slug, opens, closes = a_vote_is_drafted_and_proclaimed(town, officials)
    the_roll_is_frozen_and_its_credentials_listed(town, officials, authority, slug)
    the_trustees_make_the_key_and_check_it(officials, slug)
    town.clock.forward_to(opens + timedelta(minutes=1))
    two_members_open_the_vote(officials, slug)
    ada, bab, _ = citizens
    codes = ada_challenges_votes_and_votes_again(ada, slug)
    bab_votes_and_nothing_secret_leaves_his_browser(bab, slug)
    town.clock.forward_to(closes + timedelta(minutes=1))
    the_trustees_open_the_box(officials, slug)
    the_result_is_the_same_on_page_pdf_and_data(town, officials.committee[0], slug)
    an_auditor_verifies_the_record(town, ada, slug, codes[-1])
    for person in [*officials.everybody(), *citizens]:
        assert person.complaints == [], person.name
    assert len(town.inspector.pages) > 40
    assert town.inspector.violations == [], "M44: every page passes axe"


def a_vote_is_drafted_and_proclaimed(town: Town, officials: Officials) -> tuple[str, datetime, datetime]:
    now = town.clock().astimezone(ATHENS).replace(second=0, microsecond=0)
    opens, closes = now + timedelta(hours=3), now + timedelta(days=2)
    secretary, first = officials.secretary, officials.committee[0]
    page = secretary.open("/desk/referenda/new")
    secretary.fill(
        {
            "title": TITLE,
            "summary": "Ο δήμος ρωτά τους δημότες τι να γίνει στον χώρο του παλιού λιμανιού.",
            "question_1": QUESTION,
            "answers_1": f"{PARK}\n{MARKET}",
            "for_1": "Το πάρκο δίνει σκιά και χώρο για όλους.",
            "against_1": "Η αγορά φέρνει δουλειά και ζωή τον χειμώνα.",
            "opens": opens.strftime("%Y-%m-%dT%H:%M"),
            "closes": closes.strftime("%Y-%m-%dT%H:%M"),
            "roll_cutoff": (now - timedelta(days=1)).date().isoformat(),
            "credential_authority": "Εκδότης καρτών του δήμου",
        }
    )
    secretary.send("/desk/referenda")
    slug = page.url.rpartition("/")[2]
    first.act(slug, "proclamation")
    expect(first.open(f"/referenda/{slug}").locator("main")).to_contain_text(QUESTION)
    return slug, opens, closes


def the_roll_is_frozen_and_its_credentials_listed(
    town: Town, officials: Officials, authority: Authority, slug: str
) -> None:
    officials.registrar.act(slug, "roll")
    member, url = officials.committee[0], f"/desk/referenda/{slug}/credentials"
    page = member.open(url)
    request = town.folder / "request.json"
    member.download('main a[href$="/request.json"]').save_as(request)
    for name in BORN:
        assert name not in request.read_text("utf-8"), "the authority learns no name"
    page.set_input_files('main [name="answer"]', authority.answer(request))
    member.send(url)


def the_trustees_make_the_key_and_check_it(officials: Officials, slug: str) -> None:
    member, trustees = officials.committee[0], officials.trustees
    page = member.open(f"/desk/referenda/{slug}/ceremony")
    for place, trustee in enumerate(trustees, 1):
        page.select_option(f'main [name="seat_{place}"]', label=trustee.name)
    member.fill({"threshold": "2"})
    member.send(f"/desk/referenda/{slug}/ceremony")
    for trustee in trustees:
        trustee.make_key(slug)
    for trustee in trustees:
        trustee.keep_share()
    officials.secretary.act(slug, "rehearsal")
    for trustee in trustees:
        trustee.decrypt(slug)


def two_members_open_the_vote(officials: Officials, slug: str) -> None:
    first, second = officials.committee
    first.open("/desk/referenda")
    page = first.open(f"/desk/referenda/{slug}")
    assert page.locator(".checklist li.pass").count() > 5
    assert page.locator(".checklist li.fail").all_inner_texts() == []
    first.act(slug, "openings")
    expect(page.locator("main .badge").first).not_to_have_text("Ανοιχτή")
    second.act(slug, "openings")
    expect(second.page.locator("main .badge.open")).to_be_visible()


def ada_challenges_votes_and_votes_again(ada: Citizen, slug: str) -> list[str]:
    page = ada.open(f"/card#c={ada.card.replace('-', '')}")  # as the symbol on the card says
    ada.press('main a.with-card[href*="card-test"]')
    expect(page.locator("#is-listed")).to_be_visible(timeout=WAIT)

    ada.choose(slug, PARK)
    opened, _ = ada.challenge()
    codes = [ada.cast()]
    ada.choose(slug, MARKET)
    codes.append(ada.cast())
    assert ada.find(slug, codes[0]) == "Αντικαταστάθηκε"
    assert ada.find(slug, codes[1]) == "Καταχωρίστηκε και μετρά"
    assert ada.find(slug, opened) == "Ανοίχτηκε για έλεγχο"
    assert ada.open("/my/votes").locator(".code").all_inner_texts() == codes[::-1]
    return codes


def bab_votes_and_nothing_secret_leaves_his_browser(bab: Citizen, slug: str) -> None:
    """M29, CL-04, CL-07, CL-11: a keyboard is enough, there is one origin, and what is sent holds no secret."""
    bab.choose(slug, PARK)
    randomness = secrets_in(json.loads(bab.challenge()[1]))
    bab.vote_with_the_keyboard(slug)
    assert len(randomness) == 3, "one for each of two answers and the blank"
    assert all(request.url.startswith((bab.address + "/", "blob:" + bab.address)) for request in bab.requests)
    secret = [*randomness, bab.card, bab.card.replace("-", ""), bab.secret, PARK, MARKET]
    for request in bab.requests:
        body = (request.post_data_buffer or b"").decode("utf-8", "replace")
        for word in secret:
            assert word.lower() not in (request.url + body).lower(), request.url
        for code in bab.typed_codes:
            assert code not in request.url
            path = request.url.removeprefix(bab.address)
            assert path in {"/login/code", "/login/fresh", "/activate/authenticator"} or f'code":"{code}' not in body


def secrets_in(opened: object) -> list[str]:
    """The scalars of an opened ballot, wherever they stand."""
    if isinstance(opened, dict):
        return [text for name, value in opened.items() if name == "randomness" for text in secrets_in(value)]
    if isinstance(opened, list):
        return [text for value in opened for text in secrets_in(value)]
    return [str(opened)]


def the_trustees_open_the_box(officials: Officials, slug: str) -> None:
    member, url = officials.committee[1], f"/desk/referenda/{slug}/counting"
    for _ in range(30):  # the service closes and adds up by itself
        if "0 από τις 2" in member.open(url).locator("main").inner_text():
            break
        member.page.wait_for_timeout(300)
    member.sees("0 από τις 2")
    first, _, third = officials.trustees
    for trustee in (first, third):
        trustee.decrypt(slug)
    member.open(url)
    member.send(f"/desk/referenda/{slug}/publication")


def the_result_is_the_same_on_page_pdf_and_data(town: Town, member: Person, slug: str) -> None:
    page = member.open(f"/referenda/{slug}/result")
    bars = {
        row.locator(".bar-label").inner_text(): row.locator(".bar-value").inner_text().split()[0]
        for row in page.locator(".bars li").all()
    }
    assert bars == {PARK: "1", MARKET: "1"}
    rows = dict(row.split("\t") for row in page.locator("main tbody tr").all_inner_texts())
    data = page.request.get(f"{town.address}/referenda/{slug}/result.json").json()
    (question,) = data["questions"]
    assert {answer["answer"]: str(answer["votes"]) for answer in question["answers"]} == bars
    assert (data["registered"], data["voted"], question["winner"]) == (3, 2, None)
    assert list(rows.values()) == [str(number) for number in (2, question["valid"], question["blank"], 0)]
    sheet = text_of(page.request.get(f"{town.address}/referenda/{slug}/result.pdf").body())
    for label, number in [*bars.items(), *rows.items()]:
        assert f"{label} {number}\n" in sheet, sheet


def an_auditor_verifies_the_record(town: Town, visitor: Citizen, slug: str, code: str) -> None:
    page = visitor.open(f"/referenda/{slug}/record/")
    assert page.locator("main tbody tr").count() == 9
    archive = town.folder / "record.zip"
    visitor.download('main a[href$="record.zip"]').save_as(archive)
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(town.folder / "audit")
    (folder,) = {path.parent for path in (town.folder / "audit").rglob("manifest.json")}
    command = [sys.executable, "-m", "audit", "verify", str(folder), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with town.database.reading() as session:
        assert len(find(session, "ballot")) == 3
        assert len(find(session, "challenged")) == 2
    assert visitor.find(slug, code) == "Καταχωρίστηκε και μετρά"
    for path in (
        "/",
        "/referenda",
        f"/referenda/{slug}",
        "/log",
        "/trust",
        "/how-to-check",
        "/account",
    ):
        visitor.open(path)
