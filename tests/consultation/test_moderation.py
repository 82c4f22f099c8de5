"""Moderation with reasons (M15): one page decides, the author hears why at once, and nobody judges themselves."""

import threading
from datetime import UTC, datetime

import pytest
from sqlmodel import select
from starlette.applications import Starlette

from audit import store as log
from consultation.errors import Incomplete, WrongState
from consultation.moderation import REASONS, Hiding, days_late, deadline, last_moment, read_hiding, stage_of
from consultation.store import moderation as store
from consultation.store.participation_tables import CollectiveRow, ContributionRow, RepresentativeRow
from consultation.store.search_tables import SearchDocumentRow
from db import Database
from identity.store.account import AccountRow
from identity.store.mail import due
from settings import Settings
from tests.consultation.answering import start_talk
from tests.consultation.hiding import EXPLANATION, Desk
from tests.consultation.town import Town, fill_town
from tests.plugins.house import Clock


@pytest.fixture
def desk(town: Town, town_app: Starlette, settings: Settings) -> Desk:
    return Desk(start_talk(town), town_app, settings)


def logged(desk: Desk, kind: str) -> list[dict]:  # type: ignore[type-arg]
    with desk.talk.town.database.reading() as session:
        return [dict(entry.members) for entry in log.promised(session, kind)]


def test_M15_the_author_gets_reason_rule_explanation_and_appeal_link_in_one_message(desk: Desk) -> None:
    key = desk.talk.say(title="Κάτω τα φορτηγά")
    before = len(desk.letters())
    answer = desk.hide(key)
    assert answer.headers["location"] == "/desk/moderation"
    letter = desk.letters()[0]
    assert len(desk.letters()) == before + 1
    assert letter.url == f"/contributions/{key}/appeal"
    assert "Κάτω τα φορτηγά" in letter.subject
    for part in (EXPLANATION, "Προσωπικά δεδομένα άλλου", "Μια τοποθέτηση δεν περιέχει", "15 Οκτωβρίου 2026"):
        assert part in letter.body
    with desk.talk.town.database.reading() as session:
        (mail,) = (row for row in due(session, desk.talk.town.now, 50) if row.path == letter.url)
    assert (mail.recipient, mail.body) == ("ada@example.org", letter.body)
    page = desk.page("ada").get(letter.url).text
    assert EXPLANATION in page
    assert f'action="/contributions/{key}/appeal"' in page


def test_M15_hiding_takes_a_contribution_from_pages_and_search_at_once_and_tells_the_log(desk: Desk) -> None:
    key = desk.talk.say(title="Περισσότερες λεύκες")
    assert desk.is_found("λεύκες")
    desk.talk.town.clock.forward(minutes=3)
    desk.hide(key)
    row = desk.row(key)
    assert (row.state, row.modified_at) == ("hidden", desk.talk.town.now)
    assert not desk.is_found("λεύκες")
    with desk.talk.town.database.reading() as session:
        documents = session.exec(select(SearchDocumentRow).where(SearchDocumentRow.contribution_id == row.id))
        assert documents.all() == [], "no copy of the text stays in the index"
    (told,) = logged(desk, "hidden")
    assert told == {
        "topic": desk.talk.town.topic_key, "contribution": key, "removal": desk.removal(key).key,
        "reason": "personal_data", "stage": "after", "moderator": told["moderator"],
    }  # fmt: skip
    assert EXPLANATION not in str(told)


def test_M15_a_moderator_decides_on_one_page_that_names_the_consequence(desk: Desk) -> None:
    key = desk.talk.say(title="Κάτω τα φορτηγά")
    page = desk.page("moderator").get(f"/contributions/{key}/removal").text
    assert "Κάτω τα φορτηγά" in page
    assert "Άδα Παπαδοπούλου" in page
    assert page.count('name="reason"') == len(REASONS)
    assert "εξαφανίζεται αμέσως" in page


def test_M15_what_waits_is_accepted_and_its_author_told(desk: Desk) -> None:
    key = desk.talk.say(title="Νερό στα δέντρα", premoderated=True)
    assert not desk.is_found("νερό")
    assert f"/contributions/{key}/removal" in desk.page("moderator").get("/desk/moderation").text
    assert desk.page("moderator").post(f"/contributions/{key}/acceptance").status_code == 303
    assert desk.row(key).state == "published"
    assert desk.is_found("νερό")
    assert desk.letters()[0].url == f"/contributions/{key}"
    assert desk.page("moderator").post(f"/contributions/{key}/acceptance").status_code == 409


