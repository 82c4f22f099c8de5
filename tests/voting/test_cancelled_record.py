"""The record of a cancelled vote ends where the vote did, whatever the log holds after it."""

from audit import entry
from audit import store as log
from audit.record import record_of
from audit.report import Verdict
from audit.sequencer import log_keeper, make_sequencer
from audit.verify import verify
from tests.voting.box import OPENED, OpenVote, log_opening
from voting.store.record import VOTE, record_files


def test_entries_of_others_after_the_cancellation_are_no_part_of_it(vote: OpenVote) -> None:
    sequencer = make_sequencer(vote.settings, vote.db, lambda: OPENED)
    sequencer.open()
    log_opening(vote)
    with vote.db.writing() as session:
        log.append(session, entry.make("cancelled", referendum=vote.uuid, reason="Σφάλμα στο ερώτημα"))
        log.append(session, entry.make("incident", text="another matter"))
    sequencer.turn(ballots=True)
    with vote.db.reading() as session:
        row = vote.box(session).row
        files = record_files(session, row, VOTE, log_keeper(vote.settings).verifier_key)
    report = verify(record_of(files))
    assert "history" not in {failed.name for failed in report.failures}
    assert report.missing == ["cancelled"]
    assert report.verdict is not Verdict.VERIFIED
