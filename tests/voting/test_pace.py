from datetime import UTC, datetime, timedelta

import pytest

from voting.box_errors import TooManyBallots
from voting.pace import check_pace, minute

NOW = datetime(2026, 10, 5, 9, 0, 20, tzinfo=UTC)


def ago(minutes: int) -> datetime:
    return minute(NOW) - timedelta(minutes=minutes)


def test_nine_ballots_of_this_minute_leave_room_for_a_tenth_and_ten_do_not() -> None:
    check_pace([ago(0)] * 9 + [ago(1)] * 10, NOW)
    with pytest.raises(TooManyBallots) as refused:
        check_pace([ago(0)] * 10, NOW)
    assert refused.value.retry_after == 40


def test_an_hour_has_room_for_sixty_ballots() -> None:
    spread = [ago(number) for number in range(1, 60)]
    check_pace([*spread, ago(60), ago(61)], NOW)
    with pytest.raises(TooManyBallots) as refused:
        check_pace([*spread, ago(0)], NOW)
    assert refused.value.retry_after == 40
    check_pace([*spread, ago(0)], NOW + timedelta(seconds=40))
