"""A key ceremony held to its end, with every message kept, and an election decrypted by its trustees."""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.assembly import PolynomialMessage, assemble, check_voutput, decode_polynomial, make_inbox
from crypto.ballot import Ballot
from crypto.ceremony import (
    Member,
    check_received_shares,
    make_certificate,
    make_commitment,
    make_polynomial,
    make_voutput,
    new_seed,
)
from crypto.ceremony_messages import Ceremony, CommitmentStatement, decode_statement
from crypto.decryption import PartialDecryption, decode_partial, partial_decryption
from crypto.election import Election, Question, decode_election, encode_election
from crypto.group import ED25519, Group
from crypto.pedersen import Certificate
from crypto.strong import StrongProofs, decode_strong, strong_proofs
from crypto.tally import EncryptedTally, accumulate
from crypto.trustees import Trustees, decode_trustees
from tests.crypto.elections import YES_NO

IDENTIFIER = "00112233445566778899aabbccddeeff"


@dataclass(frozen=True)
class HeldCeremony:
    ceremony: Ceremony
    members: tuple[Member, ...]
    certificates: tuple[Certificate, ...]
    statements: tuple[CommitmentStatement, ...]
    polynomials: tuple[PolynomialMessage, ...]
    shares: tuple[int, ...]
    voutputs: tuple[bytes, ...]
    trustees: Trustees

    def inbox(self, index: int) -> bytes:
        return make_inbox(self.polynomials, index)


def hold_ceremony(
    threshold: int, size: int, group: Group = ED25519, identifier: str = IDENTIFIER, seeds: Sequence[str] | None = None
) -> HeldCeremony:
    ceremony = Ceremony(identifier, group, threshold, size)
    chosen = seeds or [new_seed() for _ in range(size)]
    members = tuple(Member(ceremony, index, seed) for index, seed in enumerate(chosen, 1))
    certificates = tuple(make_certificate(member) for member in members)
    statements = tuple(
        decode_statement(make_commitment(member, certificate), group)
        for member, certificate in zip(members, certificates, strict=True)
    )
    polynomials = tuple(decode_polynomial(ceremony, make_polynomial(member, certificates)) for member in members)
    shares = tuple(
        check_received_shares(member, certificates, statements, make_inbox(polynomials, member.index))
        for member in members
    )
    voutputs = tuple(
        make_voutput(member, certificate, share, f"Μέλος {member.index}")
        for member, certificate, share in zip(members, certificates, shares, strict=True)
    )
    coefficients = [message.coefficients for message in polynomials]
    keys = [check_voutput(ceremony, certificates, coefficients, index, raw) for index, raw in enumerate(voutputs, 1)]
    trustees = decode_trustees(assemble(ceremony, certificates, polynomials, keys), group)
    return HeldCeremony(ceremony, members, certificates, statements, polynomials, shares, voutputs, trustees)


def election_under(trustees: Trustees, *questions: Question, uuid: str = "1AtestTestTest") -> Election:
    return decode_election(
        encode_election(
            name="Δοκιμαστική ψηφοφορία",
            description="Δεδομένα δοκιμής",
            group=trustees.group,
            public_key=trustees.election_key,
            questions=questions or (YES_NO,),
            uuid=uuid,
        )
    )


@dataclass(frozen=True)
class Decrypted:
    """A tally and what each trustee made of it, by index."""

    election: Election
    tally: EncryptedTally
    partials: dict[int, PartialDecryption]
    strong: dict[int, StrongProofs]


def decrypt(election: Election, ballots: Sequence[Ballot], shares: Sequence[int]) -> Decrypted:
    tally = accumulate(election, ballots)
    return Decrypted(
        election,
        tally,
        {i: decode_partial(partial_decryption(election, tally, key), election) for i, key in enumerate(shares, 1)},
        {i: decode_strong(strong_proofs(election, tally, i, key), election) for i, key in enumerate(shares, 1)},
    )
