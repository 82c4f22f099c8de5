"""What the kinds of entry are called on the page for people. Pure; English msgids, translated where they are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from audit.entry import Entry
from audit.refusal import N_

NAMES = MappingProxyType(
    {
        "log-opened": N_("Audit log opened"),
        "role-granted": N_("Role granted"),
        "role-revoked": N_("Role revoked"),
        "software": N_("Fingerprint of the software published"),
        "incident": N_("Incident"),
        "proclaimed": N_("Vote proclaimed"),
        "roll-frozen": N_("Roll of voters frozen"),
        "credentials-listed": N_("List of voting cards for the vote fixed"),
        "ceremony-opened": N_("Key ceremony opened"),
        "ceremony-commitment": N_("Trustee committed to a key"),
        "ceremony-failed": N_("Key ceremony failed"),
        "ceremony-completed": N_("Box key made"),
        "rehearsal-opened": N_("Rehearsal opened"),
        "rehearsal-tallied": N_("Rehearsal added up"),
        "rehearsal-decrypted": N_("Trustee decrypted the rehearsal"),
        "rehearsal-completed": N_("Rehearsal completed"),
        "opened": N_("Vote opened"),
        "ballot": N_("Ballot in the box"),
        "challenged": N_("Ballot opened for checking, void for ever"),
        "extended": N_("Vote extended"),
        "cancelled": N_("Vote cancelled"),
        "closed": N_("Vote closed"),
        "tallied": N_("Encrypted ballots added up"),
        "partial-decryption": N_("Trustee decrypted the sum"),
        "result": N_("Result published"),
        "agenda-published": N_("Agenda published"),
        "agenda-changed": N_("Agenda changed"),
        "session-cancelled": N_("Session cancelled"),
        "minutes": N_("Minutes published"),
        "consultation-opened": N_("Consultation opened"),
        "consultation-text": N_("Text under consultation corrected"),
        "consultation-extended": N_("Consultation extended"),
        "consultation-closed": N_("Consultation closed"),
        "consultation-finished": N_("Consultation finished"),
        "contribution": N_("Contribution submitted"),
        "paper-contribution": N_("Contribution entered from a paper form"),
        "contribution-withdrawn": N_("Contribution withdrawn by its author"),
        "contribution-erased": N_("Contribution erased"),
        "collective-certified": N_("Collective certified"),
        "representative-certified": N_("Representative of a collective certified"),
        "representative-ended": N_("Representative of a collective ended"),
        "hidden": N_("Contribution hidden"),
        "restored": N_("Contribution restored"),
        "appeal-filed": N_("Appeal against a removal filed"),
        "appeal-decided": N_("Appeal decided"),
        "reply": N_("Reply of the municipality"),
        "councillor-file": N_("Councillors' file made"),
        "decision": N_("Decision published"),
        "measure": N_("Measure of implementation published"),
        "referendum-proposed": N_("Vote proposed from a topic"),
    }
)

DETAILS = MappingProxyType(
    {
        "incident": "%(text)s",
        "roll-frozen": N_("%(count)s voters"),
        "credentials-listed": N_("%(count)s cards"),
        "ceremony-opened": N_("%(threshold)s of %(size)s trustees suffice"),
        "ceremony-commitment": N_("trustee %(index)s"),
        "ceremony-failed": "%(reason)s",
        "rehearsal-decrypted": N_("trustee %(owner)s"),
        "opened": N_("%(roll)s voters on the roll"),
        "extended": "%(reason)s",
        "cancelled": "%(reason)s",
        "session-cancelled": "%(reason)s",
        "agenda-changed": N_("version %(version)s"),
        "minutes": N_("version %(version)s"),
        "consultation-finished": N_("%(answered)s of %(due)s answered"),
        "councillor-file": N_("%(contributions)s contributions"),
        "closed": N_("%(persons)s persons cast a ballot"),
        "partial-decryption": N_("trustee %(owner)s"),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the page: finished words in the visitor's language."""

    index: int
    name: str
    detail: str
    about: str  # uuid of the vote, or key of the topic or session; empty when it belongs to none


def line(index: int, entry: Entry, gettext: Callable[[str], str]) -> Line:
    """An entry of a kind we do not know shows its whole type."""
    detail = DETAILS.get(entry.kind, "")
    # A translated empty text would be the catalogue's header.
    words = gettext(detail) % entry.members if detail else ""
    return Line(index, gettext(NAMES.get(entry.kind, entry.kind)), words, entry.referendum or entry.subject or "")
