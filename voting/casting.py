"""Accept or refuse a sealed ballot: the cast contract.

`read`, `check_cheaply`, `check_proofs`, `record`. The first three need no transaction and are ordered by what they
cost; `record` is the one durable transaction. An acceptance is deterministic over the row it commits.

Trusted: that the login named the person. Not trusted: the browser, the network, and the order in which ballots arrive.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from audit import entry
from audit.acceptance import KEY_SUFFIX, make_acceptance
from audit.note import Signer
from audit.refusal import N_
from crypto.ballot import Ballot, check_ballot, check_signature, decode_ballot
from crypto.election import Election, decode_election, decode_public_credentials
from crypto.encoding import b64_digest, members, parse_json, sha256, sha256_hex, string
from crypto.errors import Flaw, Malformed
from crypto.order import FIRST, OrderStatement, check_order, decode_order
from voting.box_errors import BadBallot, BoxClosed, CodeSpent, CredentialTaken, NotElector, OrderStale
from voting.lifecycle import Phase
from voting.notice import Message
from voting.store.casting import BallotBox, BallotRow

ENVELOPE_LIMIT = 256 * 1024
"""Bytes of a cast: the ballot as a string and its order statement."""
PERSON_MARK = b"kalpi-person-mark-v1"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the booth sent: two texts, not yet read."""

    ballot: bytes
    order: bytes

    @property
    def digest(self) -> str:
        return sha256_hex(self.ballot)


@dataclass(frozen=True, slots=True)
class Electorate:
    """What a ballot is checked against; the same from opening to closing, so it is read once per process."""

    election: Election
    credentials: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cast:
    """A ballot with its order statement; after `check_proofs` both are known to hold."""

    ballot: Ballot
    order: OrderStatement

    @property
    def credential(self) -> str:
        """As it is spelled in the public list."""
        return self.order.credential_text

    @property
    def digest(self) -> str:
        return self.ballot.digest.hex()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next ballot of a credential stands in its own order; `previous` is 32 bytes."""

    sequence: int
    previous: bytes


def make_electorate(election: bytes, credentials: bytes) -> Electorate:
    """`election` and `credentials` are the bytes that were opened with."""
    decoded = decode_election(election)
    listed = decode_public_credentials(credentials, decoded)
    return Electorate(decoded, frozenset(credential.text for credential in listed))


def acceptance_signer(origin: str, seed: bytes) -> Signer:
    """Who signs acceptances: the log's origin and the setting's key "acceptance"."""
    return Signer(origin + KEY_SUFFIX, seed)


def person_mark(key: bytes, uuid: str, person_id: int) -> str:
    """The person of this vote as 64 hexadecimal digits; without the key nobody can tell who it is."""
    message = PERSON_MARK + b"|" + uuid.encode() + b"|" + str(person_id).encode()
    return hmac.digest(key, message, hashlib.sha256).hex()


def read(body: bytes) -> Envelope:
    """The body of a cast, {"ballot": text, "order": text}. Raises BadBallot."""
    try:
        fields = members(parse_json(body, size_limit=ENVELOPE_LIMIT), ("ballot", "order"))
        texts = [string(fields[name], longest=ENVELOPE_LIMIT).encode() for name in ("ballot", "order")]
    except Flaw as flaw:
        raise BadBallot.because(flaw) from flaw
    return Envelope(*texts)


def check_cheaply(envelope: Envelope, electorate: Electorate) -> Cast:
    """Form, credential, order statement and signature: what costs little. Raises BadBallot, NotElector."""
    election = electorate.election
    try:
        order = decode_order(envelope.order, election.group)
        if order.credential_text not in electorate.credentials:
            raise unknown_credential()
        if order.ballot != sha256(envelope.ballot):
            raise Malformed("order.ballot", "the order statement is for another ballot")
        check_order(order, election)
        ballot = decode_ballot(envelope.ballot, election)
        if ballot.credential != order.credential:
            raise Malformed("order.credential", "ballot and order statement have different credentials")
        check_signature(ballot, election)
    except Flaw as flaw:
        raise BadBallot.because(flaw) from flaw
    return Cast(ballot, order)


def check_proofs(cast: Cast, electorate: Electorate) -> None:
    """All proofs of the ballot: the expensive part, done outside every transaction. Raises BadBallot."""
    try:
        check_ballot(cast.ballot, electorate.election)
    except Flaw as flaw:
        raise BadBallot.because(flaw) from flaw


def next_place(box: BallotBox, credential: str) -> Place:
    last = box.last_ballot(credential)
    return Place(0, FIRST) if last is None else Place(last.sequence + 1, bytes.fromhex(last.digest))


def check_own(box: BallotBox, person: str, credential: str) -> None:
    """The credential is this person's or nobody's yet, and the person has no other. Raises CredentialTaken."""
    mine, its = box.mark_of(person), box.mark_with(credential)
    if (mine is not None and mine.credential != credential) or (its is not None and its.person != person):
        raise _taken()


def check_open(phase: str) -> None:
    if phase != Phase.OPEN:
        raise BoxClosed(
            "election.closed",
            N_("the ballot box of this vote is not open"),
            N_("A ballot that was not recorded before the closing cannot be counted."),
        )


def check_place(cast: Cast, place: Place) -> None:
    """The order statement follows this credential's last recorded ballot (BB-03, BB-04). Raises OrderStale."""
    if (cast.order.sequence, cast.order.previous) != (place.sequence, place.previous):
        raise OrderStale(
            "order.stale",
            N_("another ballot with this voting card was recorded meanwhile"),
            N_("Nothing was recorded now. Check your votes, and send again if this one is to count."),
            sequence=place.sequence,
            previous=place.previous.hex(),
        )


