"""Who voted how, and outcomes that the votes contradict."""

from itertools import product

import pytest

from consultation.council_vote import Choice, Outcome, check_votes, read_votes
from consultation.errors import Incomplete
from tests.consultation.deciding import ANNA, PETROS, members_of_three, votes_of_three

FOR, AGAINST, BLANK, ABSENT = Choice.FOR, Choice.AGAINST, Choice.BLANK, Choice.ABSENT
MEMBERS = members_of_three()


def refusal(outcome: Outcome, *votes: Choice) -> str:
    try:
        check_votes(outcome, votes_of_three(*votes), MEMBERS)
    except Incomplete as refused:
        return refused.code
    return ""


def test_M04_unanimous_with_a_vote_against_is_refused_and_named() -> None:
    with pytest.raises(Incomplete) as refused:
        check_votes(Outcome.UNANIMOUS, votes_of_three(FOR, AGAINST, FOR), MEMBERS)
    assert refused.value.code == "decision.contradiction"
    assert ANNA in refused.value.sentence % refused.value.fields
    assert PETROS not in refused.value.sentence % refused.value.fields


@pytest.mark.parametrize(
    ("outcome", "votes", "code"),
    [
        (Outcome.UNANIMOUS, (FOR, FOR, ABSENT), ""),
        (Outcome.UNANIMOUS, (FOR, FOR, BLANK), ""),
        (Outcome.UNANIMOUS, (ABSENT, ABSENT, ABSENT), "decision.majority"),
        (Outcome.BY_MAJORITY, (FOR, FOR, AGAINST), ""),
        (Outcome.BY_MAJORITY, (FOR, FOR, ABSENT), "decision.majority"),
        (Outcome.BY_MAJORITY, (FOR, AGAINST, AGAINST), "decision.majority"),
        (Outcome.REJECTED, (AGAINST, AGAINST, FOR), ""),
        (Outcome.REJECTED, (FOR, FOR, AGAINST), "decision.rejection"),
        (Outcome.REJECTED, (FOR, BLANK, BLANK), ""),
    ],
)
def test_an_outcome_fits_its_votes_or_is_refused(outcome: Outcome, votes: tuple[Choice, ...], code: str) -> None:
    assert refusal(outcome, *votes) == code


def test_a_tie_goes_the_way_the_chair_voted() -> None:
    assert refusal(Outcome.BY_MAJORITY, FOR, AGAINST, ABSENT) == ""
    assert refusal(Outcome.BY_MAJORITY, AGAINST, FOR, ABSENT) == "decision.majority"


def test_every_list_of_votes_fits_some_outcome_unless_nobody_came() -> None:
    voted = (Outcome.UNANIMOUS, Outcome.BY_MAJORITY, Outcome.REJECTED)
    for votes in product(Choice, repeat=3):
        assert any(refusal(outcome, *votes) == "" for outcome in voted), votes


def test_no_votes_contradict_nothing() -> None:
    check_votes(Outcome.UNANIMOUS, {}, MEMBERS)


def test_votes_are_noted_of_everybody_or_of_nobody() -> None:
    assert read_votes({}, MEMBERS) == {}
    with pytest.raises(Incomplete) as refused:
        read_votes({"vote_c1": "for", "vote_c2": "for"}, MEMBERS)
    assert refused.value.code == "decision.votes"
    assert refused.value.field == "vote_c3"


def test_one_choice_can_stand_for_everybody_else() -> None:
    assert read_votes({"rest_vote": "for", "vote_c2": "against"}, MEMBERS) == votes_of_three(FOR, AGAINST, FOR)


@pytest.mark.parametrize(
    ("name", "value", "code"), [("vote_c9", "for", "decision.member"), ("vote_c1", "yes", "decision.vote")]
)
def test_a_stranger_and_an_unknown_choice_are_refused(name: str, value: str, code: str) -> None:
    with pytest.raises(Incomplete) as refused:
        read_votes({"rest_vote": "for", name: value}, MEMBERS)
    assert refused.value.code == code
