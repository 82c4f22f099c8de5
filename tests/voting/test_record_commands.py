import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from settings import Settings
from tests.voting.box import OpenVote
from voting.record_commands import app


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
