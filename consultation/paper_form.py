"""Paper forms of a consultation: their numbers, what two clerks read on one, and where the two readings differ.

Printing is `consultation.form_sheet`; what becomes of an accepted form is a contribution like any other.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from types import MappingProxyType

from audit.local_time import BadTime, parse_day
from audit.refusal import N_
from consultation.contribution import KINDS, TITLE_LIMIT, TITLED, clean_text
from consultation.difference import Piece, word_differences
from consultation.errors import Incomplete, NotYours, WrongState
from crypto.encoding import compact, members, parse_compact, string
from identity.codes import Code, new_code, parse_code

PREFIX = "ent-"
"""From «έντυπο»; in capitals it looks the same in Greek and Latin."""
NUMBER_LENGTH = 7
"""Characters of 5 bits before the check character."""
MOST_PRINTED = 200
STATES: Mapping[str, str] = MappingProxyType(
    {
        "printed": N_("printed, not entered yet"),
        "once": N_("entered once, waits for a second clerk"),
        "differs": N_("entered twice, the two differ"),
        "accepted": N_("accepted as a contribution"),
        "discarded": N_("discarded"),
    }
)
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "kind": N_("Type"),
        "name": N_("Name and surname"),
        "address": N_("Address for the reply"),
        "paragraph": N_("Article or paragraph"),
        "title": N_("In one sentence"),
        "text": N_("Text"),
        "received_on": N_("Handed in on"),
        "signed": N_("Signed"),
    }
)
_LONGEST = {"name": 120, "address": 200, "title": TITLE_LIMIT, "text": 5000}


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """What one clerk read. `received_on` is a day as 2027-03-01, `signed` is "yes", `paragraph` an id or empty."""

    kind: str
    name: str
    address: str
    paragraph: str
    title: str
    text: str
    received_on: str
    signed: str

    def encode(self) -> bytes:
        return compact(dict(asdict(self)))


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field of two readings. Pieces are same, deleted (only the first has it) and inserted (only the second)."""

    field: str
    pieces: tuple[Piece, ...]