def test_M15_what_waits_is_refused_with_the_stage_before(desk: Desk) -> None:
    key = desk.talk.say(premoderated=True)
    desk.hide(key, reason="off_topic")
    assert (desk.row(key).state, desk.removal(key).stage) == ("hidden", "before")
    assert logged(desk, "hidden")[0]["stage"] == "before"
    assert "δεν δημοσιεύθηκε" in desk.letters()[0].subject


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"reason": "dislike"}, "reason"), ({"reason": ""}, "reason"), ({"explanation": " \r\n "}, "explanation"),
     ({"explanation": "ω" * 2001}, "explanation")],
)  # fmt: skip
def test_M15_without_a_reason_of_the_list_and_an_explanation_nothing_is_hidden(
    desk: Desk, fields: dict[str, str], field: str
) -> None:
    key = desk.talk.say()
    refused = desk.hide(key, **fields)
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text
    if field == "reason":
        assert EXPLANATION in refused.text, "what was typed is kept"
    assert desk.row(key).state == "published"
    assert logged(desk, "hidden") == []


def test_an_author_without_an_account_is_named_as_such_on_the_moderators_page(desk: Desk, database: Database) -> None:
    key = desk.talk.say()
    with database.writing() as session:
        row = session.get_one(ContributionRow, desk.row(key).id)
        row.account_id = row.person_id = None
    assert (
        "Ο συντάκτης δεν μπορεί να ενημερωθεί εδώ" in desk.page("moderator").get(f"/contributions/{key}/removal").text
    )
    before = len(desk.letters())
    assert desk.hide(key).status_code == 303
    assert len(desk.letters()) == before


def test_a_person_known_from_paper_is_told_in_the_account_they_have(desk: Desk, database: Database) -> None:
    key = desk.talk.say()
    with database.writing() as session:
        session.get_one(ContributionRow, desk.row(key).id).account_id = None
    desk.hide(key)
    assert EXPLANATION in desk.letters()[0].body


def test_a_hiding_is_taken_back_while_nobody_has_appealed(desk: Desk) -> None:
    key = desk.hidden(title="Περισσότερες λεύκες")
    removal = desk.removal(key).key
    shown = desk.page("moderator").get(f"/removals/{removal}/restoration").text
    assert EXPLANATION in shown
    assert desk.page("moderator").post(f"/removals/{removal}/restoration").status_code == 303
    assert (desk.row(key).state, desk.removal(key).state) == ("published", "restored")
    assert desk.is_found("λεύκες")
    assert logged(desk, "restored") == [{"topic": desk.talk.town.topic_key, "contribution": key, "removal": removal}]
    assert "εμφανίζεται ξανά" in desk.letters()[0].subject
    assert desk.page("moderator").post(f"/removals/{removal}/restoration").status_code == 409


def test_after_an_appeal_the_moderator_cannot_take_it_back(desk: Desk) -> None:
    key, _ = desk.appealed()
    answer = desk.page("moderator").post(f"/removals/{desk.removal(key).key}/restoration")
    assert answer.status_code == 409
    assert desk.row(key).state == "hidden"


def test_M15_nobody_moderates_without_a_fresh_one_time_code(desk: Desk) -> None:
    key = desk.talk.say()
    stale = desk.page("stale-moderator")
    assert stale.get(f"/contributions/{key}/removal").headers["location"].startswith("/login/fresh?next=")
    refused = desk.hide(key, who="stale-moderator")
    assert refused.status_code == 403
    assert EXPLANATION in refused.text
    assert stale.post(f"/contributions/{key}/acceptance").status_code == 403
    assert desk.row(key).state == "published"


def test_AC_05_a_moderator_never_decides_about_their_own_contribution(desk: Desk, database: Database) -> None:
    key = desk.talk.say()
    with database.writing() as session:
        row = session.get_one(ContributionRow, desk.row(key).id)
        row.account_id = desk.talk.town.accounts["moderator"]
    assert desk.hide(key).status_code == 403
    assert 'name="reason"' not in desk.page("moderator").get(f"/contributions/{key}/removal").text
    assert desk.hide(key, who="moderator2").status_code == 303


def test_AC_05_a_second_account_of_the_author_is_the_author(desk: Desk, database: Database) -> None:
    """An official's account need not be tied to a person: the name tells."""
    key = desk.talk.say(premoderated=True)
    with database.writing() as session:
        official = session.get_one(AccountRow, desk.talk.town.accounts["moderator"])
        official.official_name = "ΠΑΠΑΔΟΠΟΥΛΟΥ Αδα"
    assert desk.hide(key).status_code == 403
    assert desk.page("moderator").post(f"/contributions/{key}/acceptance").status_code == 403
    assert desk.row(key).state == "waiting"


