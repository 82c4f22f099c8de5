"""The duty to reply (M10): one reply for many, never two for one, and no end while somebody is owed one."""

import json
import threading

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consultation.errors import Incomplete, WrongState
from consultation.moderation import REASONS
from consultation.reply import Reply, outcomes_for, read_reply, read_template
from consultation.store import reply as store
from consultation.store.contribution import contribution, erase, withdraw
from consultation.store.council_tables import SessionRow
from consultation.store.participation_tables import AppealRow, ConsultationRow, ContributionRow, RemovalRow
from consultation.store.workbench import reply_counts
from consultation.workbench import choose, read_filter, read_page
from crypto.encoding import sha256_hex
from db import Database
from identity.store.message import messages
from settings import Settings
from tests.consultation.answering import Talk, start_talk
from tests.consultation.town import Town, fill_town, make_topic
from tests.consultation.visitors import browser_of, page_of
from tests.plugins.house import Clock

GIVEN = {"outcome": "accepted", "text": "Θα φυτευτούν δέκα δέντρα.", "signed_by": "Διεύθυνση πρασίνου"}


@pytest.fixture
def talk(town: Town) -> Talk:
    return start_talk(town)


@pytest.fixture
def clerk(town_app: Starlette, settings: Settings) -> TestClient:
    return page_of(town_app, settings, "secretariat")


def answer(browser: TestClient, talk: Talk, *keys: str, **fields: str):  # type: ignore[no-untyped-def]
    return browser.post(f"{talk.base}/replies", data={"selected": " ".join(keys), **GIVEN, **fields})


def test_M10_the_consultation_finishes_only_when_everybody_owed_a_reply_has_one(talk: Talk, clerk: TestClient) -> None:
    proposal, objection = talk.say(), talk.say("objection", "Όχι άλλα αυτοκίνητα", by="bo")
    talk.say("question_post", "Πότε αρχίζουν τα έργα;")
    talk.close()
    url = f"{talk.base}/consultation/finishing"
    refused = clerk.post(url)
    assert refused.status_code == 409
    assert f"/contributions/{proposal}" in refused.text
    assert f"/contributions/{objection}" in refused.text
    assert "Πότε αρχίζουν" not in refused.text  # a question is not owed a reply
    assert answer(clerk, talk, proposal).status_code == 303
    assert clerk.post(url).status_code == 409
    assert answer(clerk, talk, objection, outcome="rejected").status_code == 303
    assert clerk.get(url).status_code == 200
    assert clerk.post(url).headers["location"] == f"/topics/{talk.town.topic_key}/consultation"
    assert [(one["due"], one["answered"]) for one in talk.logged("consultation-finished")] == [(2, 2)]
    with talk.writing() as session:
        assert talk.consultation(session).state == "finished"


def test_M10_the_share_answered_is_counted_from_records(talk: Talk, clerk: TestClient) -> None:
    keys = [talk.say(title=f"Πρόταση {number}") for number in range(3)]
    talk.say("comment", "Μπράβο")
    with talk.writing() as session:
        number = talk.consultation(session).id or 0
        assert store.share_answered(session, number) == (0, 3)
    answer(clerk, talk, *keys[:2])
    with talk.writing() as session:
        assert store.share_answered(session, number) == (2, 3)
        row = contribution(session, keys[0])
        withdraw(session, row, talk.town.topic_key, talk.town.now)
        assert store.share_answered(session, number) == (1, 2)  # what is no longer public is owed nothing
    assert '<progress value="1" max="2">' in clerk.get(f"{talk.base}/replies").text


def test_M10_one_reply_answers_a_group_and_its_fingerprint_is_in_the_log(talk: Talk, clerk: TestClient) -> None:
    keys = [talk.say(title=f"Δέντρα {number}", by=by) for number, by in enumerate(("ada", "bo", "ada"))]
    assert answer(clerk, talk, *keys).status_code == 303
    with talk.writing() as session:
        rows = [contribution(session, key) for key in keys]
        made = {reply.id: reply for reply in store.replies_of(session, [row.id or 0 for row in rows]).values()}
        assert len(made) == 1
        reply = next(iter(made.values()))
        told = [messages(session, talk.town.accounts[name]) for name in ("ada", "bo")]
    (entry,) = talk.logged("reply")
    assert entry["text"] == sha256_hex(reply.content)
    assert entry["contributions"] == sorted(keys)
    assert json.loads(reply.content)["text"] == GIVEN["text"]
    assert [len(own) for own in told] == [1, 1]  # one message each, however many were answered
    assert GIVEN["text"] in told[0][0].body
    assert told[1][0].url == f"/contributions/{keys[1]}"