def new_number(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A fresh form number as it is stored and logged: `ent-7k3m-9q2x`, the last character checks the others."""
    return PREFIX + new_code(NUMBER_LENGTH, random_bytes).printed().lower()


def printed_number(number: str) -> str:
    """As people see it: `ENT-7K3M-9Q2X`."""
    return number.upper()


def parse_number(text: str) -> str:
    """The stored spelling of a number that somebody typed, in any case, with Greek letters or without hyphens.

    Raises Malformed (code.characters, code.length, code.check).
    """
    bare = text.strip()
    letters = sum(letter.isalnum() for letter in bare)
    if bare[:3].upper().translate(_GREEK) == "ENT" and letters > NUMBER_LENGTH + 1:
        bare = bare[3:]
    code: Code = parse_code(bare, NUMBER_LENGTH)
    return PREFIX + code.printed().lower()


def decode_entry(raw: bytes) -> PaperEntry:
    """Raises Malformed."""
    names = [field.name for field in fields(PaperEntry)]
    value = members(parse_compact(raw), names)
    return PaperEntry(**{name: string(value[name]) for name in names})


def read_entry(form: Mapping[str, str], paragraphs: Collection[str], *, today: date, closed: date) -> PaperEntry:
    """One clerk's reading. `closed`: the last day on which a form was accepted. Raises Incomplete naming the field."""
    kind = form.get("kind", "")
    if kind not in KINDS:
        raise Incomplete("form.kind", N_("Choose the type that is ticked on the form."), field="kind")
    paragraph = form.get("paragraph", "")
    if paragraph and paragraph not in paragraphs:
        raise Incomplete("form.paragraph", N_("There is no such article or paragraph."), field="paragraph")
    entry = PaperEntry(
        kind,
        _line(form, "name", N_("A name is needed: it is published with the text.")),
        _line(form, "address"),
        paragraph,
        _line(form, "title", N_("A proposal or an objection needs its one sentence.") if kind in TITLED else ""),
        _long_text(form),
        _day(form, today, closed),
        form.get("signed", ""),
    )
    if entry.signed != "yes":
        raise Incomplete(
            "form.unsigned",
            N_("A form without a signature is not entered."),
            N_("Discard it, and tell the person if there is an address."),
            field="signed",
        )
    return entry


def field_differences(first: PaperEntry, second: PaperEntry) -> list[FieldDifference]:
    """The fields in which two readings differ, word by word; white space alone is no difference."""
    found = []
    for name in LABELS:
        one, other = getattr(first, name), getattr(second, name)
        if one.split() != other.split():
            found.append(FieldDifference(name, tuple(word_differences(one, other))))
    return found


def settle(form: Mapping[str, str], first: PaperEntry, second: PaperEntry) -> dict[str, str]:
    """Fields of the settled form, to be read again by `read_entry`: for each difference one of the two, or typed.

    `choice_<field>` is first, second or typed; then `typed_<field>` is the wording. Raises Incomplete.
    """
    settled: dict[str, str] = {key: str(value) for key, value in asdict(first).items()}
    for difference in field_differences(first, second):
        name = difference.field
        choice = form.get(f"choice_{name}", "")
        if choice not in {"first", "second", "typed"}:
            raise Incomplete(
                "form.unsettled", N_("Say for each difference what the paper says."), field=f"choice_{name}-1"
            )
        chosen = {"first": getattr(first, name), "second": getattr(second, name)}
        settled[name] = chosen.get(choice, form.get(f"typed_{name}", ""))
    return settled


def check_other_clerk(account_id: int, first_clerk: int) -> None:
    """Raises NotYours."""
    if account_id == first_clerk:
        raise NotYours(
            "form.same_clerk",
            N_("You have entered this form already; the second entry is another clerk's."),
        )


def check_enterable(form_state: str, consultation_state: str) -> None:
    """Raises WrongState."""
    if form_state not in {"printed", "once"}:
        raise WrongState("form.done", N_("This form was entered twice already, or discarded."))
    if consultation_state not in {"open", "in_review"}:
        raise WrongState("form.closed", N_("Forms are entered while the consultation is open or under review."))


def read_count(count: int | None) -> int:
    """How many forms to print. Raises Incomplete."""
    if count is None or not 1 <= count <= MOST_PRINTED:
        raise Incomplete(
            "form.count", N_("From 1 to %(most)s forms are printed at a time."), field="count", most=MOST_PRINTED
        )
    return count


def _line(form: Mapping[str, str], name: str, needed: str = "") -> str:
    text = " ".join(clean_text(form.get(name, "")).split())
    if needed and not text:
        raise Incomplete(f"form.{name}", needed, field=name)
    return _short_enough(text, name)


def _long_text(form: Mapping[str, str]) -> str:
    text = clean_text(form.get("text", "")).strip()
    if len(text) < 3:
        raise Incomplete("form.text", N_("Write what the form says."), field="text")
    return _short_enough(text, "text")


def _short_enough(text: str, name: str) -> str:
    if len(text) > _LONGEST[name]:
        raise Incomplete(
            "form.length", N_("At most %(most)s characters are accepted here."), field=name, most=_LONGEST[name]
        )
    return text


def _day(form: Mapping[str, str], today: date, closed: date) -> str:
    try:
        day = parse_day(form.get("received_on", ""))
    except BadTime as error:
        raise Incomplete("form.day", error.sentence, field="received_on") from error
    if day > today:
        raise Incomplete("form.future", N_("This day is still to come."), field="received_on")
    if day > closed:
        raise Incomplete(
            "form.late",
            N_("The form was handed in after the consultation closed."),
            N_("Discard it, and tell the person if there is an address."),
            field="received_on",
        )
    return day.isoformat()


_GREEK = str.maketrans("ΕΝΤ", "ENT")
