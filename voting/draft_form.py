"""From the fields of the drafting form to a draft, and back; says which field cannot be read.

Times in the form are wall-clock times in Athens. No rule of a vote is checked here, only whether fields can be read.
"""

from collections.abc import Mapping
from datetime import date, datetime

from audit.local_time import BadTime, local_field, parse_local
from audit.refusal import N_
from crypto.errors import Malformed
from voting.errors import BadDraft
from voting.profile import ElectionCalendar, Window, profile_named
from voting.referendum import QUESTIONS_LIMIT, Draft, DraftQuestion, decode_day
from voting.wording import tidy

GROUPS = ("Ed25519", "BELENIOS-2048")
ISSUERS = ("authority", "service")
YEARS = range(2000, 2200)
"""Outside it a year is a slip of the keyboard."""


def read_draft(form: Mapping[str, str]) -> Draft:
    """Raises BadDraft; its `field` in `fields` names the input."""
    profile_named(form.get("profile", ""))
    return Draft(
        title=tidy(form.get("title", "")),
        summary=tidy(form.get("summary", "")),
        profile=form["profile"],
        questions=tuple(_questions(form)),
        opens=read_moment(form, "opens"),
        closes=read_moment(form, "closes"),
        roll_cutoff=_day(form, "roll_cutoff"),
        objections_until=_day(form, "objections_until") if form.get("objections_until") else None,
        group=_choice(form, "group", GROUPS),
        issuer=_choice(form, "issuer", ISSUERS),
        credential_authority=tidy(form.get("credential_authority", "")),
        calendar=ElectionCalendar(
            windows=tuple(_windows(form)),
            election_years=frozenset(_years(form)),
            previous=_day(form, "previous") if form.get("previous") else None,
        ),
    )


def write_draft(draft: Draft) -> dict[str, str]:
    """The fields that `read_draft` reads back as the same draft."""
    fields = {
        "title": draft.title,
        "summary": draft.summary,
        "profile": draft.profile,
        "opens": local_field(draft.opens),
        "closes": local_field(draft.closes),
        "roll_cutoff": draft.roll_cutoff.isoformat(),
        "objections_until": draft.objections_until.isoformat() if draft.objections_until else "",
        "group": draft.group,
        "issuer": draft.issuer,
        "credential_authority": draft.credential_authority,
        "windows": "\n".join(f"{window.first} {window.last}" for window in draft.calendar.windows),
        "election_years": " ".join(str(year) for year in sorted(draft.calendar.election_years)),
        "previous": draft.calendar.previous.isoformat() if draft.calendar.previous else "",
    }
    for number, question in enumerate(draft.questions, start=1):
        fields |= {
            f"question_{number}": question.question,
            f"answers_{number}": "\n".join(question.answers),
            f"minimum_{number}": str(question.minimum),
            f"maximum_{number}": str(question.maximum),
            f"for_{number}": question.statement_for,
            f"against_{number}": question.statement_against,
        }
        if question.blank:
            fields[f"blank_{number}"] = "1"
    return fields


def _questions(form: Mapping[str, str]) -> list[DraftQuestion]:
    """A question whose text and answers are both empty is not there: the form always shows a spare one."""
    questions = []
    for number in range(1, QUESTIONS_LIMIT + 1):
        text = tidy(form.get(f"question_{number}", ""))
        lines = (tidy(line) for line in form.get(f"answers_{number}", "").splitlines())
        answers = tuple(line for line in lines if line)
        if not text and not answers:
            continue
        questions.append(
            DraftQuestion(
                question=text,
                answers=answers,
                blank=f"blank_{number}" in form,
                minimum=_number(form, f"minimum_{number}"),
                maximum=_number(form, f"maximum_{number}"),
                statement_for=tidy(form.get(f"for_{number}", "")),
                statement_against=tidy(form.get(f"against_{number}", "")),
            )
        )
    return questions


def _windows(form: Mapping[str, str]) -> list[Window]:
    windows = []
    for line in form.get("windows", "").splitlines():
        if not line.strip():
            continue
        parts = line.split()
        if len(parts) != 2:
            raise _unreadable("windows")
        first, last = _read_day(parts[0], "windows"), _read_day(parts[1], "windows")
        if last < first:
            raise _unreadable("windows")
        windows.append(Window(first, last))
    return windows


def _years(form: Mapping[str, str]) -> list[int]:
    words = form.get("election_years", "").replace(",", " ").split()
    if not all(len(word) == 4 and word.isascii() and word.isdecimal() for word in words):
        raise _unreadable("election_years")
    return [int(word) for word in words]


def read_moment(form: Mapping[str, str], name: str) -> datetime:
    """`2027-03-01T08:00` in Athens, as UTC."""
    try:
        moment = parse_local(form.get(name, ""), last=name == "closes")
    except BadTime as error:
        raise _unreadable(name) from error
    if moment.year not in YEARS:
        raise _unreadable(name)
    return moment


def _day(form: Mapping[str, str], name: str) -> date:
    return _read_day(form.get(name, ""), name)


def _read_day(text: str, name: str) -> date:
    try:
        day = decode_day(text)
    except Malformed as flaw:
        raise _unreadable(name) from flaw
    if day.year not in YEARS:
        raise _unreadable(name)
    return day


def _number(form: Mapping[str, str], name: str) -> int:
    text = form.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        raise _unreadable(name)
    return int(text)


def _choice(form: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    if form.get(name) not in choices:
        raise _unreadable(name)
    return form[name]


def _unreadable(name: str) -> BadDraft:
    return BadDraft(
        "draft.field",
        N_("the field “%(field)s” cannot be read"),
        N_("Fill it in as the hint beside it shows."),
        field=name,
    )
