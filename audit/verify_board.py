"""That the ballots and all that was made of them are exactly what the log has, in the order the voters signed.

Each function makes one named check and returns what the next ones need, or raises a Flaw.

Source: DESIGN.md sections 2 and 3; RECORD.md.
"""

from collections import defaultdict
from collections.abc import Sequence

from audit.entry import Entry
from audit.history import History
from audit.report import at
from audit.verify_archive import Board, Decryption
from crypto.archive import Event
from crypto.ballot import Ballot
from crypto.election import Election
from crypto.encoding import sha256_hex
from crypto.errors import InvalidProof
from crypto.order import FIRST, OrderStatement, decode_order
from crypto.strong import StrongProofs, check_strong, decode_strong
from crypto.tally import EncryptedTally
from crypto.trustees import Trustees


def check_stages(history: History, board: Board, strong: Sequence[bytes]) -> History:
    """Archive and log have come equally far: nothing that is logged is held back, nothing stands there unlogged.

    Raises InvalidProof (stage.closing, stage.tally, stage.decryptions, stage.result).
    """
    for kind, name, events in (
        ("closed", "closing", [board.closed] if board.closed else []),
        ("tallied", "tally", [board.tally] if board.tally else []),
        ("partial-decryption", "decryptions", board.decryptions),
        ("result", "result", [board.result] if board.result else []),
    ):
        logged = len(history.all(kind))
        if logged != len(events):
            raise InvalidProof(f"stage.{name}", f"{logged} in the log, {len(events)} in the archive")
    if len(strong) != len(board.decryptions):
        raise InvalidProof(
            "strong.number", f"{len(strong)} lines of strong proofs, {len(board.decryptions)} decryptions"
        )
    return history


def check_ballot_entries(entries: Sequence[Entry], events: Sequence[Event], statements: Sequence[bytes]) -> int:
    """The archive's ballots are exactly the logged ones, in their order, each with its order statement.

    Raises InvalidProof: board.number, board.ballot, board.length, board.order_statement.
    """
    if not len(entries) == len(events) == len(statements):
        raise InvalidProof(
            "board.number",
            f"{len(entries)} ballots in the log, {len(events)} in the archive, {len(statements)} order statements",
        )
    for number, (entry, event, statement) in enumerate(zip(entries, events, statements, strict=True), 1):
        with at("ballot", number):
            if entry.members["ballot"] != sha256_hex(event.payload):
                raise InvalidProof("board.ballot", "the log has another ballot in this place")
            if entry.members["length"] != len(event.payload):
                raise InvalidProof("board.length", "the log gives the ballot another length")
            if entry.members["order"] != sha256_hex(statement):
                raise InvalidProof("board.order_statement", "the log has another order statement for this ballot")
    return len(events)


def check_order_chain(ballots: Sequence[Ballot], lines: Sequence[bytes], election: Election) -> list[OrderStatement]:
    """Each credential's ballots are numbered 0, 1, 2 … and each names the one before it (BB-03, BB-04).

    The signatures are checked apart. Raises Malformed, InvalidProof: order.number, order.ballot, order.sequence,
    order.previous.
    """
    if len(ballots) != len(lines):
        raise InvalidProof("order.number", f"{len(lines)} order statements for {len(ballots)} ballots")
    cast: dict[str, list[bytes]] = defaultdict(list)
    statements = []
    for number, (ballot, line) in enumerate(zip(ballots, lines, strict=True), 1):
        with at("ballot", number):
            statement = decode_order(line, election.group)
            before = cast[ballot.credential_text]
            if (statement.credential_text, statement.ballot) != (ballot.credential_text, ballot.digest):
                raise InvalidProof("order.ballot", "the order statement belongs to another ballot")
            if statement.sequence != len(before):
                raise InvalidProof("order.sequence", "ballots of one credential are missing or in another order")
            if statement.previous != (before[-1] if before else FIRST):
                raise InvalidProof("order.previous", "the order statement names another ballot before it")
            before.append(ballot.digest)
            statements.append(statement)
    return statements


def check_challenged(history: History, ballots: Sequence[Ballot]) -> int:
    """No ballot was cast that was opened for checking; returns how many were opened.

    Raises InvalidProof: challenge.cast, challenge.twice.
    """
    codes = [str(entry.members["code"]) for entry in history.all("challenged")]
    void = set(codes)
    if len(void) != len(codes):
        raise InvalidProof("challenge.twice", "the same code is void twice")
    for number, ballot in enumerate(ballots, 1):
        if ballot.code in void:
            with at("ballot", number):
                raise InvalidProof("challenge.cast", "the ballot was opened for checking and is void")
    return len(codes)


