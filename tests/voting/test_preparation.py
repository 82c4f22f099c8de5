"""From the draft to the opening, through the service's own nouns and stores: M24 to M28, AC-08, BB-16."""

from dataclasses import replace
from datetime import timedelta

import pytest

from audit import store as log
from audit.local_time import instant
from audit.refusal import Refused
from audit.tree import root
from crypto.election import decode_election
from crypto.encoding import compact, parse_json, sha256
from crypto.errors import InvalidProof
from db import Database
from settings import Settings
from tests.voting.preparing import DRAFT, EVA, FAY, LEGAL, NOW, TRUSTEES, DeskOf, draft_on_desk
from voting import desk
from voting.checklist import checklist
from voting.credentials import list_credentials
from voting.errors import (
    BadApproval,
    BadCredentials,
    BadRehearsal,
    BadRoll,
    BrokenProfile,
    NotReady,
    WrongPhase,
)
from voting.manifest import decode_manifest
from voting.proclamation import proclaim
from voting.profile import PROFILES
from voting.rehearsal import accept_key_check
from voting.roll import member_leaf

TOMORROW = replace(DRAFT, opens=NOW + timedelta(days=1), roll_cutoff=NOW.date() + timedelta(days=1))


def test_M24_a_vote_under_a_broken_profile_is_not_proclaimed_and_the_refusal_names_the_article(
    database: Database, settings: Settings
) -> None:
    draft = replace(LEGAL, calendar=replace(LEGAL.calendar, election_years=frozenset({2026})))
    on_desk = draft_on_desk(database, settings, draft)
    with pytest.raises(BrokenProfile) as refused:
        on_desk.proclaim()
    assert refused.value.code == "dates.election_year"
    assert "ν. 4555/2018, άρθρο 135" in str(refused.value)
    assert on_desk.phase == "drafted"
    assert on_desk.kinds() == []


def test_M24_an_empty_profile_cannot_be_proclaimed(database: Database, settings: Settings) -> None:
    on_desk = draft_on_desk(database, settings, replace(DRAFT, profile="gr-5314-2026"))
    with pytest.raises(BrokenProfile, match=r"profile\.empty"):
        on_desk.proclaim()


def test_M24_a_second_referendum_within_a_year_is_refused_from_the_services_own_memory(
    database: Database, settings: Settings
) -> None:
    draft_on_desk(database, settings, LEGAL, "first").proclaim()
    with pytest.raises(BrokenProfile, match=r"dates\.interval"):
        draft_on_desk(database, settings, LEGAL, "second").proclaim()


def test_the_one_who_drafted_a_vote_cannot_proclaim_it(on_desk: DeskOf) -> None:
    with pytest.raises(BadApproval, match=r"proclamation\.same_person"), on_desk.writing() as preparation:
        proclaim(preparation, "Δήμος", preparation.row.created_by, NOW)
    assert on_desk.phase == "drafted"


def test_M25_the_manifest_hash_in_the_log_covers_every_word_shown(database: Database, settings: Settings) -> None:
    question = replace(DRAFT.questions[0], statement_for="Υπέρ, δέκα γράμματα", statement_against="Κατά, δέκα γράμματα")
    on_desk = draft_on_desk(database, settings, replace(DRAFT, questions=(question,))).proclaim()
    with on_desk.reading() as preparation:
        row = preparation.row
        assert row.manifest is not None
        shown = decode_manifest(row.manifest)
        on_desk.sequence()
    text = row.manifest.decode()
    for word in (
        DRAFT.title, DRAFT.summary, question.question, *question.answers, question.statement_for,
        question.statement_against, PROFILES[DRAFT.profile].label, PROFILES[DRAFT.profile].winner_text,
        instant(DRAFT.opens), instant(DRAFT.closes), "2026-10-01", settings.municipality,
    ):  # fmt: skip
        assert word in text
    assert shown["referendum"] == row.uuid
    with on_desk.db.reading() as session:
        (entry,) = log.find(session, "proclaimed", row.uuid)
    assert entry.entry.members["manifest"] == sha256(row.manifest).hex()


