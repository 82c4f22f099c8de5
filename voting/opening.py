"""4 The opening, and the two things that can still happen to an open vote: an extension or a cancellation.

Each takes two persons of the committee who approve exactly the same matter; what they approve is hashed byte by byte.
`members` are the account ids of the committee as it is now: who left it approves nothing any more.
"""

from collections.abc import Collection
from datetime import datetime

from audit import entry
from audit.local_time import day_of, instant
from audit.refusal import N_
from crypto.election import SERVICE, Question, encode_election
from crypto.encoding import Json, array, integer, sha256, string
from crypto.group import Group, group_named
from crypto.trustees import decode_trustees
from voting.approval import approve
from voting.checklist import check_ready
from voting.errors import BadApproval, NotReady
from voting.lifecycle import Phase, advance, check_phase
from voting.manifest import decode_manifest
from voting.proclamation import calendar_of
from voting.profile import date_faults, profile_named
from voting.referendum import decode_draft
from voting.store.preparation import Preparation
from voting.store.referendum import ReferendumRow
from voting.wording import check_words, tidy

REASON_LIMIT = 2_000


def group_of(row: ReferendumRow) -> Group:
    return group_named(row.group)


def election_questions(row: ReferendumRow) -> list[Question]:
    """The proclaimed questions as they stand in election.json."""
    assert row.manifest is not None
    questions = []
    for value in array(decode_manifest(row.manifest)["questions"]):
        assert isinstance(value, dict)
        questions.append(
            Question(
                string(value["question"]),
                tuple(string(answer) for answer in array(value["answers"])),
                value["blank"] is True,
                integer(value["min"]),
                integer(value["max"]),
            )
        )
    return questions


def make_election(row: ReferendumRow) -> bytes:
    """election.json from what was proclaimed and the trustees' key; the same bytes at every call.

    Raises NotReady before there are keys.
    """
    if row.manifest is None or row.trustees is None:
        raise NotReady("opening.keys", N_("the key of the ballot box is not made yet"))
    manifest, group = decode_manifest(row.manifest), group_of(row)
    service = row.issuer == "service"
    return encode_election(
        name=string(manifest["title"]),
        description=string(manifest["summary"]),
        group=group,
        public_key=decode_trustees(row.trustees, group).election_key,
        questions=election_questions(row),
        uuid=row.uuid,
        administrator=string(manifest["municipality"]),
        credential_authority=None if service else decode_draft(row.draft).credential_authority,
        credentials=SERVICE if service else None,
    )


def opening_matter(row: ReferendumRow) -> dict[str, Json]:
    """What two persons approve: every object that the opening entry will name."""
    election = make_election(row)
    return {
        "manifest": sha256(row.manifest or b"").hex(),
        "election": sha256(election).hex(),
        "trustees": sha256(row.trustees or b"").hex(),
        "credentials": sha256(row.credentials or b"").hex(),
        "roll": row.roll_count,
        "closes": instant(row.closes_at),
    }


def approve_opening(
    preparation: Preparation,
    account_id: int,
    person_id: int | None,
    acceptance_key: str,
    now: datetime,
    members: Collection[int],
) -> bool:
    """One approval; the second opens the vote and returns True. `acceptance_key` is a vkey.

    Raises NotReady naming the first red item, BadApproval, WrongPhase.
    """
    row = preparation.row
    check_phase(row, Phase.REHEARSED)
    check_ready(preparation, now)
    matter = opening_matter(row)
    if not approve(preparation, "openings", matter, account_id, person_id, now, members):
        return False
    row.election = make_election(row)
    row.timestamp = str(int(now.timestamp()))
    row.opened_at = now
    preparation.append(
        entry.make("opened", referendum=row.uuid, **matter, acceptance=acceptance_key, issuer=row.issuer)
    )
    advance(row, Phase.OPEN)
    preparation.save()
    return True


def approve_extension(
    preparation: Preparation,
    closes: datetime,
    reason: str,
    account_id: int,
    person_id: int | None,
    now: datetime,
    members: Collection[int],
) -> bool:
    """One approval of a later closing time; the second extends. Raises BadApproval, BadDraft, BrokenProfile."""
    row = preparation.row
    check_phase(row, Phase.OPEN)
    reason = _public_reason(reason)
    if closes <= row.closes_at or closes <= now:
        raise BadApproval("extension.earlier", N_("an extension moves the closing time to a later hour"))
    draft = decode_draft(row.draft)
    calendar = calendar_of(draft, preparation.previous_referendum())
    for fault in date_faults(profile_named(row.profile), day_of(row.opens_at), day_of(closes), calendar):
        raise fault
    what: dict[str, Json] = {"closes": instant(closes), "reason": reason}
    if not approve(preparation, "extensions", what, account_id, person_id, now, members):
        return False
    row.closes_at = closes
    preparation.append(entry.make("extended", referendum=row.uuid, **what))
    preparation.save()
    return True


def approve_cancellation(
    preparation: Preparation,
    reason: str,
    account_id: int,
    person_id: int | None,
    now: datetime,
    members: Collection[int],
) -> bool:
    """One approval; the second cancels for good. Raises BadApproval, BadDraft, WrongPhase."""
    row = preparation.row
    check_phase(row, Phase.PROCLAIMED, Phase.KEYED, Phase.REHEARSED, Phase.OPEN, Phase.CLOSED)
    what: dict[str, Json] = {"reason": _public_reason(reason)}
    if not approve(preparation, "cancellation", what, account_id, person_id, now, members):
        return False
    row.cancelled_reason = str(what["reason"])
    preparation.append(entry.make("cancelled", referendum=row.uuid, **what))
    advance(row, Phase.CANCELLED)
    preparation.save()
    return True


def _public_reason(text: str) -> str:
    reason = tidy(text)
    check_words(reason, longest=REASON_LIMIT, lines=True)
    return reason
