"""The public register (M17): no text, no name, and totals that are the log's."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select
from starlette.applications import Starlette

from audit import store as log
from audit.entry import decode_entry, make
from consultation.contribution import LABELS
from consultation.removal_register import Fate, Totals, fates_of, safe_cell, shown_wrongly, totals
from consultation.routes.removals import removals_panel
from consultation.store.contribution import contribution, erase
from consultation.store.participation_tables import AppealRow, ContributionRow, RemovalRow
from consultation.store.removal_register import compare
from consultation.store.topic import topic_row
from db import Database
from pages import translations
from settings import Settings
from tests.consultation.answering import start_talk
from tests.consultation.hiding import APPEAL, EXPLANATION, REVERSED, UPHELD, Desk, cells
from tests.consultation.town import Town, make_body, make_session, make_topic

AGREE = "Το μητρώο και το αρχείο ελέγχου λένε το ίδιο."
DIFFER = "Το μητρώο και το αρχείο ελέγχου δεν λένε το ίδιο."
TOTALS = "Σε αυτό το μητρώο και στο αρχείο ελέγχου"


@pytest.fixture
def desk(town: Town, town_app: Starlette, settings: Settings) -> Desk:
    return Desk(start_talk(town), town_app, settings)


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Six hidings: two stand, one is restored, one appealed, one upheld, one reversed."""
    desk.hidden(title="Πρώτη")
    desk.hide(desk.talk.say("objection", "Δεύτερη", by="bo"), reason="insult")
    desk.page("moderator").post(f"/removals/{desk.removal(desk.hidden(title='Τρίτη')).key}/restoration")
    desk.appealed()
    desk.decide(desk.appealed()[1], **UPHELD)
    desk.decide(desk.appealed()[1], **REVERSED)
    return desk


def test_M17_the_totals_of_the_register_are_the_logs(busy: Desk) -> None:
    page = busy.page().get("/removals").text
    assert AGREE in page
    assert DIFFER not in page
    numbers = [row[1:] for row in cells(page, TOTALS)]
    assert numbers == [["6", "6"], ["1", "1"], ["3", "3"], ["1", "1"], ["1", "1"], ["4", "4"]]


def test_M17_the_totals_stay_the_same_while_entries_get_their_place_in_the_log(busy: Desk) -> None:
    database, now = busy.talk.town.database, busy.talk.town.now
    assert log.sequence(database, now, ballots=False) > 0
    busy.hidden(title="Μία ακόμη")
    with database.reading() as session:
        assert len(log.find(session, "hidden")) == 6
        found = compare(session)
        assert found.agree
        assert found.logged == Totals(hidden=7, restored=1, appealed=3, upheld=1, reversed=1, standing=5)


def change_reason(_: Session, removal: RemovalRow, __: ContributionRow) -> None:
    removal.reason = "advertising"


def call_it_restored(_: Session, removal: RemovalRow, __: ContributionRow) -> None:
    removal.state = "restored"


def show_quietly(_: Session, __: RemovalRow, row: ContributionRow) -> None:
    row.state = "published"


def delete_the_row(session: Session, removal: RemovalRow, _: ContributionRow) -> None:
    session.delete(removal)


def point_elsewhere(session: Session, removal: RemovalRow, row: ContributionRow) -> None:
    other = session.exec(select(ContributionRow).where(ContributionRow.id != row.id)).first()
    assert other
    removal.contribution_id = other.id or 0


def forge_an_appeal(session: Session, removal: RemovalRow, _: ContributionRow) -> None:
    at = removal.created_at
    session.add(AppealRow(removal_id=removal.id or 0, text="x", due_at=at, created_at=at, modified_at=at))


@pytest.mark.parametrize(
    "tamper", [change_reason, call_it_restored, show_quietly, delete_the_row, point_elsewhere, forge_an_appeal]
)
def test_M17_a_changed_row_makes_the_page_say_so(
    busy: Desk, database: Database, tamper: Callable[[Session, RemovalRow, ContributionRow], None]
) -> None:
    key = busy.talk.keys[0]
    with database.writing() as session:
        removal = session.get_one(RemovalRow, busy.removal(key).id)
        tamper(session, removal, session.get_one(ContributionRow, busy.row(key).id))
    page = busy.page().get("/removals").text
    assert DIFFER in page
    assert AGREE not in page


def test_M17_a_contribution_hidden_past_the_pages_shows(busy: Desk, database: Database) -> None:
    key = busy.talk.say(title="Άβολη")
    with database.writing() as session:
        session.get_one(ContributionRow, busy.row(key).id).state = "hidden"
    assert DIFFER in busy.page().get("/removals").text


def test_M17_a_late_decision_passed_off_as_timely_shows(desk: Desk, database: Database) -> None:
    key, appeal = desk.appealed()
    desk.talk.town.clock.forward(days=30)
    desk.decide(appeal, **UPHELD)
    assert AGREE in desk.page().get("/removals").text
    with database.writing() as session:
        row = session.exec(select(AppealRow).where(AppealRow.removal_id == desk.removal(key).id)).one()
        row.due_at = desk.talk.town.now
        row.due_at += desk.talk.town.now - row.created_at
    assert DIFFER in desk.page().get("/removals").text


