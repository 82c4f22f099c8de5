"""A trustee's own machine: what it sends in the ceremony, and what it checks before it decrypts anything.

Pure, and with nothing of the service in reach: the state of the ceremony and the board come as files. It decrypts only
the tally it has computed itself from a board that passed every check (TK-05, TK-08, TK-09).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.entry import decode_entry
from audit.record import Record, record_of
from audit.verify import verify
from crypto.archive import read_archive
from crypto.ballot import decode_ballot
from crypto.ceremony import (
    Member,
    check_received_shares,
    make_certificate,
    make_commitment,
    make_complaint,
    make_polynomial,
    make_voutput,
)
from crypto.ceremony_messages import BadShare, Ceremony, CommitmentStatement, decode_statement
from crypto.decryption import partial_decryption
from crypto.election import Election, decode_election
from crypto.encoding import Json, array, compact, integer, parse_json, sha256_hex, string
from crypto.errors import InvalidProof, Malformed
from crypto.group import Group, group_named
from crypto.pedersen import Certificate, PublicKey, decode_certificate
from crypto.signing import prove_knowledge
from crypto.strong import strong_proofs
from crypto.tally import EncryptedTally, accumulate
from crypto.trustees import decode_trustees
from voting.keyfile import TrusteeKey

STATE_LIMIT = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CeremonyState:
    """What the trustee's page shows as `state`, read from a file."""

    referendum: str
    step: str
    ceremony: Ceremony
    index: int
    certificates: tuple[Certificate, ...]
    statements: tuple[CommitmentStatement, ...]
    inbox: bytes | None


def read_state(raw: bytes) -> CeremonyState:
    """Raises Malformed."""
    value = parse_json(raw, size_limit=STATE_LIMIT)
    if not isinstance(value, dict) or any(name not in value for name in _STATE):
        raise Malformed("state.form", "this is not the state of a key ceremony")
    group = group_named(value["group"])
    around = Ceremony(
        string(value["ceremony"]), group, integer(value["threshold"], smallest=1), integer(value["size"], smallest=1)
    )
    certs = [decode_certificate(group, cert) for cert in array(value["certs"]) if cert is not None]
    lines = [string(line).encode() for line in array(value["commitments"]) if line is not None]
    return CeremonyState(
        referendum=string(value["referendum"]),
        step=string(value["step"]),
        ceremony=around,
        index=integer(value["index"], smallest=1, largest=around.size),
        certificates=tuple(certs),
        statements=tuple(decode_statement(line, group) for line in lines),
        inbox=None if value["inbox"] is None else compact(value["inbox"]),
    )


_STATE = ("referendum", "step", "ceremony", "group", "threshold", "size", "index", "certs", "commitments", "inbox")


def check_key(key: TrusteeKey, state: CeremonyState) -> None:
    """Raises Malformed (key.other) when the key file belongs to another ceremony or seat."""
    if (key.ceremony, key.referendum, key.index) != (state.ceremony.identifier, state.referendum, state.index):
        raise Malformed("key.other", "this key file belongs to another ceremony or another trustee")


def commitment_message(key: TrusteeKey, state: CeremonyState) -> Json:
    """For one Single trustee the key itself; otherwise certificate and commitment."""
    member = Member(state.ceremony, state.index, key.seed)
    if state.ceremony.size == 1:
        return _single_key(state.ceremony.group, member.signing_key)
    certificate = make_certificate(member)
    return {"cert": certificate.signed.encode(), "statement": make_commitment(member, certificate).decode()}


def polynomial_message(key: TrusteeKey, state: CeremonyState) -> Json:
    """Raises Malformed (state.early) before every member's commitment is there."""
    _check_all_committed(state)
    return parse_json(make_polynomial(Member(state.ceremony, state.index, key.seed), state.certificates))


def share_message(key: TrusteeKey, state: CeremonyState) -> tuple[int, Json]:
    """This member's share, to be kept, and the message. Raises BadShare naming a member, Malformed, InvalidProof."""
    if state.inbox is None:
        raise Malformed("state.early", "the shares of the others are not there yet")
    member = Member(state.ceremony, state.index, key.seed)
    share = check_received_shares(member, state.certificates, state.statements, state.inbox)
    return share, parse_json(make_voutput(member, state.certificates[state.index - 1], share))


