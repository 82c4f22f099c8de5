"""What a voter's booth talks to, and «Οι ψηφοφορίες μου».

Casting is the one asynchronous handler of the house: it waits for a place at the desk, never for a checkpoint.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import anyio
from anyio.to_thread import run_sync
from starlette.responses import Response
from starlette.routing import Route

from audit import store as log
from audit.note import encode_base64
from audit.refusal import N_
from crypto.encoding import Json, members, string
from identity.mail import can_be_mailed
from identity.store.account import account
from visit import LoginNeeded
from voting import casting, challenge, lifecycle
from voting.box_errors import BoxBusy, NotElector, OrderStale
from voting.cast_desk import CastDesk, Tell, check_on_roll
from voting.notice import Message, recorded_message
from voting.store.casting import BallotBox, BallotRow, ballot_box
from voting.store.referendum import ReferendumRow
from voting.store.votes import votes_of
from web import CAST_LIMIT, FRESH_MINUTES, Visit, endpoint

AT_ONCE = 2
"""Ballots whose proofs are checked at a time: one per core of a small machine."""
WAITING_LIMIT = 1000


def routes() -> list[Route]:
    return [
        Route("/my/votes", show_my_votes),
        Route("/referenda/{slug}/next", show_next_place, methods=["POST"]),
        Route("/referenda/{slug}/ballots", cast_ballot, methods=["POST"]),
        Route("/referenda/{slug}/ballots/{digest}", show_ballot),
        Route("/referenda/{slug}/challenges", open_challenge, methods=["POST"]),
    ]


class _Queue:
    """Who waits for the desk; the rest are told to come again rather than left hanging."""

    def __init__(self, desk: CastDesk) -> None:
        self.desk, self.waiting, self._limiter = desk, 0, anyio.CapacityLimiter(AT_ONCE)

    async def run(self, work: Callable[[CastDesk], Response]) -> Response:
        if self.waiting >= WAITING_LIMIT:
            raise BoxBusy(
                "box.busy",
                N_("too many ballots are arriving at once; yours is not recorded yet"),
                N_("Send it again in a few seconds."),
            )
        self.waiting += 1
        try:
            return await run_sync(partial(work, self.desk), limiter=self._limiter)
        finally:
            self.waiting -= 1


@endpoint(limit=CAST_LIMIT, token=False)
async def cast_ballot(visit: Visit) -> Response:
    """A recorded ballot is answered before any login check, so that sending again always ends in the truth."""
    queue = visit.house.parts.setdefault("cast_queue", _Queue(desk_of(visit)))
    assert isinstance(queue, _Queue)
    return await queue.run(partial(_cast, visit))


def _cast(visit: Visit, desk: CastDesk) -> Response:
    slug, envelope = visit.path["slug"], casting.read(visit.body.raw)
    known = desk.recorded(slug, envelope.digest)
    if known is not None:
        return visit.json(dict(known))
    person = person_of(visit)
    visit.require_fresh_totp()
    try:
        return visit.json(dict(desk.accept(slug, envelope, person, visit.now, _tell(visit))), 201)
    except OrderStale as stale:
        told: dict[str, Json] = {"code": stale.code, **stale.fields}
        told |= {"sentence": visit.gettext(stale.sentence), "advice": visit.gettext(stale.advice)}
        return visit.json(told, stale.status)


def _tell(visit: Visit) -> Tell | None:
    """How to write to this voter; None without a mail server, or when the login name is no address."""
    if not visit.settings.mail_host or visit.login is None:
        return None
    with visit.db.reading() as session:
        held = account(session, visit.login.account_id)
        address = held.login_name if held is not None else ""
    if not can_be_mailed(address):
        return None

    def write(vote: ReferendumRow, ballot: BallotRow) -> Message:
        url = f"{visit.settings.base_url}/referenda/{vote.slug}/tracker"
        return recorded_message(address, vote.title, url, ballot.code, ballot.sequence + 1, visit.gettext)

    return write


@endpoint
def show_ballot(visit: Visit) -> Response:
    """Recorded or not, for everybody; with the proof that it is in the log once a signed checkpoint holds it."""
    digest = visit.path["digest"]
    box = ballot_box(visit.session, visit.path["slug"])
    row = box.ballot(digest)
    if row is None:
        return _uncached(visit.json({"state": "not_recorded"}))
    told: dict[str, Json] = dict(casting.answer(row, replaced=box.is_replaced(row)))
    index, signed = log.ballot_index(visit.session, digest), log.latest_checkpoint(visit.session)
    if index is not None and signed is not None and index < signed.size:
        hashes: list[Json] = [encode_base64(item) for item in log.inclusion(visit.session, index, signed.size)]
        told |= {"index": index, "size": signed.size, "hashes": hashes, "checkpoint": signed.note.decode()}
    return _uncached(visit.json(told))


@endpoint
def show_next_place(visit: Visit) -> Response:
    """Sequence and predecessor for the voter's own next ballot; here the one-time code must be fresh (M19)."""
    visit.require_fresh_totp(FRESH_MINUTES - 1)
    credential = string(members(visit.body.json(), ("credential",))["credential"], longest=1000)
    box = ballot_box(visit.session, visit.path["slug"])
    place = desk_of(visit).place(box, credential, person_of(visit), visit.now)
    return visit.json({"sequence": place.sequence, "previous": place.previous.hex()})


@endpoint
def open_challenge(visit: Visit) -> Response:
    """Make a code void; once this answers, the booth may show what the ballot holds (M32). For this vote's electors."""
    login, person = visit.require(), person_of(visit)
    code = string(members(visit.body.json(), ("code",))["code"], longest=100)
    box = ballot_box(visit.session, visit.path["slug"])
    check_on_roll(box, person)
    desk_of(visit).check_pace(login.account_id, visit.now)
    challenge.void(box, code)
    return visit.json({"state": "void"})


@endpoint
def show_my_votes(visit: Visit) -> Response:
    """Each vote on whose roll this person is, and how many ballots are recorded in their name (BB-08)."""
    visit.require()
    person = person_of(visit)
    boxes = [BallotBox(visit.session, row) for row in votes_of(visit.session, person)]
    return visit.page("voting/my_votes.html", votes=[_my_vote(visit, box, person) for box in boxes])


def _my_vote(visit: Visit, box: BallotBox, person: int) -> dict[str, object]:
    mark = desk_of(visit).mark(box.row.uuid, person)
    ballots: list[tuple[str, datetime]] = []
    if mark is not None:
        ballots = [(notice.code, notice.recorded_at) for notice in box.notices(mark)]
    phase = lifecycle.Phase(box.row.phase)
    return {
        "row": box.row,
        "phase": visit.gettext(lifecycle.LABELS[phase]),
        "open": phase is lifecycle.Phase.OPEN,
        "published": phase is lifecycle.Phase.PUBLISHED,
        "counted": ballots[-1] if ballots else None,
        "replaced": ballots[-2::-1],
    }


def person_of(visit: Visit) -> int:
    """The person of this login. Raises LoginNeeded, NotElector for an account without a person."""
    login = visit.login
    if login is None:
        raise LoginNeeded("login.needed", N_("Please log in to vote."), N_("Your ballot stays on this page meanwhile."))
    if login.citizen_id is None:
        raise NotElector("login.citizen", N_("this account belongs to no citizen of the registry"))
    return login.citizen_id


def desk_of(visit: Visit) -> CastDesk:
    desk = visit.house.parts.get("cast_desk")
    if desk is None:
        desk = visit.house.parts.setdefault("cast_desk", CastDesk(visit.db, visit.settings))
    assert isinstance(desk, CastDesk)
    return desk


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
