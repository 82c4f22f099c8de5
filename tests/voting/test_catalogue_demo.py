"""M45: the demo never touches a house that is not a demo."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from voting.demo import NotADemo, demo_settings, make_demo, read_guide


@pytest.mark.parametrize("options", [[], ["--fresh"], ["--codes"]])
def test_M45_the_demo_refuses_a_directory_that_it_did_not_make(
    tmp_path: Path, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "kalpi.db").write_bytes(b"a real house")
    refused = CliRunner().invoke(cli.kalpi, ["demo", "--make-only", "--directory", str(tmp_path), *options])
    assert refused.exit_code == 1
    assert [item.name for item in tmp_path.iterdir()] == ["kalpi.db"]
    assert (tmp_path / "kalpi.db").read_bytes() == b"a real house"


def test_M45_the_demo_refuses_to_run_beside_a_configured_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'real.db'}")
    refused = CliRunner().invoke(cli.kalpi, ["demo", "--make-only", "--directory", str(tmp_path / "demo")])
    assert refused.exit_code == 1
    assert not list(tmp_path.iterdir())


def test_M45_making_a_demo_deletes_nothing_that_is_not_one(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(bytes(32))
    settings = demo_settings(tmp_path, "http://127.0.0.1:8000")
    with pytest.raises(NotADemo):
        make_demo(settings, lambda _stage, _steps: lambda: None, lambda: datetime.now(UTC))
    assert (tmp_path / "secret.key").read_bytes() == bytes(32)


def test_an_empty_directory_may_become_a_demo(tmp_path: Path) -> None:
    assert read_guide(demo_settings(tmp_path, "http://127.0.0.1:8000")) is None
