"""What councillors get of a topic (M8, M11): every type counted and listed apart, its PDF's digest in the log."""

import io
import time
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consultation.councillor_document import print_file
from consultation.councillor_file import Voice, decode_content, encode_content, make_content, without
from consultation.leaflet import wrap
from consultation.store import councillor_file as store
from consultation.store.contribution import contribution, erase, withdraw
from consultation.store.council_tables import FileBytesRow, SessionRow
from crypto.encoding import Json, sha256_hex
from settings import Settings
from tests.consultation.answering import Talk, start_talk
from tests.consultation.town import Town
from tests.consultation.visitors import browser_of, page_of

NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)


@pytest.fixture
def talk(town: Town) -> Talk:
    return start_talk(town)


@pytest.fixture
def clerk(town_app: Starlette, settings: Settings) -> TestClient:
    return page_of(town_app, settings, "secretariat")


def words_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_M08_M11_the_file_counts_and_lists_each_type_separately(
    talk: Talk, clerk: TestClient, town_app: Starlette, settings: Settings
) -> None:
    proposal = talk.say(title="Περισσότερα δέντρα")
    talk.say("objection", "Χάνονται θέσεις στάθμευσης", by="bo")
    talk.say("question_post", "Πότε αρχίζουν τα έργα;")
    talk.say("comment", "Μπράβο σας")
    talk.say("argument", "Σκιά", on=proposal, stance="pro", by="bo")
    clerk.post(
        f"{talk.base}/replies",
        data={"selected": proposal, "outcome": "accepted", "text": "Δέκα δέντρα.", "signed_by": "Πράσινο"},
    )
    made = clerk.post(f"{talk.base}/file")
    url = f"/topics/{talk.town.topic_key}/file"
    assert made.headers["location"] == url
    with talk.writing() as session:
        row = store.version(session, talk.topic(session).id or 0, None)
        file, pdf = store.pdf_of(session, row)
    content = decode_content(row.content)
    assert content["counts"] == {"proposal": 1, "objection": 1, "question_post": 1, "comment": 1, "argument": 1}
    assert [(part["kind"], len(part["contributions"])) for part in content["sections"]] == [
        ("proposal", 1), ("objection", 1), ("question_post", 1), ("comment", 1),
    ]  # fmt: skip
    (entry,) = talk.logged("councillor-file")
    assert entry["file"] == sha256_hex(pdf) == file.digest
    assert entry["contributions"] == 5
    stranger = page_of(town_app, settings)
    page = stranger.get(url)
    assert page.status_code == 200
    sent = stranger.get(f"{url}.pdf")
    assert sent.content == pdf
    for text in (page.text, words_of(pdf)):
        for said in ("Περισσότερα δέντρα", "Χάνονται θέσεις", "Πότε αρχίζουν", "Μπράβο σας", "Σκιά", "Δέκα δέντρα."):
            assert said in text
    assert page.text.index("Περισσότερα δέντρα") < page.text.index("Χάνονται") < page.text.index("Πότε αρχίζουν")
    # A second press makes a second version; the first one stays readable.
    talk.say(title="Κι άλλα παγκάκια")
    assert clerk.post(f"{talk.base}/file").status_code == 303
    assert "Κι άλλα παγκάκια" in stranger.get(url).text
    assert "Κι άλλα παγκάκια" not in stranger.get(f"{url}?version=1").text
    assert stranger.get(f"{url}.pdf?version=1").content == pdf
    assert stranger.get(f"{url}?version=9").status_code == 404
    assert stranger.get(f"{url}?version=١").status_code == 404


def test_only_what_is_public_is_in_the_file(talk: Talk, clerk: TestClient) -> None:
    hidden, parent = talk.say(title="Κρυμμένη"), talk.say(title="Φανερή")
    talk.say(title="Αναμένουσα", premoderated=True)
    argument = talk.say("argument", "Απόρρητο", on=parent, stance="con")
    with talk.writing() as session:
        for key in (hidden, argument):
            row = contribution(session, key)
            row.state = "hidden"
            session.add(row)
    clerk.post(f"{talk.base}/file")
    with talk.writing() as session:
        raw = store.version(session, talk.topic(session).id or 0, None).content
    assert "Φανερή" in raw.decode()
    assert not any(word in raw.decode() for word in ("Κρυμμένη", "Αναμένουσα", "Απόρρητο"))
    assert decode_content(raw)["hidden"] == 2


def test_GD_02_what_was_hidden_later_is_not_shown_and_what_was_erased_is_forgotten(
    talk: Talk, clerk: TestClient, town_app: Starlette, settings: Settings
) -> None:
    key, other = talk.say(title="Μυστική πρόταση"), talk.say(title="Άλλη πρόταση")
    clerk.post(f"{talk.base}/file")
    url = f"/topics/{talk.town.topic_key}/file"
    stranger = page_of(town_app, settings)
    with talk.writing() as session:
        withdraw(session, contribution(session, key), talk.town.topic_key, talk.town.now)
    shown = stranger.get(url).text
    assert "Μυστική" not in shown
    assert "Άλλη πρόταση" in shown
    withheld = browser_of(town_app, settings, "").get(f"{url}.pdf")
    assert (withheld.status_code, withheld.json()["code"]) == (409, "councillor_file.withheld")
    with talk.writing() as session:
        erase(session, contribution(session, key), talk.town.topic_key, talk.town.now)
        row = store.version(session, talk.topic(session).id or 0, None)
        assert "Μυστική" not in row.content.decode()
        assert key in row.content.decode()
        assert other in row.content.decode()
        assert session.get(FileBytesRow, row.file_id) is None
    assert stranger.get(f"{url}.pdf").status_code == 409
    assert stranger.get(url).status_code == 200


