import json
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from crypto.archive import read_archive
from voting.referendum import DraftQuestion
from voting.rehearse import rehearse
from voting.rehearse_command import Blank, make_questions, rehearse_command
from voting.rehearse_plan import Plan, Report

RECORD = {
    "manifest.json",
    "order.jsonl",
    "strong.jsonl",
    "ceremony.jsonl",
    "entries.jsonl",
    "range.json",
    "checkpoint",
    "log.vkey",
}
BIG = "BELENIOS-2048"
THREE_QUESTIONS = (
    DraftQuestion("Να πεζοδρομηθεί η οδός Ερμού;", ("Ναι", "Όχι")),
    DraftQuestion("Τι χρώμα θέλετε;", ("Γαλάζιο", "Λευκό", "Ώχρα"), blank=False),
    DraftQuestion("Ποια δύο έργα;", ("Πάρκο", "Βιβλιοθήκη", "Κολυμβητήριο", "Γέφυρα"), minimum=1, maximum=2),
)
PLANS = {
    "single": Plan(6, BIG, 1, 1, recasts=0),
    "two of three": Plan(6, BIG, 2, 3, recasts=0),
    "three questions with and without blank": Plan(5, BIG, 2, 3, questions=THREE_QUESTIONS),
    "a re-vote": Plan(4, BIG, 1, 1, recasts=0.5),
    "an answer with zero votes": Plan(
        4, BIG, 1, 1, questions=(DraftQuestion("Χρώμα;", ("Α", "Β", "Γ"), blank=False),), recasts=0
    ),
    "zero ballots": Plan(3, BIG, 2, 3, turnout=0.0),
}


def archive_of(out: Path) -> Path:
    (archive,) = (out / "record").glob("*.bel")
    return archive


@pytest.mark.parametrize("name", PLANS)
def test_the_real_belenios_tool_accepts_an_election_made_here(name: str, tmp_path: Path) -> None:
    report = rehearse(PLANS[name], tmp_path)
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(archive_of(tmp_path), alone)
    verdict = subprocess.run(["belenios-tool", "election", "verify"], cwd=alone, capture_output=True, text=True)
    assert verdict.returncode == 0, verdict.stderr
    assert "all checks passed" in verdict.stderr
    assert report.sheet is not None
    assert report.sheet.voted == round(PLANS[name].voters * PLANS[name].turnout)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """Twelve voters, some vote again, some open a ballot first; two of three trustees."""
    out = tmp_path_factory.mktemp("rehearse")
    return out, rehearse(Plan(12, threshold=2, size=3, recasts=0.25, challenges=0.25), out)


def test_the_record_holds_only_what_its_specification_names(small: tuple[Path, Report]) -> None:
    out, _ = small
    assert {path.name for path in (out / "record").iterdir()} == RECORD | {archive_of(out).name}
    assert {path.name for path in out.iterdir()} == {"record"}


def test_the_archive_holds_every_ballot_and_the_order_statements_stand_beside_them(small: tuple[Path, Report]) -> None:
    out, report = small
    ballots = read_archive(archive_of(out).read_bytes()).of_kind("Ballot")
    statements = (out / "record" / "order.jsonl").read_bytes().splitlines()
    assert len(ballots) == len(statements) == report.ballots == 15
    for event, statement in zip(ballots, statements, strict=True):
        assert json.loads(event.payload)["credential"] == json.loads(statement)["credential"]


def test_the_entries_run_from_the_proclamation_to_the_result(small: tuple[Path, Report]) -> None:
    out, report = small
    kinds = [
        json.loads(line)["type"].split("/")[1] for line in (out / "record" / "entries.jsonl").read_text().splitlines()
    ]
    assert (kinds[0], kinds[-1]) == ("proclaimed", "result")
    assert kinds.count("ballot") == report.ballots
    assert kinds.count("challenged") == report.challenged == 3
    assert kinds.count("partial-decryption") == 2
    last_ballot = len(kinds) - 1 - kinds[::-1].index("ballot")
    assert kinds.index("opened") < kinds.index("ballot")
    assert last_ballot < kinds.index("closed") < kinds.index("tallied") < kinds.index("partial-decryption")


def test_a_folder_with_a_record_is_left_alone(small: tuple[Path, Report]) -> None:
    with pytest.raises(FileExistsError):
        rehearse(Plan(1), small[0])


def test_the_command_says_what_it_did_and_refuses_trustees_that_make_no_sense(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(rehearse_command)
    runner = CliRunner()
    told = runner.invoke(app, ["--voters", "3", "--trustees", "1/1", "--out", str(tmp_path / "r")])
    assert told.exit_code == 0, told.output
    assert "3 ballots recorded" in told.output
    assert runner.invoke(app, ["--voters", "3", "--trustees", "1/1", "--out", str(tmp_path / "r")]).exit_code == 2
    assert runner.invoke(app, ["--trustees", "4/3", "--out", str(tmp_path / "s")]).exit_code == 2
    assert not (tmp_path / "s").exists()


def test_mixed_questions_offer_blank_in_every_other_one() -> None:
    assert [question.blank for question in make_questions(3, 2, Blank.MIXED)] == [True, False, True]
