"""Verify a record: which checks are made, in which order, and what each one needs.

`verify` reads no file and prints nothing; the command is in __main__.py, the words are in phrases.py. A failed check
never stops the others that do not depend on it.
"""

from collections.abc import Sequence

from audit.history import History, read_history
from audit.note import VerifierKey
from audit.record import Record
from audit.report import Report
from audit.verify_archive import (
    Board,
    Decryption,
    check_board_result,
    check_board_tally,
    check_credentials,
    check_decryptions,
    check_distinct,
    check_election,
    check_grammar,
    check_listed,
    check_setup,
    check_trustees,
    lacks,
    read_ballots,
)
from audit.verify_ballots import Progress, check_ballots, check_orders
from audit.verify_board import (
    check_ballot_entries,
    check_challenged,
    check_decryption_entries,
    check_order_chain,
    check_rehearsal,
    check_result_entry,
    check_stages,
    check_strong_proofs,
    check_tally_entry,
    check_turnout,
)
from audit.verify_log import (
    Range,
    SideFiles,
    check_ceremony,
    check_files,
    check_manifest,
    check_opening_entry,
    check_range,
)
from crypto.archive import Archive, read_archive
from crypto.ballot import Ballot
from crypto.election import Election, PublicCredential
from crypto.encoding import b64, sha256_b64
from crypto.errors import InvalidProof, Malformed
from crypto.tally import EncryptedTally
from crypto.trustees import Trustees

OURS_ALONE = ("entries.jsonl", "range.json", "log.vkey")
"""Side files that no other program writes; beside a foreign archive they betray a record that was tampered with."""


def verify(record: Record, *, expected_key: VerifierKey | None = None, progress: Progress | None = None) -> Report:
    """Make every check the record allows. `expected_key` is the log's, if the reader knows it from elsewhere."""
    examination = _Examination(record, expected_key, progress)
    examination.archive_checks()
    if examination.is_ours:
        examination.log_checks()
    examination.conclude()
    return examination.report


