"""How fast one voter may cast. Pure.

Counted are the notices of the ballots that are recorded already, so every worker and every restart counts the same. A
notice knows the minute only; the rule is therefore about minutes of the clock.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil

from audit.refusal import N_
from voting.box_errors import TooManyBallots

Pace = tuple[tuple[timedelta, int], ...]
"""(window, ballots): at most so many within the window that ends with this minute."""
PACE: Pace = ((timedelta(minutes=1), 10), (timedelta(hours=1), 60))


def minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def check_pace(recorded: Iterable[datetime], now: datetime, pace: Pace = PACE) -> None:
    """`recorded`: the minutes of this voter's recorded ballots in this vote, in any order. Raises TooManyBallots."""
    minutes = sorted(recorded)
    for window, most in reversed(pace):
        recent = [moment for moment in minutes if moment > minute(now) - window]
        if len(recent) >= most:
            seconds = max(1, ceil((recent[-most] + window - now).total_seconds()))
            raise TooManyBallots(
                "ballot.pace",
                N_("you have cast %(count)s ballots within a short time"),
                N_(
                    "Nothing was recorded now; your last recorded ballot counts."
                    " Come back later (minutes to wait: %(minutes)s)."
                ),
                seconds,
                count=len(recent),
                minutes=ceil(seconds / 60),
            )
