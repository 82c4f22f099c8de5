"""An appeal against a hiding (προσφυγή): who may file it, until when, and what its decision must hold.

The word objection (ένσταση) is kept for topics.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from audit.refusal import N_
from consultation.errors import Incomplete, NotYours, WrongState
from consultation.moderation import RULES, read_words

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "reversed": N_("The contribution is shown again"),
        "upheld": N_("The contribution stays hidden"),
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasoning` is sent to the author."""

    outcome: str
    reasoning: str


def read_appeal(form: Mapping[str, str]) -> str:
    """Why the author thinks that the hiding was wrong. Raises Incomplete (moderation.text)."""
    return read_words(
        form.get("text", ""), RULES.appeal_limit, "text", N_("Write why the contribution should be shown again.")
    )


def read_verdict(form: Mapping[str, str]) -> Verdict:
    """Raises Incomplete: moderation.outcome, moderation.reasoning."""
    outcome = form.get("outcome", "")
    if outcome not in OUTCOMES:
        raise Incomplete("moderation.outcome", N_("Choose what becomes of the contribution."), field="outcome")
    reasoning = read_words(
        form.get("reasoning", ""), RULES.explanation_limit, "reasoning", N_("Give the author the reasons.")
    )
    return Verdict(outcome, reasoning)


def check_may_appeal(removal_state: str, until: datetime, now: datetime) -> None:
    """Raises WrongState: appeal.filed, appeal.ended, appeal.late."""
    if removal_state == "appealed":
        raise WrongState("appeal.filed", N_("You have appealed already. The decision will be sent to you."))
    if removal_state != "standing":
        raise WrongState(
            "appeal.ended", N_("This hiding has ended or was decided already; there is nothing to appeal.")
        )
    if now >= until:
        raise WrongState(
            "appeal.late",
            N_("The days for an appeal are over."),
            N_("You can still write to the municipality; a moderator may take the hiding back."),
        )


def check_undecided(outcome: str) -> None:
    """Raises WrongState (appeal.decided)."""
    if outcome:
        raise WrongState(
            "appeal.decided",
            N_("Somebody else has decided this appeal in the meantime. Your decision was not kept."),
            N_("Look at the list again."),
        )


def check_other_person(*, moderator: bool) -> None:
    """`moderator`: whoever decides is, or may be, the one who hid the contribution. Raises NotYours (appeal.same)."""
    if moderator:
        raise NotYours(
            "appeal.same",
            N_("Whoever hid a contribution does not decide the appeal against it."),
            N_("Another person decides: a different moderator or somebody of the secretariat."),
        )
