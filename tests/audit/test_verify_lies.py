"""Records in which a ballot, an order, a credential or a side file is not what it should be."""

import pytest

from audit.note import Signer
from audit.record import record_of
from audit.report import Verdict
from audit.verify import verify
from crypto.election import encode_public_credentials
from tests.audit.record_files import LOG, ORIGIN, log_files
from tests.audit.records import examine, failing, forged, honest, honest_files, lied
from tests.crypto.elections import Voter


def test_b25_two_ballots_exchanged_in_the_archive_are_refused() -> None:
    ballots = list(honest().ballots)
    ballots[1], ballots[3] = ballots[3], ballots[1]
    orders = list(honest().orders)
    orders[1], orders[3] = orders[3], orders[1]
    swapped = lied(ballots=ballots, orders=orders)
    swapped.count()
    log = {name: honest_files()[name] for name in ("entries.jsonl", "range.json", "checkpoint")}
    found = failing({**swapped.files(), **log, "strong.jsonl": honest_files()["strong.jsonl"]})
    assert found["board"] == "board.ballot"


def test_b25_two_ballots_of_one_voter_exchanged_are_refused_even_when_the_log_agrees() -> None:
    ballots, orders = list(honest().ballots), list(honest().orders)
    ballots[0], ballots[2] = ballots[2], ballots[0]
    orders[0], orders[2] = orders[2], orders[0]
    swapped = lied(ballots=ballots, orders=orders)
    swapped.count()
    assert failing(swapped.files()) == {"order": "order.sequence"}


def test_b26_a_ballot_cut_out_and_tallied_again_is_refused() -> None:
    cut = lied(ballots=honest().ballots[:-1], orders=honest().orders[:-1])
    cut.count()
    log = {name: honest_files()[name] for name in ("entries.jsonl", "range.json", "checkpoint")}
    assert failing({**cut.files(), **log}) == {
        "board": "board.number",
        "tally_entry": "tally.entry",
        "decryption_entries": "decryption.entry",
        "result_entry": "result.entry",
    }


def test_b26_a_ballot_cut_out_of_the_middle_is_refused_even_when_the_log_agrees() -> None:
    cut = lied(ballots=honest().ballots[1:], orders=honest().orders[1:])
    cut.count()
    assert failing(cut.files()) == {"order": "order.sequence"}


def test_b26_a_ballot_cut_out_with_its_entry_is_refused_by_the_checkpoint() -> None:
    cut = lied(ballots=honest().ballots[:-1], orders=honest().orders[:-1])
    cut.count()
    assert failing({**cut.files(), "checkpoint": honest_files()["checkpoint"]}) == {"log": "log.range"}


def test_e03_an_added_credential_is_refused() -> None:
    keys = [*(voter.key for voter in honest().people), 77]
    election = honest().election
    added = encode_public_credentials(election.group, [Voter(election, key).credential for key in keys])
    maker = lied(credentials=added)
    log = {name: honest_files()[name] for name in ("entries.jsonl", "range.json", "checkpoint")}
    assert failing({**maker.files(), **log}) == {"opening": "opening.hash"}
    assert failing(maker.files()) == {"opening": "opening.roll"}


def test_BB_13_a_ballot_by_a_credential_that_is_not_listed_is_refused() -> None:
    election = honest().election
    listed = [voter.credential for voter in honest().people[1:]]
    maker = lied(credentials=encode_public_credentials(election.group, listed))
    assert failing(maker.files())["listed"] == "credential.unknown"


@pytest.mark.parametrize("name", ["manifest.json", "order.jsonl", "strong.jsonl", "ceremony.jsonl"])
def test_a_side_file_altered_with_every_hash_over_it_made_again_is_refused(name: str) -> None:
    maker, check = forged(name)
    files = maker.files()
    assert files[name] != honest_files()[name]
    assert "log" in failing({**files, "checkpoint": honest_files()["checkpoint"]})
    assert list(failing(files)) == [check]


def test_entries_altered_with_every_hash_over_them_made_again_are_refused() -> None:
    maker = lied(persons=4)
    assert failing({**maker.files(), "checkpoint": honest_files()["checkpoint"]}) == {"log": "log.range"}
    assert failing(maker.files()) == {"turnout": "turnout.persons"}


def test_a_log_signed_by_another_key_is_refused_when_the_key_is_known_from_elsewhere() -> None:
    maker = honest()
    entries = honest_files()["entries.jsonl"].split(b"\n")[:-1]
    other = Signer(ORIGIN, bytes([9] * 32))
    files = {**honest_files(), **log_files(maker.entries_before, entries, 3, other)}
    assert examine(files).verdict is Verdict.VERIFIED
    report = verify(record_of(files), expected_key=LOG.verifier_key)
    assert [(check.name, check.code) for check in report.failures] == [("log", "log.key")]


def test_M32_a_ballot_that_was_opened_for_checking_is_refused() -> None:
    maker = lied(challenged=[honest().ballots[1].code])
    assert failing(maker.files()) == {"challenged": "challenge.cast"}