def check_code(box: BallotBox, code: str) -> None:
    if box.is_void(code):
        raise _void()


def record(
    box: BallotBox,
    cast: Cast,
    person: str,
    signer: Signer,
    now: datetime,
    tell: Callable[[BallotRow], Message] | None = None,
) -> BallotRow:
    """Record the ballot, or find it recorded: the same row, hence the same acceptance, at every retry.

    Call inside a writing transaction and commit; nothing is promised before the commit. `tell` writes the message to a
    voter who gets e-mail; it is queued in the same transaction. Raises BoxClosed, CodeSpent,
    CredentialTaken, OrderStale, BadBallot, and the caller rolls back.
    """
    phase = box.lock_shared()
    if known := box.ballot(cast.digest):
        return known
    check_open(phase)
    check_code(box, cast.ballot.code)
    if box.bind(person, cast.credential) is None:
        raise _taken()
    # From here on no other ballot of this credential can be recorded before we commit. The same one may just have been.
    if known := box.ballot(cast.digest):
        return known
    check_place(cast, next_place(box, cast.credential))
    if not box.spend_code(cast.ballot.code, void=False):
        raise _void() if box.is_void(cast.ballot.code) else _spent()
    if not box.claim_alphas(_alphas(cast.ballot)):
        raise BadBallot(
            "ballot.ciphertext",
            N_("a part of this ballot is on the board already"),
            N_("Nothing was recorded. Load the page again and prepare your ballot anew."),
        )
    row = _row(box, cast, signer)
    box.add(row)
    box.append_ballot(_ballot_entry(box, cast), cast.credential, cast.order.sequence)
    box.notify(person, row, now)
    if tell is not None:
        box.post(tell(row), now)
    return row


def answer(row: BallotRow, *, replaced: bool) -> Mapping[str, str | bool]:
    """What the booth is told about a recorded ballot; `replaced` only when a later ballot counts in its place."""
    known: dict[str, str | bool] = {"state": "recorded", "acceptance": row.acceptance}
    return known | {"replaced": True} if replaced else known


def _alphas(ballot: Ballot) -> list[str]:
    return [sha256_hex(choice.alpha) for answer in ballot.answers for choice in answer.choices]


def _row(box: BallotBox, cast: Cast, signer: Signer) -> BallotRow:
    acceptance = make_acceptance(
        signer,
        referendum=box.row.uuid,
        ballot=cast.ballot.digest,
        code=b64_digest(cast.ballot.code),
        order=cast.order.digest,
        sequence=cast.order.sequence,
        tree_size=box.log_size(),
    )
    return BallotRow(
        referendum_id=box.id,
        digest=cast.digest,
        code=cast.ballot.code,
        credential=cast.credential,
        sequence=cast.order.sequence,
        raw=cast.ballot.raw,
        statement=cast.order.raw,
        acceptance=acceptance.decode(),
    )


def _ballot_entry(box: BallotBox, cast: Cast) -> bytes:
    return entry.make(
        "ballot",
        referendum=box.row.uuid,
        ballot=cast.digest,
        length=len(cast.ballot.raw),
        order=cast.order.digest.hex(),
    )


def unknown_credential() -> NotElector:
    return NotElector("credential.unknown", N_("this voting card is not on the roll of this vote"))


def _taken() -> CredentialTaken:
    return CredentialTaken(
        "credential.taken",
        N_("this voting card and your login do not belong together in this vote"),
        N_("Use the voting card that was given to you. If you did, tell the municipality: nothing was recorded now."),
    )


def _void() -> CodeSpent:
    return CodeSpent(
        "ballot.void",
        N_("this ballot was opened for checking and can never be cast"),
        N_("Prepare a new ballot."),
    )


def _spent() -> CodeSpent:
    return CodeSpent(
        "ballot.code",
        N_("a ballot with this code is recorded already"),
        N_("Look up the code on the tracking page."),
    )
