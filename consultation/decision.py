"""What the council decided on a topic: outcome, number, text, ADA and votes, as one value and as the bytes of the log.

Leaves out where decisions are kept and who may write them.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from audit.local_time import BadTime, parse_day
from audit.refusal import N_
from consultation.ada import read_ada
from consultation.agenda import read_text
from consultation.council_vote import DECIDED, Choice, Member, Outcome, check_votes, read_votes
from consultation.errors import Incomplete, WrongState
from crypto.encoding import compact, parse_json

TEXT_LIMIT = 30_000
"""Characters; a longer decision is a file."""
_NUMBER = re.compile(r"[1-9][0-9]{0,4}/(20[0-9]{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    number: str  # N/YYYY, empty unless the outcome is in DECIDED
    decided_on: date
    text: str  # Markdown, as typed
    ada: str  # empty: not posted yet
    noted_vote: str  # uuid of the vote whose result the council took note of, or empty
    votes: Mapping[str, Choice]  # by councillor key; empty: the minutes name nobody


def read_decision(
    form: Mapping[str, str],
    members: Sequence[Member],
    votes_to_note: Collection[str],
    *,
    session_day: date,
    today: date,
    withdrawn: bool,
) -> Decision:
    """The form of the desk. `votes_to_note`: uuids of published votes; `withdrawn`: the topic was, before the session.

    Raises Incomplete: decision.*, ada.*, and of a text.
    """
    outcome = _outcome(form.get("outcome", ""))
    if withdrawn and outcome is not Outcome.WITHDRAWN:
        raise Incomplete(
            "decision.topic_withdrawn", N_("This topic was withdrawn, so nothing was decided on it."), field="outcome"
        )
    decided_on = _decided_on(form.get("decided_on", ""), session_day, today)
    text = read_text(form, "text", limit=TEXT_LIMIT)
    noted = form.get("noted_vote", "")
    if noted and noted not in votes_to_note:
        raise Incomplete("decision.noted_vote", N_("This vote has no published result."), field="noted_vote")
    decision = Decision(
        outcome,
        _number(form.get("number", ""), outcome, decided_on),
        decided_on,
        text,
        read_ada(form.get("ada", "")),
        noted,
        read_votes(form, members),
    )
    _check_undecided(decision)
    check_votes(outcome, decision.votes, members)
    return decision


def decision_content(decision: Decision, topic: str, version: int, file_digest: str) -> bytes:
    """The bytes whose SHA-256 the log holds. `topic` is its key, `file_digest` hexadecimal or empty."""
    return compact(
        {
            "decision": 1,
            "topic": topic,
            "version": version,
            "outcome": decision.outcome.value,
            "number": decision.number,
            "decided_on": decision.decided_on.isoformat(),
            "text": decision.text,
            "ada": decision.ada,
            "file": file_digest,
            "noted_vote": decision.noted_vote,
            "votes": [{"councillor": key, "choice": choice.value} for key, choice in sorted(decision.votes.items())],
        }
    )


def decode_decision(raw: bytes) -> Decision:
    """A stored version, as `decision_content` wrote it."""
    value = parse_json(raw, size_limit=len(raw))
    assert isinstance(value, dict)
    votes = value["votes"]
    assert isinstance(votes, list)
    return Decision(
        Outcome(str(value["outcome"])),
        str(value["number"]),
        date.fromisoformat(str(value["decided_on"])),
        str(value["text"]),
        str(value["ada"]),
        str(value["noted_vote"]),
        {str(vote["councillor"]): Choice(str(vote["choice"])) for vote in votes if isinstance(vote, dict)},
    )


def write_decision(decision: Decision) -> dict[str, str]:
    """The decision as the form of the desk spells it."""
    return {
        "outcome": decision.outcome.value,
        "number": decision.number,
        "decided_on": decision.decided_on.isoformat(),
        "text": decision.text,
        "ada": decision.ada,
        "noted_vote": decision.noted_vote,
        **{f"vote_{key}": choice.value for key, choice in decision.votes.items()},
    }


def check_time(session_state: str, starts_at: datetime, now: datetime) -> None:
    """Nothing is decided before the session, or in one that did not happen. Raises WrongState (decision.early)."""
    if session_state not in ("published", "held") or now < starts_at:
        raise WrongState(
            "decision.early",
            N_("Decisions and minutes wait until the session has begun; one that was cancelled has none."),
        )


def _outcome(text: str) -> Outcome:
    try:
        return Outcome(text)
    except ValueError:
        raise Incomplete("decision.outcome", N_("Choose the outcome."), field="outcome") from None


def _decided_on(text: str, session_day: date, today: date) -> date:
    try:
        day = parse_day(text)
    except BadTime as bad:
        raise Incomplete("decision.day", bad.sentence, field="decided_on") from None
    if not session_day <= day <= today:
        raise Incomplete(
            "decision.day",
            N_("The day of the decision is not before the session and not after today."),
            field="decided_on",
        )
    return day


def _number(text: str, outcome: Outcome, decided_on: date) -> str:
    text = text.strip()
    if not text and outcome not in DECIDED:
        return ""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise Incomplete(
            "decision.number", N_("A decision number is a number and the year, such as 12/2026."), field="number"
        )
    if int(match[1]) != decided_on.year:
        raise Incomplete(
            "decision.year",
            N_("The number says %(year)s, but the decision is of %(decided)s."),
            field="number",
            year=match[1],
            decided=str(decided_on.year),
        )
    return text


def _check_undecided(decision: Decision) -> None:
    """A postponed or withdrawn topic was not voted on."""
    if decision.outcome in DECIDED:
        return
    for field, value in (("number", decision.number), ("ada", decision.ada), ("outcome", decision.votes)):
        if value:
            raise Incomplete(
                "decision.undecided",
                N_("A postponed or withdrawn topic has no number, no ADA and no votes."),
                field=field,
            )
