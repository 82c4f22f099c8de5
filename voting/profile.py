"""Rule profiles: what law or the municipality's own rules ask of a vote, as versioned data with article numbers.

A profile that no lawyer has filled cannot be proclaimed under. Texts here are quoted in the manifest and on the page,
so they are written in the language of the law.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from audit.refusal import N_, Refused
from voting.errors import BadDraft, BrokenProfile


class WinnerRule(StrEnum):
    ABSOLUTE_MAJORITY = "absolute_majority"
    """More than half of the valid ballots; valid = ballots - blanks."""
    MOST_VOTES = "most_votes"
    """The answer with most votes; a tie has no winner."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a rule is written. `bill` marks an article read in the bill, not yet checked against the enacted text."""

    law: str
    article: str
    bill: bool = False

    @property
    def text(self) -> str:
        return f"{self.law}, άρθρο {self.article}" + (" (σχέδιο νόμου)" if self.bill else "")


@dataclass(frozen=True, slots=True)
class TurnoutRule:
    percent: int
    basis: Basis

    @property
    def text(self) -> str:
        return f"Απαιτείται συμμετοχή τουλάχιστον {self.percent}% των εγγεγραμμένων ({self.basis.text})."


@dataclass(frozen=True, slots=True)
class Profile:
    """`id` names a version: a changed rule is a new profile with a new id, never an edit."""

    id: str
    label: str
    kind: str
    """"referendum" or "vote"; also the word on screen."""
    nature: str
    """"advisory" or "binding"."""
    filled: bool
    """False until a lawyer has filled it."""
    legal_basis: tuple[Basis, ...] = ()
    winner: WinnerRule = WinnerRule.MOST_VOTES
    winner_text: str = "Επικρατεί η απάντηση με τις περισσότερες ψήφους· σε ισοψηφία καμία."
    turnout: TurnoutRule | None = None
    blank_basis: Basis | None = None
    """Blank must be offered on every question and at least one answer asked for (legal rows: invalid = 0)."""
    single_choice: bool = False
    pre_election: Basis | None = None
    election_year: Basis | None = None
    interval: Basis | None = None
    answers_basis: Basis | None = None
    objections_required: bool = False
    issuers: frozenset[str] = frozenset({"authority"})

    @property
    def has_date_limits(self) -> bool:
        return bool(self.pre_election or self.election_year or self.interval)


_KALLIKRATIS = "ν. 4555/2018"
_NEW_CODE = "ν. 5314/2026"

PROFILES: dict[str, Profile] = {
    profile.id: profile
    for profile in (
        Profile(
            id="municipal-advisory",
            label="Συμβουλευτική ψηφοφορία του δήμου",
            kind="vote",
            nature="advisory",
            filled=True,
            issuers=frozenset({"authority", "service"}),
        ),
        Profile(
            id="gr-4555-2018",
            label="Δημοτικό δημοψήφισμα, συμβουλευτική πρόβα με τους κανόνες του έντυπου",
            kind="referendum",
            nature="advisory",
            filled=True,
            legal_basis=(
                Basis(_KALLIKRATIS, "133"),
                Basis(_KALLIKRATIS, "135"),
                Basis(_KALLIKRATIS, "136"),
                Basis(_KALLIKRATIS, "146 §6", bill=True),
                Basis(_KALLIKRATIS, "148"),
            ),
            winner=WinnerRule.ABSOLUTE_MAJORITY,
            winner_text="Σε κάθε ερώτημα επικρατεί η απάντηση με την απόλυτη πλειοψηφία των έγκυρων ψηφοδελτίων· "
            f"τα λευκά δεν είναι έγκυρα ({Basis(_KALLIKRATIS, '148').text}).",
            turnout=TurnoutRule(40, Basis(_KALLIKRATIS, "146 §6", bill=True)),
            blank_basis=Basis(_KALLIKRATIS, "148"),
            single_choice=True,
            pre_election=Basis(_KALLIKRATIS, "135"),
            election_year=Basis(_KALLIKRATIS, "135"),
            interval=Basis(_KALLIKRATIS, "135"),
            answers_basis=Basis(_KALLIKRATIS, "136"),
            objections_required=True,
        ),
        Profile(
            id="gr-5314-2026",
            label="Δημοτικό δημοψήφισμα κατά τον νέο Κώδικα (δεν έχει συμπληρωθεί)",
            kind="referendum",
            nature="advisory",
            filled=False,
            legal_basis=(Basis(_NEW_CODE, "—"),),
        ),
    )
}


def profile_named(profile_id: str) -> Profile:
    """Raises BadDraft (profile.unknown)."""
    if profile_id not in PROFILES:
        raise BadDraft("profile.unknown", N_("there is no rule profile with this name"))
    return PROFILES[profile_id]


