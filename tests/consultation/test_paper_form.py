"""Paper in, paper out (M22): printed agenda and form, double entry by two clerks, both in the log."""

import contextlib
import functools
import io
import re
from datetime import date
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consultation.commitment import official_commitment
from consultation.errors import Incomplete
from consultation.paper_form import (
    PaperEntry,
    decode_entry,
    field_differences,
    new_number,
    parse_number,
    printed_number,
    read_entry,
    settle,
)
from consultation.store import paper_form as store
from consultation.store.contribution import erase
from consultation.store.session import session_row
from consultation.store.visibility import is_public_contribution
from crypto.errors import Malformed
from settings import Settings
from tests.consultation.answering import Talk, start_talk
from tests.consultation.town import Town
from tests.consultation.visitors import browser_of, page_of

READING = {
    "kind": "proposal", "name": "Σοφία Γεωργίου", "address": "Οδός 3", "paragraph": "", "title": "Μία βρύση",
    "text": "Να μπει μία βρύση στην πλατεία.", "received_on": "2026-10-05", "signed": "yes",
}  # fmt: skip


@pytest.fixture
def talk(town: Town) -> Talk:
    return start_talk(town)


@pytest.fixture
def first(town_app: Starlette, settings: Settings) -> TestClient:
    return page_of(town_app, settings, "secretariat")


@pytest.fixture
def second(town_app: Starlette, settings: Settings) -> TestClient:
    return page_of(town_app, settings, "secretariat2")


def printed(browser: TestClient, talk: Talk, count: int = 1) -> tuple[list[str], bytes]:
    """Numbers as stored, read off the PDF."""
    answer = browser.post(f"{talk.base}/forms", data={"count": str(count)})
    assert answer.headers["content-type"] == "application/pdf"
    numbers = re.findall(r"ENT-[0-9A-Z]{4}-[0-9A-Z]{4}", words_of(answer.content))
    return [number.lower() for number in numbers], answer.content


def words_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_M22_a_paper_contribution_shows_its_form_number_and_both_clerks_are_in_the_log(
    talk: Talk, first: TestClient, second: TestClient, town: Town, town_app: Starlette, settings: Settings
) -> None:
    (number,), _ = printed(first, talk)
    assert first.post(f"/desk/forms/{number}", data=READING).status_code == 303
    assert talk.logged("paper-contribution") == []  # one clerk is not enough
    assert second.post(f"/desk/forms/{number}", data=READING).status_code == 303
    (entry,) = talk.logged("paper-contribution")
    (said,) = talk.logged("contribution")
    assert entry["form"] == number
    assert entry["contribution"] == said["contribution"]
    with talk.writing() as session:
        row = store.form(session, number)
        made = store.contribution_of(session, row)
        assert made is not None
        assert is_public_contribution(made)
        assert (made.text, made.name, made.account_id) == (READING["text"], READING["name"], None)
        opened = [official_commitment(one.account_id, one.salt or b"") for one in store.entries(session, row)]
    assert entry["clerks"] == opened
    assert len(set(opened)) == 2
    page = page_of(town_app, settings).get(f"/contributions/{made.key}")
    assert page.status_code == 200
    assert number in page.text.lower()
    assert READING["address"] not in page.text
    assert READING["address"] in first.get(f"/desk/forms/{number}").text


def test_the_same_clerk_cannot_enter_a_form_twice_and_nobody_sees_the_first_entry_before_their_own(
    talk: Talk, first: TestClient, second: TestClient
) -> None:
    (number,), _ = printed(first, talk)
    first.post(f"/desk/forms/{number}", data=READING)
    again = first.post(f"/desk/forms/{number}", data=READING)
    assert again.status_code == 403
    assert READING["text"] not in second.get(f"/desk/forms/{number}").text
    assert talk.logged("contribution") == []