def test_M17_the_register_holds_no_text_no_name_and_no_way_to_the_author(busy: Desk) -> None:
    for url in ("/removals", f"/removals?topic={busy.talk.town.topic_key}", "/removals.csv"):
        page = busy.page().get(url).text
        addresses = (*busy.talk.keys, *(busy.removal(key).key for key in busy.talk.keys), "/contributions/")
        words = ("Άδα", "Παπαδοπούλου", "Πρώτη", "Σκιά για όλους", EXPLANATION, APPEAL, "τηλέφωνο")
        assert [secret for secret in (*words, *addresses) if secret in page] == [], url


def test_M17_the_register_tells_kind_reason_day_stage_appeal_and_outcome(busy: Desk) -> None:
    rows = cells(busy.page().get("/removals").text, "Αποκρύψεις")
    assert len(rows) == 6
    kinds = {kind: translations("el").gettext(label) for kind, label in LABELS.items()}
    assert rows[0][:4] == ["5 Οκτωβρίου 2026", kinds["proposal"], "Προσωπικά δεδομένα άλλου", "Μετά τη δημοσίευση"]
    assert rows[4][1:3] == [kinds["objection"], "Προσβολή"]
    assert {row[5] for row in rows} == {
        "Σε απόκρυψη", "Εμφανίζεται ξανά με ανάκληση από συντονιστή", "Σε απόκρυψη· εκκρεμεί προσφυγή",
        "Σε απόκρυψη· η προσφυγή απορρίφθηκε", "Εμφανίζεται ξανά μετά από προσφυγή",
    }  # fmt: skip


def test_the_register_of_one_topic_counts_that_topic_alone(busy: Desk, database: Database) -> None:
    now = busy.talk.town.now
    with database.writing() as session:
        other = make_topic(session, now, make_session(session, now, make_body(session, now, name="Επιτροπή")))
        draft = make_topic(session, now, make_session(session, now, make_body(session, now), state="draft"))
        quiet, hidden = other.key, draft.key
    page = busy.page().get(f"/removals?topic={quiet}").text
    assert [row[1:] for row in cells(page, TOTALS)] == [["0", "0"]] * 6
    assert AGREE in page
    assert "6" in cells(busy.page().get(f"/removals?topic={busy.talk.town.topic_key}").text, TOTALS)[0]
    assert busy.page().get(f"/removals?topic={hidden}").status_code == 404
    assert busy.page().get(f"/removals.csv?topic={hidden}").status_code == 404


def test_GD_02_an_erased_contribution_leaves_the_register_as_it_was(busy: Desk) -> None:
    with busy.talk.writing() as session:
        erase(session, contribution(session, busy.talk.keys[0]), busy.talk.town.topic_key, busy.talk.town.now)
    page = busy.page().get("/removals").text
    assert AGREE in page
    assert len(cells(page, "Αποκρύψεις")) == 6


def test_WB_13_the_csv_holds_every_line_and_no_formula(busy: Desk, database: Database) -> None:
    with database.writing() as session:
        topic_row(session, busy.talk.town.topic_key).title = '=HYPERLINK("http://x"), "a"\n@b'
    answer = busy.page().get("/removals.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len(rows) == 7
    assert {len(row) for row in rows} == {10}
    assert rows[1][1] == '\'=HYPERLINK("http://x"), "a"\n@b'
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@given(st.text())
def test_WB_13_no_cell_begins_like_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'") == text.removeprefix("'")


def test_the_panel_of_a_topic_counts_reasons_and_is_empty_without_any(busy: Desk, database: Database) -> None:
    class Visit:
        now = busy.talk.town.now

        def gettext(self, msgid: str) -> str:
            return msgid

    visit = Visit()
    with database.writing() as session:
        visit.session = session  # type: ignore[attr-defined]
        panel = removals_panel(visit, topic_row(session, busy.talk.town.topic_key))  # type: ignore[arg-type]
        assert panel
        assert panel["count"] == 6
        assert panel["reasons"] == [("Personal data of somebody else", 5), ("Insult", 1)]
        row = make_topic(session, visit.now, make_session(session, visit.now, make_body(session, visit.now)))
        assert removals_panel(visit, row) is None  # type: ignore[arg-type]


def test_entries_that_speak_of_an_unknown_hiding_fit_no_row() -> None:
    topic, removal = "1" * 32, "2" * 32
    told = fates_of([decode_entry(make("appeal-filed", topic=topic, removal=removal))])
    assert told == {removal: Fate(topic, "", "", "", "appealed", True)}
    assert totals(told.values()) == Totals(hidden=1, appealed=1, standing=1)


@pytest.mark.parametrize(("state", "wrong"), [("hidden", 0), ("erased", 0), ("published", 1), ("withdrawn", 1)])
def test_what_the_log_hides_is_shown_to_nobody(state: str, wrong: int) -> None:
    fate = Fate("t", "c", "insult", "after")
    assert shown_wrongly([fate], {"c": state}) == wrong
    assert shown_wrongly([], {"c": state}) == (state == "hidden")


def test_days_are_those_of_athens(desk: Desk) -> None:
    desk.talk.town.clock.moment = datetime(2026, 10, 6, 21, 30, tzinfo=UTC)
    desk.hidden()
    assert "7 Οκτωβρίου 2026" in desk.page().get("/removals").text
