"""Rule profiles: three date limits with their article, what a legal ballot must offer, and who may make the codes."""

from dataclasses import replace
from datetime import date

import pytest

from tests.voting.preparing import DRAFT, LEGAL, NOW
from voting.errors import BadDraft
from voting.profile import (
    PROFILES,
    ElectionCalendar,
    Profile,
    Window,
    a_year_after,
    date_faults,
    profile_faults,
    profile_named,
)
from voting.referendum import draft_faults

LAW = PROFILES["gr-4555-2018"]
CALENDAR = ElectionCalendar(
    windows=(Window(date(2027, 5, 1), date(2027, 5, 31)),),
    election_years=frozenset({2028}),
    previous=date(2026, 3, 15),
)


def codes(profile: Profile, opens: date, closes: date, calendar: ElectionCalendar = CALENDAR) -> list[str]:
    return [fault.code for fault in date_faults(profile, opens, closes, calendar)]


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        (date(2027, 4, 20), date(2027, 4, 30), []),
        (date(2027, 4, 20), date(2027, 5, 1), ["dates.pre_election"]),
        (date(2027, 5, 31), date(2027, 6, 2), ["dates.pre_election"]),
        (date(2027, 6, 1), date(2027, 6, 2), []),
        (date(2027, 12, 30), date(2028, 1, 2), ["dates.election_year"]),
        (date(2028, 6, 1), date(2028, 6, 2), ["dates.election_year"]),
        (date(2027, 3, 14), date(2027, 3, 15), ["dates.interval"]),
        (date(2027, 3, 15), date(2027, 3, 16), []),
    ],
)
def test_the_three_limits_hold_to_the_day(opens: date, closes: date, expected: list[str]) -> None:
    assert codes(LAW, opens, closes) == expected


def test_every_date_refusal_names_the_article() -> None:
    for fault in date_faults(LAW, date(2026, 5, 1), date(2028, 5, 1), CALENDAR):
        assert "ν. 4555/2018, άρθρο 135" in str(fault)


def test_a_legal_profile_asks_for_the_year_of_the_next_elections() -> None:
    assert codes(LAW, date(2027, 1, 2), date(2027, 1, 3), ElectionCalendar()) == ["dates.calendar"]


def test_a_municipal_vote_has_no_date_limits() -> None:
    assert codes(PROFILES["municipal-advisory"], date(2027, 5, 5), date(2028, 5, 6)) == []


def test_a_year_after_a_leap_day_is_the_first_of_march() -> None:
    assert a_year_after(date(2028, 2, 29)) == date(2029, 3, 1)


def test_the_turnout_rule_says_that_it_was_read_in_the_bill() -> None:
    assert LAW.turnout is not None
    assert LAW.turnout.percent == 40
    assert "146 §6 (σχέδιο νόμου)" in LAW.turnout.text


@pytest.mark.parametrize(
    ("change", "code", "article"),
    [
        ({"blank": False}, "question.blank", "148"),
        ({"minimum": 0}, "question.minimum", "148"),
        ({"maximum": 2}, "question.single", "136"),
        ({"answers": ("Ναι",)}, "question.answers", "136"),
    ],
)
def test_a_legal_ballot_that_lacks_something_is_refused_by_article(
    change: dict[str, object], code: str, article: str
) -> None:
    draft = replace(LEGAL, questions=(replace(LEGAL.questions[0], **change),))  # type: ignore[arg-type]
    fault = next(fault for fault in draft_faults(draft, draft.calendar, NOW) if fault.code == code)
    assert f"άρθρο {article}" in str(fault)


def test_a_legal_profile_asks_for_time_to_object_to_the_roll() -> None:
    faults = draft_faults(replace(LEGAL, objections_until=None), LEGAL.calendar, NOW)
    assert [fault.code for fault in faults] == ["dates.objections"]


def test_both_filled_profiles_take_a_sound_draft() -> None:
    assert draft_faults(DRAFT, DRAFT.calendar, NOW) == []
    assert draft_faults(LEGAL, LEGAL.calendar, NOW) == []


def test_the_service_makes_codes_only_where_a_profile_allows_it_and_never_for_a_referendum() -> None:
    assert profile_faults(PROFILES["municipal-advisory"], "service") == []
    assert [fault.code for fault in profile_faults(LAW, "service")] == ["profile.issuer"]
    careless = replace(LAW, issuers=frozenset({"authority", "service"}))
    assert [fault.code for fault in profile_faults(careless, "service")] == ["profile.issuer"]


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(BadDraft):
        profile_named("gr-0000")
