"""The question put to the people: a draft, what is missing in it, and the form it is kept in.

What is proclaimed from it is `manifest.py`; what is opened is `opening.py`. Pure; days are days in Athens.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from audit.entry_members import check_instant
from audit.local_time import day_of, instant
from audit.refusal import N_, Refused
from crypto.election import BALLOT_LIMIT, Question, largest_ballot
from crypto.encoding import Json, array, compact, integer, members, parse_compact, string
from crypto.errors import Malformed
from crypto.group import group_named
from voting.errors import BadDraft
from voting.profile import (
    ElectionCalendar,
    Profile,
    Window,
    date_faults,
    profile_faults,
    profile_named,
    question_faults,
)
from voting.wording import check_distinct, check_words

QUESTIONS_LIMIT = 20
ANSWERS_LIMIT = 50
TITLE_LIMIT = 200
TEXT_LIMIT = 4_000
"""Characters of the summary or of a statement."""
QUESTION_LIMIT = 2_000
ANSWER_LIMIT = 300
STATEMENT_TOLERANCE_PERCENT = 10
"""Two statements are of equal length when they differ by at most this share of the longer one, in characters."""


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """One question with its fixed answers in their fixed order; `minimum` to `maximum` answers, or blank."""

    question: str
    answers: tuple[str, ...]
    blank: bool = True
    minimum: int = 1
    maximum: int = 1
    statement_for: str = ""
    statement_against: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything the secretariat decides before the proclamation. Instants are in UTC, whole seconds."""

    title: str
    summary: str
    profile: str
    questions: tuple[DraftQuestion, ...]
    opens: datetime
    closes: datetime
    roll_cutoff: date
    objections_until: date | None = None
    group: str = "Ed25519"
    issuer: str = "authority"
    credential_authority: str = ""
    calendar: ElectionCalendar = field(default_factory=ElectionCalendar)


def form(question: DraftQuestion) -> Question:
    """The question as it stands in election.json."""
    return Question(question.question, question.answers, question.blank, question.minimum, question.maximum)


def draft_faults(draft: Draft, calendar: ElectionCalendar, now: datetime) -> list[Refused]:
    """Everything that keeps this draft from being proclaimed, in the order of the form; empty when it is ready.

    `calendar` is the draft's own, with the previous referendum that the service knows of merged in.
    """
    profile = profile_named(draft.profile)
    return [
        *profile_faults(profile, draft.issuer),
        *_text_faults(draft),
        *_question_faults(draft, profile),
        *_time_faults(draft, profile, now),
        *date_faults(profile, day_of(draft.opens), day_of(draft.closes), calendar),
    ]


def check_draft(draft: Draft, calendar: ElectionCalendar, now: datetime) -> None:
    """Raises the first fault: BrokenProfile or BadDraft (M24)."""
    for fault in draft_faults(draft, calendar, now):
        raise fault


def check_statements(statement_for: str, statement_against: str) -> None:
    """Raises BadDraft unless both sides speak, or none, at equal length (within 10 % of the longer, in characters)."""
    longer = max(len(statement_for), len(statement_against))
    difference = abs(len(statement_for) - len(statement_against))
    if longer and not (statement_for and statement_against):
        raise BadDraft("statements.one_sided", N_("only one side has a statement; give both or none"))
    if difference * 100 > longer * STATEMENT_TOLERANCE_PERCENT:
        raise BadDraft(
            "statements.length",
            N_("the statements are not of equal length: %(pro)s and %(con)s characters"),
            N_("They may differ by at most a tenth of the longer one."),
            pro=len(statement_for),
            con=len(statement_against),
        )


def _text_faults(draft: Draft) -> Iterator[Refused]:
    texts = [(draft.title, TITLE_LIMIT, False), (draft.summary, TEXT_LIMIT, True)]
    if draft.issuer == "authority":
        texts.append((draft.credential_authority, TITLE_LIMIT, False))
    for text, longest, lines in texts:
        try:
            check_words(text, longest=longest, lines=lines)
        except BadDraft as fault:
            yield fault


def _question_faults(draft: Draft, profile: Profile) -> Iterator[Refused]:
    if not 1 <= len(draft.questions) <= QUESTIONS_LIMIT:
        yield BadDraft("questions.count", N_("a vote has 1 to %(limit)s questions"), limit=QUESTIONS_LIMIT)
    if largest_ballot(group_named(draft.group), [form(question) for question in draft.questions]) > BALLOT_LIMIT:
        yield BadDraft("questions.size", N_("a ballot with all these answers would be too large; ask fewer together"))
    for number, question in enumerate(draft.questions, start=1):
        try:
            _check_question(question)
        except BadDraft as fault:
            yield fault
        yield from question_faults(
            profile, number, len(question.answers), question.blank, question.minimum, question.maximum
        )
    try:
        check_distinct([question.question for question in draft.questions])
    except BadDraft as fault:
        yield fault


