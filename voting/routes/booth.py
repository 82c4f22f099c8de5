"""The pages whose scripts do the work: the booth, the card test, the check of an opened ballot.

What the booth asks of the service is in `voter.py`.
"""

from starlette.responses import Response
from starlette.routing import Route

from audit.refusal import N_
from audit.sequencer import log_keeper
from crypto.encoding import sha256_hex
from identity.vault import Vault
from voting import casting
from voting.cast_desk import check_on_roll
from voting.errors import NotFound
from voting.issuer import open_service_code
from voting.lifecycle import PREPARING, Phase
from voting.routes.public import proclaimed
from voting.routes.voter import desk_of, person_of
from voting.store.casting import ballot_box
from voting.store.preparation import Preparation
from voting.store.votes import public_votes
from web import FRESH_MINUTES, Visit, endpoint


def routes() -> list[Route]:
    return [
        Route("/card", show_card),
        Route("/referenda/{slug}/booth", show_booth),
        Route("/referenda/{slug}/code", tell_code, methods=["POST"]),
        Route("/referenda/{slug}/card-test", show_card_test),
        Route("/referenda/{slug}/opening", show_opened_ballot),
    ]


@endpoint
def show_card(visit: Visit) -> Response:
    """Where the QR of every card leads; the code itself is in the fragment and never arrives here."""
    votes = [row for row in public_votes(visit.session) if row.issuer == "authority"]
    return visit.page(
        "voting/card.html",
        policy="booth",
        open=[row for row in votes if row.phase == Phase.OPEN],
        soon=[row for row in votes if row.phase in PREPARING],
    )


@endpoint
def show_booth(visit: Visit) -> Response:
    """Only for a citizen on the roll, while the vote is open. Raises BoxClosed, NotElector."""
    visit.require()
    person = person_of(visit)
    box = ballot_box(visit.session, visit.path["slug"])
    casting.check_open(box.row.phase)
    check_on_roll(box, person)
    row, desk = box.row, desk_of(visit)
    mark = desk.mark(row.uuid, person)
    return visit.page(
        "voting/booth.html",
        policy="booth",
        slug=row.slug,
        title=row.title,
        closes=row.closes_at,
        issuer=row.issuer,
        already_voted=mark is not None and box.mark_of(mark) is not None,
        acceptance_key=desk.acceptance_key,
        log_key=log_keeper(visit.settings).verifier_key.encode(),
        election_hash=sha256_hex(row.election or b""),
        manifest_hash=sha256_hex(row.manifest or b""),
    )


@endpoint
def tell_code(visit: Visit) -> Response:
    """Service mode only: the voter's own code, after a fresh one-time code (M19). Raises NotFound for all others."""
    person = person_of(visit)
    visit.require_fresh_totp(FRESH_MINUTES - 1)
    preparation = Preparation.reading(visit.session, visit.path["slug"])
    casting.check_open(preparation.row.phase)
    vault = Vault(visit.settings.key("voting/service-codes"))
    response = visit.json({"code": open_service_code(preparation, vault, person)})
    response.headers["Cache-Control"] = "no-store"
    return response


@endpoint
def show_card_test(visit: Visit) -> Response:
    """«Δοκιμή κάρτας»: the browser looks for the card in the public list; the code is sent nowhere."""
    row = proclaimed(visit).row
    return visit.page(
        "voting/card_test.html",
        policy="booth",
        slug=row.slug,
        title=row.title,
        uuid=row.uuid,
        group=row.group,
        listed=row.credentials is not None,
    )


@endpoint
def show_opened_ballot(visit: Visit) -> Response:
    """What an opened ballot held, computed on a second device."""
    row = proclaimed(visit).row
    if row.opened_at is None:
        raise NotFound("referendum.object", N_("this part of the vote does not exist yet"))
    return visit.page("voting/challenge_check.html", policy="booth", slug=row.slug, title=row.title)