class _Examination:
    """What has been established so far; None is what failed or is not there."""

    def __init__(self, record: Record, expected_key: VerifierKey | None, progress: Progress | None) -> None:
        self.record = record
        self.expected_key = expected_key
        self.progress = progress
        self.report = Report()
        self.archive: Archive | None = None
        self.board: Board | None = None
        self.setup: tuple[bytes, bytes, bytes] | None = None
        self.election: Election | None = None
        self.trustees: Trustees | None = None
        self.credentials: dict[str, PublicCredential] | None = None
        self.ballots: Sequence[Ballot] | None = None
        self.tally: EncryptedTally | None = None
        self.decryptions: list[Decryption] | None = None
        self.side: SideFiles | None = None
        self.range: Range | None = None
        self.history: History | None = None

    @property
    def is_ours(self) -> bool:
        return self.election is not None and self.election.has_rules

    def archive_checks(self) -> None:
        run = self.report.run
        self.archive = run("archive", read_archive, self.record.archive)
        self.board = board = run("grammar", check_grammar, self.archive)
        self.setup = run("setup", check_setup, board)
        self.election = run("election", self._read_election, self.setup)
        self.side = run("files", self._check_files, self.election)
        self.trustees = run("trustees", check_trustees, self.setup and self.setup[1], self.election)
        self.credentials = run("credentials", check_credentials, self.setup and self.setup[2], self.election)
        ballots = run("ballots", read_ballots, board, self.election)
        run("distinct", check_distinct, ballots)
        run("proofs", self._check_proofs, ballots)
        self.ballots = run("listed", check_listed, ballots, self.credentials)
        self.tally = run(
            "tally", check_board_tally, board and board.tally, self.election, self.ballots, self.credentials
        )
        events = board.decryptions if board and board.decryptions else None
        self.decryptions = run("decryptions", check_decryptions, events, self.election, self.trustees, self.tally)
        if board is not None and not board.decryptions:
            self.decryptions = []
        self.report.result = run(
            "result",
            check_board_result,
            board and board.result,
            self.election,
            self.trustees,
            self.tally,
            self.decryptions,
        )

    def log_checks(self) -> None:
        run, side = self.report.run, self.side
        self.range = run("log", self._check_range, side)
        self.history = run("history", self._read_history, self.range, self.election)
        orders, strong = (side.orders, side.strong) if side else (None, None)
        run("order", check_order_chain, self.ballots, orders, self.election)
        run("order_signatures", self._check_orders, orders, self.election)
        run("strong", check_strong_proofs, strong, self.decryptions, self.election, self.trustees, self.tally)
        run("ceremony", check_ceremony, side, self.history, self.setup and self.setup[1], self.trustees)
        if self.report.rehearsal_of is not None:
            manifest = side and side.manifest
            done = self.decryptions or []
            run("rehearsal", check_rehearsal, manifest, self.history, self.election, self.board, done)
            return
        listed = None if self.credentials is None else len(self.credentials)
        run("manifest", check_manifest, side, self.election, self.history)
        run("opening", check_opening_entry, side, self.range, self.history, self.setup, self.election, listed)
        self._entry_checks(orders, strong)

    def _entry_checks(self, orders: Sequence[bytes] | None, strong: Sequence[bytes] | None) -> None:
        """Every object against its entry in the log."""
        run, board, history = self.report.run, self.board, self.history
        run("stages", check_stages, history, board, strong)
        ballots = None if history is None else history.all("ballot")
        run("board", check_ballot_entries, ballots, board and board.ballots, orders)
        run("challenged", check_challenged, history, self.ballots)
        run("turnout", check_turnout, history and history.last("closed"), self.ballots)
        run("tally_entry", check_tally_entry, history, board and board.tally)
        decrypted = None if history is None else history.all("partial-decryption")
        events = board and board.decryptions
        run("decryption_entries", check_decryption_entries, decrypted, events, self.decryptions, strong)
        run("result_entry", check_result_entry, history, board and board.result)

    def conclude(self) -> None:
        """What is missing, and the figures and fingerprints people compare."""
        report, board = self.report, self.board
        report.election = self.election
        if board is not None:
            report.missing = lacks(board, self.trustees, self.decryptions)
        if self.history is not None and self.history.last("cancelled") is not None:
            report.missing = ["cancelled"]
        if self.credentials is not None:
            report.registered = len(self.credentials)
        if self.ballots is not None:
            report.voted = len({ballot.credential for ballot in self.ballots})
            report.facts["ballots"] = len(self.ballots)
        if self.archive is not None and self.archive.events:
            report.facts["archive"] = self.archive.events[-1].digest.hex()
        if self.election is not None and self.setup is not None:
            report.facts["election"] = self.election.fingerprint
            report.facts["credentials"] = sha256_b64(self.setup[2])
        if self.range is not None:
            report.facts["log"] = self.range.checkpoint.origin
            report.facts["log_key"] = self.range.key.encode()
            report.facts["log_size"] = self.range.checkpoint.tree_size
            report.facts["log_root"] = b64(self.range.checkpoint.root_hash)

    def _read_election(self, setup: tuple[bytes, bytes, bytes]) -> Election:
        assert self.board is not None
        return check_election(setup[0], self.record.archive_name, len(self.board.setup.bodies))

    def _check_range(self, _side: SideFiles) -> Range:
        return check_range(self.record, self.expected_key)

    def _check_files(self, election: Election) -> SideFiles:
        if election.has_rules:
            return check_files(self.record)
        if self.record.files and any(name in self.record.files for name in OURS_ALONE):
            # Somebody took our rules away: what stands beside the archive was made under them.
            raise Malformed("record.foreign", "the archive of a record of ours carries other rules")
        return SideFiles(b"", (), (), ())

    def _check_proofs(self, ballots: Sequence[Ballot]) -> int:
        assert self.election is not None
        return check_ballots(self.election.raw, [ballot.raw for ballot in ballots], self.progress)

    def _check_orders(self, lines: Sequence[bytes], election: Election) -> int:
        return check_orders(election.raw, lines, self.progress)

    def _read_history(self, found: Range, election: Election) -> History:
        history = read_history(found.first, found.entries)
        if history.referendum != election.uuid:
            tried = {entry.members["rehearsal"] for entry in history.all("rehearsal-opened")}
            if election.uuid not in tried:
                raise InvalidProof("history.referendum", "the entries belong to another vote")
            self.report.rehearsal_of = history.referendum
        ended = history.last("result") or history.last("cancelled")
        if ended is None and not found.is_open:
            raise InvalidProof("history.cut", "the entries stop before the end of the log and of the vote")
        return history
