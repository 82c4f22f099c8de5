"""2b The rehearsal: a second election with its own uuid and test ballots whose sum is known, under the real keys.

A trustee's decryption of it is that trustee's key check. It is complete when all of them passed and the combination
gives exactly what was cast (M28); it never runs after the opening (TK-08).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit import entry
from audit.refusal import N_
from crypto.ballot import decode_ballot
from crypto.card import master_public, new_code, parse_code, public_credential, voting_key
from crypto.decryption import combine, decode_partial
from crypto.election import (
    SERVICE,
    Question,
    decode_election,
    encode_election,
    encode_public_credentials,
    new_uuid,
)
from crypto.encoding import Json, compact, parse_json, sha256
from crypto.order import FIRST, sign_order
from crypto.result import open_tally
from crypto.sealing import prepare_ballot, sign_ballot
from crypto.tally import accumulate
from crypto.trustees import decode_trustees
from voting.decrypting import check_decryption, make_count
from voting.errors import BadRehearsal
from voting.lifecycle import Phase, advance, check_phase
from voting.manifest import decode_manifest
from voting.opening import election_questions, group_of
from voting.seats import find_seat
from voting.store.preparation import Preparation
from voting.store.referendum import ReferendumRow
from voting.store.rehearsal import RehearsalRow

VOTERS = 7
"""Test credentials; the last of them votes twice, so that replacing a ballot is rehearsed too."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything of a test election; its private credentials are already forgotten."""

    uuid: str
    election: bytes
    trustees: bytes
    credentials: bytes
    ballots: tuple[tuple[bytes, bytes], ...]
    """(ballot, order statement) in board order."""
    encrypted_tally: bytes
    sized_tally: bytes
    known: tuple[tuple[int, ...], ...]


def make_rehearsal(row: ReferendumRow) -> Rehearsal:
    """Test credentials, ballots and their tally; slow in the large group, so it runs outside any transaction.

    Raises WrongPhase before the keys are made.
    """
    check_phase(row, Phase.KEYED)
    assert row.manifest is not None
    assert row.trustees is not None
    manifest, group, uuid = decode_manifest(row.manifest), group_of(row), new_uuid()
    raw = encode_election(
        name=f"Πρόβα: {manifest['title']}",
        description=str(manifest["summary"]),
        group=group,
        public_key=decode_trustees(row.trustees, group).election_key,
        questions=election_questions(row),
        uuid=uuid,
        administrator=str(manifest["municipality"]),
        credentials=SERVICE,
    )
    election = decode_election(raw)
    codes = [parse_code(new_code()) for _ in range(VOTERS)]
    publics = [public_credential(group, master_public(group, code), uuid) for code in codes]
    ballots: list[tuple[bytes, bytes]] = []
    cast: dict[int, list[tuple[int, ...]]] = {}
    previous: dict[int, bytes] = {}
    for turn in range(VOTERS + 1):
        voter = min(turn, VOTERS - 1)
        selections = [
            rehearsed_selection(question, turn + number) for number, question in enumerate(election.questions)
        ]
        key = voting_key(group, codes[voter], uuid)
        ballot = sign_ballot(election, prepare_ballot(election, publics[voter], selections), key)
        digest = sha256(ballot)
        sequence = 1 if voter in previous else 0
        order = sign_order(election, key, sequence, previous.get(voter, FIRST), digest)
        ballots.append((ballot, order))
        cast[voter], previous[voter] = selections, digest
    tally = accumulate(election, [decode_ballot(ballot, election) for ballot, _ in ballots])
    return Rehearsal(
        uuid=uuid,
        election=raw,
        trustees=row.trustees,
        credentials=encode_public_credentials(group, publics),
        ballots=tuple(ballots),
        encrypted_tally=tally.raw,
        sized_tally=tally.sized,
        known=count(list(cast.values())),
    )


def rehearsed_selection(question: Question, turn: int) -> tuple[int, ...]:
    """One allowed choice, another at each turn: blank now and then, answers going round, from fewest to most."""
    answers = len(question.answers)
    blank = question.blank and turn % 4 == 3
    chosen = question.minimum + turn % (question.maximum - question.minimum + 1)
    picked = set() if blank else {(turn + step) % answers for step in range(chosen)}
    choices = tuple(int(answer in picked) for answer in range(answers))
    return (int(blank), *choices) if question.blank else choices


