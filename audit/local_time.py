"""Moments as people type and read them: wall-clock times in Athens. Inside the house a moment is UTC.

An hour that the clocks skip in spring does not exist and is refused; of the two readings of an hour that repeats in
autumn the later one is taken for deadlines and the first one for everything else, so that nobody loses an hour.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from audit.refusal import N_, Refused

ATHENS = ZoneInfo("Europe/Athens")


class BadTime(Refused):
    """What was typed is no moment or no day."""

    status = 422


def parse_local(text: str, *, last: bool = False) -> datetime:
    """`2027-03-01T08:00`, as `<input type="datetime-local">` sends it, in UTC. `last`: a deadline.

    Raises BadTime: time.spelling, time.skipped.
    """
    try:
        moment = datetime.strptime(text if text.isascii() else "", "%Y-%m-%dT%H:%M")  # noqa: DTZ007
    except ValueError:
        raise BadTime("time.spelling", N_("A day and an hour were expected.")) from None
    if not 2000 <= moment.year <= 2200:
        raise BadTime("time.spelling", N_("A day and an hour were expected."))
    local = moment.replace(tzinfo=ATHENS, fold=int(last))
    if local.astimezone(UTC).astimezone(ATHENS).replace(tzinfo=None) != moment:
        raise BadTime(
            "time.skipped",
            N_("This hour does not exist: the clocks go forward in that night."),
            N_("Choose an hour earlier or later."),
        )
    return local.astimezone(UTC)


def local_field(moment: datetime | None) -> str:
    """A moment as the value of such a field; empty for none."""
    return moment.astimezone(ATHENS).strftime("%Y-%m-%dT%H:%M") if moment else ""


def parse_day(text: str) -> date:
    """`2027-03-01`, as `<input type="date">` sends it. Raises BadTime (time.day)."""
    try:
        day = datetime.strptime(text if text.isascii() and len(text) == 10 else "", "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        raise BadTime("time.day", N_("A day was expected.")) from None
    if not 2000 <= day.year <= 2200:
        raise BadTime("time.day", N_("A day was expected."))
    return day


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC to the second, `2027-03-01T18:00:00Z`: how log entries, manifests and records spell a moment."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_of(moment: datetime) -> date:
    """The day it is in Athens."""
    return moment.astimezone(ATHENS).date()
