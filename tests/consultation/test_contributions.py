"""M8: citizens write in four types and argue for and against; drafts are kept, and nobody floods."""

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consultation.contribution import KINDS, TEXT_LIMIT
from consultation.reply import Reply
from consultation.store import contribution as store
from consultation.store.participation_tables import (
    ContributionRow,
)
from consultation.store.reply import give_reply
from settings import Settings
from tests.consultation.answering import Talk
from tests.consultation.town import Town
from tests.consultation.visitors import page_of
from tests.consultation.writing import (
    NAME,
    draft,
    key_of,
    row_of,
    send,
    submit,
)


@pytest.mark.parametrize("kind", KINDS)
def test_M08_each_type_is_drafted_previewed_and_sent(
    ada: TestClient, anybody: TestClient, town: Town, talk: Talk, kind: str
) -> None:
    key = key_of(draft(ada, town, kind=kind, title="Σκιά", text="Θέλουμε **σκιά**.", paragraph="a1.p2"))
    preview = ada.get(f"/contributions/{key}/preview").text
    assert NAME in preview
    assert "<strong>σκιά</strong>" in preview
    assert "CC BY 4.0" in preview
    assert anybody.get(f"/contributions/{key}").status_code == 404
    assert talk.logged("contribution") == []
    submit(ada, key)
    shown = anybody.get(f"/contributions/{key}").text
    assert NAME in shown
    assert "<strong>σκιά</strong>" in shown
    assert talk.logged("contribution") == [
        {"topic": town.topic_key, "contribution": key, "kind": kind, "commitment": row_of(talk, key).commitment}
    ]
    with town.database.reading() as session:
        number = talk.consultation(session).id or 0
        assert store.counts(session, number) == {kind: 1}
        assert store.by_paragraph(session, number) == {"a1.p2": 1}


def test_M08_the_types_are_counted_and_listed_separately(town: Town, talk: Talk) -> None:
    for kind in ("proposal", "proposal", "objection", "question_post", "comment"):
        talk.say(kind)
    talk.say("argument", on=talk.keys[0], stance="pro", title="")
    with town.database.reading() as session:
        number = talk.consultation(session).id or 0
        assert store.counts(session, number) == {
            "proposal": 2, "objection": 1, "question_post": 1, "comment": 1, "argument": 1,
        }  # fmt: skip
        assert [row.key for row in store.published(session, number, kind="objection")] == [talk.keys[2]]


def test_M08_an_argument_for_or_against_hangs_on_a_contribution_and_never_on_an_argument(
    bo: TestClient, town: Town, talk: Talk
) -> None:
    proposal = talk.say()
    key = send(bo, town, on=proposal, stance="con", title="", text="Κοστίζει.")
    assert (row_of(talk, key).kind, row_of(talk, key).stance, row_of(talk, key).title) == ("argument", "con", "")
    assert "Κοστίζει." in bo.get(f"/contributions/{proposal}").text
    assert bo.get(f"/topics/{town.topic_key}/contributions/new?on={key}").status_code == 404
    draft(bo, town, on=key, stance="pro", expect=404)
    draft(bo, town, on=proposal, stance="maybe", expect=422)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "τ" * 151}, "title"),
        ({"text": ""}, "text"),
        ({"text": "τ" * (TEXT_LIMIT + 1)}, "text"),
        ({"kind": "argument"}, "kind"),
        ({"kind": "decree"}, "kind"),
        ({"paragraph": "a9.p9"}, "paragraph"),
        ({"speaker": "0" * 32}, "speaker"),
    ],
)
def test_M08_what_is_missing_or_wrong_is_named_and_what_was_typed_is_kept(
    ada: TestClient, town: Town, typed: dict[str, str], field: str
) -> None:
    answer = draft(ada, town, expect=422, **typed)
    assert f'href="#{field}"' in answer.text
    assert typed.get("text", "Σκιά για όλους.") in answer.text
    with town.database.reading() as session:
        assert session.exec(select(ContributionRow)).all() == []


