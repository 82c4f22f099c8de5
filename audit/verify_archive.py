"""What the `.bel` of an election can show by itself, ours or made by others.

Each function makes one named check and returns what the next ones need, or raises a Flaw. `Board` collects what an
archive holds. The order of checks and what is missing from an unfinished vote are decided in verify.py.

Source: Belenios specification, section "What a good verifier must add"; DESIGN.md section 2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.report import at
from crypto.archive import Archive, Event
from crypto.ballot import Ballot, decode_ballot
from crypto.decryption import (
    PartialDecryption,
    check_partial,
    combine,
    decode_owned,
    decode_partial,
    missing_decryptions,
)
from crypto.election import Election, PublicCredential, decode_election, decode_public_credentials
from crypto.encoding import hex_digest, members, parse_compact, sha256
from crypto.errors import InvalidProof, Malformed
from crypto.result import Result, check_result, decode_result
from crypto.tally import EncryptedTally, accumulate, check_tally, decode_tally
from crypto.trustees import Trustees, decode_trustees

_ORDER = ("Setup", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "Result")
_MANY = ("Ballot", "PartialDecryption")


@dataclass(frozen=True)
class Board:
    """The events of an archive in their only allowed order; None is what has not happened yet."""

    setup: Event
    ballots: tuple[Event, ...]
    closed: Event | None
    tally: Event | None
    decryptions: tuple[Event, ...]
    result: Event | None


@dataclass(frozen=True)
class Decryption:
    """One partial decryption event, read."""

    owner: int
    partial: PartialDecryption


def check_grammar(archive: Archive) -> Board:
    """One Setup first, Ballots, one EndBallots, one EncryptedTally, PartialDecryptions, one Result, nothing after.

    Raises InvalidProof: board.setup, board.order, board.gap.
    """
    kinds = [event.kind for event in archive.events]
    if not kinds or kinds[0] != "Setup":
        raise InvalidProof("board.setup", "the first event is not the setup of an election")
    reached = 0
    for height, kind in enumerate(kinds[1:], 1):
        place = _ORDER.index(kind)
        if place < reached or (place == reached and kind not in _MANY):
            raise InvalidProof("board.order", f"event {height} ({kind}) may not follow {_ORDER[reached]}")
        skipped = [name for name in _ORDER[reached + 1 : place] if name != "Ballot"]
        if skipped:
            raise InvalidProof("board.gap", f"event {height} ({kind}) comes without {skipped[0]}")
        reached = place

    def one(kind: str) -> Event | None:
        return next(iter(archive.of_kind(kind)), None)

    return Board(
        archive.events[0],
        archive.of_kind("Ballot"),
        one("EndBallots"),
        one("EncryptedTally"),
        archive.of_kind("PartialDecryption"),
        one("Result"),
    )


def check_setup(board: Board) -> tuple[bytes, bytes, bytes]:
    """The bytes of election, trustees and credentials, which the setup names. Raises Malformed, InvalidProof."""
    *bodies, setup = board.setup.bodies
    names = ("election", "trustees", "credentials", "credentials_certificate")[: len(bodies)]
    fields = members(parse_compact(setup), names)
    for name, body in zip(names, bodies, strict=True):
        if hex_digest(fields[name]) != sha256(body):
            raise InvalidProof("setup.hash", f"the setup names another file of {name}")
    return bodies[0], bodies[1], bodies[2]


def check_election(raw: bytes, archive_name: str, bodies: int) -> Election:
    """Read the election. In ours the file is named after it and has no further certificate. Raises Malformed."""
    election = decode_election(raw)
    if election.has_rules:
        if archive_name != f"{election.uuid}.bel":
            raise Malformed("record.name", f"the archive of this election is called {election.uuid}.bel")
        if bodies != 4:
            raise Malformed("setup.certificate", "an election of ours has no certificate of credentials")
    return election


def check_trustees(raw: bytes, election: Election) -> Trustees:
    """Every proof and signature, and that the election's key is the trustees'. Raises Malformed, InvalidProof."""
    trustees = decode_trustees(raw, election.group)
    if election.has_rules and trustees.encode() != raw:
        raise Malformed("trustees.noncanonical", "the trustees are not in their one spelling")
    trustees.check()
    if trustees.election_key != election.public_key:
        raise InvalidProof("trustees.election_key", "the key of the election is not the trustees'")
    return trustees


def check_credentials(raw: bytes, election: Election) -> dict[str, PublicCredential]:
    """The list by the text of the credential. Raises Malformed."""
    return {credential.text: credential for credential in decode_public_credentials(raw, election)}


def read_ballots(board: Board, election: Election) -> list[Ballot]:
    """Every ballot in its one spelling, with elements of the group. Raises Malformed with the ballot's place."""
    ballots = []
    for number, event in enumerate(board.ballots, 1):
        with at("ballot", number):
            ballots.append(decode_ballot(event.payload, election))
    return ballots