def test_two_hundred_proposals_are_answered_at_once_and_none_is_lost(talk: Talk, clerk: TestClient) -> None:
    keys = [talk.say(title=f"Πρόταση {number}") for number in range(200)]
    first = clerk.get(f"{talk.base}/replies")
    assert first.text.count('name="' + keys[0]) == 1
    assert keys[150] not in first.text  # a hundred on a page
    # Three ticked here, then the second page: they stay selected though it does not show them.
    ticked = dict.fromkeys(keys[:3], "yes")
    second = clerk.post(f"{talk.base}/replies/selection", data={**ticked, "page": "2"})
    assert all(key in second.text for key in keys[:3])
    writing = clerk.post(f"{talk.base}/replies/writing", data={"every": "yes", "selected": keys[0]})
    assert writing.status_code == 200
    refused = clerk.post(f"{talk.base}/replies/confirmation", data={"selected": " ".join(keys), **GIVEN, "text": ""})
    assert refused.status_code == 422
    assert all(key in refused.text for key in keys)  # the selection survives the refusal
    assert GIVEN["signed_by"] in refused.text
    sure = clerk.post(f"{talk.base}/replies/confirmation", data={"selected": " ".join(keys), **GIVEN})
    assert sure.status_code == 200
    assert "200" in sure.text
    assert answer(clerk, talk, *keys).status_code == 303
    with talk.writing() as session:
        assert store.share_answered(session, talk.consultation(session).id or 0) == (200, 200)


def test_what_somebody_else_answered_meanwhile_is_named_and_the_text_is_kept(
    talk: Talk, clerk: TestClient, town_app: Starlette, settings: Settings
) -> None:
    one, two = talk.say(title="Παγκάκια"), talk.say(title="Δέντρα")
    other = page_of(town_app, settings, "service")
    assert answer(other, talk, one).status_code == 303
    refused = answer(clerk, talk, one, two, text="Το δικό μου κείμενο")
    assert refused.status_code == 409
    assert "Παγκάκια" in refused.text
    assert "Το δικό μου κείμενο" in refused.text
    assert len(talk.logged("reply")) == 1
    # The answered one is taken out, the rest is answered.
    left = clerk.post(f"{talk.base}/replies/writing", data={"selected": f"{one} {two}", **GIVEN, "drop": "yes"})
    assert f'value="{two}"' in left.text
    assert answer(clerk, talk, two).status_code == 303


def test_what_was_hidden_meanwhile_is_not_answered_and_the_text_is_kept(talk: Talk, clerk: TestClient) -> None:
    one, two = talk.say(title="Παγκάκια"), talk.say(title="Δέντρα")
    with talk.writing() as session:
        withdraw(session, contribution(session, one), talk.town.topic_key, talk.town.now)
    refused = answer(clerk, talk, one, two, text="Το δικό μου κείμενο")
    assert refused.status_code == 409
    assert "Το δικό μου κείμενο" in refused.text
    assert one not in refused.text
    assert talk.logged("reply") == []


