"""GET /open-data/council.zip: the council's record, which `python -m audit council` checks against the log."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.responses import Response
from starlette.routing import Route

from audit import store as log
from audit.refusal import N_, Refused
from audit.sequencer import log_keeper
from consultation import record
from consultation.errors import NotFound
from consultation.store import record as store
from web import Visit, endpoint

PATIENCE, PAUSE = 8, 0.1
"""How often, and after how many seconds, it is asked again whether every act has its place in the log."""
FRESH = timedelta(seconds=60)


def routes() -> list[Route]:
    return [Route("/open-data/council.zip", download_council, methods=["GET"])]


class Busy(Refused):
    status = 503
    retry_after = 5


@dataclass
class Shelf:
    """The last record that was made, given again for a minute while the log stands still."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    checkpoint: bytes = b""
    made_at: datetime | None = None
    raw: bytes = b""

    def fits(self, checkpoint: bytes, now: datetime) -> bool:
        return self.checkpoint == checkpoint and self.made_at is not None and now - self.made_at < FRESH


@endpoint
def download_council(visit: Visit) -> Response:
    """Everything public under the newest checkpoint. Raises NotFound before the log is opened, Busy."""
    if log.latest_checkpoint(visit.session) is None:
        raise NotFound("log.unsigned", N_("The log has not been opened yet."))
    shelf: Shelf = visit.house.parts.setdefault("council_record", Shelf())
    if not shelf.turn.acquire(timeout=PATIENCE * PAUSE):
        raise _busy()
    try:
        raw = _record(visit, shelf)
    finally:
        shelf.turn.release()
    headers = {
        "Content-Disposition": 'attachment; filename="council.zip"',
        "Cache-Control": "public, max-age=60",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Response(raw, media_type="application/zip", headers=headers)


def _record(visit: Visit, shelf: Shelf) -> bytes:
    """Made at a moment when no act waits for its place in the log, so that rows and log speak of the same."""
    for attempt in range(PATIENCE):
        if attempt:
            time.sleep(PAUSE)
        with visit.db.reading() as session:
            signed = store.signed_entries(session)
            if signed is None:
                continue
            checkpoint, lines = signed
            if not shelf.fits(checkpoint, visit.now):
                key = log_keeper(visit.settings).verifier_key.encode()
                shelf.raw = record.zip_council(store.council_files(session, checkpoint, lines, key))
                shelf.checkpoint, shelf.made_at = checkpoint, visit.now
            return shelf.raw
    raise _busy()


def _busy() -> Busy:
    return Busy(
        "record.busy",
        N_("Something is being written into the log at this moment."),
        N_("Please try again in a few seconds."),
    )