def check_listed(ballots: Sequence[Ballot], credentials: Mapping[str, PublicCredential]) -> Sequence[Ballot]:
    """Every ballot's credential is on the list; returns the ballots. Raises InvalidProof (credential.unknown)."""
    for number, ballot in enumerate(ballots, 1):
        if ballot.credential_text not in credentials:
            with at("ballot", number):
                raise InvalidProof("credential.unknown", "the ballot's credential is not on the list")
    return ballots


def check_distinct(ballots: Sequence[Ballot]) -> int:
    """No ballot and no ciphertext stands on the board twice (BB-01, BB-03, CR-18).

    Raises InvalidProof: ballot.duplicate, ballot.copied.
    """
    digests: set[bytes] = set()
    alphas: set[bytes] = set()
    for number, ballot in enumerate(ballots, 1):
        with at("ballot", number):
            if ballot.digest in digests:
                raise InvalidProof("ballot.duplicate", "the same ballot stands on the board twice")
            digests.add(ballot.digest)
            for answer in ballot.answers:
                for choice in answer.choices:
                    if choice.alpha in alphas:
                        raise InvalidProof("ballot.copied", "a ciphertext of the ballot stands on the board twice")
                    alphas.add(choice.alpha)
    return len(digests)


def check_board_tally(
    event: Event, election: Election, ballots: Sequence[Ballot], credentials: Mapping[str, PublicCredential]
) -> EncryptedTally:
    """The tally is made again from the ballots that count. Raises Malformed, InvalidProof (tally.…)."""
    encrypted, sized = event.bodies
    claimed = decode_tally(encrypted, sized, election)
    weights = {credential.element: credential.weight for credential in credentials.values()}
    computed = accumulate(election, ballots, weights)
    check_tally(claimed, computed)
    return computed


def check_decryptions(
    events: Sequence[Event], election: Election, trustees: Trustees, tally: EncryptedTally
) -> list[Decryption]:
    """Every trustee's proofs; nobody twice. Raises Malformed, InvalidProof with the trustee's place."""
    read: list[Decryption] = []
    for event in events:
        payload, owned = event.bodies
        owner, digest = decode_owned(owned)
        with at("trustee", owner):
            if digest != sha256(payload):
                raise InvalidProof("decryption.hash", "the event names another partial decryption")
            if owner in {decryption.owner for decryption in read}:
                raise InvalidProof("decryption.twice", "a trustee's decryption stands there twice")
            partial = decode_partial(payload, election)
            check_partial(election, tally, trustees.member(owner).public_key, partial)
        read.append(Decryption(owner, partial))
    return read


def check_board_result(
    event: Event, election: Election, trustees: Trustees, tally: EncryptedTally, decryptions: Sequence[Decryption]
) -> Result:
    """The counts are what enough trustees decrypted. Raises Malformed, InvalidProof."""
    factors = combine(election, trustees, {item.owner: item.partial for item in decryptions})
    result = decode_result(event.payload, election)
    check_result(election, tally, factors, result)
    return result


def lacks(board: Board, trustees: Trustees | None, decryptions: Sequence[Decryption] | None) -> list[str]:
    """What a vote that has come this far still lacks, as words of phrases.py."""
    if board.result is not None:
        return []
    missing = []
    if board.closed is None:
        missing.append("closing")
    if board.tally is None:
        missing.append("tally")
    if trustees is None or missing_decryptions(trustees, [item.owner for item in decryptions or ()]):
        missing.append("decryptions")
    return [*missing, "result"]
