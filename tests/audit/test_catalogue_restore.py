"""M45: a backup is restored on a machine that has nothing but the file and the secret key."""

import os
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import cli
from db import Database, create_tables
from settings import from_environ, make_secret

PASSPHRASE = "four quiet herons waded"


@pytest.fixture
def on_new_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Path]:
    """The arguments of `restore`, and a data directory that is not there yet; the secret key lies apart."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    key, copy, passphrase = (tmp_path / name for name in ("secret.key", "copy", "passphrase"))
    passphrase.write_text(PASSPHRASE + "\n")
    monkeypatch.setenv("KALPI_SECRET_KEY_FILE", str(key))
    monkeypatch.setenv("KALPI_DATA", str(tmp_path / "first"))
    (tmp_path / "first").mkdir()
    make_secret(key)
    with closing(Database(from_environ(os.environ).database_url)) as db:
        create_tables(db.engine)
    assert _run(["backup", str(copy), "--passphrase-file", str(passphrase)]).exit_code == 0
    data = tmp_path / "deep" / "second"
    monkeypatch.setenv("KALPI_DATA", str(data))
    return ["restore", str(copy), "--passphrase-file", str(passphrase)], data


def _run(arguments: list[str]) -> Result:
    return CliRunner().invoke(cli.kalpi, arguments)


def test_M45_a_backup_is_restored_where_there_is_no_data_directory_yet(
    on_new_machine: tuple[list[str], Path],
) -> None:
    arguments, data = on_new_machine
    restored = _run(arguments)
    assert restored.exit_code == 0, restored.output
    assert (data / "kalpi.db").exists()
    assert data.stat().st_mode & 0o077 == 0


def test_M45_without_the_secret_key_a_restore_ends_with_one_line(
    on_new_machine: tuple[list[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, data = on_new_machine
    monkeypatch.setenv("KALPI_SECRET_KEY_FILE", str(data / "lost.key"))
    refused = _run(arguments)
    assert refused.exit_code == 1
    assert isinstance(refused.exception, SystemExit)
    assert "lost.key" in "".join(refused.output.split())
