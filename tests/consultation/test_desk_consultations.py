"""The clerk's side: keeping terms, opening when nothing is missing, extending, correcting, and who may not."""

import re
from typing import Any

import pytest
from sqlmodel import select
from starlette.applications import Starlette

from consultation import lifecycle
from consultation.errors import WrongState
from consultation.store.consultation import consultation_of
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow, TextVersionRow
from consultation.text import Text
from settings import Settings
from tests.consultation.consulting import LAW, draft_consultation, found, open_consultation
from tests.consultation.test_consultation import entries
from tests.consultation.test_consultation_pages import write
from tests.consultation.town import Town
from tests.consultation.visitors import page_of
from tests.plugins.house import Clock

TERMS = {
    "purpose": "Να ακούσουμε.", "can_change": "Η διαδρομή.", "decides": "Το συμβούλιο", "plain_summary": "Πεζόδρομος.",
    "opens_at": "", "closes_at": "2026-10-20T12:00", "answer_by": "2026-10-25",
}  # fmt: skip


class Clerk:
    """The secretariat's browser on the desk of the town's topic."""

    def __init__(self, app: Starlette, settings: Settings, town: Town, who: str = "secretariat") -> None:
        self.town, self.home = town, f"/desk/topics/{town.topic_key}/consultation"
        self.browser = page_of(app, settings, who)

    def get(self, act: str = "") -> Any:
        return self.browser.get(self.home + act)

    def post(self, act: str = "", **fields: str) -> Any:
        return self.browser.post(self.home + act, data=fields)

    @property
    def row(self) -> ConsultationRow:
        with self.town.database.reading() as session:
            topic = session.exec(select(TopicRow).where(TopicRow.key == self.town.topic_key)).one()
            row = consultation_of(session, topic.id or 0)
            assert row is not None
            session.expunge(row)
            return row

    def keep_text(self, text: str, **fields: str) -> Any:
        """Look at it and confirm it, as the page does."""
        revision = str(self.row.revision)
        looked = self.post("/text", text=text, revision=revision)
        assert looked.status_code == 200, looked.text
        shown = re.search(r'name="shown" value="([0-9a-f]{64})"', looked.text)
        assert shown
        return self.post("/text/confirmation", text=text, revision=revision, shown=shown[1], **fields)


@pytest.fixture
def clerk(town_app: Starlette, settings: Settings, town: Town) -> Clerk:
    return Clerk(town_app, settings, town)


def test_M06_a_clerk_opens_a_consultation_from_an_empty_form(clerk: Clerk) -> None:
    assert "Η πλατεία γίνεται πεζόδρομος." in clerk.get().text
    assert clerk.post(revision="1", **TERMS).status_code == 303
    assert clerk.keep_text(LAW).status_code == 303
    assert "Δεν λείπει τίποτα." in clerk.get().text
    assert "δημόσιο αρχείο ελέγχου" in clerk.get("/opening").text
    assert clerk.post("/opening", revision=str(clerk.row.revision)).status_code == 303
    assert clerk.row.state == "open"


def test_M06_the_refusal_lists_all_that_is_missing_with_a_link_to_each_field(clerk: Clerk) -> None:
    assert clerk.post(revision="1", decides="Το συμβούλιο").status_code == 303
    for answer in (clerk.get(), clerk.get("/opening"), clerk.post("/opening", revision="2")):
        for field in ("purpose", "can_change", "plain_summary", "closes_at", "answer_by"):
            assert f'href="{clerk.home}#{field}"' in answer.text
        assert f'href="{clerk.home}#decides"' not in answer.text
    assert clerk.post("/opening", revision="2").status_code == 422
    assert clerk.row.state == "draft"


def test_an_unpublished_session_is_missing_too_and_linked(clerk: Clerk, town: Town) -> None:
    with town.database.writing() as session:
        draft_consultation(session, town)
        session.exec(select(SessionRow).where(SessionRow.key == town.session_key)).one().state = "draft"
    assert f'href="/desk/sessions/{town.session_key}">Η ημερήσια διάταξη' in clerk.get("/opening").text
    assert clerk.post("/opening", revision="1").status_code == 422


def test_what_was_typed_is_kept_when_an_hour_is_none(clerk: Clerk) -> None:
    answer = clerk.post(revision="1", **(TERMS | {"closes_at": "2027-03-28T03:30"}))
    assert answer.status_code == 422
    assert 'href="#closes_at"' in answer.text
    assert "Να ακούσουμε." in answer.text


