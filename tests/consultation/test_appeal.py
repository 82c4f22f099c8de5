"""Appeals (M16): somebody else decides, within the days, once; lateness is public."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.applications import Starlette

from audit import store as log
from consultation.appeal import Verdict
from consultation.errors import NotYours, WrongState
from consultation.moderation import Hiding
from consultation.store import appeal as store
from consultation.store import moderation
from consultation.store.contribution import contribution, erase
from consultation.store.moderation import moderation_counts
from consultation.store.participation_tables import ContributionRow, RemovalRow
from db import Database
from identity.store.account import AccountRow
from identity.store.role import GrantRow
from settings import Settings
from tests.consultation.answering import start_talk
from tests.consultation.hiding import APPEAL, REVERSED, UPHELD, Desk
from tests.consultation.town import Town, fill_town
from tests.plugins.house import Clock


@pytest.fixture
def desk(town: Town, town_app: Starlette, settings: Settings) -> Desk:
    return Desk(start_talk(town), town_app, settings)


def logged(desk: Desk, kind: str) -> list[dict]:  # type: ignore[type-arg]
    with desk.talk.town.database.reading() as session:
        return [dict(entry.members) for entry in log.promised(session, kind)]


def test_M16_the_same_person_cannot_hide_and_decide_the_appeal(desk: Desk) -> None:
    key, appeal = desk.appealed()
    assert 'name="outcome"' not in desk.page("moderator").get(f"/desk/appeals/{appeal}").text
    refused = desk.decide(appeal, who="moderator")
    assert refused.status_code == 403
    assert (desk.row(key).state, desk.removal(key).state) == ("hidden", "appealed")
    assert logged(desk, "appeal-decided") == []
    assert desk.decide(appeal, who="moderator2").status_code == 303


def test_AC_05_a_second_account_of_the_moderator_decides_nothing(desk: Desk, database: Database) -> None:
    _, appeal = desk.appealed()
    with database.writing() as session:
        session.get_one(AccountRow, desk.talk.town.accounts["moderator"]).official_name = "Ζωή Αλεξίου"
        session.get_one(AccountRow, desk.talk.town.accounts["moderator2"]).official_name = "ΑΛΕΞΙΟΥ  ζωη"
    assert desk.decide(appeal, who="moderator2").status_code == 403
    assert desk.decide(appeal, who="secretariat").status_code == 303


def test_AC_05_whom_the_moderator_gave_the_role_decides_nothing(desk: Desk, database: Database) -> None:
    _, appeal = desk.appealed()
    with database.writing() as session:
        query = select(GrantRow).where(GrantRow.account_id == desk.talk.town.accounts["moderator2"])
        session.exec(query).one().granted_by = desk.talk.town.accounts["moderator"]
    assert desk.decide(appeal, who="moderator2").status_code == 403


def test_AC_05_an_official_account_of_the_same_person_decides_nothing(desk: Desk, database: Database) -> None:
    """Ada, who hid it as a citizen with a role, is also the person behind no other account: the registry says so."""
    _, appeal = desk.appealed()
    accounts = desk.talk.town.accounts
    with database.writing() as session:
        bo = session.get_one(AccountRow, accounts["bo"])
        session.get_one(RemovalRow, desk.removal(desk.talk.keys[-1]).id).moderator_id = bo.id or 0
        session.get_one(AccountRow, accounts["secretariat"]).official_name = "Μπο Βασιλείου"
    assert desk.decide(appeal, who="secretariat").status_code == 403
    assert desk.decide(appeal, who="secretariat2").status_code == 303


def test_AC_05_the_author_decides_no_appeal_of_their_own(desk: Desk, database: Database) -> None:
    key, appeal = desk.appealed()
    with database.writing() as session:
        session.get_one(ContributionRow, desk.row(key).id).account_id = desk.talk.town.accounts["moderator2"]
    assert desk.decide(appeal, who="moderator2").status_code == 403
    assert desk.row(key).state == "hidden"


def test_M16_an_appeal_that_succeeds_shows_the_contribution_again(desk: Desk) -> None:
    key = desk.talk.say(title="Περισσότερες λεύκες")
    desk.hide(key)
    desk.appeal(key)
    appeal = desk.page("moderator2").get("/desk/moderation").text.partition("/desk/appeals/")[2][:32]
    assert APPEAL in desk.page("moderator2").get(f"/desk/appeals/{appeal}").text
    desk.talk.town.clock.forward(days=2)
    desk.decide(appeal)
    row = desk.row(key)
    assert (row.state, row.modified_at) == ("published", desk.talk.town.now)
    assert desk.removal(key).state == "reversed"
    assert desk.is_found("λεύκες")
    letter = desk.letters()[0]
    assert REVERSED["reasoning"] in letter.body
    assert REVERSED["reasoning"] in desk.page("ada").get(letter.url).text
    (told,) = logged(desk, "appeal-decided")
    assert (told["outcome"], told["timing"], told["removal"]) == ("reversed", "in_time", desk.removal(key).key)


def test_M16_an_appeal_that_fails_leaves_it_hidden_for_good(desk: Desk) -> None:
    key, appeal = desk.appealed()
    desk.decide(appeal, **UPHELD)
    assert (desk.row(key).state, desk.removal(key).state) == ("hidden", "upheld")
    assert UPHELD["reasoning"] in desk.letters()[0].body
    assert desk.appeal(key).status_code == 409
    assert desk.page("moderator").post(f"/removals/{desk.removal(key).key}/restoration").status_code == 409


def test_M16_an_appeal_is_filed_within_ten_days_and_once(desk: Desk) -> None:
    late, once = desk.hidden(), desk.hidden(title="Άλλο")
    assert desk.appeal(once).status_code == 303
    assert desk.appeal(once).status_code == 409
    desk.talk.town.clock.moment = desk.removal(late).appeal_until
    assert 'name="text"' not in desk.page("ada").get(f"/contributions/{late}/appeal").text
    assert desk.appeal(late).status_code == 409
    desk.talk.town.clock.forward(minutes=-1)
    assert desk.appeal(late).status_code == 303
    assert len(logged(desk, "appeal-filed")) == 2


@pytest.mark.parametrize("text", ["", "  \r\n", "ω" * 4001])
def test_an_appeal_without_words_or_with_too_many_keeps_what_was_typed(desk: Desk, text: str) -> None:
    key = desk.hidden()
    refused = desk.appeal(key, text=text)
    assert refused.status_code == 422
    assert text in refused.text
    assert desk.removal(key).state == "standing"


@pytest.mark.parametrize("fields", [{"outcome": "", "reasoning": "x"}, {"outcome": "upheld", "reasoning": " "}])
def test_a_decision_without_outcome_or_reasons_decides_nothing(desk: Desk, fields: dict[str, str]) -> None:
    key, appeal = desk.appealed()
    assert desk.decide(appeal, **fields).status_code == 422
    assert desk.removal(key).state == "appealed"


def test_AC_02_only_the_author_reads_and_files(desk: Desk) -> None:
    key = desk.hidden()
    for who in ("bo", "moderator", "secretariat"):
        assert desk.page(who).get(f"/contributions/{key}/appeal").status_code == 403
        assert desk.appeal(key, who=who).status_code == 403
    assert desk.page().get(f"/contributions/{key}/appeal").status_code == 303
    assert desk.page("ada").get(f"/contributions/{desk.talk.say(title='Φανερό')}/appeal").status_code == 404


def test_nobody_decides_without_a_fresh_one_time_code(desk: Desk) -> None:
    key, appeal = desk.appealed()
    refused = desk.decide(appeal, who="stale-moderator2")
    assert refused.status_code == 403
    assert REVERSED["reasoning"] in refused.text
    assert desk.row(key).state == "hidden"


def test_M16_lateness_is_public_while_it_grows_and_after_the_decision(desk: Desk) -> None:
    key, appeal = desk.appealed()
    clock = desk.talk.town.clock
    with desk.talk.town.database.reading() as session:
        clock.moment = store.appeal(session, appeal)[0].due_at
    assert "καθυστέρηση 1 ημέρας" in desk.page().get("/removals").text
    clock.forward(days=2)
    assert "καθυστέρηση 3 ημερών" in desk.page().get("/removals").text
    assert "1 προσφυγή έπρεπε να έχει ήδη κριθεί" in desk.page().get("/removals").text
    assert "καθυστέρηση 3 ημερών" in desk.page("moderator2").get("/desk/moderation").text
    with desk.talk.town.database.reading() as session:
        assert moderation_counts(session, clock()) == {"waiting": 0, "appeals": 1, "overdue": 1}
    desk.decide(appeal, **UPHELD)
    clock.forward(days=40)
    shown = desk.page().get("/removals").text
    assert "καθυστέρηση 3 ημερών" in shown
    assert "έπρεπε να έχει ήδη κριθεί" not in shown
    assert logged(desk, "appeal-decided")[0]["timing"] == "late"
    assert "καθυστέρηση 3 ημερών" in desk.page("ada").get(f"/contributions/{key}/appeal").text


def test_appeals_are_listed_by_their_deadline_and_what_waits_by_its_age(desk: Desk) -> None:
    desk.appealed()
    desk.talk.town.clock.forward(days=1)
    desk.appealed()
    first = desk.talk.say(title="Πρώτη", premoderated=True)
    desk.talk.town.clock.forward(hours=1)
    second = desk.talk.say(title="Δεύτερη", premoderated=True)
    shown = desk.page("moderator2").get("/desk/moderation").text
    assert shown.index(first) < shown.index(second) < shown.index("/desk/appeals/")
    with desk.talk.town.database.reading() as session:
        due = [row.due_at for row, _, _, _ in store.open_appeals(session)]
        assert due == sorted(due)
        assert moderation_counts(session, desk.talk.town.now) == {"waiting": 2, "appeals": 2, "overdue": 0}


def test_GD_02_an_appeal_about_an_erased_contribution_brings_nothing_back(desk: Desk) -> None:
    key, appeal = desk.appealed()
    with desk.talk.writing() as session:
        erase(session, contribution(session, key), desk.talk.town.topic_key, desk.talk.town.now)
    before = len(desk.letters())
    assert APPEAL not in desk.page("moderator2").get(f"/desk/appeals/{appeal}").text
    assert desk.decide(appeal).status_code == 303
    assert (desk.row(key).state, desk.removal(key).state) == ("erased", "reversed")
    assert len(desk.letters()) == before


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(
    any_database: Database, settings: Settings, clock: Clock
) -> None:
    town = fill_town(any_database, settings, clock)
    talk = start_talk(town)
    key = talk.say()
    with any_database.writing() as session:
        moderation.hide(session, key, Hiding("insult", "x"), town.accounts["moderator"], clock())
    with any_database.writing() as session:
        appeal = store.file_appeal(session, key, APPEAL, town.accounts["ada"], clock()).key
    results: list[str] = []
    ready = threading.Barrier(2)

    def decide(who: str, outcome: str) -> None:
        ready.wait()
        try:
            with any_database.writing() as session:
                store.decide(session, appeal, Verdict(outcome, "x"), town.accounts[who], clock())
            results.append(outcome)
        except WrongState as refused:
            results.append(refused.code)

    pairs = (("moderator2", "upheld"), ("secretariat", "reversed"))
    threads = [threading.Thread(target=decide, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "appeal.decided" in results
    (won,) = set(results) - {"appeal.decided"}
    with any_database.reading() as session:
        row, removal, said = store.appeal(session, appeal)
        assert (row.outcome, removal.state) == (won, won)
        assert said.state == ("published" if won == "reversed" else "hidden")
        assert len(log.promised(session, "appeal-decided")) == 1


def test_the_second_decider_gets_409_and_nothing_changes(desk: Desk) -> None:
    key, appeal = desk.appealed()
    desk.decide(appeal, **UPHELD)
    letters = len(desk.letters())
    refused = desk.decide(appeal, who="secretariat", **REVERSED)
    assert refused.status_code == 409
    assert desk.removal(key).state == "upheld"
    assert len(desk.letters()) == letters


def test_an_appeal_and_a_restoration_at_once_leave_one_of_them(desk: Desk) -> None:
    key = desk.hidden()
    removal = desk.removal(key)
    with desk.talk.writing() as session:
        moderation.restore(session, removal.key, desk.talk.town.now)
    with desk.talk.writing() as session, pytest.raises(WrongState, match=r"appeal\.ended"):
        store.file_appeal(session, key, APPEAL, desk.talk.town.accounts["ada"], desk.talk.town.now)


def test_a_stranger_cannot_file_through_the_store(desk: Desk) -> None:
    key = desk.hidden()
    with desk.talk.writing() as session, pytest.raises(NotYours):
        store.file_appeal(session, key, APPEAL, desk.talk.town.accounts["bo"], desk.talk.town.now)


def test_the_days_of_a_decision_are_those_of_the_rules(desk: Desk) -> None:
    _, appeal = desk.appealed()
    with desk.talk.town.database.reading() as session:
        row, removal, _ = store.appeal(session, appeal)
        assert timedelta(days=10) <= removal.appeal_until - removal.created_at <= timedelta(days=11)
        assert timedelta(days=15) <= row.due_at - row.created_at <= timedelta(days=16)
