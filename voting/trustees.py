"""2 The key ceremony as the service sees it: collects, checks and logs messages; holds no share and no seed.

    commitment → polynomial → share → completed        (three or more messages by each member)
    key → completed                                    (one Single trustee)
    any step → failed, by name; a restart is a new ceremony with a new id and new keys for all

No polynomial is taken before every member's commitment is an entry of the log (TK-03).
"""

from collections.abc import Sequence
from datetime import datetime

from audit import entry
from audit.refusal import N_
from crypto.assembly import (
    assemble,
    check_certificate,
    check_complaint,
    check_polynomial,
    decode_polynomial,
    make_inbox,
)
from crypto.ceremony_messages import BadShare, check_commitment, check_opening, decode_statement
from crypto.encoding import Json, compact, members, parse_compact, sha256, string
from crypto.group import group_named
from crypto.pedersen import decode_certificate, decode_public_key
from crypto.trustees import Trustees
from voting.errors import BadCeremony
from voting.lifecycle import PREPARING, Phase, advance, check_phase
from voting.seats import (
    certificate_of,
    find_seat,
    frame,
    has_sent,
    key_of,
    named_key,
    polynomials_of,
    statement_of,
)
from voting.store.ceremony import CeremonyRow, TrusteeSeatRow
from voting.store.preparation import Preparation

STEPS = ("commitment", "polynomial", "share")
_NEXT = {"commitment": "polynomial", "polynomial": "share"}


def end_ceremony(preparation: Preparation, reason: str, index: int | None) -> None:
    """End it by name: an absence, or whatever the committee states in public. Raises BadCeremony."""
    ceremony = preparation.ceremony()
    if ceremony is None or ceremony.step in {"completed", "failed"}:
        raise BadCeremony("ceremony.none", N_("no key ceremony is under way"))
    if index is not None and not 1 <= index <= ceremony.size:
        raise BadCeremony("ceremony.index", N_("there is no trustee with this number"))
    _fail(preparation, ceremony, reason, index)


def receive(preparation: Preparation, account_id: int, step: str, message: Json, now: datetime) -> str:
    """Take one member's message; returns the step the ceremony is in afterwards.

    The same message again changes nothing. Raises NotFound (no seat), BadCeremony (not this step, another message
    than before), Malformed or InvalidProof (the message is refused and may be sent again, corrected). A polynomial
    that opens another commitment and a signed complaint are kept: they end the ceremony, so this returns "failed".
    """
    ceremony, seats, seat = find_seat(preparation, account_id)
    check_phase(preparation.row, *PREPARING)
    column = {"complaint": "complaint", "commitment": "statement", "polynomial": "polynomial", "share": "voutput"}
    if step not in {*column, "key"}:
        raise BadCeremony("ceremony.step", N_("there is no such step in a key ceremony"))
    text = compact(message).decode()
    kept = seat.cert if step == "key" else getattr(seat, column[step])
    if step == "commitment":
        fields = members(message, ("cert", "statement"))
        text = string(fields["statement"])
    if kept is not None:
        if kept != text:
            raise BadCeremony("ceremony.sent", N_("you have sent another message for this step already"))
        return ceremony.step
    if step != ceremony.step and not (step == "complaint" and ceremony.step == "share"):
        raise BadCeremony("ceremony.step", N_("the key ceremony is not at this step"))
    take = {
        "key": _take_key,
        "commitment": _take_commitment,
        "polynomial": _take_polynomial,
        "share": _take_share,
        "complaint": _take_complaint,
    }
    take[step](preparation, ceremony, seats, seat, message)
    preparation.save()
    _move_on(preparation, ceremony, seats, now)
    preparation.save()
    return ceremony.step


def state(preparation: Preparation, account_id: int) -> dict[str, Json]:
    """What this member's page needs to go on; all of it is public or sealed to this member. Raises NotFound."""
    ceremony, seats, seat = find_seat(preparation, account_id)
    inbox: Json = None
    if ceremony.step in {"share", "completed"} and ceremony.size > 1:
        inbox = parse_compact(make_inbox(polynomials_of(ceremony, seats), seat.index))
    return {
        "referendum": preparation.row.uuid,
        "step": ceremony.step,
        "ceremony": ceremony.ceremony,
        "group": ceremony.group,
        "threshold": ceremony.threshold,
        "size": ceremony.size,
        "index": seat.index,
        "names": [other.name for other in seats],
        "certs": [None if other.cert is None else parse_compact(other.cert.encode()) for other in seats],
        "commitments": [other.statement for other in seats],
        "inbox": inbox,
        "sent": {
            "commitment": seat.cert is not None,
            "polynomial": seat.polynomial is not None,
            "share": seat.voutput is not None,
        },
        "waiting": [other.index for other in seats if not has_sent(other, ceremony.step)],
        "failed": {"reason": ceremony.failed_reason, "index": ceremony.failed_index}
        if ceremony.step == "failed"
        else None,
    }


