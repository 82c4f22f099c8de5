"""What can still happen to a vote that was opened: an extension, a cancellation, and nothing else (AC-08)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from db import Database
from settings import Settings
from tests.voting.preparing import DRAFT, EVA, FAY, NOW, DeskOf, draft_on_desk
from voting import desk
from voting.checklist import notes
from voting.errors import (
    BadApproval,
    BadDraft,
    NotReady,
    WrongPhase,
)
from voting.lifecycle import Phase
from voting.opening import approve_cancellation, approve_extension


def test_AC_08_nothing_of_an_open_vote_can_be_changed(on_desk: DeskOf) -> None:
    on_desk.open()
    before = on_desk.kinds()
    attempts = (
        on_desk.proclaim,
        on_desk.freeze,
        on_desk.open_ceremony,
        on_desk.open_rehearsal,
        on_desk.list_credentials,
        lambda: on_desk.approve(EVA),
    )
    for attempt in attempts:
        with pytest.raises(WrongPhase, match=r"referendum\.frozen"):
            attempt()
    with pytest.raises(WrongPhase, match=r"referendum\.frozen"), on_desk.writing() as preparation:
        desk.keep_draft(preparation.row, replace(DRAFT, title="Άλλος τίτλος"))
    assert on_desk.kinds() == before


def test_an_extension_takes_two_persons_who_name_the_same_hour_and_reason(on_desk: DeskOf) -> None:
    on_desk.open()
    later = DRAFT.closes + timedelta(hours=2)

    def extend(account: int, closes: object = later, reason: str = "Διακοπή ρεύματος") -> bool:
        with on_desk.writing() as preparation:
            return approve_extension(preparation, closes, reason, account, None, NOW, (EVA, FAY))  # type: ignore[arg-type]

    assert not extend(EVA)
    assert not extend(FAY, reason="Άλλος λόγος")
    assert not extend(FAY, closes=later + timedelta(minutes=1))
    with pytest.raises(BadApproval, match=r"extension\.earlier"):
        extend(FAY, closes=DRAFT.closes)
    with pytest.raises(BadDraft, match=r"words\.empty"):
        extend(FAY, reason="  ")
    assert extend(FAY)
    with on_desk.reading() as preparation:
        assert preparation.row.closes_at == later
    assert on_desk.kinds()[-1] == "extended"


def test_a_cancellation_takes_two_persons_and_is_final(on_desk: DeskOf) -> None:
    on_desk.open()

    def cancel(account: int) -> bool:
        with on_desk.writing() as preparation:
            return approve_cancellation(preparation, "Λάθος στο ερώτημα", account, None, NOW, (EVA, FAY))

    assert not cancel(EVA)
    assert cancel(FAY)
    assert on_desk.phase == Phase.CANCELLED
    with pytest.raises(WrongPhase):
        cancel(EVA)


def test_AC_08_the_approval_of_somebody_who_left_the_committee_counts_no_more(on_desk: DeskOf) -> None:
    on_desk.prepare()
    successor, without_eva = 4, (FAY, 4)
    assert not on_desk.approve(EVA)
    assert not on_desk.approve(FAY, members=without_eva)
    assert on_desk.phase == Phase.REHEARSED
    assert on_desk.approve(successor, members=without_eva)

    def extend(account: int) -> bool:
        with on_desk.writing() as preparation:
            later = DRAFT.closes + timedelta(hours=2)
            return approve_extension(preparation, later, "Διακοπή", account, None, NOW, without_eva)

    def cancel(account: int) -> bool:
        with on_desk.writing() as preparation:
            return approve_cancellation(preparation, "Λάθος", account, None, NOW, without_eva)

    for act in (extend, cancel):
        assert not act(EVA)
        assert not act(FAY)
        assert act(successor)


def test_a_vote_does_not_open_before_the_announced_hour(database: Database, settings: Settings) -> None:
    on_desk = draft_on_desk(database, settings, replace(DRAFT, opens=NOW + timedelta(minutes=1))).prepare()
    with pytest.raises(NotReady, match=r"checklist\.hour"):
        on_desk.approve(EVA)
    on_desk.now = NOW + timedelta(minutes=1)
    assert not on_desk.approve(EVA)


def test_TK_11_a_small_roll_is_pointed_out_before_the_opening(on_desk: DeskOf) -> None:
    on_desk.proclaim().freeze(3)
    with on_desk.reading() as preparation:
        assert "small" in {note.key for note in notes(preparation)}
