"""The trustees' room: who am I in which ceremony, the messages, the key check and the count.

Everything secret stays on the trustee's device; what arrives here is public or sealed to another member.
"""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from audit.sequencer import log_keeper
from crypto.encoding import Json, members, parse_json, string
from voting import lifecycle
from voting.decrypting import accept
from voting.errors import NotFound
from voting.lifecycle import Phase
from voting.record_export import zip_record
from voting.rehearsal import accept_key_check
from voting.seats import find_seat
from voting.store import ceremony as ceremonies
from voting.store import decryption
from voting.store import referendum as store
from voting.store.casting import BallotBox
from voting.store.preparation import Preparation
from voting.store.record import REHEARSAL, VOTE, record_files
from voting.trustees import receive, state
from web import Endpoint, Visit, endpoint

MESSAGE_LIMIT = 1024 * 1024
"""Bytes: a polynomial message for 15 members in BELENIOS-2048 has about 120,000."""
DECRYPTION_LIMIT = 8 * 1024 * 1024
"""Bytes: both objects for 1,000 answers in BELENIOS-2048."""


_NOTHING_ELSE = N_("there is a vote and its rehearsal, nothing else to decrypt")


def routes() -> list[BaseRoute]:
    return [
        Route("/trustee", list_rooms, methods=["GET"]),
        Route("/trustee/{slug}", show_room, methods=["GET"]),
        Route("/trustee/{slug}/state", show_state, methods=["GET"]),
        Route("/trustee/{slug}/messages", send_message, methods=["POST"]),
        Route("/trustee/{slug}/decryptions", send_decryption, methods=["POST"]),
        Route("/trustee/{slug}/files", show_files, methods=["GET"]),
        Route("/trustee/{slug}/files", send_file, methods=["POST"]),
        Route("/trustee/{slug}/board/{kind}.zip", download_board, methods=["GET"]),
        Route("/trustee/{slug}/board/rehearsal/{file}", _board(REHEARSAL), methods=["GET"]),
        Route("/trustee/{slug}/board/vote/{file}", _board(VOTE), methods=["GET"]),
    ]


@endpoint
def list_rooms(visit: Visit) -> Response:
    login = visit.require("trustee")
    rooms = []
    for referendum_id in ceremonies.referenda_of(visit.session, login.account_id):
        preparation = Preparation(visit.session, store.referendum_by_id(visit.session, referendum_id))
        told = _state(preparation, login.account_id)
        phase = visit.gettext(lifecycle.LABELS[Phase(preparation.row.phase)])
        rooms.append((preparation.row, phase, _is_awaited(told)))
    return visit.page("voting/trustee_list.html", rooms=rooms)


@endpoint
def show_room(visit: Visit) -> Response:
    preparation = _seated(visit)
    row = preparation.row
    log_key = log_keeper(visit.settings).verifier_key.encode()
    room = {"slug": row.slug, "referendum": row.uuid, "log_key": log_key}
    return visit.page("voting/trustee.html", policy="booth", referendum=row, room=room)


@endpoint
def show_state(visit: Visit) -> Response:
    preparation = _seated(visit)
    response = visit.json(_state(preparation, visit.require().account_id))
    response.headers["Cache-Control"] = "no-store"
    return response


@endpoint(limit=MESSAGE_LIMIT)
def send_message(visit: Visit) -> Response:
    login = visit.require("trustee")
    fields = members(visit.body.json(), ("step", "message"))
    preparation = Preparation.writing(visit.session, visit.path["slug"])
    step = receive(preparation, login.account_id, string(fields["step"], longest=32), fields["message"], visit.now)
    return visit.json({"step": step})


@endpoint(limit=DECRYPTION_LIMIT)
def send_decryption(visit: Visit) -> Response:
    """A key check for the rehearsal, or a share of the count under the closing entry (TK-08)."""
    login = visit.require("trustee")
    preparation = Preparation.writing(visit.session, visit.path["slug"])
    _take_decryption(visit, preparation, login.account_id, visit.body.json())
    return visit.json({"state": "received"})