def complaint_message(key: TrusteeKey, state: CeremonyState, bad: BadShare) -> Json:
    """The signed line that ends the ceremony with the name of the member who sent a wrong share."""
    return parse_json(make_complaint(Member(state.ceremony, state.index, key.seed), bad.against, bad.code))


def decryption_key(key: TrusteeKey) -> int:
    """Raises Malformed (key.share) before the ceremony gave this device its share."""
    if key.share is None:
        raise Malformed("key.share", "the key file holds no share yet; finish the ceremony first")
    return key.share


@dataclass(frozen=True, slots=True)
class CheckedBoard:
    """A board that passed, and the tally computed here; `kind` is "vote" or "rehearsal"."""

    kind: str
    election: Election
    tally: EncryptedTally


def check_board(files: Mapping[str, bytes], key: TrusteeKey) -> CheckedBoard:
    """Verify ballots, log range, order and tally, and that this key belongs here.

    A rehearsal is refused once the opening entry stands, a vote before its closing and tally entries (TK-08).
    Raises Malformed, InvalidProof; the code names the step.
    """
    record = record_of(files)
    report = verify(record)
    for failed in report.failures:
        raise InvalidProof(failed.code, f"check {failed.name}: {failed.sentence}")
    entries = [decode_entry(line) for line in record.lines("entries.jsonl")]
    own = [entry for entry in entries if entry.referendum == key.referendum]
    kinds = [entry.kind for entry in own]
    kind = "vote" if report.rehearsal_of is None else "rehearsal"
    if report.election is None or key.referendum != (report.rehearsal_of or report.election.uuid):
        raise InvalidProof("board.election", "the board is of another vote than this key")
    if kind == "rehearsal" and "opened" in kinds:
        raise InvalidProof("board.opened", "the vote has opened: no rehearsal is decrypted any more")
    if kind == "vote" and not {"closed", "tallied"} <= set(kinds):
        raise InvalidProof("board.open", "the vote is not closed and tallied in the log: nothing is decrypted")
    bodies = read_archive(record.archive).events[0].bodies
    completed = [entry for entry in own if entry.kind == "ceremony-completed"]
    if [entry.members["trustees"] for entry in completed if entry.members["ceremony"] == key.ceremony] != [
        sha256_hex(bodies[1])
    ]:
        raise InvalidProof("board.ceremony", "the trustees are not those of your key ceremony")
    group = report.election.group
    member = decode_trustees(bodies[1], group).member(key.index)
    if member.public_key != group.generator_power(decryption_key(key)):
        raise InvalidProof("board.trustee", "the key file belongs to another place among the trustees")
    return CheckedBoard(kind, decode_election(bodies[0]), _tally(record, report.election))


def decrypt(board: CheckedBoard, key: TrusteeKey) -> Json:
    """What is sent: the partial decryption of the tally computed here, with both kinds of proof."""
    share = decryption_key(key)
    return {
        "election": board.kind,
        "payload": partial_decryption(board.election, board.tally, share).decode(),
        "strong": strong_proofs(board.election, board.tally, key.index, share).decode(),
    }


def _tally(record: Record, election: Election) -> EncryptedTally:
    ballots = [event for event in read_archive(record.archive).events if event.kind == "Ballot"]
    return accumulate(election, [decode_ballot(event.payload, election) for event in ballots])


def _single_key(group: Group, key: int) -> Json:
    proof = prove_knowledge(group, key, group.random_scalar)
    return PublicKey(group.generator_power(key), proof).encode(group)


def _check_all_committed(state: CeremonyState) -> None:
    present: Sequence[int] = [statement.index for statement in state.statements]
    if list(present) != list(range(1, state.ceremony.size + 1)) or len(state.certificates) != state.ceremony.size:
        raise Malformed("state.early", "not every trustee has committed yet")
