from functools import cache
from pathlib import Path

import pytest

from audit.__main__ import main
from audit.acceptance import make_acceptance
from audit.evidence import Outcome, weigh
from audit.note import Signer
from audit.record import record_of
from crypto.encoding import sha256
from tests.audit.make_record import ACCEPTANCE, UUID, Maker, ballot_code
from tests.audit.record_files import LOG, ORIGIN, log_files, write_record


@cache
def honest() -> Maker:
    return Maker()


def dropped() -> Maker:
    """The same record without the last ballot, tallied and logged as if it had never been accepted."""
    maker = Maker(ceremony=honest().ceremony)
    maker.ballots, maker.orders = honest().ballots[:-1], honest().orders[:-1]
    maker.count()
    return maker


def test_BB_05_an_acceptance_whose_ballot_is_in_the_log_was_kept() -> None:
    for number in range(len(honest().ballots)):
        found = weigh(honest().acceptance(number), record_of(honest().files()))
        assert found.outcome is Outcome.KEPT
    assert found.index == len(honest().entries_before) + honest().entries().index(honest().entries()[-6])


def test_BB_05_an_acceptance_without_an_entry_under_the_closing_is_publishable_evidence() -> None:
    acceptance = honest().acceptance(4)
    record = record_of(dropped().files())
    found = weigh(acceptance, record, LOG.verifier_key)
    assert found.outcome is Outcome.BROKEN
    assert (found.acceptance, found.checkpoint) == (acceptance, record.file("checkpoint"))


def test_BB_05_before_the_closing_nothing_is_proved_yet() -> None:
    record = record_of(honest().files(upto="opened"))
    assert weigh(honest().acceptance(0), record).word == "evidence.early"


def test_BB_09_an_acceptance_that_names_another_code_order_or_place_is_evidence() -> None:
    ballot = honest().ballots[0]
    true = {
        "referendum": UUID,
        "ballot": ballot.digest,
        "code": ballot_code(ballot),
        "order": sha256(honest().orders[0]),
        "sequence": 0,
        "tree_size": 1,
    }
    record = record_of(honest().files())
    assert weigh(make_acceptance(ACCEPTANCE, **true), record).outcome is Outcome.KEPT  # type: ignore[arg-type]
    for name, lie in (("code", bytes(32)), ("order", bytes(32)), ("tree_size", 1000)):
        found = weigh(make_acceptance(ACCEPTANCE, **{**true, name: lie}), record)  # type: ignore[arg-type]
        assert (found.outcome, found.word) == (Outcome.BROKEN, "evidence.differs")


def test_BB_23_a_doctored_or_foreign_acceptance_is_no_evidence() -> None:
    record = record_of(dropped().files())
    acceptance = honest().acceptance(4)
    for position in range(0, len(acceptance), 5):
        doctored = bytearray(acceptance)
        doctored[position] ^= 1
        assert weigh(bytes(doctored), record).outcome is Outcome.NOTHING
    other = Signer(f"{ORIGIN}/acceptance", bytes([7] * 32))
    text = acceptance.decode().split("\n\n")[0] + "\n"
    assert weigh(other.sign(text), record).outcome is Outcome.NOTHING
    elsewhere = ACCEPTANCE.sign(text.replace(UUID, "zZ111111111111"))
    assert weigh(elsewhere, record).word == "evidence.other"


def test_BB_23_an_acceptance_key_of_another_log_proves_nothing() -> None:
    other = Signer("other.example.org/log/acceptance", bytes([1] * 32))
    files = honest().files()
    lines = [
        raw.replace(ACCEPTANCE.verifier_key.encode().encode(), other.verifier_key.encode().encode())
        for raw in honest().entries()
    ]
    record = record_of({**files, **log_files(honest().entries_before, lines, 3)})
    text = honest().acceptance(0).decode().split("\n\n")[0] + "\n"
    found = weigh(other.sign(text.replace(ORIGIN, "other.example.org/log")), record)
    assert (found.outcome, found.code) == (Outcome.NOTHING, "opening.acceptance")


def test_BB_23_against_another_log_nothing_is_proved() -> None:
    other = Signer(ORIGIN, bytes([7] * 32)).verifier_key
    found = weigh(honest().acceptance(4), record_of(dropped().files()), other)
    assert (found.outcome, found.code) == (Outcome.NOTHING, "log.key")


def test_the_command_prints_both_texts_when_the_promise_was_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_record(tmp_path / "record", dropped().files())
    paper = tmp_path / "acceptance"
    paper.write_bytes(honest().acceptance(4))
    assert main(["evidence", str(paper), "--record", str(folder), "--language", "el"]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("Η υπόσχεση δεν τηρήθηκε")
    assert honest().acceptance(4).decode() in printed
    assert (folder / "checkpoint").read_text() in printed
    paper.write_bytes(honest().acceptance(0))
    assert main(["evidence", str(paper), "--record", str(folder), "--language", "en"]) == 0
    assert main(["evidence", str(tmp_path / "no"), "--record", str(folder)]) == 2
    assert main(["evidence", str(paper), "--record", str(tmp_path / "no")]) == 2
    assert main(["evidence", str(paper), "--record", str(tmp_path)]) == 3