def test_an_incomplete_draft_is_kept_survives_a_logout_and_is_nobody_elses(
    town_app: Starlette, settings: Settings, ada: TestClient, bo: TestClient, town: Town
) -> None:
    key = key_of(draft(ada, town, act="keep", title="", text="Μισή σκέψη"))
    later = page_of(town_app, settings, "ada")
    assert "Μισή σκέψη" in later.get(f"/contributions/{key}/draft").text
    assert "Μισή σκέψη" in later.get("/my/contributions").text
    for path in ("", "/draft", "/preview", "/draft/removal"):
        assert bo.get(f"/contributions/{key}{path}").status_code == 404
    assert bo.post(f"/contributions/{key}/submission").status_code == 404
    assert later.post(f"/contributions/{key}/draft/removal").status_code == 303
    assert later.get(f"/contributions/{key}/draft").status_code == 404


def test_a_draft_changed_on_two_devices_is_not_overwritten(ada: TestClient, town: Town, talk: Talk) -> None:
    key = key_of(draft(ada, town))
    typed = {"revision": "1", "kind": "comment", "title": "Πρώτη", "text": "Από το κινητό.", "act": "keep"}
    assert ada.post(f"/contributions/{key}/draft", data=typed).status_code == 303
    second = ada.post(f"/contributions/{key}/draft", data={**typed, "title": "Δεύτερη", "text": "Από το γραφείο."})
    assert second.status_code == 409
    assert "Από το κινητό." in second.text
    assert "Από το γραφείο." in second.text
    assert row_of(talk, key).text == "Από το κινητό."


def test_what_is_sent_is_what_was_previewed(ada: TestClient, town: Town, talk: Talk) -> None:
    key = key_of(draft(ada, town))
    ada.post(f"/contributions/{key}/draft", data={"revision": "1", "kind": "comment", "text": "Άλλο κείμενο"})
    answer = ada.post(f"/contributions/{key}/submission", data={"revision": "1"})
    assert answer.headers["location"] == f"/contributions/{key}/preview"
    assert row_of(talk, key).state == "draft"


def test_a_double_click_makes_one_contribution(ada: TestClient, town: Town, talk: Talk) -> None:
    new = f"/topics/{town.topic_key}/contributions/new"
    typed = {"draft": "ab" * 16, "kind": "comment", "text": "Συμφωνώ."}
    keys = {key_of(ada.post(new, data=typed)) for _ in range(2)}
    assert keys == {"ab" * 16}
    for _ in range(2):
        answer = ada.post(f"/contributions/{'ab' * 16}/submission", data={"revision": "1"})
        assert answer.headers["location"] == f"/contributions/{'ab' * 16}"
    assert len(talk.logged("contribution")) == 1
    assert ada.post(new, data=typed).headers["location"] == f"/contributions/{'ab' * 16}"


def test_AC_02_the_key_of_somebody_elses_draft_opens_nothing(ada: TestClient, bo: TestClient, town: Town) -> None:
    key = key_of(draft(ada, town))
    draft(bo, town, draft=key, text="Δικό μου τώρα", expect=404)


def test_after_the_closing_a_draft_is_read_kept_and_deleted_but_not_sent(
    ada: TestClient, town: Town, talk: Talk
) -> None:
    key = key_of(draft(ada, town))
    town.clock.forward(days=5)  # the closing thread has not even run yet
    assert "Σκιά για όλους." in ada.get(f"/contributions/{key}/draft").text
    assert ada.get(f"/contributions/{key}/preview").status_code == 303
    assert ada.post(f"/contributions/{key}/submission", data={"revision": "1"}).status_code == 409
    typed = {"revision": "1", "kind": "comment", "text": "Γραμμένο στο τελευταίο λεπτό"}
    assert ada.post(f"/contributions/{key}/draft", data=typed).status_code == 303
    assert row_of(talk, key).text == "Γραμμένο στο τελευταίο λεπτό"
    assert ada.get(f"/topics/{town.topic_key}/contributions/new").status_code == 409
    assert ada.post(f"/contributions/{key}/draft/removal").status_code == 303


