"""What the author of a contribution is told of its moderation: one message with reason, rule, explanation and way out.

`gettext` says it in the municipality's language; the texts of officials and the title come in as they were typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from audit.refusal import N_
from consultation.appeal import OUTCOMES, Verdict
from consultation.moderation import REASONS, Hiding

Gettext: TypeAlias = Callable[..., str]
"""`Visit.gettext`: a msgid and its fields."""


@dataclass(frozen=True, slots=True)
class Notice:
    subject: str
    body: str


def hidden_notice(name: str, hiding: Hiding, stage: str, until: str, gettext: Gettext) -> Notice:
    """`name`: what the contribution is called; `until`: the last moment for an appeal, in words."""
    reason = REASONS[hiding.reason]
    if stage == "before":
        subject = gettext(N_("Your contribution was not published: %(name)s"), name=name)
        first = gettext(N_("A moderator did not publish your contribution “%(name)s”."), name=name)
    else:
        subject = gettext(N_("Your contribution was hidden: %(name)s"), name=name)
        first = gettext(N_("A moderator has hidden your contribution “%(name)s”."), name=name)
    return _notice(
        subject,
        first,
        gettext(N_("Reason: %(reason)s"), reason=gettext(reason.label)),
        gettext(N_("Rule: %(rule)s"), rule=gettext(reason.rule)),
        gettext(N_("Explanation: %(explanation)s"), explanation=hiding.explanation),
        gettext(
            N_("If you do not agree, you can appeal until %(until)s. Somebody else will decide. The page is below."),
            until=until,
        ),
    )


def accepted_notice(name: str, gettext: Gettext) -> Notice:
    return _notice(
        gettext(N_("Your contribution is published: %(name)s"), name=name),
        gettext(N_("A moderator has read your contribution “%(name)s” and published it."), name=name),
    )


def restored_notice(name: str, gettext: Gettext) -> Notice:
    return _notice(
        gettext(N_("Your contribution is shown again: %(name)s"), name=name),
        gettext(
            N_("The hiding of your contribution “%(name)s” was taken back. Everybody can read it again."), name=name
        ),
    )


def decided_notice(name: str, verdict: Verdict, gettext: Gettext) -> Notice:
    return _notice(
        gettext(N_("Your appeal was decided: %(name)s"), name=name),
        gettext(N_("Your appeal about the contribution “%(name)s” was decided by another person."), name=name),
        gettext(N_("Decision: %(decision)s"), decision=gettext(OUTCOMES[verdict.outcome])),
        gettext(N_("Reasons: %(reasoning)s"), reasoning=verdict.reasoning),
    )


def _notice(subject: str, *paragraphs: str) -> Notice:
    return Notice(subject, "\n\n".join(paragraphs))
