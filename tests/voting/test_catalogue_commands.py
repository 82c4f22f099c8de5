"""The commands of a technician say what is wrong in one line."""

import sys
from pathlib import Path

import pytest

import cli


def test_a_command_before_init_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("KALPI_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setattr(sys, "argv", ["kalpi", "referendum", "list"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "kalpi init" in said
    assert "Traceback" not in said
