"""iCalendar files (RFC 5545): values in, bytes out, no clock. Moments are in UTC; calendars show the reader's own time.

An entry keeps its UID for ever; whatever changes it has to raise `sequence`, or calendars keep what they had.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Appointment:
    """`key` is unique among all calendars of the house; without `ends` it is a moment."""

    key: str
    sequence: int
    modified: datetime
    starts: datetime
    title: str
    url: str
    ends: datetime | None = None
    place: str = ""
    text: str = ""
    cancelled: bool = False


def write_calendar(name: str, origin: str, appointments: Iterable[Appointment]) -> bytes:
    """`origin`: the log's name, "vote.example.org/log"; its host is the right-hand side of each UID."""
    calendar = Calendar()
    calendar.add("prodid", "-//kalpi//council//EL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", " ".join(_plain(name).split()))  # the library does not escape it
    for one in appointments:
        calendar.add_component(_event(one, origin.partition("/")[0]))
    return bytes(calendar.to_ical())


def _event(one: Appointment, host: str) -> Event:
    event = Event()
    event.add("uid", f"{one.key}@{host}")
    event.add("sequence", one.sequence)
    event.add("dtstamp", one.modified.astimezone(UTC))
    event.add("last-modified", one.modified.astimezone(UTC))
    event.add("dtstart", one.starts.astimezone(UTC))
    if one.ends is not None:
        event.add("dtend", one.ends.astimezone(UTC))
    event.add("summary", _plain(one.title))
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    event.add("url", one.url)
    if one.place:
        event.add("location", _plain(one.place))
    if one.text:
        event.add("description", _plain(one.text))
    return event


def _plain(text: str) -> str:
    """Line ends as iCalendar writes them; other control characters have no place in a calendar."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
