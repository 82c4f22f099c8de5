import json
from datetime import UTC, datetime

import pytest

from voting.profile import PROFILES, WinnerRule
from voting.result import Asked, QuestionResult, ResultSheet, encode_sheet, make_questions, winner

ADVISORY = PROFILES["municipal-advisory"]
LEGAL = PROFILES["gr-4555-2018"]
YES_NO = Asked("Να γίνει πεζόδρομος;", ("Ναι", "Όχι"), blank=True)


def legal(registered: int, voted: int, blank: int, yes: int, no: int) -> QuestionResult:
    (question,) = make_questions(LEGAL, [YES_NO], [[blank, yes, no]], registered=registered, voted=voted)
    return question


def test_blank_ballots_are_counted_apart_from_the_valid_ones() -> None:
    question = legal(registered=100, voted=50, blank=10, yes=25, no=15)
    assert (question.valid, question.blank, question.invalid) == (40, 10, 0)


def test_an_absolute_majority_is_more_than_half_of_the_valid_ballots() -> None:
    assert legal(registered=100, voted=50, blank=10, yes=21, no=19).winner == "Ναι"
    assert legal(registered=100, voted=50, blank=10, yes=20, no=20).winner is None
    assert winner(WinnerRule.ABSOLUTE_MAJORITY, [20, 15, 5], 40) is None


def test_below_the_required_turnout_no_answer_prevails() -> None:
    assert legal(registered=100, voted=39, blank=0, yes=39, no=0).winner is None
    assert legal(registered=100, voted=40, blank=0, yes=40, no=0).winner == "Ναι"


def test_most_votes_win_without_a_majority_and_a_tie_has_no_winner() -> None:
    assert winner(WinnerRule.MOST_VOTES, [20, 15, 5], 40) == 0
    assert winner(WinnerRule.MOST_VOTES, [20, 20, 0], 40) is None


@pytest.mark.parametrize("rule", list(WinnerRule))
def test_without_a_ballot_nothing_wins(rule: WinnerRule) -> None:
    assert winner(rule, [0, 0], 0) is None


def test_a_question_without_blank_counts_no_blank_ballots() -> None:
    asked = Asked("Χρώμα;", ("Μπλε", "Άσπρο"), blank=False)
    (question,) = make_questions(ADVISORY, [asked], [[3, 4]], registered=10, voted=7)
    assert (question.blank, question.valid, [answer.votes for answer in question.answers]) == (0, 7, [3, 4])


def test_M35_the_sheet_in_json_has_the_legal_rows_and_the_moment_the_count_ended() -> None:
    sheet = ResultSheet(
        referendum="R" * 22,
        municipality="Δήμος Δοκιμής",
        title="Πεζόδρομος",
        profile=LEGAL,
        registered=100,
        voted=50,
        questions=make_questions(LEGAL, [YES_NO], [[10, 25, 15]], registered=100, voted=50),
        counted_at=datetime(2027, 3, 1, 19, 30, tzinfo=UTC),
        fingerprint="f" * 43,
        result_digest="0" * 64,
    )
    value = json.loads(encode_sheet(sheet))
    assert (value["registered"], value["voted"], value["turnout_met"]) == (100, 50, True)
    assert value["questions"][0] == {
        "question": "Να γίνει πεζόδρομος;",
        "valid": 40,
        "blank": 10,
        "invalid": 0,
        "answers": [{"answer": "Ναι", "votes": 25}, {"answer": "Όχι", "votes": 15}],
        "winner": "Ναι",
    }
    assert value["counted_at"] == "2027-03-01T19:30:00Z"