def test_RL_two_replies_at_the_same_moment_never_answer_one_contribution_twice(
    any_database: Database, settings: Settings, clock: Clock
) -> None:
    town = fill_town(any_database, settings, clock)
    talk = start_talk(town)
    keys = [talk.say(title=f"Πρόταση {number}") for number in range(4)]
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def give(clerk: str, wanted: list[str]) -> None:
        ready.wait()
        try:
            with any_database.writing() as session:
                number = talk.topic(session).id or 0
                rows = store.locked_contributions(session, number, wanted)
                given = Reply("accepted", "Ναι", clerk)
                store.give_reply(session, talk.topic(session), rows, given, town.accounts[clerk], clock())
            outcomes.append("given")
        except WrongState as refused:
            outcomes.append(refused.code)

    threads = [
        threading.Thread(target=give, args=("secretariat", keys[:3])),
        threading.Thread(target=give, args=("service", keys[1:][::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["given", "reply.taken"]
    with any_database.reading() as session:
        assert store.share_answered(session, 1) == (3, 4)


def test_a_reply_is_revised_as_a_version_and_the_one_before_stays(talk: Talk, clerk: TestClient) -> None:
    key = talk.say()
    answer(clerk, talk, key)
    with talk.writing() as session:
        reply = store.replies_of(session, [contribution(session, key).id or 0]).popitem()[1]
    url = f"/desk/replies/{reply.key}"
    changed = {**GIVEN, "outcome": "partly", "text": "Θα φυτευτούν πέντε.", "revision": "1"}
    assert clerk.post(f"{url}/confirmation", data=changed).status_code == 200
    assert clerk.post(url, data=changed).status_code == 303
    assert [(one["version"], one["outcome"]) for one in talk.logged("reply")] == [(1, "accepted"), (2, "partly")]
    shown = clerk.get(url).text
    assert GIVEN["text"] in shown
    assert "Θα φυτευτούν πέντε." in shown
    with talk.writing() as session:
        digests = [sha256_hex(version.content) for version in store.versions(session, reply.id or 0)]
    assert digests[::-1] == [one["text"] for one in talk.logged("reply")]
    # A second writer who opened the form before sees what is stored now; nothing is overwritten.
    late = clerk.post(url, data={**GIVEN, "text": "Καθυστερημένο", "revision": "1"})
    assert late.status_code == 409
    assert "Καθυστερημένο" in late.text
    assert "Θα φυτευτούν πέντε." in late.text
    assert len(talk.logged("reply")) == 2


def test_questions_are_answered_and_not_accepted(talk: Talk, clerk: TestClient) -> None:
    question, proposal = talk.say("question_post", "Πότε;"), talk.say()
    mixed = clerk.post(f"{talk.base}/replies/writing", data={question: "yes", proposal: "yes"})
    assert mixed.status_code == 409
    assert answer(clerk, talk, question).status_code == 422
    assert answer(clerk, talk, question, outcome="answered").status_code == 303
    assert answer(clerk, talk, proposal, outcome="answered").status_code == 422
    with pytest.raises(WrongState):
        outcomes_for({"argument"})


@pytest.mark.parametrize("lacking", ["outcome", "text", "signed_by"])
def test_a_reply_without_outcome_reason_or_name_is_refused(lacking: str) -> None:
    with pytest.raises(Incomplete) as refused:
        read_reply({**GIVEN, lacking: " "}, {"proposal"})
    assert refused.value.field == lacking


def test_an_open_appeal_a_waiting_contribution_keeps_it_from_finishing(
    talk: Talk, clerk: TestClient, town: Town
) -> None:
    hidden = talk.say(title="Κρυμμένη")
    waiting = talk.say(title="Αναμένουσα", premoderated=True)
    with talk.writing() as session:
        row = contribution(session, hidden)
        row.state = "hidden"
        removal = RemovalRow(
            contribution_id=row.id or 0, reason=next(iter(REASONS)), explanation="x", stage="after", state="appealed",
            moderator_id=town.accounts["moderator"], appeal_until=town.now, created_at=town.now, modified_at=town.now,
        )  # fmt: skip
        session.add_all([row, removal])
        session.flush()
        appeal = AppealRow(
            removal_id=removal.id or 0, text="Γιατί;", due_at=town.now, created_at=town.now, modified_at=town.now
        )
        session.add(appeal)
    talk.close()
    url = f"{talk.base}/consultation/finishing"
    refused = clerk.post(url)
    assert refused.status_code == 409
    assert "Κρυμμένη" in refused.text
    assert "Αναμένουσα" in refused.text
    with talk.writing() as session:
        erase(session, contribution(session, waiting), town.topic_key, town.now)
    assert clerk.post(url).status_code == 409
    with talk.writing() as session:
        decided = session.get_one(AppealRow, 1)
        decided.outcome, decided.decided_at = "upheld", town.now
        session.add(decided)
    assert clerk.post(url).status_code == 303


def test_an_open_consultation_cannot_finish_and_finishing_asks_for_a_fresh_code(
    talk: Talk, clerk: TestClient, town_app: Starlette, settings: Settings
) -> None:
    url = f"{talk.base}/consultation/finishing"
    assert clerk.post(url).status_code == 409
    talk.close()
    stale = browser_of(town_app, settings, "stale-secretariat")
    assert stale.post(url).json()["code"] == "login.stale"
    assert page_of(town_app, settings, "stale-secretariat").get(url).headers["location"].startswith("/login/fresh")
    assert browser_of(town_app, settings, "service").post(url).json()["code"] == "role.needed"


def test_the_list_is_filtered_by_type_reply_person_and_date(talk: Talk, clerk: TestClient, town: Town) -> None:
    proposal = talk.say(title="Δέντρα")
    objection = talk.say("objection", "Θόρυβος")
    base = f"{talk.base}/replies"
    service = str(town.accounts["service"])
    given = {proposal: "yes", "new_owner": service, "new_due": "2026-10-01"}
    assert clerk.post(f"{base}/assignment", data=given).status_code == 303
    assert "Θόρυβος" not in clerk.get(f"{base}?kind=proposal").text
    assert "Δέντρα" not in clerk.get(f"{base}?owner=none").text
    assert "Θόρυβος" not in clerk.get(f"{base}?owner={service}").text
    overdue = clerk.get(f"{base}?due=overdue").text
    assert "Δέντρα" in overdue
    assert "Θόρυβος" not in overdue
    answer(clerk, talk, proposal)
    assert "Δέντρα" not in clerk.get(f"{base}?answer=no").text
    assert "Θόρυβος" not in clerk.get(f"{base}?answer=yes").text
    assert clerk.get(f"{base}?kind=nonsense&owner=x&due=y&page=-3").status_code == 200
    with town.database.reading() as session:
        assert contribution(session, objection).owner_id is None


def test_the_desk_counts_what_is_owed_with_its_dates(talk: Talk, clerk: TestClient, town: Town) -> None:
    one, two = talk.say(), talk.say("objection", "Θόρυβος")
    clerk.post(f"{talk.base}/replies/assignment", data={one: "yes", "new_due": "2026-10-01"})
    with town.database.reading() as session:
        (found,) = reply_counts(session, town.now.date())["consultations"]
        assert (found["topic"], found["unanswered"], found["overdue"]) == (town.topic_key, 2, 1)
        assert found["first_due"].isoformat() == "2026-10-01"
    answer(clerk, talk, one, two)
    with town.database.reading() as session:
        assert reply_counts(session, town.now.date()) == {"consultations": [], "forms_waiting": 0}


def test_AC_02_contributions_of_another_consultation_are_not_answered_from_here(
    talk: Talk, clerk: TestClient, town: Town
) -> None:
    key = talk.say()
    with talk.writing() as session:
        topic = make_topic(session, town.now, session.get_one(SessionRow, 1), title="Άλλο θέμα", position=2)
        other = ConsultationRow(
            topic_id=topic.id or 0, state="open", created_at=town.now, modified_at=town.now, closes_at=town.now
        )
        session.add(other)
        session.flush()
        foreign = ContributionRow(
            consultation_id=other.id or 0, kind="proposal", state="published", title="Ξένη", text="Ξένη",
            submitted_at=town.now, created_at=town.now, modified_at=town.now,
        )  # fmt: skip
        session.add(foreign)
        session.flush()
    with pytest.raises(WrongState):
        choose({"selected": foreign.key}, [], [key])
    refused = answer(clerk, talk, key, foreign.key)
    assert refused.status_code == 409
    assert "Ξένη" not in refused.text
    assert talk.logged("reply") == []


def test_templates_are_kept_taken_and_deleted(talk: Talk, clerk: TestClient) -> None:
    key = talk.say()
    form = {"name": "Δέντρα", "outcome": "accepted", "text": "Έτοιμο κείμενο."}
    assert clerk.post("/desk/reply-templates", data=form).status_code == 303
    assert clerk.post("/desk/reply-templates", data=form).status_code == 422  # the name is taken
    filled = clerk.post(
        f"{talk.base}/replies/writing", data={"selected": key, "text": "Δικό μου.", "template": "1", "fill": "yes"}
    )
    assert "Έτοιμο κείμενο.\n\nΔικό μου." in filled.text
    changed = {**form, "text": "Άλλο.", "revision": "1"}
    assert clerk.post("/desk/reply-templates/1", data=changed).status_code == 303
    conflict = clerk.post("/desk/reply-templates/1", data={**form, "text": "Τρίτο.", "revision": "1"})
    assert conflict.status_code == 409
    assert "Άλλο." in conflict.text
    assert "Τρίτο." in conflict.text
    assert clerk.post("/desk/reply-templates/1/removal").status_code == 303
    assert clerk.get("/desk/reply-templates/1").status_code == 404
    with pytest.raises(Incomplete):
        read_template({**form, "outcome": "maybe"})


def test_an_auditor_sees_the_workbench_and_changes_nothing(talk: Talk, town_app: Starlette, settings: Settings) -> None:
    key = talk.say()
    auditor = page_of(town_app, settings, "auditor")
    shown = auditor.get(f"{talk.base}/replies")
    assert shown.status_code == 200
    assert f'name="{key}"' not in shown.text
    assert answer(auditor, talk, key).status_code == 403


def test_an_address_with_odd_words_lists_everything() -> None:
    assert read_filter({"kind": "argument", "owner": "١", "due": "soon"}).query() == ""
    assert read_filter({"kind": "objection", "answer": "no"}).query(2) == "?kind=objection&answer=no&page=2"
    assert [read_page(text) for text in ("", "0", "٣", "999999", "7")] == [1, 1, 1, 1, 7]
