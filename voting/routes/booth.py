"""The page on which a citizen votes; what it asks of the service is in `voter.py`."""

from starlette.responses import Response
from starlette.routing import Route

from audit.sequencer import log_keeper
from crypto.encoding import sha256_hex
from voting import casting
from voting.cast_desk import check_on_roll
from voting.routes.voter import desk_of, person_of
from voting.store.casting import ballot_box
from web import Visit, endpoint


def routes() -> list[Route]:
    return [Route("/referenda/{slug}/booth", show_booth)]


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
