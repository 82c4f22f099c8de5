"""What the desk's forms for decisions, minutes and measures have in common: the refusal shown in them, and the file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from audit.refusal import Refused
from consultation.errors import EditConflict
from consultation.revision import Difference, differences
from consultation.upload import Upload, read_upload
from visit import FreshCodeNeeded
from web import Visit


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept now, as the form spells it; `words` are finished words for values that are codes."""

    revision: int
    fields: Mapping[str, str]
    labels: Mapping[str, str]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a form was not accepted. `conflict` is None unless somebody else was faster; `stale`: a code is asked for."""

    status: int
    errors: list[tuple[str, str]]
    conflict: list[Difference] | None
    stale: bool


NO_FAULT = Fault(200, [], None, False)


def fault_of(visit: Visit, refused: Refused, stored: Stored, *, default: str) -> Fault:
    """`default` is the field that a refusal without one belongs to."""
    stale = isinstance(refused, FreshCodeNeeded)
    if isinstance(refused, EditConflict):
        found = differences(stored.fields, visit.form, stored.labels)
        shown = [replace(one, stored=stored.words.get(one.stored, one.stored)) for one in found]
        return Fault(refused.status, [], shown, stale)
    sentence = visit.gettext(refused.sentence, **refused.fields)
    if refused.advice:
        sentence += " " + visit.gettext(refused.advice, **refused.fields)
    field = getattr(refused, "field", "") or default
    return Fault(refused.status, [] if stale else [(field, sentence)], None, stale)


def upload_of(visit: Visit, field: str) -> Upload | None:
    """The file that came with the form, if any. Raises BadFile."""
    stream = visit.body.file(field)
    return read_upload(visit.files[field].filename or "", stream.read()) if stream else None


def words_of(visit: Visit, *tables: Mapping[str, str]) -> dict[str, str]:
    return {str(code): visit.gettext(label) for table in tables for code, label in table.items()}


def options(visit: Visit, table: Mapping[str, str], only: Collection[str] = ()) -> list[tuple[str, str]]:
    """Pairs for a list of choices; `only` leaves out all others."""
    return [(str(code), visit.gettext(label)) for code, label in table.items() if not only or code in only]