def test_M26_the_roll_is_published_as_a_number_and_a_commitment_that_its_salts_open(on_desk: DeskOf) -> None:
    on_desk.proclaim().freeze(4)
    with on_desk.reading() as preparation:
        row = preparation.row
        members = preparation.roll_members()
    assert row.roll_count == 4
    leaves = sorted(member_leaf(row.uuid, member.person_id, member.salt or b"") for member in members)
    assert root(leaves) == row.roll_commitment
    assert on_desk.kinds()[-1] == "roll-frozen"


def test_M26_the_roll_is_not_frozen_before_its_cut_off(database: Database, settings: Settings) -> None:
    on_desk = draft_on_desk(
        database, settings, replace(DRAFT, opens=NOW + timedelta(days=1), roll_cutoff=NOW.date() + timedelta(days=1))
    )
    on_desk.proclaim()
    with pytest.raises(BadRoll, match=r"roll\.early"):
        on_desk.freeze()


def test_M26_objections_after_the_freezing_lead_to_a_new_roll_and_a_new_list(on_desk: DeskOf) -> None:
    on_desk.proclaim().freeze(3).list_credentials()
    on_desk.freeze(4)
    with on_desk.reading() as preparation:
        assert preparation.row.credentials is None
    assert on_desk.kinds().count("roll-frozen") == 2


def test_M26_the_vote_does_not_open_while_objections_can_be_made(database: Database, settings: Settings) -> None:
    on_desk = draft_on_desk(database, settings, replace(DRAFT, objections_until=NOW.date(), opens=NOW)).prepare()
    with pytest.raises(NotReady, match=r"checklist\.objections"):
        on_desk.approve(EVA)


def test_M27_every_red_item_says_what_why_and_where(on_desk: DeskOf) -> None:
    on_desk.proclaim()
    with on_desk.reading() as preparation:
        red = [item for item in checklist(preparation, NOW) if not item.done]
    assert {item.key for item in red} >= {"roll", "credentials", "keys", "rehearsal"}
    for item in red:
        assert item.what, item.key
        assert item.why, item.key
        assert item.where in set(desk.ACTS), item.key


def test_M27_two_different_persons_open_a_vote(on_desk: DeskOf) -> None:
    on_desk.prepare()
    assert not on_desk.approve(EVA, 21)
    assert on_desk.phase == "rehearsed"
    with pytest.raises(BadApproval, match=r"approval\.twice"):
        on_desk.approve(EVA, 21)
    with pytest.raises(BadApproval, match=r"approval\.twice"):
        on_desk.approve(FAY, 21)
    assert on_desk.phase == "rehearsed"
    assert on_desk.approve(FAY, 22)
    assert on_desk.phase == "open"


def test_M27_an_approval_is_worth_nothing_for_another_list_of_credentials(on_desk: DeskOf) -> None:
    on_desk.prepare()
    on_desk.approve(EVA)
    on_desk.freeze(5).list_credentials()
    assert not on_desk.approve(FAY)
    assert on_desk.phase == "rehearsed"
    assert on_desk.approve(EVA)


def test_the_opening_entry_names_every_object_of_the_vote(on_desk: DeskOf) -> None:
    on_desk.open()
    on_desk.sequence()
    with on_desk.reading() as preparation:
        row = preparation.row
        (opened,) = [logged.entry.members for logged in log.find(preparation.session, "opened", row.uuid)]
    for name in ("manifest", "election", "trustees", "credentials"):
        raw = getattr(row, name)
        assert raw is not None
        assert opened[name] == sha256(raw).hex()
    assert (opened["roll"], opened["issuer"], opened["closes"]) == (3, "authority", instant(DRAFT.closes))
    assert row.election is not None
    election = decode_election(row.election)
    assert (election.name, election.uuid, election.credentials) == (DRAFT.title, row.uuid, None)