def test_two_clerks_who_edit_at_once_overwrite_nothing(
    clerk: Clerk, town_app: Starlette, settings: Settings, town: Town
) -> None:
    other = Clerk(town_app, settings, town, "secretariat2")
    assert clerk.post(revision="1", **TERMS).status_code == 303
    answer = other.post(revision="1", **(TERMS | {"purpose": "Άλλος σκοπός.", "premoderated": "yes"}))
    assert answer.status_code == 409
    assert "Άλλος σκοπός." in answer.text
    assert "Να ακούσουμε." in answer.text
    assert (clerk.row.purpose, clerk.row.premoderated) == ("Να ακούσουμε.", False)
    assert other.post(revision="2", **(TERMS | {"purpose": "Άλλος σκοπός."})).status_code == 303


def test_terms_that_changed_after_they_were_read_are_not_opened(clerk: Clerk, town: Town) -> None:
    with town.database.writing() as session:
        draft_consultation(session, town)
    assert clerk.post(revision="1", **TERMS).status_code == 303
    assert clerk.post("/opening", revision="1").status_code == 409
    assert clerk.row.state == "draft"


def test_the_terms_of_an_open_consultation_cannot_be_changed(clerk: Clerk, town: Town) -> None:
    open_consultation(town)
    assert clerk.post(revision=str(clerk.row.revision), **TERMS).status_code == 409
    assert clerk.row.purpose == "Να ακούσουμε τους κατοίκους."


def test_a_scheduled_opening_is_announced_and_can_be_taken_back(clerk: Clerk) -> None:
    assert clerk.post(revision="1", **(TERMS | {"opens_at": "2026-10-10T08:00"})).status_code == 303
    assert "μόνη της" in clerk.get("/opening").text
    assert clerk.post("/opening", revision="2").status_code == 303
    assert clerk.row.state == "scheduled"
    assert clerk.post(revision=str(clerk.row.revision), **TERMS).status_code == 409
    assert clerk.get("/taking-back").status_code == 200
    assert clerk.post("/taking-back").status_code == 303
    assert clerk.row.state == "draft"
    assert clerk.get("/taking-back").status_code == 409


def test_an_extension_needs_a_later_hour_and_a_reason(clerk: Clerk, town: Town) -> None:
    open_consultation(town)
    assert "2026-10-10T12:00" in clerk.get("/extension").text
    for fields in (
        {"closes_at": "2026-10-12T12:00", "reason": " "},
        {"closes_at": "2026-10-09T12:00", "reason": "x"},
        {"closes_at": "", "reason": "x"},
        {"closes_at": "2026-12-12T12:00", "reason": "x"},
        {"closes_at": "2026-10-12T12:00", "reason": "x" * 2001},
    ):
        assert clerk.post("/extension", **fields).status_code == 422, fields
    assert clerk.post("/extension", closes_at="2026-10-12T12:00", reason="Αργία.\r\nΚαι βροχή.").status_code == 303
    with town.database.reading() as session:
        assert entries(session)[-1]["reason"] == "Αργία.\nΚαι βροχή."


def test_closing_early_is_not_possible_and_late_it_is(clerk: Clerk, town: Town, clock: Clock) -> None:
    open_consultation(town)
    assert "Δεν μπορεί να κλείσει νωρίτερα." in clerk.get("/closing").text
    assert clerk.post("/closing").status_code == 409
    clock.forward(days=5)
    assert clerk.post("/extension", closes_at="2026-10-12T12:00", reason="x").status_code == 409
    assert clerk.post("/closing").status_code == 303
    assert clerk.row.state == "in_review"
    assert clerk.post("/closing").status_code == 409


def test_M07_the_clerk_sees_what_becomes_of_each_paragraph_before_it_is_kept(clerk: Clerk, town: Town) -> None:
    open_consultation(town)
    with town.database.writing() as session:
        write(session, town, "a2.p2", "Θέσεις")
    law = LAW.replace("Κανάρη", "Μιαούλη").replace("Οι κάτοικοι έχουν δικαίωμα στάθμευσης.", "Επιτρέπονται ποδήλατα.")
    page = clerk.post("/text", text=law, revision=str(clerk.row.revision)).text
    assert "αμετάβλητες παράγραφοι: 2" in page
    assert "άλλαξαν: 1" in page
    assert "διαγράφηκαν: 1" in page
    assert "Γράφτηκε για αυτήν 1 τοποθέτηση." in page
    with town.database.reading() as session:
        assert len(session.exec(select(TextVersionRow)).all()) == 1
    assert clerk.keep_text(law).status_code == 422  # without a reason
    assert clerk.keep_text(law, reason="Λάθος οδός.").status_code == 303
    with town.database.reading() as session:
        versions = session.exec(select(TextVersionRow)).all()
        assert [(version.number, version.reason) for version in versions] == [(1, ""), (2, "Λάθος οδός.")]
        entry = entries(session)[-1]
        assert (entry["type"], entry["version"]) == ("kalpi/consultation-text/v1", 2)
        assert entry["text"] == versions[1].digest


