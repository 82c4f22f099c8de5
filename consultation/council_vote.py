"""How a council votes on a topic: the outcome, each member's vote by name, and when the two contradict each other.

Nothing is said of blank votes in law: only what would be a contradiction under every reading is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from audit.refusal import N_
from consultation.errors import Incomplete


class Outcome(StrEnum):
    UNANIMOUS = "unanimous"
    BY_MAJORITY = "by_majority"
    REJECTED = "rejected"
    POSTPONED = "postponed"
    WITHDRAWN = "withdrawn"


class Choice(StrEnum):
    """How one member voted, as minutes have it."""

    FOR = "for"
    AGAINST = "against"
    BLANK = "blank"
    PRESENT_ONLY = "present_only"
    DID_NOT_VOTE = "did_not_vote"
    ABSENT = "absent"


OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        Outcome.UNANIMOUS: N_("Unanimous"),
        Outcome.BY_MAJORITY: N_("By majority"),
        Outcome.REJECTED: N_("Rejected (decision)"),
        Outcome.POSTPONED: N_("Postponed (decision)"),
        Outcome.WITHDRAWN: N_("Withdrawn (decision)"),
    }
)
CHOICES: Mapping[str, str] = MappingProxyType(
    {
        Choice.FOR: N_("FOR"),
        Choice.AGAINST: N_("AGAINST"),
        Choice.BLANK: N_("BLANK"),
        Choice.PRESENT_ONLY: N_("PRESENT"),
        Choice.DID_NOT_VOTE: N_("DID NOT VOTE"),
        Choice.ABSENT: N_("ABSENT"),
    }
)
DECIDED = frozenset({Outcome.UNANIMOUS, Outcome.BY_MAJORITY, Outcome.REJECTED})
"""The council voted: there is a number, there may be votes and an ADA."""
ADOPTED = frozenset({Outcome.UNANIMOUS, Outcome.BY_MAJORITY})


@dataclass(frozen=True, slots=True)
class Member:
    """Who may vote in the body on the day. `key` is the councillor's; `chairs`: a tie is decided by this vote."""

    key: str
    name: str
    chairs: bool = False


def read_votes(form: Mapping[str, str], members: Sequence[Member]) -> dict[str, Choice]:
    """Of all members or of none: a list with gaps would pass for the whole.

    A vote is in the field `vote_<councillor key>`; `rest_vote` is the vote of whoever has none there.
    Raises Incomplete: decision.member, decision.vote, decision.votes.
    """
    known = {f"vote_{member.key}": member for member in members}
    if any(name.startswith("vote_") and value and name not in known for name, value in form.items()):
        raise Incomplete(
            "decision.member", N_("Somebody voted who was no member of the body on that day."), field="outcome"
        )
    votes, missing = {}, []
    for name, member in known.items():
        value = form.get(name, "") or form.get("rest_vote", "")
        if value and value not in list(Choice):
            raise Incomplete("decision.vote", N_("There is no such vote."), field=name)
        if value:
            votes[member.key] = Choice(value)
        else:
            missing.append(member)
    if votes and missing:
        raise Incomplete(
            "decision.votes",
            N_("The vote of %(names)s is missing."),
            N_("Note the vote of every member, or of nobody."),
            field=f"vote_{missing[0].key}",
            names=", ".join(member.name for member in missing),
        )
    return votes


def check_votes(outcome: Outcome, votes: Mapping[str, Choice], members: Sequence[Member]) -> None:
    """Raises Incomplete (decision.contradiction, decision.majority, decision.rejection) when votes and outcome differ.

    A tie counts as the chair voted. No votes at all contradict nothing.
    """
    if not votes:
        return
    by_choice = {choice: [key for key, cast in votes.items() if cast is choice] for choice in Choice}
    pro, contra = by_choice[Choice.FOR], by_choice[Choice.AGAINST]
    others = sum(map(len, by_choice.values())) - len(pro) - len(by_choice[Choice.ABSENT])
    if outcome is Outcome.UNANIMOUS and contra:
        names = ", ".join(member.name for member in members if member.key in contra)
        raise Incomplete(
            "decision.contradiction",
            N_("Unanimous does not fit the vote against of: %(names)s."),
            N_("Choose “by majority”, or mend the votes."),
            field="outcome",
            names=names,
        )
    if outcome in ADOPTED and not pro:
        raise Incomplete("decision.majority", N_("Nobody voted for it, so it was not adopted."), field="outcome")
    if outcome is Outcome.BY_MAJORITY and not others:
        raise Incomplete(
            "decision.majority", N_("Everybody present voted for it: the outcome is “unanimous”."), field="outcome"
        )
    tie_lost = len(pro) == len(contra) and not any(member.chairs and member.key in pro for member in members)
    if outcome is Outcome.BY_MAJORITY and (len(pro) < len(contra) or tie_lost):
        raise Incomplete(
            "decision.majority",
            N_("%(pro)s voted for and %(contra)s against: that is no majority."),
            N_("With equal votes the chair's vote decides."),
            field="outcome",
            pro=len(pro),
            contra=len(contra),
        )
    if outcome is Outcome.REJECTED and len(pro) > others:
        raise Incomplete(
            "decision.rejection",
            N_("More than half of those present voted for it, so it was not rejected."),
            field="outcome",
        )
