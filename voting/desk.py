"""The desk of secretariat, registrar and committee: which act belongs to which role and phase, and what it causes.

One table for the pages, the handlers and the permission grid of the tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from audit.refusal import N_
from voting.lifecycle import PREPARING, Phase, check_phase
from voting.referendum import Draft, encode_draft
from voting.store.referendum import ReferendumRow

READERS = ("secretariat", "committee", "registrar", "auditor")
CLERKS = ("secretariat",)
COMMITTEE = ("committee",)
BEFORE_THE_COUNT = PREPARING | {Phase.OPEN, Phase.CLOSED}


@dataclass(frozen=True, slots=True)
class Act:
    """`name` is the last part of its address; `consequence` is said before it is done."""

    name: str
    roles: tuple[str, ...]
    phases: frozenset[Phase]
    label: str
    consequence: str
    two_persons: bool = False


ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act(
            "proclamation",
            COMMITTEE,
            frozenset({Phase.DRAFTED}),
            N_("Proclaim the vote"),
            N_("Question, answers, statements, dates and rules become public and can never change."),
        ),
        Act(
            "roll",
            ("registrar",),
            PREPARING,
            N_("Freeze the roll"),
            N_("Only electors of the cut-off day may vote. Their number is published, no name. An earlier list falls."),
        ),
        Act(
            "credentials",
            COMMITTEE,
            PREPARING,
            N_("List the credentials"),
            N_("The list becomes public. Only ballots of credentials on it will be accepted."),
        ),
        Act(
            "ceremony",
            COMMITTEE,
            PREPARING,
            N_("Open a key ceremony"),
            N_("The trustees' names are published. Keys and rehearsal of an earlier ceremony are given up."),
        ),
        Act(
            "rehearsal",
            ("committee", "secretariat"),
            frozenset({Phase.KEYED}),
            N_("Open the rehearsal"),
            N_("The service casts test ballots; every trustee checks the own key by decrypting their sum."),
        ),
        Act(
            "openings",
            COMMITTEE,
            frozenset({Phase.REHEARSED}),
            N_("Open the vote"),
            N_("Electors can vote from this moment, and nothing of the vote can change any more."),
            two_persons=True,
        ),
        Act(
            "extensions",
            COMMITTEE,
            frozenset({Phase.OPEN}),
            N_("Extend the vote"),
            N_("The vote closes later than announced. The reason stands on the public page for ever."),
            two_persons=True,
        ),
        Act(
            "cancellation",
            COMMITTEE,
            BEFORE_THE_COUNT,
            N_("Cancel the vote"),
            N_("The vote ends without a result, for ever. Ballots stay sealed. The reason is public."),
            two_persons=True,
        ),
    )
}


def acts_for(phase: Phase, roles: Iterable[str]) -> list[Act]:
    """What this person can do now, in the order of a referendum's life."""
    held = set(roles)
    return [act for act in ACTS.values() if phase in act.phases and held & set(act.roles)]


def check_act(act: Act, row: ReferendumRow) -> None:
    """Raises WrongPhase when the act does not belong to the phase (AC-08)."""
    check_phase(row, *act.phases)


def new_draft(draft: Draft, slug: str, uuid: str, account_id: int, topic: str = "") -> ReferendumRow:
    """`topic`: key of the council topic it is proposed from (M36)."""
    row = ReferendumRow(
        slug=slug, uuid=uuid, topic=topic, created_by=account_id, draft=b"", title="", profile="",
        opens_at=draft.opens, closes_at=draft.closes,
    )  # fmt: skip
    keep_draft(row, draft)
    return row


def keep_draft(row: ReferendumRow, draft: Draft) -> None:
    """Raises WrongPhase once the vote is proclaimed (AC-08)."""
    check_phase(row, Phase.DRAFTED)
    row.draft = encode_draft(draft)
    row.title, row.profile, row.group, row.issuer = draft.title, draft.profile, draft.group, draft.issuer
    row.opens_at, row.closes_at = draft.opens, draft.closes