def _take_decryption(visit: Visit, preparation: Preparation, account_id: int, value: Json) -> None:
    fields = members(value, ("election", "payload", "strong"))
    payload, strong = (string(fields[name], longest=DECRYPTION_LIMIT).encode() for name in ("payload", "strong"))
    if fields["election"] == REHEARSAL:
        accept_key_check(preparation, account_id, payload, strong, visit.now)
    elif fields["election"] == VOTE:
        _, _, seat = find_seat(preparation, account_id)
        accept(BallotBox(visit.session, preparation.row), seat.index, payload, strong, visit.now)
    else:
        raise NotFound("decryption.election", _NOTHING_ELSE)


@endpoint
def show_files(visit: Visit) -> Response:
    """For `kalpi trustee`: what to carry to a machine without a network, and a form for what it wrote."""
    preparation = _seated(visit)
    told = _state(preparation, visit.require().account_id)
    kinds = [kind for kind in (REHEARSAL, VOTE) if told[kind] is not None]
    return visit.page("voting/trustee_files.html", referendum=preparation.row, kinds=kinds, step=told["step"])


@endpoint(limit=DECRYPTION_LIMIT)
def send_file(visit: Visit) -> Response:
    login = visit.require("trustee")
    file = visit.body.file("message")
    value = parse_json(b"" if file is None else file.read(), size_limit=DECRYPTION_LIMIT)
    preparation = Preparation.writing(visit.session, visit.path["slug"])
    if isinstance(value, dict) and "election" in value:
        _take_decryption(visit, preparation, login.account_id, value)
    else:
        fields = members(value, ("step", "message"))
        receive(preparation, login.account_id, string(fields["step"], longest=32), fields["message"], visit.now)
    return visit.redirect(f"/trustee/{preparation.row.slug}/files", visit.gettext(N_("Your message is kept.")))


@endpoint
def download_board(visit: Visit) -> Response:
    row, kind = _seated(visit).row, visit.path["kind"]
    if kind not in {REHEARSAL, VOTE}:
        raise NotFound("decryption.election", _NOTHING_ELSE)
    name = f"{row.slug}-{kind}"
    files = record_files(visit.session, row, kind, log_keeper(visit.settings).verifier_key)
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "no-store"}
    return Response(zip_record(files, name), media_type="application/zip", headers=headers)


def _board(kind: str) -> Endpoint:
    @endpoint
    def download(visit: Visit) -> Response:
        row, name = _seated(visit).row, visit.path["file"]
        raw = record_files(visit.session, row, kind, log_keeper(visit.settings).verifier_key).get(name)
        if raw is None:
            raise NotFound("record.file", N_("the record has no such file"))
        return Response(raw, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})

    return download


def _seated(visit: Visit) -> Preparation:
    """Raises NotFound for whoever has no seat in this vote's ceremony (AC-02)."""
    login = visit.require("trustee")
    preparation = Preparation.reading(visit.session, visit.path["slug"])
    find_seat(preparation, login.account_id)
    return preparation


def _state(preparation: Preparation, account_id: int) -> dict[str, Json]:
    """The ceremony's state and, after it, what there is to decrypt and who has."""
    told = state(preparation, account_id)
    row, phase, index = preparation.row, Phase(preparation.row.phase), told["index"]
    told["rehearsal"] = told["vote"] = None
    test = preparation.rehearsal()
    if test is not None and test.trustees == row.trustees and phase in lifecycle.PREPARING:
        owners = [made.owner for made in preparation.rehearsal_decryptions()]
        told["rehearsal"] = {"state": "open", "uuid": test.uuid, "sent": index in owners}
        told["waiting"] = _missing(preparation, owners)
    if phase in {Phase.TALLIED, Phase.PUBLISHED}:
        owners = [made.owner for made in decryption.decryptions(preparation.session, preparation.id)]
        named = "open" if phase is Phase.TALLIED else "published"
        told["vote"] = {"state": named, "uuid": row.uuid, "sent": index in owners}
        told["waiting"] = _missing(preparation, owners) if phase is Phase.TALLIED else []
    return told


def _missing(preparation: Preparation, owners: list[int]) -> list[Json]:
    return [seat.index for seat in preparation.seats() if seat.index not in owners]


def _is_awaited(told: dict[str, Json]) -> bool:
    """Whether something waits for this trustee."""
    waiting = told["waiting"]
    return isinstance(waiting, list) and told["index"] in waiting
