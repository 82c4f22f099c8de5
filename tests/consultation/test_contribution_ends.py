"""What can still become of a contribution: withdrawn, hidden, erased; and what the log keeps of it (GD-01, GD-02)."""

import re

from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audit.entry import decode_entry
from consultation.commitment import commit_contribution
from consultation.store import contribution as store
from consultation.store.participation_tables import (
    AppealRow,
    PaperEntryRow,
    PaperFormRow,
    SupportRow,
)
from settings import Settings
from tests.consultation.answering import Talk
from tests.consultation.town import BO, Town
from tests.consultation.visitors import page_of
from tests.consultation.writing import (
    NAME,
    a_removal,
    raw_entries,
    row_of,
    send,
)


def test_a_withdrawn_contribution_stays_without_its_text(
    ada: TestClient, bo: TestClient, anybody: TestClient, town: Town, talk: Talk
) -> None:
    key = talk.say(text="Το ξανασκέφτηκα αυτό")
    assert bo.get(f"/contributions/{key}/withdrawal").status_code == 404
    assert bo.post(f"/contributions/{key}/withdrawal").status_code == 404
    assert "Το ξανασκέφτηκα" in ada.get(f"/contributions/{key}/withdrawal").text
    for _ in range(2):
        assert ada.post(f"/contributions/{key}/withdrawal").status_code == 303
    shown = anybody.get(f"/contributions/{key}")
    assert shown.status_code == 200
    assert "ξανασκέφτηκα" not in shown.text
    assert NAME not in shown.text
    assert "Περισσότερα δέντρα" not in shown.text
    assert "ξανασκέφτηκα" in ada.get(f"/contributions/{key}").text
    assert talk.logged("contribution-withdrawn") == [{"topic": town.topic_key, "contribution": key}]


def test_a_hidden_contribution_shows_its_reason_and_to_the_author_its_text(
    ada: TestClient, anybody: TestClient, town: Town, talk: Talk
) -> None:
    key = talk.say(text="Κάτι που έκρυψαν")
    with talk.writing() as session:
        row = store.contribution(session, key)
        row.state = "hidden"
        session.add(row)
        session.add(a_removal(town, row))
    shown = anybody.get(f"/contributions/{key}").text
    assert "έκρυψαν" not in shown
    assert NAME not in shown
    assert "Εκτός ορίων" not in shown
    assert "/removals" in shown
    assert f"/contributions/{key}/appeal" not in shown
    mine = ada.get(f"/contributions/{key}").text
    assert "έκρυψαν" in mine
    assert "Εκτός ορίων" in mine
    assert f"/contributions/{key}/appeal" in mine


def test_GD_02_an_erased_contribution_is_gone_and_its_log_entry_stays(
    ada: TestClient, bo: TestClient, anybody: TestClient, town: Town, talk: Talk
) -> None:
    key = talk.say(title="Μοναδικός τίτλος", text="Μοναδικό κείμενο")
    before = row_of(talk, key)
    with talk.writing() as session:
        session.add(SupportRow(contribution_id=before.id or 0, person_id=BO, given_at=town.now))
        removal = a_removal(town, before)
        session.add(removal)
        session.flush()
        session.add(
            AppealRow(
                removal_id=removal.id or 0,
                text="Μοναδική προσφυγή",
                due_at=town.now,
                created_at=town.now,
                modified_at=town.now,
            )
        )
    entries = raw_entries(talk)
    assert anybody.get("/search?q=μοναδικό").text.count(key) == 1
    assert bo.post(f"/contributions/{key}/erasure").status_code == 404
    assert "CC BY" not in ada.get(f"/contributions/{key}/erasure").text
    assert ada.post(f"/contributions/{key}/erasure").status_code == 303

    row = row_of(talk, key)
    assert (row.state, row.title, row.text, row.name) == ("erased", "", "", "")
    assert (row.salt, row.person_id, row.account_id, row.collective_id) == (None, None, None, None)
    with town.database.reading() as session:
        assert session.exec(select(SupportRow)).all() == []
        assert session.exec(select(AppealRow.text)).all() == [""]
    for page in (f"/contributions/{key}", f"/topics/{town.topic_key}/consultation", "/search?q=μοναδικό"):
        for browser in (anybody, ada):
            shown = browser.get(page)
            assert shown.status_code == 200
            assert "Μοναδικ" not in shown.text
            assert NAME not in shown.text.replace(f'<a href="/account">{NAME}</a>', "")
    # what the verifier has: the old entries byte for byte, one more, and a commitment that nobody can open
    after = raw_entries(talk)
    assert after[: len(entries)] == entries
    assert [decode_entry(raw).kind for raw in after[len(entries) :]] == ["contribution-erased"]
    assert talk.logged("contribution")[0]["commitment"] == before.commitment == row.commitment


def test_the_commitment_opens_to_what_is_shown_and_to_nothing_else(town: Town, talk: Talk) -> None:
    key = talk.say(paragraph="a1.p1")
    row = row_of(talk, key)
    with town.database.reading() as session:
        content = store.content_of(session, row, town.topic_key)
    assert row.salt is not None
    assert commit_contribution(row.salt, content) == talk.logged("contribution")[0]["commitment"]
    assert commit_contribution(row.salt, content.replace("Σκιά".encode(), "Ήλιος".encode())) != row.commitment
    assert talk.say()
    assert row_of(talk, talk.keys[1]).salt != row.salt


def test_GD_01_the_log_holds_no_word_of_a_contribution(ada: TestClient, town: Town, talk: Talk) -> None:
    key = send(ada, town, title="Μυστικός τίτλος", text="Μυστικό κείμενο")
    ada.post(f"/contributions/{key}/withdrawal")
    ada.post(f"/contributions/{key}/erasure")
    everything = b"".join(raw_entries(talk))
    assert "Μυστικ".encode() not in everything
    assert "Παπαδοπούλου".encode() not in everything
    assert str(town.accounts["ada"]).encode() not in re.findall(rb'"account[^,]*', everything)
    kinds = [decode_entry(raw).kind for raw in raw_entries(talk)]
    assert kinds[-3:] == ["contribution", "contribution-withdrawn", "contribution-erased"]


def test_a_paper_contribution_is_erased_by_a_clerk_with_a_fresh_code(
    town_app: Starlette, settings: Settings, ada: TestClient, town: Town, talk: Talk
) -> None:
    key = talk.say(text="Γραμμένο στο χέρι")
    with talk.writing() as session:
        row = store.contribution(session, key)
        form = PaperFormRow(number="Ε-1", consultation_id=row.consultation_id, created_at=town.now)
        session.add(form)
        session.flush()
        clerk = town.accounts["secretariat"]
        entered = PaperEntryRow(form_id=form.id or 0, account_id=clerk, content=b"text", salt=b"s", entered_at=town.now)
        session.add(entered)
        row.form_id, row.account_id, row.person_id = form.id, None, None
        session.add(row)
    assert "Ε-1" in ada.get(f"/contributions/{key}").text
    assert ada.post(f"/contributions/{key}/erasure").status_code == 404
    stale = page_of(town_app, settings, "stale-secretariat")
    assert stale.post(f"/contributions/{key}/erasure").status_code == 403
    assert page_of(town_app, settings, "moderator").post(f"/contributions/{key}/erasure").status_code == 403
    clerks = page_of(town_app, settings, "secretariat")
    assert clerks.get(f"/contributions/{key}/erasure").status_code == 200
    assert clerks.post(f"/contributions/{key}/erasure").status_code == 303
    with town.database.reading() as session:
        assert [(each.content, each.salt) for each in session.exec(select(PaperEntryRow))] == [(b"", None)]
