"""A vote, or its rehearsal, read from the database and the log as one consistent board."""

from collections.abc import Sequence

from sqlmodel import Session

from audit import store as log
from audit.note import VerifierKey
from voting import record_export
from voting.record_export import Board, LogRange, Opened
from voting.store import ceremony, decryption, rehearsal
from voting.store.casting import BallotBox
from voting.store.referendum import ReferendumRow
from voting.store.rehearsal import RehearsalRow

VOTE = "vote"
REHEARSAL = "rehearsal"


def record_files(session: Session, referendum: ReferendumRow, kind: str, log_key: VerifierKey) -> dict[str, bytes]:
    """The files of the vote ("vote") or of its rehearsal ("rehearsal") so far; empty names nothing.

    Everything is cut at the latest checkpoint, so that the files never say more than they prove.
    """
    return record_export.record_files(board(session, referendum, kind, log_key))


def board(session: Session, referendum: ReferendumRow, kind: str, log_key: VerifierKey) -> Board:
    checkpoint = log.latest_checkpoint(session)
    size = checkpoint.size if checkpoint else 0
    reader = _Reader(session, referendum, size)
    proven = reader.log_range(checkpoint.note, log_key) if checkpoint else None
    commitments = reader.commitments()
    if kind == REHEARSAL:
        test = rehearsal.rehearsal(session, reader.id)
        if test is None:
            return Board(referendum.manifest, commitments, proven)
        return _rehearsal_board(session, referendum, test, commitments, proven)
    if referendum.election is None or not reader.has("opened"):
        return Board(referendum.manifest, commitments, proven)
    return reader.vote_board(commitments, proven)


class _Reader:
    """Entries of one vote below `size`."""

    def __init__(self, session: Session, referendum: ReferendumRow, size: int) -> None:
        assert referendum.id is not None
        self.session, self.row, self.id, self.size = session, referendum, referendum.id, size

    def found(self, kind: str) -> list[log.Logged]:
        return [item for item in log.find(self.session, kind, self.row.uuid) if item.index < self.size]

    def has(self, kind: str) -> bool:
        return bool(self.found(kind))

    def log_range(self, checkpoint: bytes, log_key: VerifierKey) -> LogRange | None:
        """From the proclamation to the result or the cancellation, or else to the end of what is signed."""
        proclaimed, ended = self.found("proclaimed"), [*self.found("result"), *self.found("cancelled")]
        if not proclaimed:
            return None
        first, end = proclaimed[0].index, ended[0].index + 1 if ended else self.size
        left, right = log.range_proof(self.session, first, end, self.size)
        entries = list(log.entries(self.session, first, end))
        return LogRange(first, entries, left, right, checkpoint, log_key.encode())

    def commitments(self) -> list[str]:
        held = ceremony.ceremony(self.session, self.id)
        if held is None or held.id is None:
            return []
        return [seat.statement for seat in ceremony.seats(self.session, held.id) if seat.statement is not None]

    def vote_board(self, commitments: Sequence[str], proven: LogRange | None) -> Board:
        row = self.row
        digests = [str(item.entry.members["ballot"]) for item in self.found("ballot")]
        rows = {made.owner: made for made in decryption.decryptions(self.session, self.id)}
        owners = [item.entry.members["owner"] for item in self.found("partial-decryption")]
        tally = None
        if self.has("tallied") and row.encrypted_tally is not None and row.sized_tally is not None:
            tally = (row.encrypted_tally, row.sized_tally)
        return Board(
            manifest=row.manifest,
            commitments=commitments,
            log=proven,
            opened=_opened(row),
            ballots=[(made.raw, made.statement) for made in BallotBox(self.session, row).ballots(digests)],
            closed=self.has("closed"),
            tally=tally,
            decryptions=[
                (made.owner, made.payload, made.strong) for made in (rows[int(str(owner))] for owner in owners)
            ],
            result=row.result if self.has("result") else None,
        )


def _opened(row: ReferendumRow | RehearsalRow) -> Opened:
    held = (row.timestamp, row.election, row.trustees, row.credentials)
    timestamp, election, trustees, credentials = held
    if timestamp is None or election is None or trustees is None or credentials is None:
        raise LookupError("an opened vote has timestamp, election, trustees and credentials")
    return Opened(row.uuid, timestamp, election, trustees, credentials)


def _rehearsal_board(
    session: Session,
    referendum: ReferendumRow,
    test: RehearsalRow,
    commitments: Sequence[str],
    proven: LogRange | None,
) -> Board:
    assert test.id is not None
    return Board(
        manifest=referendum.manifest,
        commitments=commitments,
        log=proven,
        opened=_opened(test),
        ballots=[(made.raw, made.order) for made in rehearsal.ballots(session, test.id)],
        closed=True,
        tally=(test.encrypted_tally, test.sized_tally),
        decryptions=[(made.owner, made.payload, made.strong) for made in rehearsal.decryptions(session, test.id)],
        result=test.result,
    )