def test_AC_05_who_speaks_for_a_collective_does_not_judge_what_it_says(desk: Desk, database: Database) -> None:
    key, now = desk.talk.say(), desk.talk.town.now
    with database.writing() as session:
        group = CollectiveRow(name="Σύλλογος", kind="association", created_at=now, modified_at=now)
        session.add(group)
        session.flush()
        session.get_one(ContributionRow, desk.row(key).id).collective_id = group.id
        account = desk.talk.town.accounts["moderator"]
        session.add(RepresentativeRow(collective_id=group.id or 0, account_id=account, commitment="", since=now))
    assert desk.hide(key).status_code == 403
    assert desk.hide(key, who="secretariat").status_code == 303


def test_AC_06_a_draft_is_nothing_to_a_moderator(desk: Desk, database: Database) -> None:
    key = desk.talk.say()
    with database.writing() as session:
        session.get_one(ContributionRow, desk.row(key).id).state = "draft"
    assert desk.page("moderator").get(f"/contributions/{key}/removal").status_code == 404
    assert desk.hide(key).status_code == 404


@pytest.mark.parametrize("state", ["hidden", "withdrawn", "erased"])
def test_what_is_not_shown_cannot_be_hidden(desk: Desk, database: Database, state: str) -> None:
    key = desk.talk.say()
    with database.writing() as session:
        session.get_one(ContributionRow, desk.row(key).id).state = state
    assert desk.hide(key).status_code == 409
    assert logged(desk, "hidden") == []


def test_WB_01_an_explanation_and_a_title_run_nothing_on_any_page(desk: Desk) -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    key = desk.talk.say(title=nasty, text=nasty)
    pages = [desk.page("moderator").get(f"/contributions/{key}/removal").text]
    desk.hide(key, explanation=nasty)
    desk.appeal(key, text=nasty)
    appeal = desk.page("moderator2").get("/desk/moderation").text.partition("/desk/appeals/")[2][:32]
    pages += [
        desk.page("ada").get(f"/contributions/{key}/appeal").text,
        desk.page("ada").get("/my/messages").text,
        desk.page("moderator2").get(f"/desk/appeals/{appeal}").text,
        desk.page("moderator2").get("/desk/moderation").text,
        desk.page().get("/removals").text,
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_two_moderators_at_once_hide_once(any_database: Database, settings: Settings, clock: Clock) -> None:
    town = fill_town(any_database, settings, clock)
    key = start_talk(town).say()
    results: list[str] = []
    ready = threading.Barrier(2)

    def hide(who: str) -> None:
        ready.wait()
        try:
            with any_database.writing() as session:
                store.hide(session, key, Hiding("insult", "x"), town.accounts[who], clock())
            results.append("hidden")
        except WrongState as refused:
            results.append(refused.code)

    threads = [threading.Thread(target=hide, args=(who,)) for who in ("moderator", "moderator2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["hidden", "moderation.state"]


@pytest.mark.parametrize(
    ("filed", "days", "last"),
    [
        (datetime(2026, 10, 20, 22, 30, tzinfo=UTC), 10, datetime(2026, 10, 31, 21, 59, tzinfo=UTC)),
        (datetime(2026, 10, 20, 9, 0, tzinfo=UTC), 4, datetime(2026, 10, 24, 20, 59, tzinfo=UTC)),
        (datetime(2027, 3, 27, 9, 0, tzinfo=UTC), 1, datetime(2027, 3, 28, 20, 59, tzinfo=UTC)),
        (datetime(2027, 3, 28, 21, 30, tzinfo=UTC), 15, datetime(2027, 4, 13, 20, 59, tzinfo=UTC)),
    ],
)
def test_a_deadline_is_the_end_of_a_day_in_athens_whatever_the_clocks_do(
    filed: datetime, days: int, last: datetime
) -> None:
    until = deadline(filed, days)
    assert last_moment(until) == last
    assert days_late(until, last) == 0
    assert days_late(until, until) == 1


def test_a_reason_outside_the_list_and_a_state_that_shows_nothing_are_refused() -> None:
    with pytest.raises(Incomplete):
        read_hiding({"reason": "", "explanation": "x"})
    assert read_hiding({"reason": "hate", "explanation": " α\r\nβ "}) == Hiding("hate", "α\nβ")
    assert [stage_of(state) for state in ("waiting", "published")] == ["before", "after"]
    with pytest.raises(WrongState):
        stage_of("erased")
