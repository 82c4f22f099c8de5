"""The open datasets: what each is called and holds, and how its rows are written as CSV and JSON. No query, no clock.

A row that was removed stays as its key, its dates and `deleted`. CSV is for spreadsheets too, so a text that one of
them would take for a formula gets an apostrophe before the sign, wherever a comma, semicolon or tab might begin a cell
for it; `plain_cell` takes exactly that apostrophe away again. JSON holds every text as it is.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from audit.local_time import instant
from audit.refusal import N_
from crypto.encoding import Json, compact

LICENSE = "https://creativecommons.org/licenses/by/4.0/"
ROWS = 10_000
"""Of one answer; what is beyond is on the next page."""
_SIGNS = r"=+\-@＝＋－＠\t\r\n"
_BEFORE = re.compile(rf"(\A|[,;\t\r\n])(?='*[{_SIGNS}])|\A(?='*\s+[{_SIGNS}])")
_PUT = re.compile(rf"(?:(?<![^,;\t\r\n])|\A)'(?='*[{_SIGNS}])|\A'(?='*\s+[{_SIGNS}])")

Record = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Dataset:
    """`columns`: names, besides those that every row has."""

    title: str
    about: str
    columns: str

    @property
    def names(self) -> tuple[str, ...]:
        return ("key", *self.columns.split(), "created", "modified", "deleted", "license")


DATASETS: Mapping[str, Dataset] = MappingProxyType(
    {
        "sessions": Dataset(
            N_("Sessions"),
            N_("Published sessions of all bodies, with day, place, state and version of the agenda."),
            "body body_name kind state title place starts urgent_reason version url",
        ),
        "topics": Dataset(
            N_("Topics"),
            N_("Topics of published agendas, with summary, motion and proposer."),
            "session number mark state title plain_summary motion proposer url",
        ),
        "consultations": Dataset(
            N_("Consultations"),
            N_("Terms and dates of each consultation."),
            "topic state purpose can_change decides answer_by plain_summary opens closes url",
        ),
        "contributions": Dataset(
            N_("Contributions"),
            N_("What was said in consultations and is public, with the name shown, supports, arguments and reply."),
            "topic kind paragraph parent stance title text name collective supports arguments_for "
            "arguments_against reply submitted commitment url",
        ),
        "replies": Dataset(
            N_("Replies"),
            N_("Replies of the municipality and the contributions they answer."),
            "topic outcome text signed_by contributions version",
        ),
        "decisions": Dataset(
            N_("Decisions"),
            N_("What was decided on each topic, with number and ADA."),
            "topic session outcome number decided_on text ada vote_noted version url",
        ),
        "votes": Dataset(
            N_("Votes by councillor"),
            N_("How each member voted on each decision."),
            "decision topic councillor councillor_name faction choice",
        ),
        "measures": Dataset(
            N_("Measures"),
            N_("What is done to carry decisions out: owner, budget in cents, due day and status."),
            "topic title owner budget_cents horizon status due_on notes version url",
        ),
        "removals": Dataset(
            N_("Removals"),
            N_("Contributions that were hidden, with reason and appeal, without names and without text."),
            "topic kind reason stage state appeal_until appeal_due appeal_outcome appeal_decided",
        ),
    }
)


def record(key: str, created: datetime, modified: datetime, values: Record | None) -> Record:
    """One row; without values it is the mark that there was one."""
    dated: dict[str, Json] = {
        "created": instant_or_none(created),
        "modified": instant_or_none(modified),
        "deleted": values is None,
        "license": LICENSE,
    }
    return {"key": key, **(values or {}), **dated}


def instant_or_none(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def write_csv(dataset: Dataset, records: Sequence[Record]) -> bytes:
    """UTF-8 with a byte-order mark, which spreadsheets need for Greek; every cell quoted, lines end with CRLF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(dataset.names)
    writer.writerows([_cell(one.get(name)) for name in dataset.names] for one in records)
    return out.getvalue().encode("utf-8-sig")


def write_json(name: str, title: str, publisher: str, records: Sequence[Record]) -> bytes:
    """Deleted rows without the members they have no more, the others with all."""
    return compact(
        {
            "dataset": name,
            "title": title,
            "publisher": publisher,
            "license": LICENSE,
            "modified": max((str(one["modified"]) for one in records), default=None),
            "rows": [dict(one) for one in records],
        }
    )


def safe_cell(text: str) -> str:
    """What no spreadsheet takes for a formula (WB-13)."""
    return _BEFORE.sub(lambda match: match[0] + "'", text)


def plain_cell(cell: str) -> str:
    """The text that `safe_cell` was given."""
    return _PUT.sub("", cell)


def _cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    return safe_cell(str(value))
