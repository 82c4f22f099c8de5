"""From the closing to the result, at the desk of the committee: one page, three acts, each once."""

from starlette.responses import Response
from starlette.routing import Route

from audit.refusal import N_
from voting.closing import close
from voting.lifecycle import LABELS, Phase
from voting.publishing import publish
from voting.store import ceremony as ceremonies
from voting.store import decryption
from voting.store.casting import BallotBox, ballot_box
from voting.tallying import add_up, keep_tally
from web import Visit, endpoint

READERS = ("committee", "secretariat", "auditor")
FRESH_MINUTES = 5
"""Officials' one-time codes hold this long (ID-18)."""


def routes() -> list[Route]:
    return [
        Route("/desk/referenda/{slug}/counting", show_counting),
        Route("/desk/referenda/{slug}/closing", close_box, methods=["POST"]),
        Route("/desk/referenda/{slug}/tally", tally_box, methods=["POST"]),
        Route("/desk/referenda/{slug}/publication", publish_result, methods=["POST"]),
    ]


@endpoint
def show_counting(visit: Visit) -> Response:
    """How far the count has come and what is missing; no number per answer before the result (M33)."""
    login = visit.require(*READERS)
    box = ballot_box(visit.session, visit.path["slug"])
    phase = Phase(box.row.phase)
    held = ceremonies.ceremony(visit.session, box.id)
    received = {made.owner for made in decryption.decryptions(visit.session, box.id)}
    seats = ceremonies.seats(visit.session, held.id) if held is not None and held.id is not None else []
    return visit.page(
        "voting/counting.html",
        row=box.row,
        phase=visit.gettext(LABELS[phase]),
        is_due=phase is Phase.OPEN and visit.now >= box.row.closes_at,
        threshold=held.threshold if held else 0,
        trustees=[(seat.index, seat.name, seat.index in received) for seat in seats],
        received=len(received),
        may_act="committee" in login.roles,
    )


@endpoint
def close_box(visit: Visit) -> Response:
    """The clock closes by itself; this is for the case that it did not."""
    box = _begin(visit)
    close(box, visit.now)
    return _back(visit, N_("The ballot box is closed."))


@endpoint
def tally_box(visit: Visit) -> Response:
    """Adding up takes long and only reads; nobody who writes waits for it."""
    _admit(visit)
    slug = visit.path["slug"]
    with visit.db.reading() as session:
        tally = add_up(ballot_box(session, slug))
    keep_tally(ballot_box(visit.session, slug), tally)
    return _back(visit, N_("The ballots are added up. Now the trustees decrypt the sum."))


@endpoint
def publish_result(visit: Visit) -> Response:
    box = _begin(visit)
    publish(box, visit.now)
    return visit.redirect(f"/referenda/{box.row.slug}/result", visit.gettext(N_("The result is published.")))


def _begin(visit: Visit) -> BallotBox:
    _admit(visit)
    return ballot_box(visit.session, visit.path["slug"])


def _admit(visit: Visit) -> None:
    visit.require("committee")
    visit.require_fresh_totp(FRESH_MINUTES)


def _back(visit: Visit, sentence: str) -> Response:
    return visit.redirect(f"/desk/referenda/{visit.path['slug']}/counting", visit.gettext(sentence))
