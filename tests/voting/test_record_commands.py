import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audit import store as log
from audit.sequencer import make_sequencer
from settings import Settings
from tests.voting.box import OPENED, OpenVote
from voting.lifecycle import Phase
from voting.record_commands import app
from voting.store.person_key import PersonKeys


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    return {"KALPI_DATA": str(settings.data_directory)}


def test_the_record_is_written_as_a_folder_or_a_zip_with_the_same_files(
    vote: OpenVote, environment: dict[str, str], tmp_path: Path
) -> None:
    runner, folder, packed = CliRunner(env=environment), tmp_path / "record", tmp_path / "record.zip"
    for out in (folder, packed):
        told = runner.invoke(app, ["export", vote.slug, "--out", str(out)])
        assert told.exit_code == 0, told.output
    with zipfile.ZipFile(packed) as container:
        zipped = {name.split("/")[1]: container.read(name) for name in container.namelist()}
    assert zipped == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert "manifest.json" in zipped


def test_nothing_is_overwritten_and_an_unknown_vote_is_refused(
    vote: OpenVote, environment: dict[str, str], tmp_path: Path
) -> None:
    runner = CliRunner(env=environment)
    assert runner.invoke(app, ["export", vote.slug, "--out", str(tmp_path)]).exit_code == 2
    assert runner.invoke(app, ["export", "nothing", "--out", str(tmp_path / "r")]).exit_code == 2
    assert not (tmp_path / "r").exists()


def test_the_key_that_ties_persons_to_ballots_is_destroyed_after_the_result_with_an_entry(
    vote: OpenVote, settings: Settings, environment: dict[str, str]
) -> None:
    runner, keys = CliRunner(env=environment), PersonKeys(settings.data_directory)
    keys.make(vote.uuid)
    early = runner.invoke(app, ["forget", vote.slug, "--yes"])
    assert early.exit_code == 2
    assert keys.read(vote.uuid) is not None
    with vote.db.writing() as session:
        vote.box(session).row.phase = Phase.PUBLISHED.value
    assert runner.invoke(app, ["forget", vote.slug, "--yes"]).exit_code == 0
    assert keys.read(vote.uuid) is None
    assert not keys.path(vote.uuid).exists()
    assert runner.invoke(app, ["forget", vote.slug, "--yes"]).exit_code == 2
    make_sequencer(settings, vote.db, lambda: OPENED).open()
    with vote.db.reading() as session:
        (logged,) = log.find(session, "incident")
    assert vote.uuid in str(logged.entry.members["text"])