def _check_question(question: DraftQuestion) -> None:
    check_words(question.question, longest=QUESTION_LIMIT)
    if not 2 <= len(question.answers) <= ANSWERS_LIMIT:
        raise BadDraft("answers.count", N_("a question has 2 to %(limit)s answers"), limit=ANSWERS_LIMIT)
    for answer in question.answers:
        check_words(answer, longest=ANSWER_LIMIT)
    check_distinct(question.answers)
    if not 0 <= question.minimum <= question.maximum <= len(question.answers) or question.maximum < 1:
        raise BadDraft("answers.range", N_("the fewest and the most answers of a question do not fit its list"))
    for statement in (question.statement_for, question.statement_against):
        if statement:
            check_words(statement, longest=TEXT_LIMIT, lines=True)
    check_statements(question.statement_for, question.statement_against)


def _time_faults(draft: Draft, profile: Profile, now: datetime) -> Iterator[Refused]:
    if draft.closes <= draft.opens:
        yield BadDraft("dates.order", N_("the vote closes before it opens"))
    if draft.closes <= now:
        yield BadDraft("dates.past", N_("the closing time has already passed"))
    if draft.roll_cutoff > day_of(draft.opens):
        yield BadDraft("dates.cutoff", N_("the roll would be cut off after the vote opens"))
    if draft.objections_until is None:
        if profile.objections_required:
            yield BadDraft("dates.objections", N_("this profile asks for a last day for objections to the roll"))
    elif draft.objections_until > day_of(draft.opens):
        yield BadDraft("dates.objections", N_("objections to the roll would end after the vote opens"))


_QUESTION = ("question", "answers", "blank", "minimum", "maximum", "statement_for", "statement_against")
_DRAFT = (
    "title", "summary", "profile", "questions", "opens", "closes", "roll_cutoff", "objections_until",
    "group", "issuer", "credential_authority", "windows", "election_years", "previous",
)  # fmt: skip


def encode_draft(draft: Draft) -> bytes:
    calendar = draft.calendar
    return compact(
        {
            "title": draft.title,
            "summary": draft.summary,
            "profile": draft.profile,
            "questions": [
                {name: _plain(getattr(question, name)) for name in _QUESTION} for question in draft.questions
            ],
            "opens": instant(draft.opens),
            "closes": instant(draft.closes),
            "roll_cutoff": draft.roll_cutoff.isoformat(),
            "objections_until": _day_or_none(draft.objections_until),
            "group": draft.group,
            "issuer": draft.issuer,
            "credential_authority": draft.credential_authority,
            "windows": [[window.first.isoformat(), window.last.isoformat()] for window in calendar.windows],
            "election_years": [*sorted(calendar.election_years)],
            "previous": _day_or_none(calendar.previous),
        }
    )


def decode_draft(raw: bytes) -> Draft:
    """Read what `encode_draft` wrote. Raises Malformed."""
    value = members(parse_compact(raw), _DRAFT)
    windows = [array(pair, length=2) for pair in array(value["windows"])]
    return Draft(
        title=string(value["title"]),
        summary=string(value["summary"]),
        profile=string(value["profile"]),
        questions=tuple(_decode_question(question) for question in array(value["questions"])),
        opens=check_instant(value["opens"]),
        closes=check_instant(value["closes"]),
        roll_cutoff=decode_day(value["roll_cutoff"]),
        objections_until=None if value["objections_until"] is None else decode_day(value["objections_until"]),
        group=string(value["group"]),
        issuer=string(value["issuer"]),
        credential_authority=string(value["credential_authority"]),
        calendar=ElectionCalendar(
            windows=tuple(Window(decode_day(first), decode_day(last)) for first, last in windows),
            election_years=frozenset(integer(year, largest=9999) for year in array(value["election_years"])),
            previous=None if value["previous"] is None else decode_day(value["previous"]),
        ),
    )


def decode_day(value: Json) -> date:
    """`2027-03-01`. Raises Malformed (day.spelling)."""
    text = string(value, longest=10)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Malformed("day.spelling", "a day such as 2027-03-01 was expected") from error
    if day.isoformat() != text:
        raise Malformed("day.spelling", "a day such as 2027-03-01 was expected")
    return day


def _decode_question(value: Json) -> DraftQuestion:
    fields = members(value, _QUESTION)
    if not isinstance(fields["blank"], bool):
        raise Malformed("json.shape", "true or false was expected")
    return DraftQuestion(
        question=string(fields["question"]),
        answers=tuple(string(answer) for answer in array(fields["answers"])),
        blank=fields["blank"],
        minimum=integer(fields["minimum"]),
        maximum=integer(fields["maximum"]),
        statement_for=string(fields["statement_for"]),
        statement_against=string(fields["statement_against"]),
    )


def _plain(value: str | bool | int | tuple[str, ...]) -> Json:
    return list(value) if isinstance(value, tuple) else value


def _day_or_none(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
