"""The seats of a key ceremony: who sits where, and the messages a seat holds read back as values."""

from collections.abc import Sequence

from audit.refusal import N_
from crypto.assembly import PolynomialMessage, check_voutput, decode_polynomial
from crypto.ceremony_messages import Ceremony, CommitmentStatement, decode_statement
from crypto.encoding import parse_compact
from crypto.errors import Malformed
from crypto.group import group_named
from crypto.pedersen import Certificate, PublicKey, decode_certificate
from voting.errors import NotFound
from voting.store.ceremony import CeremonyRow, TrusteeSeatRow
from voting.store.preparation import Preparation


def frame(ceremony: CeremonyRow) -> Ceremony:
    return Ceremony(ceremony.ceremony, group_named(ceremony.group), ceremony.threshold, ceremony.size)


def find_seat(
    preparation: Preparation, account_id: int
) -> tuple[CeremonyRow, Sequence[TrusteeSeatRow], TrusteeSeatRow]:
    ceremony, seats = preparation.ceremony(), preparation.seats()
    own = next((seat for seat in seats if seat.account_id == account_id), None)
    if ceremony is None or own is None:
        raise NotFound("ceremony.seat", N_("you are not a trustee of this vote"))
    return ceremony, seats, own


def has_sent(seat: TrusteeSeatRow, step: str) -> bool:
    return {
        "key": seat.cert,
        "commitment": seat.statement,
        "polynomial": seat.polynomial,
        "share": seat.voutput,
    }.get(step, "") is not None


def certificate_of(ceremony: CeremonyRow, seat: TrusteeSeatRow) -> Certificate:
    return decode_certificate(group_named(ceremony.group), parse_compact((seat.cert or "").encode()))


def statement_of(ceremony: CeremonyRow, seat: TrusteeSeatRow) -> CommitmentStatement:
    return decode_statement((seat.statement or "").encode(), group_named(ceremony.group))


def polynomials_of(ceremony: CeremonyRow, seats: Sequence[TrusteeSeatRow]) -> list[PolynomialMessage]:
    return [decode_polynomial(frame(ceremony), (seat.polynomial or "").encode()) for seat in seats]


def key_of(ceremony: CeremonyRow, seats: Sequence[TrusteeSeatRow], seat: TrusteeSeatRow, raw: bytes) -> PublicKey:
    certificates = [certificate_of(ceremony, other) for other in seats]
    coefficients = [polynomial.coefficients for polynomial in polynomials_of(ceremony, seats)]
    return named_key(check_voutput(frame(ceremony), certificates, coefficients, seat.index, raw), seat)


def named_key(key: PublicKey, seat: TrusteeSeatRow) -> PublicKey:
    """A key carries the name under which its holder was appointed, or none."""
    if key.name not in {None, seat.name}:
        raise Malformed("trustee.name", "the key carries another name than its holder was appointed under")
    return key