def test_what_was_not_shown_is_not_kept(clerk: Clerk) -> None:
    assert clerk.post(revision="1", **TERMS).status_code == 303
    answer = clerk.post("/text/confirmation", text=LAW, revision="2", shown="0" * 64)
    assert answer.status_code == 200
    assert "Αυτό είναι το κείμενο;" in answer.text
    assert clerk.keep_text(LAW).status_code == 303


def test_the_text_of_a_draft_is_replaced_and_stays_version_one(clerk: Clerk, town: Town) -> None:
    assert clerk.post(revision="1", **TERMS).status_code == 303
    assert clerk.keep_text(LAW).status_code == 303
    assert clerk.keep_text("Άρθρο 1. Άλλο\n\nΈνα.").status_code == 303
    with town.database.reading() as session:
        [version] = session.exec(select(TextVersionRow)).all()
        assert version.number == 1
        assert "Ένα.".encode() in version.content
        assert not entries(session)


def test_two_clerks_who_correct_at_once_overwrite_nothing(clerk: Clerk, town: Town) -> None:
    open_consultation(town)
    old = str(clerk.row.revision)
    assert clerk.keep_text(LAW.replace("Κανάρη", "Μιαούλη"), reason="Λάθος.").status_code == 303
    mine = LAW.replace("Μάιο", "Ιούνιο")
    answer = clerk.post("/text/confirmation", text=mine, revision=old, shown="x", reason="y")
    assert answer.status_code == 409
    assert "Μιαούλη" in answer.text
    assert "Ιούνιο" in answer.text


def test_after_the_closing_the_text_stays(clerk: Clerk, town: Town, clock: Clock) -> None:
    open_consultation(town)
    clock.forward(days=5)
    assert clerk.get("/text").status_code == 409
    assert clerk.post("/text", text=LAW, revision="1").status_code == 409
    assert clerk.post("/text/confirmation", text=LAW, revision="1").status_code == 409
    with town.database.writing() as session:
        row, topic, _ = found(session, town)
        with pytest.raises(WrongState):
            lifecycle.correct_text(session, row, topic, Text(), reason="x", now=town.now, account_id=1)


@pytest.mark.parametrize(
    ("name", "raw", "status", "words"),
    [
        ("a.html", "<p>Άρθρο 1. Α</p><p>Ένα κείμενο.</p>".encode(), 200, "Ένα κείμενο."),
        ("a.docx", b"%PDF-1.7", 422, 'href="#file"'),
        ("a.txt", b"", 422, 'href="#file"'),
    ],
)
def test_a_file_is_read_into_a_preview_or_refused(clerk: Clerk, name: str, raw: bytes, status: int, words: str) -> None:
    answer = clerk.browser.post(f"{clerk.home}/text", data={"revision": "1"}, files={"file": (name, raw)})
    assert (answer.status_code, words in answer.text) == (status, True)


def test_a_text_too_long_is_refused_and_still_there(clerk: Clerk) -> None:
    answer = clerk.post("/text", text="αβγ " * 3_000, revision="1")
    assert answer.status_code == 422
    assert "αβγ αβγ" in answer.text


def test_opening_extending_and_correcting_ask_for_a_fresh_code(
    town_app: Starlette, settings: Settings, town: Town, clerk: Clerk
) -> None:
    stale = Clerk(town_app, settings, town, "stale-secretariat")
    assert clerk.post(revision="1", **TERMS).status_code == 303
    asked = stale.get("/opening")
    assert (asked.status_code, asked.headers["location"]) == (303, f"/login/fresh?next={stale.home}/opening")
    assert stale.post("/opening", revision="2").status_code == 403
    assert stale.keep_text(LAW).status_code == 303  # a draft decides nothing
    assert clerk.post("/opening", revision=str(clerk.row.revision)).status_code == 303
    for act in ("/extension", "/closing"):
        assert stale.post(act, closes_at="2026-10-22T12:00", reason="x").status_code == 403
    assert stale.get("/text").status_code == 303
    assert stale.keep_text(LAW + " Και άλλα.", reason="x").status_code == 403


@pytest.mark.parametrize("who", ["", "ada", "moderator", "service", "councillor", "auditor"])
def test_AC_01_nobody_but_the_secretariat_writes_at_this_desk(
    town_app: Starlette, settings: Settings, town: Town, who: str
) -> None:
    open_consultation(town)
    visitor = Clerk(town_app, settings, town, who)
    assert visitor.get().status_code == (200 if who == "auditor" else 303 if not who else 403)
    for act in ("", "/opening", "/taking-back", "/extension", "/closing", "/text", "/text/confirmation"):
        assert visitor.post(act, revision="1").status_code in {401, 403}, act


def test_a_topic_that_is_none_has_no_desk(clerk: Clerk) -> None:
    for act in ("", "/opening", "/text"):
        assert clerk.browser.get(f"/desk/topics/{'0' * 32}/consultation{act}").status_code == 404