def test_differences_are_shown_side_by_side_and_settled_by_a_clerk(
    talk: Talk, first: TestClient, second: TestClient
) -> None:
    (number,), _ = printed(first, talk)
    url = f"/desk/forms/{number}"
    first.post(url, data=READING)
    second.post(url, data={**READING, "text": "Να μπει μια κρήνη στην πλατεία.", "kind": "objection"})
    shown = first.get(url).text
    assert "<del>" in shown
    assert "<ins>" in shown
    assert "κρήνη" in shown
    assert "βρύση" in shown
    assert talk.logged("contribution") == []
    unsettled = first.post(f"{url}/settlement", data={"choice_kind": "first"})
    assert unsettled.status_code == 422
    chosen = {"choice_kind": "first", "choice_text": "typed", "typed_text": "Να μπει μία κρήνη."}
    assert second.post(f"{url}/settlement", data=chosen).status_code == 303
    with talk.writing() as session:
        row = store.form(session, number)
        made = store.contribution_of(session, row)
        assert made is not None
        assert (made.kind, made.text) == ("proposal", "Να μπει μία κρήνη.")
        assert len(store.entries(session, row)) == 2  # both names are kept
    assert second.post(f"{url}/settlement", data=chosen).status_code == 409
    assert len(talk.logged("paper-contribution")) == 1


def test_a_form_that_is_unsigned_late_or_of_no_number_of_ours_is_not_entered(
    talk: Talk, first: TestClient, town: Town
) -> None:
    (number,), _ = printed(first, talk)
    url = f"/desk/forms/{number}"
    assert first.post(url, data={**READING, "signed": ""}).status_code == 422
    assert first.post("/desk/forms/" + new_number(), data=READING).status_code == 404
    talk.close()
    town.clock.forward(days=2)
    late = first.post(url, data={**READING, "received_on": town.now.date().isoformat()})
    assert late.status_code == 422
    assert READING["text"] in late.text  # what was typed is kept
    assert first.post(url, data=READING).status_code == 303  # handed in on time, entered during the review
    assert first.post(f"{talk.base}/forms", data={"count": "1"}).status_code == 409


def test_a_form_in_a_moderated_consultation_waits_for_the_moderator(
    town: Town, first: TestClient, second: TestClient
) -> None:
    talk = start_talk(town, premoderated=True)
    (number,), _ = printed(first, talk)
    first.post(f"/desk/forms/{number}", data=READING)
    second.post(f"/desk/forms/{number}", data=READING)
    with talk.writing() as session:
        made = store.contribution_of(session, store.form(session, number))
        assert made is not None
        assert made.state == "waiting"


def test_an_unsettled_form_keeps_the_consultation_from_finishing(
    talk: Talk, first: TestClient, second: TestClient
) -> None:
    (number,), _ = printed(first, talk)
    first.post(f"/desk/forms/{number}", data=READING)
    talk.close()
    url = f"{talk.base}/consultation/finishing"
    refused = first.post(url)
    assert refused.status_code == 409
    assert printed_number(number) in refused.text
    assert first.get(f"/desk/forms/{number}/discarding").status_code == 200
    assert first.post(f"/desk/forms/{number}/discarding").status_code == 303
    with talk.writing() as session:
        assert [one.content for one in store.entries(session, store.form(session, number))] == [b""]
    assert second.post(f"/desk/forms/{number}", data=READING).status_code == 409
    assert first.post(url).status_code == 303


def test_an_erased_paper_contribution_leaves_nothing_of_the_form(
    talk: Talk, first: TestClient, second: TestClient
) -> None:
    (number,), _ = printed(first, talk)
    first.post(f"/desk/forms/{number}", data=READING)
    second.post(f"/desk/forms/{number}", data=READING)
    with talk.writing() as session:
        made = store.contribution_of(session, store.form(session, number))
        assert made is not None
        erase(session, made, talk.town.topic_key, talk.town.now)
    shown = first.get(f"/desk/forms/{number}")
    assert shown.status_code == 200
    assert READING["address"] not in shown.text
    assert READING["name"] not in shown.text


def test_printed_forms_have_numbers_of_their_own_and_a_symbol_that_leads_to_the_consultation(
    talk: Talk, first: TestClient, town_app: Starlette, settings: Settings
) -> None:
    numbers, pdf = printed(first, talk, 30)
    assert len(set(numbers)) == 30
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 30
    assert first.post(f"{talk.base}/forms", data={"count": "201"}).status_code == 422
    sample = page_of(town_app, settings).get(f"/topics/{talk.town.topic_key}/form.pdf")
    assert sample.status_code == 200
    assert "ENT-" not in words_of(sample.content)
    assert "Πεζοδρόμηση" in words_of(sample.content)


