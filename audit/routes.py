"""The log over HTTP: a page for people, and public files for programs, the same for everybody.

What is under no signed checkpoint yet is not served: nobody sees more of the log than it has signed.
"""

import re

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from audit import store
from audit.note import encode_base64
from audit.refusal import N_
from audit.sequencer import log_keeper
from audit.wording import NAMES, line
from crypto.encoding import Json
from web import NotFound, Visit, endpoint

_INDEX = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)

SHORTLY = "public, max-age=2"
FOR_EVER = "public, max-age=31536000, immutable"
NEWEST = 25


def routes() -> list[Route]:
    return [
        Route("/log", show_log),
        Route("/log/checkpoint", show_checkpoint),
        Route("/log/entries/{index}", show_entry),
        Route("/log/proof/{digest}", show_proof),
        Route("/log/vkey", show_verifier_key),
    ]


@endpoint
def show_log(visit: Visit) -> Response:
    """«Αρχείο ελέγχου»: the head, how much of each kind, what happened last, and how to check it."""
    head, signed = store.head(visit.session), store.latest_checkpoint(visit.session)
    counts = store.count_by_kind(visit.session)
    named = [(visit.gettext(NAMES[kind]), counts[kind]) for kind in NAMES if kind in counts]
    newest = store.newest_acts(visit.session, NEWEST)
    lines = [line(logged.index, logged.entry, visit.gettext) for logged in newest]
    subjects = visit.house.parts.get("log_subjects")
    return visit.page(
        "audit/log.html",
        size=signed.size if signed else 0,
        changed_at=head.changed_at,
        halted=head.halted,
        checkpoint=signed.note.decode() if signed else "",
        counts=named,
        lines=lines,
        subjects=subjects(visit.session, {shown.about for shown in lines}) if subjects else {},
        verifier_key=log_keeper(visit.settings).verifier_key.encode(),
    )


@endpoint
def show_checkpoint(visit: Visit) -> Response:
    """The newest signed checkpoint, from the database and never from memory: all workers answer alike."""
    signed = store.latest_checkpoint(visit.session)
    if signed is None:
        raise NotFound("log.unsigned", N_("The log has not been opened yet."))
    return _public(PlainTextResponse(signed.note), SHORTLY)


@endpoint
def show_entry(visit: Visit) -> Response:
    """The bytes of one entry, as they were hashed."""
    text = visit.path["index"]
    signed = store.latest_checkpoint(visit.session)
    logged = None
    if signed is not None and _INDEX.fullmatch(text) and int(text) < signed.size:
        logged = store.entry(visit.session, int(text))
    if logged is None:
        raise NotFound("log.unknown", N_("There is no such entry under the newest signed checkpoint."))
    return _public(Response(logged.entry.raw, media_type="application/json"), FOR_EVER)


@endpoint
def show_proof(visit: Visit) -> Response:
    """That the ballot with this SHA-256 is in the log: index, size, sibling hashes, and the checkpoint they lead to."""
    digest, signed = visit.path["digest"], store.latest_checkpoint(visit.session)
    index = store.ballot_index(visit.session, digest) if _DIGEST.fullmatch(digest) else None
    if signed is None or index is None or index >= signed.size:
        sentence = visit.gettext(N_("No ballot with this fingerprint is in the log yet."))
        return _public(visit.json({"code": "log.unknown", "sentence": sentence, "advice": ""}, 404), "no-store")
    hashes: list[Json] = [encode_base64(hashed) for hashed in store.inclusion(visit.session, index, signed.size)]
    proof: Json = {"index": index, "size": signed.size, "hashes": hashes, "checkpoint": signed.note.decode()}
    return _public(visit.json(proof), SHORTLY)


@endpoint
def show_verifier_key(visit: Visit) -> Response:
    """The log's public key. It proves little from here; compare it with the one on paper."""
    return _public(PlainTextResponse(log_keeper(visit.settings).verifier_key.encode() + "\n"), SHORTLY)


def _public(response: Response, caching: str) -> Response:
    """Anybody's program may read it, from a page of any origin."""
    response.headers["Cache-Control"] = caching
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
