"""The result: combined from the trustees' decryptions, logged, and shown in one sheet.

Any t right decryptions give the same counts; a trustee who is ill or refuses stops nothing (TK-06, TK-17).
"""

from collections.abc import Mapping
from datetime import datetime

from audit import entry
from audit.refusal import N_
from crypto.decryption import PartialDecryption, combine, decode_partial, missing_decryptions
from crypto.election import decode_election
from crypto.encoding import sha256_hex
from crypto.result import Result, check_result, decode_result, open_tally
from crypto.tally import decode_tally
from voting.box_errors import NotCountable
from voting.decrypting import Count, count_of
from voting.lifecycle import Phase, advance
from voting.manifest import decode_manifest
from voting.profile import profile_named
from voting.result import Asked, ResultSheet, make_questions
from voting.store import decryption as store
from voting.store.casting import BallotBox
from voting.store.referendum import ReferendumRow


def open_result(count: Count, partials: Mapping[int, PartialDecryption]) -> Result:
    """The counts, found and checked again. Raises NotCountable (result.missing) with too few decryptions."""
    missing = missing_decryptions(count.trustees, list(partials))
    if missing:
        raise NotCountable(
            "result.missing", N_("%(missing)s more trustees have to decrypt before there is a result"), missing=missing
        )
    factors = combine(count.election, count.trustees, partials)
    result = open_tally(count.election, count.tally, factors)
    check_result(count.election, count.tally, factors, result)
    return result


def publish(box: BallotBox, now: datetime) -> ResultSheet:
    """Combine, keep and log the result. Call inside a writing transaction; a second time it is refused.

    Raises NotCountable: result.phase, result.missing.
    """
    if box.lock() != Phase.TALLIED:
        raise NotCountable("result.phase", N_("the result comes after the tally, and once"))
    count = count_of(box)
    kept = store.decryptions(box.session, box.id)
    partials = {row.owner: decode_partial(row.payload, count.election) for row in kept}
    result = open_result(count, partials)
    box.row.result = result.encode()
    box.append(entry.make("result", referendum=box.row.uuid, result=sha256_hex(box.row.result)))
    box.row.published_at = now
    advance(box.row, Phase.PUBLISHED)
    return sheet_of(box.row)


def sheet_of(row: ReferendumRow) -> ResultSheet:
    """The result sheet of a published vote, made from what is on record and nothing else. Raises NotCountable."""
    if row.result is None or row.published_at is None:
        raise NotCountable("result.none", N_("this vote has no result yet"))
    assert row.election is not None
    assert row.manifest is not None
    assert row.encrypted_tally is not None
    assert row.sized_tally is not None
    election, manifest = decode_election(row.election), decode_manifest(row.manifest)
    result = decode_result(row.result, election)
    voted = decode_tally(row.encrypted_tally, row.sized_tally, election).num_tallied
    registered = row.roll_count or 0
    profile = profile_named(row.profile)
    asked = [Asked(question.question, question.answers, question.blank) for question in election.questions]
    return ResultSheet(
        referendum=row.uuid,
        municipality=str(manifest["municipality"]),
        title=row.title,
        profile=profile,
        registered=registered,
        voted=voted,
        questions=make_questions(profile, asked, result.counts, registered=registered, voted=voted),
        counted_at=row.published_at,
        fingerprint=election.fingerprint,
        result_digest=sha256_hex(row.result),
    )