def test_M28_opening_is_impossible_until_every_trustee_passed_and_the_rehearsal_was_decrypted(on_desk: DeskOf) -> None:
    on_desk.proclaim().freeze().list_credentials()
    with pytest.raises(WrongPhase):
        on_desk.approve(EVA)
    on_desk.hold_ceremony()
    with pytest.raises(WrongPhase):
        on_desk.approve(EVA)
    on_desk.open_rehearsal()
    for account in TRUSTEES[:-1]:
        on_desk.check_key(account)
        with pytest.raises(WrongPhase):
            on_desk.approve(EVA)
    # Two of three could open the box already; the third one's key check is asked for all the same.
    with on_desk.reading() as preparation:
        red = [item.key for item in checklist(preparation, NOW) if not item.done]
    assert red == ["key_check_3", "rehearsal"]
    on_desk.check_key(TRUSTEES[-1])
    assert on_desk.phase == "rehearsed"
    assert not on_desk.approve(EVA)


def test_M28_a_rehearsal_that_gives_another_sum_than_was_cast_completes_nothing(on_desk: DeskOf) -> None:
    on_desk.proclaim().freeze().list_credentials().hold_ceremony().open_rehearsal()
    with on_desk.writing() as preparation:
        rehearsal = preparation.rehearsal()
        assert rehearsal is not None
        rehearsal.known = compact([[0, 0, 0]])
    for account in TRUSTEES[:-1]:
        on_desk.check_key(account)
    with pytest.raises(BadRehearsal, match=r"rehearsal\.result"):
        on_desk.check_key(TRUSTEES[-1])
    assert on_desk.phase == "keyed"


def test_a_key_check_sent_again_changes_nothing_and_another_one_is_refused(on_desk: DeskOf) -> None:
    on_desk.proclaim().hold_ceremony().open_rehearsal()
    payload, strong = on_desk.decryption(11)
    for expected in (True, False):
        with on_desk.writing() as preparation:
            assert accept_key_check(preparation, 11, payload, strong, NOW) is expected
    other = on_desk.decryption(11)
    with pytest.raises(BadRehearsal, match=r"rehearsal\.sent"), on_desk.writing() as preparation:
        accept_key_check(preparation, 11, *other, NOW)


def test_TK_08_no_rehearsal_is_decrypted_after_the_opening(on_desk: DeskOf) -> None:
    on_desk.proclaim().freeze().list_credentials().hold_ceremony().rehearse()
    late = on_desk.decryption(11)
    on_desk.approve(EVA)
    on_desk.approve(FAY)
    with pytest.raises(Refused), on_desk.writing() as preparation:
        accept_key_check(preparation, 11, *late, NOW)
    with pytest.raises(InvalidProof, match=r"board\.opened"):
        on_desk.decryption(11)


@pytest.mark.parametrize("slip", ["short", "duplicate", "identity", "weight", "unsorted", "foreign"])
def test_BB_16_a_tampered_list_of_credentials_is_refused_and_nothing_is_kept(on_desk: DeskOf, slip: str) -> None:
    on_desk.proclaim().freeze(3).list_credentials()
    with on_desk.reading() as preparation:
        listed = parse_json(preparation.row.credentials or b"")
    assert isinstance(listed, list)
    texts = [str(text) for text in listed]
    lied, code = {
        "short": (texts[:2], "credentials.count"),
        "duplicate": ([texts[0], texts[0], texts[2]], "credentials.duplicate"),
        "identity": (sorted([*texts[:2], "0" * 63 + "1"]), "point.identity"),
        "weight": ([texts[0], texts[1], texts[2] + ",2"], "credentials.weight"),
        "unsorted": (texts[::-1], "credentials.order"),
        "foreign": (sorted([*texts[:2], "7" * 64]), "point.subgroup"),
    }[slip]
    on_desk.freeze(3)
    with pytest.raises(BadCredentials) as refused, on_desk.writing() as preparation:
        list_credentials(preparation, compact([*lied]))
    assert refused.value.code == code
    with on_desk.reading() as preparation:
        assert preparation.row.credentials is None