def test_M22_the_agenda_is_printed_with_every_topic(
    talk: Talk, town: Town, town_app: Starlette, settings: Settings
) -> None:
    stranger = page_of(town_app, settings)
    printed_agenda = stranger.get(f"/sessions/{town.session_key}/agenda.pdf")
    assert printed_agenda.headers["content-type"] == "application/pdf"
    words = words_of(printed_agenda.content)
    assert "Πεζοδρόμηση της Πλατείας Ηρώων" in words
    assert "Δημαρχείο" in words
    with talk.writing() as session:
        row = talk.topic(session)
        row.state, row.withdrawn_reason = "withdrawn", "Νέα μελέτη"
        session.add(row)
    assert "Νέα μελέτη" in words_of(stranger.get(f"/sessions/{town.session_key}/agenda.pdf").content)


def test_AC_06_nothing_of_a_draft_is_printed_for_the_public(
    town: Town, talk: Talk, town_app: Starlette, settings: Settings
) -> None:
    with talk.writing() as session:
        row = session_row(session, town.session_key)
        row.state = "draft"
        session.add(row)
    stranger = page_of(town_app, settings)
    assert stranger.get(f"/sessions/{town.session_key}/agenda.pdf").status_code == 404
    assert stranger.get(f"/topics/{town.topic_key}/form.pdf").status_code == 404


def test_a_clerk_finds_a_form_by_its_number_however_it_is_typed(talk: Talk, first: TestClient) -> None:
    (number,), _ = printed(first, talk)
    for typed in (number, number.upper(), number.upper().replace("ENT", "ΕΝΤ"), number[4:].replace("-", " ")):
        assert first.get(f"/desk/forms?number={quote(typed)}").headers["location"] == f"/desk/forms/{number}"
    assert first.get("/desk/forms?number=ENT-0000-0000").status_code == 422
    assert first.get(f"/desk/forms?number={new_number()}").status_code == 422


def test_AC_01_entering_is_for_the_secretariat_alone(talk: Talk, town_app: Starlette, settings: Settings) -> None:
    for name in ("service", "auditor", "ada", "moderator"):
        browser = browser_of(town_app, settings, name)
        assert browser.post(f"/desk/forms/{new_number()}", data=READING).json()["code"] == "role.needed"


@given(st.integers(0, 6), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_character_of_a_number_is_noticed(place: int, wrong: str) -> None:
    number = new_number(lambda count: bytes(range(count)))
    bare = number.removeprefix("ent-").replace("-", "").upper()
    spoiled = bare[:place] + wrong + bare[place + 1 :]
    if spoiled == bare:
        assert parse_number(spoiled) == number
    else:
        with pytest.raises(Malformed):
            parse_number(spoiled)


def test_a_number_that_begins_like_its_prefix_is_read_too() -> None:
    for last in range(32):
        drawn = bytes([14, 21, 26, last, 0, 0, 0])
        number = new_number(functools.partial(bytes.ljust, drawn))
        assert number.startswith("ent-ent")
        assert parse_number(number) == parse_number(number[4:]) == parse_number(number.upper()) == number


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_malformed(text: str) -> None:
    with contextlib.suppress(Malformed):
        assert parse_number(text).startswith("ent-")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "argument"), ("name", " "), ("paragraph", "a9"), ("title", ""), ("title", "α" * 151), ("text", "α"),
        ("text", "α" * 5001), ("received_on", "x"), ("received_on", "2026-12-01"), ("signed", "no"),
    ],
)  # fmt: skip
def test_what_is_missing_on_a_form_is_named(field: str, value: str) -> None:
    with pytest.raises(Incomplete) as refused:
        read_entry({**READING, field: value}, ["a1"], today=date(2026, 10, 6), closed=date(2026, 10, 10))
    assert refused.value.field == field


def test_an_entry_survives_its_encoding_and_white_space_is_no_difference() -> None:
    entry = PaperEntry(**READING)
    assert decode_entry(entry.encode()) == entry
    spaced = PaperEntry(**{**READING, "text": READING["text"].replace(" ", "\n")})
    assert field_differences(entry, spaced) == []
    other = PaperEntry(**{**READING, "name": "Σοφία Γεωργίου-Λάμπρου"})
    (difference,) = field_differences(entry, other)
    assert difference.field == "name"
    assert settle({"choice_name": "second"}, entry, other)["name"] == other.name
