"""A decision as a value: what its form may hold, and the bytes the log knows."""

from datetime import UTC, date, datetime

import pytest

from consultation.council_vote import Choice, Outcome
from consultation.decision import (
    TEXT_LIMIT,
    Decision,
    check_time,
    decision_content,
    decode_decision,
    read_decision,
    write_decision,
)
from consultation.errors import Incomplete, WrongState
from crypto.encoding import parse_compact
from tests.consultation.deciding import ADA_ACT, UUID, a_decision, members_of_three

SESSION_DAY, TODAY = date(2026, 10, 2), date(2026, 10, 5)


def read(*, withdrawn: bool = False, **changed: str) -> Decision:
    return read_decision(
        a_decision(**changed), members_of_three(), {UUID}, session_day=SESSION_DAY, today=TODAY, withdrawn=withdrawn
    )


def refusal(*, withdrawn: bool = False, **changed: str) -> tuple[str, str]:
    with pytest.raises(Incomplete) as refused:
        read(withdrawn=withdrawn, **changed)
    return refused.value.code, refused.value.field


def test_a_decision_is_read_and_written_back_as_it_was_typed() -> None:
    decision = read(ada=ADA_ACT, noted_vote=UUID, vote_c1="for", vote_c2="for", vote_c3="against")
    assert decision.votes == {"c1": Choice.FOR, "c2": Choice.FOR, "c3": Choice.AGAINST}
    again = read_decision(
        write_decision(decision), members_of_three(), {UUID}, session_day=SESSION_DAY, today=TODAY, withdrawn=False
    )
    assert again == decision


@pytest.mark.parametrize(
    "number", ["12", "12/26", "012/2026", "0/2026", "12/2026α", "+1/2026", "１２/2026", "123456/2026", ""]
)
def test_a_decision_number_has_one_spelling(number: str) -> None:
    assert refusal(number=number) == ("decision.number", "number")


def test_the_number_is_of_the_year_of_the_decision() -> None:
    assert refusal(number="12/2025") == ("decision.year", "number")


@pytest.mark.parametrize("day", ["2026-10-01", "2026-10-06", "2.10.2026", ""])
def test_the_day_is_neither_before_the_session_nor_to_come(day: str) -> None:
    assert refusal(decided_on=day) == ("decision.day", "decided_on")


def test_an_unknown_outcome_a_long_text_and_an_unpublished_vote_are_refused() -> None:
    assert refusal(outcome="maybe") == ("decision.outcome", "outcome")
    assert refusal(text="α" * (TEXT_LIMIT + 1)) == ("text.length", "text")
    assert refusal(noted_vote="3S3P9HJtgYZLZA") == ("decision.noted_vote", "noted_vote")


def test_M04_a_postponed_topic_has_no_number_no_ada_and_no_votes() -> None:
    assert read(outcome="postponed", number="").outcome is Outcome.POSTPONED
    assert refusal(outcome="postponed") == ("decision.undecided", "number")
    assert refusal(outcome="withdrawn", number="", ada=ADA_ACT) == ("decision.undecided", "ada")
    assert refusal(outcome="postponed", number="", rest_vote="for") == ("decision.undecided", "outcome")


def test_of_a_withdrawn_topic_nothing_is_decided() -> None:
    assert refusal(withdrawn=True) == ("decision.topic_withdrawn", "outcome")
    assert read(withdrawn=True, outcome="withdrawn", number="").number == ""


def test_the_bytes_of_the_log_have_their_members_in_order_and_votes_by_key() -> None:
    decision = read(vote_c3="against", vote_c1="for", vote_c2="for")
    raw = decision_content(decision, "a" * 32, 2, "b" * 64)
    value = parse_compact(raw)
    assert isinstance(value, dict)
    assert list(value) == [
        "decision", "topic", "version", "outcome", "number", "decided_on", "text", "ada", "file", "noted_vote", "votes",
    ]  # fmt: skip
    assert value["votes"] == [
        {"councillor": "c1", "choice": "for"},
        {"councillor": "c2", "choice": "for"},
        {"councillor": "c3", "choice": "against"},
    ]
    assert decode_decision(raw) == decision


@pytest.mark.parametrize(("state", "hour", "fits"), [
    ("held", 9, True), ("published", 9, True), ("published", 7, False), ("cancelled", 9, False), ("draft", 9, False),
])  # fmt: skip
def test_nothing_is_decided_before_the_session_or_in_a_cancelled_one(state: str, hour: int, fits: bool) -> None:
    begins, now = datetime(2026, 10, 2, 8, tzinfo=UTC), datetime(2026, 10, 2, hour, tzinfo=UTC)
    if fits:
        check_time(state, begins, now)
    else:
        with pytest.raises(WrongState):
            check_time(state, begins, now)
