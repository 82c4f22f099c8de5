"""The result sheet in the legal rows: one object, from which page, PDF and JSON are all made (M35).

It adds nothing to the counts of the record but what the proclaimed rules say about them: valid = ballots - blanks,
invalid = 0 because an invalid ballot cannot be recorded, the winner, and whether enough people took part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

from audit.refusal import N_
from crypto.encoding import Json, compact
from voting.profile import Profile, WinnerRule

INVALID = 0
"""Every recorded ballot has valid proofs, so none can turn out to be spoiled."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was proclaimed."""

    question: str
    answers: tuple[str, ...]
    blank: bool


@dataclass(frozen=True, slots=True)
class AnswerCount:
    answer: str
    votes: int
    share: Fraction
    """Of the valid ballots, 0 when there are none."""

    @property
    def percent(self) -> float:
        return float(self.share * 100)


@dataclass(frozen=True, slots=True)
class QuestionResult:
    question: str
    answers: tuple[AnswerCount, ...]
    blank: int
    valid: int
    winner: str | None
    """None when the winner rule or the turnout rule leaves no answer standing."""
    invalid: int = INVALID


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """`counted_at` is the closing of the tally: the moment the result entered the log's queue."""

    referendum: str
    municipality: str
    title: str
    profile: Profile
    registered: int
    voted: int
    questions: tuple[QuestionResult, ...]
    counted_at: datetime
    fingerprint: str
    result_digest: str
    """Hex SHA-256 of the result in the record."""

    @property
    def turnout(self) -> Fraction:
        return Fraction(self.voted, self.registered) if self.registered else Fraction(0)

    @property
    def turnout_percent(self) -> float:
        return float(self.turnout * 100)

    @property
    def turnout_met(self) -> bool | None:
        """None when the profile asks for no turnout."""
        return turnout_met(self.profile, self.registered, self.voted)

    @property
    def turnout_sentence(self) -> str:
        return {
            None: N_("These rules ask for no minimum turnout."),
            True: N_("The required turnout was reached."),
            False: N_("The required turnout was not reached, so no answer prevails."),
        }[self.turnout_met]


def turnout_met(profile: Profile, registered: int, voted: int) -> bool | None:
    if profile.turnout is None:
        return None
    return voted * 100 >= registered * profile.turnout.percent and registered > 0


def make_questions(
    profile: Profile, asked: Sequence[Asked], counts: Sequence[Sequence[int]], *, registered: int, voted: int
) -> tuple[QuestionResult, ...]:
    """`counts` are those of the record: per question the blanks first where blank was offered, then each answer."""
    enough = turnout_met(profile, registered, voted) is not False
    return tuple(
        _question(profile, question, row, voted, enough=enough) for question, row in zip(asked, counts, strict=True)
    )


def winner(rule: WinnerRule, votes: Sequence[int], valid: int) -> int | None:
    """The place of the answer that prevails among `valid` ballots, or None."""
    most = max(votes)
    leaders = [place for place, count in enumerate(votes) if count == most]
    if most == 0 or len(leaders) > 1:
        return None
    if rule is WinnerRule.ABSOLUTE_MAJORITY and most * 2 <= valid:
        return None
    return leaders[0]


def encode_sheet(sheet: ResultSheet) -> bytes:
    """result.json: compact, shares left to the reader because they follow from the counts."""
    questions: list[Json] = [
        {
            "question": question.question,
            "valid": question.valid,
            "blank": question.blank,
            "invalid": question.invalid,
            "answers": [{"answer": answer.answer, "votes": answer.votes} for answer in question.answers],
            "winner": question.winner,
        }
        for question in sheet.questions
    ]
    return compact(
        {
            "result_sheet": 1,
            "referendum": sheet.referendum,
            "municipality": sheet.municipality,
            "title": sheet.title,
            "profile": sheet.profile.id,
            "nature": sheet.profile.nature,
            "registered": sheet.registered,
            "voted": sheet.voted,
            "turnout_met": sheet.turnout_met,
            "questions": questions,
            "counted_at": sheet.counted_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "fingerprint": sheet.fingerprint,
            "result": sheet.result_digest,
        }
    )


def _question(profile: Profile, asked: Asked, counts: Sequence[int], voted: int, *, enough: bool) -> QuestionResult:
    blank, votes = (counts[0], counts[1:]) if asked.blank else (0, counts)
    valid = voted - blank
    place = winner(profile.winner, votes, valid) if enough else None
    return QuestionResult(
        question=asked.question,
        answers=tuple(
            AnswerCount(answer, count, Fraction(count, valid) if valid else Fraction(0))
            for answer, count in zip(asked.answers, votes, strict=True)
        ),
        blank=blank,
        valid=valid,
        winner=None if place is None else asked.answers[place],
    )