@dataclass(frozen=True, slots=True)
class Window:
    """A pre-election period, both days included; the clerk is believed about it."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ElectionCalendar:
    """What the date limits are measured against; `election_years` are the coming years of local elections."""

    windows: tuple[Window, ...] = ()
    election_years: frozenset[int] = frozenset()
    previous: date | None = None
    """Day of the previous referendum of this municipality, on paper or here; None if there was none."""


def date_faults(profile: Profile, opens: date, closes: date, calendar: ElectionCalendar) -> list[Refused]:
    """Every date limit of the profile that [opens, closes] breaks, each with its article. Days are Athens days."""
    faults: list[Refused] = []
    if profile.election_year and not calendar.election_years:
        faults.append(
            BrokenProfile(
                "dates.calendar",
                N_("the year of the next local elections is missing, so %(article)s cannot be checked"),
                N_("Fill in the calendar of elections in the draft."),
                article=profile.election_year.text,
            )
        )
    if profile.pre_election:
        for window in calendar.windows:
            if opens <= window.last and window.first <= closes:
                faults.append(
                    BrokenProfile(
                        "dates.pre_election",
                        N_("the vote falls in the pre-election period from %(first)s to %(last)s (%(article)s)"),
                        N_("Choose dates outside it."),
                        first=window.first.isoformat(),
                        last=window.last.isoformat(),
                        article=profile.pre_election.text,
                    )
                )
    if profile.election_year:
        for year in sorted(set(range(opens.year, closes.year + 1)) & calendar.election_years):
            faults.append(
                BrokenProfile(
                    "dates.election_year",
                    N_("%(year)s is a year of local elections (%(article)s)"),
                    N_("Choose another calendar year."),
                    year=year,
                    article=profile.election_year.text,
                )
            )
    if profile.interval and calendar.previous and opens < a_year_after(calendar.previous):
        faults.append(
            BrokenProfile(
                "dates.interval",
                N_("less than a year has passed since the previous referendum of %(previous)s (%(article)s)"),
                N_("Choose an opening on or after %(earliest)s."),
                previous=calendar.previous.isoformat(),
                earliest=a_year_after(calendar.previous).isoformat(),
                article=profile.interval.text,
            )
        )
    return faults


def a_year_after(day: date) -> date:
    """The same day of the next year; 29 February is followed by 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def question_faults(
    profile: Profile, number: int, answers: int, blank: bool, minimum: int, maximum: int
) -> list[Refused]:
    """What the profile asks of question `number` (from 1) beyond the form of a ballot."""
    faults: list[Refused] = []
    if answers < 2:
        article = profile.answers_basis.text if profile.answers_basis else profile.label
        faults.append(
            BrokenProfile(
                "question.answers",
                N_("question %(number)s has no list of alternative answers (%(article)s)"),
                N_("Give at least two answers."),
                number=number,
                article=article,
            )
        )
    if profile.blank_basis and not blank:
        faults.append(
            BrokenProfile(
                "question.blank",
                N_("question %(number)s does not offer a blank vote (%(article)s)"),
                N_("Offer it: blank ballots are counted apart from the valid ones."),
                number=number,
                article=profile.blank_basis.text,
            )
        )
    if profile.blank_basis and minimum < 1:
        faults.append(
            BrokenProfile(
                "question.minimum",
                N_("question %(number)s accepts a ballot with no answer and no blank vote (%(article)s)"),
                N_("Ask for at least one answer."),
                number=number,
                article=profile.blank_basis.text,
            )
        )
    if profile.single_choice and profile.answers_basis and maximum != 1:
        faults.append(
            BrokenProfile(
                "question.single",
                N_("question %(number)s lets a voter choose more than one answer (%(article)s)"),
                N_("Let each voter choose one."),
                number=number,
                article=profile.answers_basis.text,
            )
        )
    return faults


def profile_faults(profile: Profile, issuer: str) -> list[Refused]:
    """Whether anything may be proclaimed under this profile, and who may make the credentials."""
    faults: list[Refused] = []
    if not profile.filled:
        faults.append(
            BrokenProfile(
                "profile.empty",
                N_("the profile %(profile)s is empty until a lawyer has filled it (%(article)s)"),
                N_("Choose another profile."),
                profile=profile.id,
                article=profile.legal_basis[0].law,
            )
        )
    if issuer not in profile.issuers or (issuer == "service" and profile.kind == "referendum"):
        faults.append(
            BrokenProfile(
                "profile.issuer",
                N_("under this profile the voting codes must come from the credential authority, on printed cards"),
            )
        )
    return faults
