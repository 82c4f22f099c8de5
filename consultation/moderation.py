"""Hiding what a citizen wrote: for which reasons, until when the author may appeal, and what has become of it.

Leaves out the appeal itself (`appeal`), the public register (`removal_register`) and who may moderate (`desk`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType

from audit.local_time import ATHENS, day_of
from audit.refusal import N_
from consultation.contribution import clean_text
from consultation.errors import Incomplete, NotYours, WrongState


@dataclass(frozen=True, slots=True)
class Rules:
    """What the municipality's rules of moderation set, in days after the day of the act and in characters."""

    appeal_days: int = 10
    decision_days: int = 15
    explanation_limit: int = 2_000
    appeal_limit: int = 4_000


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Reason:
    """`rule` is the sentence of the rules of participation that the contribution broke."""

    label: str
    rule: str


REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "personal_data": Reason(
            N_("Personal data of somebody else"),
            N_("A contribution holds nothing by which another person can be found, and nothing of their private life."),
        ),
        "insult": Reason(N_("Insult"), N_("Opinions are criticised, people are not insulted.")),
        "hate": Reason(
            N_("Hate speech"),
            N_("Nobody is attacked for origin, religion, disability, sex, orientation or conviction."),
        ),
        "threat": Reason(N_("Threat or call to violence"), N_("Nobody is threatened, and nobody calls for violence.")),
        "unlawful": Reason(
            N_("Unlawful content"),
            N_("A contribution breaks no law and no right of others, such as the right to a text or a picture."),
        ),
        "off_topic": Reason(
            N_("Not about the topic"), N_("A contribution is about the topic of the consultation it stands in.")
        ),
        "duplicate": Reason(
            N_("Same text again"), N_("The same author says the same thing once in the same consultation.")
        ),
        "advertising": Reason(N_("Advertising"), N_("A contribution sells nothing and asks for no customers.")),
        "not_readable": Reason(N_("Not readable"), N_("A contribution is a text that others can read and understand.")),
    }
)
STAGES: Mapping[str, str] = MappingProxyType({"before": N_("Before publication"), "after": N_("After publication")})
STATES: Mapping[str, str] = MappingProxyType(
    {
        "standing": N_("Hidden"),
        "appealed": N_("Hidden; an appeal waits for its decision"),
        "upheld": N_("Hidden; the appeal was rejected"),
        "reversed": N_("Shown again after an appeal"),
        "restored": N_("Shown again by a moderator"),
    }
)
HIDDEN = frozenset({"standing", "appealed", "upheld"})
"""States of a removal in which the contribution is not shown."""
_STAGE_OF = {"waiting": "before", "published": "after"}


@dataclass(frozen=True, slots=True)
class Hiding:
    """A moderator's decision. `explanation` is for the author alone."""

    reason: str
    explanation: str


def read_hiding(form: Mapping[str, str]) -> Hiding:
    """Raises Incomplete: moderation.reason, moderation.explanation."""
    reason = form.get("reason", "")
    if reason not in REASONS:
        raise Incomplete("moderation.reason", N_("Choose the rule that was broken."), field="reason")
    explanation = read_words(
        form.get("explanation", ""),
        RULES.explanation_limit,
        "explanation",
        N_("Explain to the author what in the contribution broke the rule."),
    )
    return Hiding(reason, explanation)


def read_words(typed: str, limit: int, field: str, lacking: str) -> str:
    """A required text of a form, cleaned. Raises Incomplete (moderation.<field>)."""
    text = clean_text(typed).strip()
    if not text:
        raise Incomplete(f"moderation.{field}", lacking, field=field)
    if len(text) > limit:
        sentence = N_("The text may have %(limit)s characters; yours has %(count)s.")
        raise Incomplete(f"moderation.{field}", sentence, field=field, limit=limit, count=len(text))
    return text


def stage_of(state: str) -> str:
    """Of hiding a contribution in this state. Raises WrongState (moderation.state)."""
    if state not in _STAGE_OF:
        raise WrongState(
            "moderation.state",
            N_("This contribution cannot be hidden: it is not shown to anybody and does not wait for moderation."),
            N_("Somebody else may have decided in the meantime. Look at the list again."),
        )
    return _STAGE_OF[state]


def check_waiting(state: str) -> None:
    """Raises WrongState (moderation.accepted)."""
    if state != "waiting":
        raise WrongState(
            "moderation.accepted",
            N_("This contribution does not wait for moderation any more."),
            N_("Somebody else may have decided in the meantime. Look at the list again."),
        )


def check_restorable(removal_state: str) -> None:
    """A moderator takes a hiding back only while nobody has appealed. Raises WrongState (moderation.restore)."""
    if removal_state != "standing":
        raise WrongState(
            "moderation.restore",
            N_("This hiding cannot be taken back here: it was appealed against, or it has ended."),
            N_("An appeal is decided by another person, on its own page."),
        )


def check_not_author(*, author: bool) -> None:
    """Raises NotYours (moderation.own)."""
    if author:
        raise NotYours(
            "moderation.own",
            N_("Nobody decides about their own contribution, nor about one of their collective."),
            N_("Ask another moderator."),
        )


def deadline(moment: datetime, days: int) -> datetime:
    """The end of the day in Athens that is `days` days after the day of `moment`; the first moment that is too late."""
    return datetime.combine(day_of(moment) + timedelta(days=days + 1), time(), ATHENS).astimezone(UTC)


def last_moment(until: datetime) -> datetime:
    """As a deadline is shown: 23:59 of its last day."""
    return until - timedelta(minutes=1)


def days_late(due: datetime, at: datetime) -> int:
    """Days in Athens by which `at` is past the last day of `due`; 0 in time."""
    return 0 if at < due else (day_of(at) - day_of(last_moment(due))).days
