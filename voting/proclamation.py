"""1 The proclamation: from here on the question, its answers and its rules stand, and the log holds their hash."""

from dataclasses import replace
from datetime import date, datetime

from audit import entry
from audit.refusal import N_
from crypto.encoding import sha256
from voting.errors import BadApproval
from voting.lifecycle import Phase, advance, check_phase
from voting.manifest import make_manifest
from voting.profile import ElectionCalendar
from voting.referendum import Draft, check_draft, decode_draft
from voting.store.preparation import Preparation


def calendar_of(draft: Draft, known: date | None) -> ElectionCalendar:
    """The draft's calendar, with the latest referendum that the service itself knows of (M24)."""
    previous = max((day for day in (draft.calendar.previous, known) if day), default=None)
    return replace(draft.calendar, previous=previous)


def proclaim(preparation: Preparation, municipality: str, account_id: int, now: datetime) -> None:
    """Fix the manifest and log its hash. Raises BrokenProfile, BadDraft, WrongPhase, BadApproval.

    The one who drafted it does not proclaim it: the committee's member is the second pair of eyes.
    """
    row = preparation.row
    check_phase(row, Phase.DRAFTED)
    if row.created_by == account_id:
        raise BadApproval(
            "proclamation.same_person",
            N_("the person who drafted this vote cannot proclaim it"),
            N_("Ask another member of the committee."),
        )
    draft = decode_draft(row.draft)
    check_draft(draft, calendar_of(draft, preparation.previous_referendum()), now)
    row.manifest = make_manifest(draft, row.uuid, municipality)
    row.proclaimed_at = now
    preparation.append(
        entry.make("proclaimed", referendum=row.uuid, profile=row.profile, manifest=sha256(row.manifest).hex())
    )
    if row.topic:
        preparation.append(entry.make("referendum-proposed", topic=row.topic, vote=row.uuid))
    advance(row, Phase.PROCLAIMED)
    preparation.save()