def count(ballots: Sequence[Sequence[tuple[int, ...]]]) -> tuple[tuple[int, ...], ...]:
    """The plain sum of choices: per question, per ciphertext."""
    return tuple(
        tuple(sum(column) for column in zip(*(ballot[question] for ballot in ballots), strict=True))
        for question in range(len(ballots[0]))
    )


def open_rehearsal(preparation: Preparation, made: Rehearsal, now: datetime) -> None:
    """Keep the test election and log it with its tally. Raises WrongPhase, BadRehearsal."""
    row = preparation.row
    check_phase(row, Phase.KEYED)
    current = preparation.rehearsal()
    if current is not None and current.trustees == row.trustees:
        raise BadRehearsal("rehearsal.running", N_("the rehearsal of these keys is under way"))
    if made.trustees != row.trustees:
        raise BadRehearsal("rehearsal.keys", N_("the keys changed meanwhile; open the rehearsal again"))
    known: list[Json] = [list(counts) for counts in made.known]
    preparation.add_rehearsal(
        RehearsalRow(
            referendum_id=preparation.id,
            uuid=made.uuid,
            election=made.election,
            trustees=made.trustees,
            credentials=made.credentials,
            timestamp=str(int(now.timestamp())),
            encrypted_tally=made.encrypted_tally,
            sized_tally=made.sized_tally,
            known=compact(known),
            opened_at=now,
        ),
        made.ballots,
    )
    for entry_bytes in (
        entry.make("rehearsal-opened", referendum=row.uuid, rehearsal=made.uuid, election=sha256(made.election).hex()),
        entry.make(
            "rehearsal-tallied", referendum=row.uuid, rehearsal=made.uuid, tally=sha256(made.encrypted_tally).hex()
        ),
    ):
        preparation.append(entry_bytes)


def accept_key_check(preparation: Preparation, account_id: int, payload: bytes, strong: bytes, now: datetime) -> bool:
    """Keep and log one trustee's decryption of the rehearsal; False when the same one is there already.

    With the last trustee's the rehearsal is completed. Raises NotFound, WrongPhase, BadRehearsal, BadDecryption.
    """
    row = preparation.row
    _, seats, seat = find_seat(preparation, account_id)
    rehearsal = preparation.rehearsal()
    if rehearsal is None or rehearsal.id is None or rehearsal.trustees != row.trustees:
        raise BadRehearsal("rehearsal.none", N_("no rehearsal is open"))
    received = {known.owner: known for known in preparation.rehearsal_decryptions()}
    if seat.index in received:
        known = received[seat.index]
        if (known.payload, known.strong) == (payload, strong):
            return False
        raise BadRehearsal("rehearsal.sent", N_("your key has passed its check already"))
    check_phase(row, Phase.KEYED)
    check = make_count(rehearsal.election, rehearsal.trustees, rehearsal.encrypted_tally, rehearsal.sized_tally)
    check_decryption(check, seat.index, payload, strong)
    preparation.add_rehearsal_decryption(rehearsal.id, seat.index, payload, strong, now)
    preparation.append(
        entry.make(
            "rehearsal-decrypted",
            referendum=row.uuid,
            rehearsal=rehearsal.uuid,
            owner=seat.index,
            payload=sha256(payload).hex(),
        )
    )
    if len(received) + 1 == len(seats):
        _complete(preparation, rehearsal, now)
    return True


def _complete(preparation: Preparation, rehearsal: RehearsalRow, now: datetime) -> None:
    """Combine and compare. Raises BadRehearsal: keys that give another sum than was cast must never be opened with."""
    row = preparation.row
    check = make_count(rehearsal.election, rehearsal.trustees, rehearsal.encrypted_tally, rehearsal.sized_tally)
    partials = {
        known.owner: decode_partial(known.payload, check.election) for known in preparation.rehearsal_decryptions()
    }
    result = open_tally(check.election, check.tally, combine(check.election, check.trustees, partials))
    if [list(counts) for counts in result.counts] != parse_json(rehearsal.known):
        raise BadRehearsal("rehearsal.result", N_("the rehearsal gave another result than was cast"))
    rehearsal.result, rehearsal.state, rehearsal.completed_at = result.encode(), "completed", now
    preparation.append(
        entry.make("rehearsal-completed", referendum=row.uuid, rehearsal=rehearsal.uuid, result=result.digest.hex())
    )
    advance(row, Phase.REHEARSED)
    preparation.save()
