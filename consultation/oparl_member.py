"""Members of a foreign OParl object, read strictly: a text, a line, a day, a moment, or the object is wrong."""

from datetime import UTC, date, datetime
from typing import Any

from consultation.agenda import LINE_LIMIT


class WrongObject(Exception):
    """The object cannot be taken over; the message says why and never what was in it."""


def text(value: dict[str, Any], name: str) -> str:
    """Empty when it is not there. Raises WrongObject when it is no text."""
    found = value.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise WrongObject(f"{name} is no text")
    return "".join(letter for letter in found if letter.isprintable() or letter in "\n\t")


def line(value: dict[str, Any], name: str, *, needed: bool = False) -> str:
    found = " ".join(text(value, name).split())
    if needed and not found:
        raise WrongObject(f"has no {name}")
    if len(found) > LINE_LIMIT:
        raise WrongObject(f"{name} has more than {LINE_LIMIT} characters")
    return found


def day(value: dict[str, Any], name: str) -> date | None:
    spelled = text(value, name)
    try:
        found = date.fromisoformat(spelled) if spelled else None
    except ValueError:
        raise WrongObject(f"{name} is no day") from None
    if found is not None and not (len(spelled) == 10 and 1800 <= found.year <= 2200):
        raise WrongObject(f"{name} is no day of our times")
    return found


def moment(value: dict[str, Any], name: str) -> datetime | None:
    """In UTC."""
    spelled = text(value, name)
    try:
        found = datetime.fromisoformat(spelled) if spelled else None
    except ValueError:
        raise WrongObject(f"{name} is no moment") from None
    if found is not None and (found.tzinfo is None or not 1800 <= found.year <= 2200):
        raise WrongObject(f"{name} is no moment with a time zone")
    return found.astimezone(UTC) if found else None