def test_only_certified_citizens_write(
    town_app: Starlette, settings: Settings, anybody: TestClient, town: Town
) -> None:
    new = f"/topics/{town.topic_key}/contributions/new"
    assert anybody.get(new).headers["location"].startswith("/login")
    for official in ("secretariat", "moderator", "councillor", "service", "operator"):
        browser = page_of(town_app, settings, official)
        assert browser.get(new).status_code == 403
        assert browser.post(new, data={"draft": "0" * 32, "kind": "comment", "text": "abc"}).status_code == 403
        assert browser.get("/my/contributions").status_code == 403


def test_before_moderation_only_the_author_sees_it(ada: TestClient, bo: TestClient, town: Town, talk: Talk) -> None:
    with talk.writing() as session:
        talk.consultation(session).premoderated = True
    key = send(ada, town)
    assert row_of(talk, key).state == "waiting"
    assert "Σκιά για όλους." in ada.get(f"/contributions/{key}").text
    assert bo.get(f"/contributions/{key}").status_code == 404
    assert len(talk.logged("contribution")) == 1


def test_AC_06_a_contribution_of_an_unpublished_session_is_not_there(
    anybody: TestClient, town: Town, talk: Talk
) -> None:
    key = talk.say()
    assert anybody.get(f"/contributions/{key}").status_code == 200
    with talk.writing() as session:
        talk.consultation(session).state = "draft"
    assert anybody.get(f"/contributions/{key}").status_code == 404


def test_own_contributions_and_their_replies_come_first(
    ada: TestClient, anybody: TestClient, town: Town, talk: Talk
) -> None:
    mine = talk.say(title="Της Άδας", text="Το δικό μου")
    with talk.writing() as session:
        given = Reply("partly", "Ναι, **εν μέρει**.", "Τεχνική υπηρεσία")
        row = store.contribution(session, mine)
        give_reply(session, talk.topic(session), [row], given, town.accounts["service"], town.now)
    for _ in range(3):
        town.clock.forward(minutes=1)
        talk.say(title="Του Μπο", by="bo")
    page = ada.get(f"/topics/{town.topic_key}/consultation").text
    first = page.index("Της Άδας")
    assert first < page.index("Τεχνική υπηρεσία") < page.index("Του Μπο")
    others = anybody.get(f"/topics/{town.topic_key}/consultation").text
    assert others.index("Του Μπο") < others.index("Της Άδας")
    for shown in (ada.get("/my/contributions").text, anybody.get(f"/contributions/{mine}").text):
        assert "Τεχνική υπηρεσία" in shown
        assert "<strong>εν μέρει</strong>" in shown


def test_WB_21_nobody_floods_a_consultation(ada: TestClient, bo: TestClient, town: Town, talk: Talk) -> None:
    for _ in range(10):
        send(ada, town, kind="comment")
    key = key_of(draft(ada, town, kind="comment"))
    refused = ada.post(f"/contributions/{key}/submission", data={"revision": "1"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == 3600
    assert row_of(talk, key).state == "draft"
    send(bo, town, kind="comment")  # everybody has their own measure
    town.clock.forward(hours=1)
    submit(ada, key)


def test_WB_21_erasing_gives_no_place_back(ada: TestClient, town: Town) -> None:
    for _ in range(10):
        key = send(ada, town, kind="comment")
        ada.post(f"/contributions/{key}/erasure")
    key = key_of(draft(ada, town, kind="comment"))
    assert ada.post(f"/contributions/{key}/submission", data={"revision": "1"}).status_code == 429


def test_WB_21_nobody_keeps_more_than_thirty_drafts(ada: TestClient, town: Town) -> None:
    for _ in range(30):
        draft(ada, town, act="keep")
    draft(ada, town, act="keep", expect=429)
