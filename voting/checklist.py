"""The opening checklist: each red item says what is missing, why it matters and where to mend it (M27).

Notes warn without stopping anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from audit.local_time import day_of
from audit.refusal import N_
from crypto.errors import Malformed
from crypto.group import group_named
from voting.credentials import check_list
from voting.errors import BadCredentials, NotReady
from voting.lifecycle import PREPARING, Phase
from voting.proclamation import calendar_of
from voting.profile import date_faults, profile_named
from voting.referendum import decode_draft
from voting.roll import SMALL_ROLL
from voting.store.preparation import Preparation


@dataclass(frozen=True, slots=True)
class Item:
    """`where` is an anchor of the desk page of this vote, or empty when only time helps; texts are msgids."""

    key: str
    done: bool
    title: str
    what: str = ""
    why: str = ""
    where: str = ""
    fields: dict[str, str | int] = field(default_factory=dict)


def check_ready(preparation: Preparation, now: datetime) -> None:
    """Raises NotReady with the first red item."""
    for item in checklist(preparation, now):
        if not item.done:
            raise NotReady(f"checklist.{item.key}", item.what, item.why, **item.fields)


def checklist(preparation: Preparation, now: datetime) -> list[Item]:
    """In the order in which a clerk works."""
    return [
        _proclaimed(preparation),
        _dates(preparation, now),
        _roll(preparation),
        _objections(preparation, now),
        _credentials(preparation),
        _keys(preparation),
        *_key_checks(preparation),
        _rehearsal(preparation),
        _log(preparation),
        _hour(preparation, now),
    ]


def red_items(preparation: Preparation, now: datetime) -> int:
    """How many items keep the vote from opening; 0 when there is nothing to open any more."""
    if preparation.row.phase not in PREPARING:
        return 0
    return sum(not item.done for item in checklist(preparation, now))


def notes(preparation: Preparation) -> Iterator[Item]:
    """What the committee should know before it opens."""
    row, ceremony = preparation.row, preparation.ceremony()
    if row.roll_count is not None and row.roll_count < SMALL_ROLL:
        yield Item(
            "small",
            False,
            N_("Few electors"),
            N_("With %(count)s electors the result can tell how single persons voted, above all when all agree."),
            fields={"count": row.roll_count},
        )
    if row.issuer == "service":
        yield Item(
            "service",
            False,
            N_("Voting codes made by the service"),
            N_("Whoever controls the service could cast ballots in the place of electors; printed cards prevent that."),
        )
    if ceremony is not None and ceremony.size > 1 and ceremony.threshold == ceremony.size:
        yield Item(
            "spare",
            False,
            N_("No spare trustee"),
            N_("If one trustee is missing after the closing, nobody can count the votes."),
        )
    if ceremony is not None and ceremony.size == 1:
        yield Item(
            "single",
            False,
            N_("One trustee alone"),
            N_("One person holds the whole key and could open the box early."),
        )


def _proclaimed(preparation: Preparation) -> Item:
    return Item(
        "proclaimed",
        preparation.row.phase != Phase.DRAFTED,
        N_("Proclamation"),
        N_("the vote is not proclaimed"),
        N_("Only a proclaimed text is fixed and public; a draft can still change."),
        "proclamation",
    )


def _dates(preparation: Preparation, now: datetime) -> Item:
    row, draft = preparation.row, decode_draft(preparation.row.draft)
    opens, closes = day_of(max(row.opens_at, now)), day_of(row.closes_at)
    faults = date_faults(
        profile_named(row.profile), opens, closes, calendar_of(draft, preparation.previous_referendum())
    )
    if row.closes_at <= now:
        return Item(
            "dates",
            False,
            N_("Dates"),
            N_("the announced closing time has passed"),
            N_("Cancel this vote in public and draft it again with new dates."),
            "cancellation",
        )
    if faults:
        return Item("dates", False, N_("Dates"), faults[0].sentence, faults[0].advice, "cancellation", faults[0].fields)
    return Item("dates", True, N_("Dates"))


def _roll(preparation: Preparation) -> Item:
    return Item(
        "roll",
        preparation.row.roll_count is not None,
        N_("Roll"),
        N_("the roll is not frozen"),
        N_("Nobody may enter or leave it once the vote is open."),
        "roll",
    )


def _objections(preparation: Preparation, now: datetime) -> Item:
    until = decode_draft(preparation.row.draft).objections_until
    return Item(
        "objections",
        until is None or day_of(now) > until,
        N_("Objections to the roll"),
        N_("objections to the roll can be made until %(until)s"),
        N_("Whoever is missing from the roll must have had the time to say so."),
        "roll",
        {"until": until.isoformat() if until else ""},
    )


def _credentials(preparation: Preparation) -> Item:
    row = preparation.row
    item = Item(
        "credentials",
        False,
        N_("List of credentials"),
        N_("there is no list of credentials for this roll"),
        N_("Without its credential on the list no ballot of an elector can be recognised."),
        "credentials",
    )
    if row.credentials is None or row.roll_count is None:
        return item
    try:
        check_list(row.credentials, group_named(row.group), row.roll_count)
    except (BadCredentials, Malformed):
        return item
    return Item("credentials", True, item.title)


def _keys(preparation: Preparation) -> Item:
    ceremony = preparation.ceremony()
    return Item(
        "keys",
        ceremony is not None and ceremony.step == "completed" and preparation.row.trustees is not None,
        N_("Key ceremony"),
        N_("the trustees have not made the key of the ballot box"),
        N_("Ballots are encrypted to a key that no single person holds."),
        "ceremony",
    )


def _key_checks(preparation: Preparation) -> Iterator[Item]:
    rehearsal = preparation.rehearsal()
    current = rehearsal is not None and rehearsal.trustees == preparation.row.trustees
    passed = {known.owner for known in preparation.rehearsal_decryptions()} if current else set()
    for seat in preparation.seats():
        yield Item(
            f"key_check_{seat.index}",
            seat.index in passed,
            N_("Key check of %(name)s"),
            N_("%(name)s has not passed the key check"),
            N_("A key that was lost would be noticed only after the closing."),
            "rehearsal",
            {"name": seat.name},
        )


def _rehearsal(preparation: Preparation) -> Item:
    rehearsal = preparation.rehearsal()
    return Item(
        "rehearsal",
        rehearsal is not None
        and rehearsal.state == "completed"
        and rehearsal.trustees == preparation.row.trustees
        and preparation.row.phase != Phase.KEYED,
        N_("Rehearsal"),
        N_("no rehearsal with test ballots was decrypted with these keys"),
        N_("Only a whole count, done once, shows that the real one will work."),
        "rehearsal",
    )


def _log(preparation: Preparation) -> Item:
    return Item(
        "log",
        not preparation.log_is_halted(),
        N_("Public log"),
        N_("the public log takes no entries at the moment"),
        N_("Every ballot must enter the log; ask the operator."),
    )


def _hour(preparation: Preparation, now: datetime) -> Item:
    return Item(
        "hour",
        preparation.row.opens_at <= now,
        N_("Hour of the opening"),
        N_("the announced hour of the opening has not come"),
        N_("Nobody should vote before the hour that was announced to all."),
    )