def _take_key(
    preparation: Preparation,
    ceremony: CeremonyRow,
    seats: Sequence[TrusteeSeatRow],  # noqa: ARG001
    seat: TrusteeSeatRow,
    message: Json,
) -> None:
    group = group_named(ceremony.group)
    key = named_key(decode_public_key(group, message), seat)
    trustees = Trustees(group, (key,))
    trustees.check()
    seat.cert = compact(message).decode()
    _complete(preparation, ceremony, trustees.encode())


def _take_commitment(
    preparation: Preparation,
    ceremony: CeremonyRow,
    seats: Sequence[TrusteeSeatRow],
    seat: TrusteeSeatRow,
    message: Json,
) -> None:
    fields = members(message, ("cert", "statement"))
    around = frame(ceremony)
    certificate = decode_certificate(around.group, fields["cert"])
    check_certificate(around, seat.index, certificate)
    for other in seats:
        if other.cert is not None and certificate_of(ceremony, other).verification == certificate.verification:
            raise BadCeremony("ceremony.copied", N_("another trustee has sent the same key"))
    line = string(fields["statement"])
    statement = decode_statement(line.encode(), around.group)
    check_commitment(around, certificate, statement)
    seat.cert = compact(fields["cert"]).decode()
    seat.statement = line
    preparation.append(
        entry.make(
            "ceremony-commitment",
            referendum=preparation.row.uuid,
            ceremony=ceremony.ceremony,
            index=seat.index,
            statement=statement.digest.hex(),
        )
    )


def _take_polynomial(
    preparation: Preparation,
    ceremony: CeremonyRow,
    seats: Sequence[TrusteeSeatRow],
    seat: TrusteeSeatRow,
    message: Json,
) -> None:
    around, raw = frame(ceremony), compact(message)
    polynomial = decode_polynomial(around, raw)
    certificates = [certificate_of(ceremony, other) for other in seats]
    statement = statement_of(ceremony, seat)
    try:
        check_opening(around, certificates[seat.index - 1], statement, polynomial.coefficients)
    except BadShare as false_opening:
        # Unsigned, anybody could have sent it; signed, it is the member's own doing and ends the ceremony by name.
        if false_opening.code == "trustee.signature":
            raise
        _fail(preparation, ceremony, f"{false_opening.code}: {false_opening.sentence}", seat.index)
        return
    check_polynomial(around, certificates, statement, polynomial)
    seat.polynomial = raw.decode()


def _take_share(
    preparation: Preparation,  # noqa: ARG001
    ceremony: CeremonyRow,
    seats: Sequence[TrusteeSeatRow],
    seat: TrusteeSeatRow,
    message: Json,
) -> None:
    raw = compact(message)
    key_of(ceremony, seats, seat, raw)
    seat.voutput = raw.decode()


def _take_complaint(
    preparation: Preparation,
    ceremony: CeremonyRow,
    seats: Sequence[TrusteeSeatRow],
    seat: TrusteeSeatRow,
    message: Json,
) -> None:
    raw = compact(message)
    index, against, reason = check_complaint(frame(ceremony), [certificate_of(ceremony, other) for other in seats], raw)
    if index != seat.index:
        raise BadCeremony("complaint.other", N_("this complaint was signed by another trustee"))
    seat.complaint = raw.decode()
    _fail(preparation, ceremony, f"{reason}: complaint by trustee {index} against trustee {against}", against)


def _move_on(preparation: Preparation, ceremony: CeremonyRow, seats: Sequence[TrusteeSeatRow], now: datetime) -> None:
    if ceremony.step == "completed":
        ceremony.completed_at = now
    if ceremony.step not in STEPS or not all(has_sent(seat, ceremony.step) for seat in seats):
        return
    if ceremony.step != "share":
        ceremony.step = _NEXT[ceremony.step]
        return
    keys = [key_of(ceremony, seats, seat, (seat.voutput or "").encode()) for seat in seats]
    certificates = [certificate_of(ceremony, seat) for seat in seats]
    _complete(preparation, ceremony, assemble(frame(ceremony), certificates, polynomials_of(ceremony, seats), keys))
    ceremony.completed_at = now


def _complete(preparation: Preparation, ceremony: CeremonyRow, trustees: bytes) -> None:
    row = preparation.row
    ceremony.step = "completed"
    row.trustees = trustees
    preparation.append(
        entry.make(
            "ceremony-completed", referendum=row.uuid, ceremony=ceremony.ceremony, trustees=sha256(trustees).hex()
        )
    )
    advance(row, Phase.KEYED)


def _fail(preparation: Preparation, ceremony: CeremonyRow, reason: str, index: int | None) -> None:
    ceremony.step, ceremony.failed_reason, ceremony.failed_index = "failed", reason, index
    preparation.append(
        entry.make(
            "ceremony-failed",
            referendum=preparation.row.uuid,
            ceremony=ceremony.ceremony,
            reason=reason,
            index=index,
        )
    )
    preparation.save()