def check_turnout(closed: Entry, ballots: Sequence[Ballot]) -> int:
    """As many persons cast as credentials were used. Raises InvalidProof (turnout.persons)."""
    voted = len({ballot.credential for ballot in ballots})
    if closed.members["persons"] != voted:
        raise InvalidProof(
            "turnout.persons", f"the log closes with {closed.members['persons']} persons, {voted} credentials were used"
        )
    return voted


def check_tally_entry(history: History, event: Event) -> Entry:
    """Raises InvalidProof (tally.entry)."""
    tallied = history.needed("tallied")
    encrypted, sized = event.bodies
    if (tallied.members["encrypted"], tallied.members["tally"]) != (sha256_hex(encrypted), sha256_hex(sized)):
        raise InvalidProof("tally.entry", "the log has another tally")
    return tallied


def check_decryption_entries(
    entries: Sequence[Entry], events: Sequence[Event], decryptions: Sequence[Decryption], lines: Sequence[bytes]
) -> int:
    """Owner, payload and strong proofs are the logged ones, in the same order. Raises InvalidProof."""
    if not len(entries) == len(events) == len(lines):
        raise InvalidProof("decryption.number", f"{len(entries)} decryptions in the log, {len(events)} in the archive")
    for entry, event, decryption, line in zip(entries, events, decryptions, lines, strict=True):
        with at("trustee", decryption.owner):
            logged = (entry.members["owner"], entry.members["payload"], entry.members["strong"])
            if logged != (decryption.owner, sha256_hex(event.bodies[0]), sha256_hex(line)):
                raise InvalidProof("decryption.entry", "the log has another decryption of this trustee")
    return len(events)


def check_strong_proofs(
    lines: Sequence[bytes],
    decryptions: Sequence[Decryption],
    election: Election,
    trustees: Trustees,
    tally: EncryptedTally,
) -> list[StrongProofs]:
    """One line of strong proofs per decryption, each for its factors. Raises Malformed, InvalidProof."""
    if len(lines) != len(decryptions):
        raise InvalidProof("strong.number", f"{len(lines)} lines of strong proofs for {len(decryptions)} decryptions")
    read = []
    for line, decryption in zip(lines, decryptions, strict=True):
        with at("trustee", decryption.owner):
            strong = decode_strong(line, election)
            if strong.owner != decryption.owner:
                raise InvalidProof("strong.owner", "the strong proofs are of another trustee")
            key = trustees.member(decryption.owner).public_key
            check_strong(election, tally, key, decryption.partial.factors, strong)
        read.append(strong)
    return read


def check_result_entry(history: History, event: Event) -> Entry:
    """Raises InvalidProof (result.entry)."""
    result = history.needed("result")
    if result.members["result"] != sha256_hex(event.payload):
        raise InvalidProof("result.entry", "the log has another result")
    return result


def check_rehearsal(
    manifest: bytes, history: History, election: Election, board: Board, decryptions: Sequence[Decryption]
) -> History:
    """Manifest of the vote; election, tally, decryptions and result of its rehearsal are the logged ones.

    Raises InvalidProof (rehearsal.…).
    """
    if history.needed("proclaimed").members["manifest"] != sha256_hex(manifest):
        raise InvalidProof("rehearsal.manifest", "the vote was proclaimed with another manifest")

    def logged(kind: str) -> list[Entry]:
        return [entry for entry in history.all(f"rehearsal-{kind}") if entry.members["rehearsal"] == election.uuid]

    if [entry.members["election"] for entry in logged("opened")] != [sha256_hex(election.raw)]:
        raise InvalidProof("rehearsal.election", "the log has another election for this rehearsal")
    tallied = {entry.members["tally"] for entry in logged("tallied")}
    if tallied != ({sha256_hex(board.tally.bodies[0])} if board.tally else set()):
        raise InvalidProof("rehearsal.tally", "the log has another tally for this rehearsal")
    decrypted = {(entry.members["owner"], entry.members["payload"]) for entry in logged("decrypted")}
    if not decrypted <= {(item.owner, sha256_hex(item.partial.raw)) for item in decryptions}:
        raise InvalidProof("rehearsal.decryption", "the log has another decryption for this rehearsal")
    result = {entry.members["result"] for entry in logged("completed")}
    if result and result != ({sha256_hex(board.result.payload)} if board.result else set()):
        raise InvalidProof("rehearsal.result", "the log has another result for this rehearsal")
    return history