def test_a_file_made_after_the_session_says_so(talk: Talk, clerk: TestClient) -> None:
    url = f"/topics/{talk.town.topic_key}/file"
    clerk.post(f"{talk.base}/file")
    assert not decode_file(talk)["after_session"]
    talk.town.clock.forward(days=11)
    clerk.post(f"{talk.base}/file")
    assert decode_file(talk)["after_session"]
    assert clerk.get(url).text.count('class="notice warning"') == 1


def decode_file(talk: Talk):  # type: ignore[no-untyped-def]
    with talk.writing() as session:
        return decode_content(store.version(session, talk.topic(session).id or 0, None).content)


def test_AC_06_no_file_is_made_of_a_draft(talk: Talk, clerk: TestClient) -> None:
    with talk.writing() as session:
        topic = talk.topic(session)
        draft = session.get_one(SessionRow, topic.session_id)
        draft.state = "draft"
        session.add(draft)
    assert clerk.post(f"{talk.base}/file").status_code == 409
    assert clerk.get(f"/topics/{talk.town.topic_key}/file").status_code == 404
    assert talk.logged("councillor-file") == []


def test_WB_01_a_script_in_a_contribution_is_words_in_the_file(talk: Talk, clerk: TestClient) -> None:
    talk.say(title="<script>alert(1)</script>", text="<img src=x onerror=alert(2)> [x](javascript:alert(3))")
    clerk.post(f"{talk.base}/file")
    shown = clerk.get(f"/topics/{talk.town.topic_key}/file").text
    assert "<script>alert" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown


def a_content(count: int, text: str) -> dict:  # type: ignore[type-arg]
    def voice(number: int, kind: str) -> Voice:
        title, place = f"Τίτλος {number}", "Άρθρο 1"
        return Voice(f"{number:032x}", kind, title, text, "Άδα Παπαδοπούλου", "", "a1.p2", place, "", NOW, number)

    kinds = ("proposal", "objection", "question_post", "comment")
    head: dict[str, Json] = {
        "topic": "0" * 32, "number": 1, "made": "2026-10-05T09:00:00Z", "after_session": False,
        "session": {"session": "0" * 32, "body": "Δημοτικό Συμβούλιο", "title": "3η", "starts": "2026-10-09T15:00:00Z"},
        "title": "Πεζοδρόμηση", "proposer": "Δήμαρχος", "plain_summary": "Περίληψη", "motion": "Εισήγηση",
        "consultation": None,
    }  # fmt: skip
    return make_content(head, [voice(number, kinds[number % 4]) for number in range(count)], hidden=0)


def a_pdf(content: dict) -> bytes:  # type: ignore[type-arg]
    def words(msgid: str, **fields: str | int) -> str:
        return msgid % fields if fields else msgid

    return print_file(
        content, url="https://x/", municipality="Δήμος", language="el", gettext=words, when=str, today=str
    )


def test_a_thousand_contributions_are_printed_in_seconds_and_none_is_missing() -> None:
    content = a_content(1000, "Προτείνω να γίνει η πλατεία πεζόδρομος με δέντρα και παγκάκια. " * 15)
    started = time.process_time()
    pdf = a_pdf(content)
    assert time.process_time() - started < 20  # of this process alone: measured 3 s
    text = words_of(pdf).replace("\n", " ")
    assert sum(f"Τίτλος {number}" in text for number in range(1000)) == 1000


def test_words_wider_than_a_page_stay_on_it_and_the_same_content_gives_the_same_bytes() -> None:
    content = a_content(3, "α" * 5000 + " 😀漢字 τέλος\n\nνέα παράγραφος")
    assert a_pdf(content) == a_pdf(decode_content(encode_content(content)))
    text = words_of(a_pdf(content))
    assert text.count("α") >= 3 * 5000
    assert text.count("νέα παράγραφος") == 3


def test_no_line_is_wider_than_the_limit_and_no_letter_is_lost() -> None:
    text = "μια " + "λ" * 37 + " τρεις τέσσερις\n\nπέντε"
    lines = [*wrap(text, lambda word: float(len(word)), 10)]
    assert all(len(line) <= 10 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert "" in lines  # an empty line stays one
    assert [*wrap("ab", lambda word: 100.0 * len(word), 10)] == ["a", "b"]


def test_a_redacted_content_keeps_the_keys_alone() -> None:
    content = a_content(4, "Κείμενο")
    gone = without(content, {"0" * 32})
    first = gone["sections"][0]["contributions"][0]
    assert (first["contribution"], first["gone"], first["text"], first["author"]) == ("0" * 32, True, "", "")
    assert gone["sections"][1]["contributions"][0]["text"] == "Κείμενο"
    assert content["sections"][0]["contributions"][0]["text"] == "Κείμενο"
