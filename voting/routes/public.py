"""What everybody may see of a vote: the question, the turnout, a ballot by its code, the result and the record.

These pages need no login and are the same for all.
"""

from starlette.responses import Response
from starlette.routing import Route

from audit import store as log
from audit.refusal import N_
from audit.sequencer import log_keeper
from consultation.store.council_tables import TopicRow
from consultation.store.decision import decision_of, topic_noting
from consultation.store.visibility import public_topic
from crypto.election import decode_election
from crypto.encoding import sha256_hex
from voting import lifecycle, tracker
from voting.errors import NotFound
from voting.lifecycle import Phase
from voting.manifest import decode_manifest
from voting.publishing import sheet_of
from voting.record_export import zip_record
from voting.result import encode_sheet
from voting.result_document import signed_result
from voting.store import referendum as store
from voting.store.casting import BallotBox, ballot_box
from voting.store.record import VOTE, record_files
from voting.store.referendum import ReferendumRow
from voting.store.votes import public_votes
from web import Endpoint, Visit, endpoint

OBJECTS = {"election.json": "election", "manifest.json": "manifest", "trustees.json": "trustees"} | {
    "credentials.json": "credentials"
}
_FINISHED = frozenset({Phase.PUBLISHED, Phase.CANCELLED})


def routes() -> list[Route]:
    return [
        Route("/referenda", list_votes),
        Route("/referenda/{slug}", show_vote),
        *(Route(f"/referenda/{{slug}}/{name}", _object(name)) for name in OBJECTS),
        Route("/referenda/{slug}/tracker", show_tracker),
        Route("/referenda/{slug}/record/", show_record),
        Route("/referenda/{slug}/record/{file}", download_file),
        Route("/referenda/{slug}/record.zip", download_zip),
        Route("/referenda/{slug}/result", show_result),
        Route("/referenda/{slug}/result.json", download_result),
        Route("/referenda/{slug}/result.pdf", download_document),
    ]


@endpoint
def list_votes(visit: Visit) -> Response:
    rows = [(row, visit.gettext(lifecycle.LABELS[Phase(row.phase)])) for row in public_votes(visit.session)]
    return visit.page(
        "voting/list.html",
        open=[item for item in rows if item[0].phase == Phase.OPEN],
        coming=[item for item in rows if Phase(item[0].phase) in lifecycle.PREPARING],
        counting=[item for item in rows if item[0].phase in {Phase.CLOSED, Phase.TALLIED}],
        finished=[item for item in rows if Phase(item[0].phase) in _FINISHED],
    )


@endpoint
def show_vote(visit: Visit) -> Response:
    box = proclaimed(visit)
    row = box.row
    assert row.manifest is not None
    phase = Phase(row.phase)
    return visit.page(
        "voting/referendum.html",
        row=row,
        manifest=decode_manifest(row.manifest),
        manifest_digest=sha256_hex(row.manifest),
        phase=visit.gettext(lifecycle.LABELS[phase]),
        is_open=phase is Phase.OPEN,
        opened=row.opened_at is not None,
        published=phase is Phase.PUBLISHED,
        voted=box.logged_turnout() if row.opened_at else 0,
        extensions=[found.entry.members["reason"] for found in log.find(visit.session, "extended", row.uuid)],
        fingerprint=decode_election(row.election).fingerprint if row.election else "",
        on_roll=_on_roll(visit, box),
        council=_council(visit, row),
    )


@endpoint
def show_tracker(visit: Visit) -> Response:
    """Find a ballot by what its voter wrote down (M30, M31)."""
    box = proclaimed(visit)
    text = visit.query.get("code", "")
    found = tracker.find(box, text) if text.strip() else None
    index = log.ballot_index(visit.session, found.ballot.digest) if found and found.ballot else None
    return visit.page(
        "voting/tracker.html", 200, "booth", row=box.row, text=text, found=found, index=index, states=tracker.State
    )


@endpoint
def show_record(visit: Visit) -> Response:
    files = _files(visit, proclaimed(visit).row)
    return visit.page(
        "voting/record.html",
        row=store.referendum(visit.session, visit.path["slug"]),
        files=[(name, len(raw), sha256_hex(raw)) for name, raw in sorted(files.items())],
    )


@endpoint
def download_file(visit: Visit) -> Response:
    raw = _files(visit, proclaimed(visit).row).get(visit.path["file"])
    if raw is None:
        raise NotFound("record.file", N_("the record has no such file"))
    return _download(raw, visit.path["file"], "application/octet-stream")


@endpoint
def download_zip(visit: Visit) -> Response:
    row = proclaimed(visit).row
    name = f"record-{row.slug}"
    return _download(zip_record(_files(visit, row), name), f"{name}.zip", "application/zip")


@endpoint
def show_result(visit: Visit) -> Response:
    row = proclaimed(visit).row
    return visit.page("voting/result.html", row=row, sheet=sheet_of(row), council=_council(visit, row))


@endpoint
def download_result(visit: Visit) -> Response:
    row = proclaimed(visit).row
    return _download(encode_sheet(sheet_of(row)), f"result-{row.slug}.json", "application/json")


@endpoint
def download_document(visit: Visit) -> Response:
    row = proclaimed(visit).row
    sheet = sheet_of(row)
    raw = signed_result(sheet, visit.settings.data_directory, visit.language, visit.gettext)
    return _download(raw, f"result-{row.slug}.pdf", "application/pdf")


def _object(name: str) -> Endpoint:
    """One object of the vote, verbatim as it was hashed."""

    @endpoint
    def show(visit: Visit) -> Response:
        raw = getattr(proclaimed(visit).row, OBJECTS[name])
        if raw is None:
            raise NotFound("referendum.object", N_("this part of the vote does not exist yet"))
        return Response(raw, media_type="application/json")

    return show


def proclaimed(visit: Visit) -> BallotBox:
    """The vote of this address, if the public may know of it. Raises NotFound."""
    box = ballot_box(visit.session, visit.path["slug"])
    if box.row.phase == Phase.DRAFTED:
        raise NotFound("referendum.unknown", N_("there is no referendum with this address"))
    return box


def _on_roll(visit: Visit, box: BallotBox) -> bool | None:
    """Told to the person alone; None for everybody else and before the roll is frozen."""
    if visit.login is None or visit.login.citizen_id is None or box.row.roll_count is None:
        return None
    return box.is_on_roll(visit.login.citizen_id)


def _council(visit: Visit, row: ReferendumRow) -> dict[str, TopicRow | str | None]:
    """The topic it was proposed from, and the one in which the council took note of the result (M36)."""
    origin = public_topic(visit.session, row.topic)[0] if row.topic else None
    noting = topic_noting(visit.session, row.uuid)
    decision = decision_of(visit.session, noting.id or 0) if noting else None
    return {"origin": origin, "noting": noting, "reply": decision.text if decision else ""}


def _files(visit: Visit, row: ReferendumRow) -> dict[str, bytes]:
    return record_files(visit.session, row, VOTE, log_keeper(visit.settings).verifier_key)


def _download(raw: bytes, name: str, media_type: str) -> Response:
    return Response(raw, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
