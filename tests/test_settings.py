"""The service starts with usable settings or says which one is not."""

import stat
from pathlib import Path

import pytest

from settings import Settings, UnusableSettings, from_environ, make_secret, read_secret


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KALPI_BASE_URL", "vote.example.org"),
        ("KALPI_BASE_URL", "https://vote.example.org/path"),
        ("KALPI_BASE_URL", "https://user@vote.example.org"),
        ("KALPI_LANGUAGE", "fr"),
        ("KALPI_BALLOT_CADENCE", "often"),
        ("KALPI_BALLOT_CADENCE", "-1"),
        ("KALPI_BALLOT_CADENCE", "nan"),
    ],
)
def test_a_bad_setting_stops_the_start_with_its_name(name: str, value: str) -> None:
    with pytest.raises(UnusableSettings, match=name):
        from_environ({name: value})


def test_without_any_setting_there_is_a_house_on_this_machine() -> None:
    settings = from_environ({})
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.database_url.startswith("sqlite:///")
    assert settings.origin == "127.0.0.1/log"
    assert not settings.secure


def test_a_secret_is_readable_by_its_owner_alone_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    make_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        make_secret(path)


def test_IN_09_a_missing_open_or_known_secret_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    with pytest.raises(UnusableSettings, match="kalpi init"):
        read_secret(path)
    for known in (bytes(32), b"\x2a" * 32, b"short"):
        path.write_bytes(known)
        path.chmod(0o600)
        with pytest.raises(UnusableSettings, match="random bytes"):
            read_secret(path)
    path.unlink()
    make_secret(path)
    path.chmod(0o644)
    with pytest.raises(UnusableSettings, match="open to others"):
        read_secret(path)


def test_each_use_has_a_key_of_its_own(settings: Settings) -> None:
    keys = {settings.key(label) for label in ("vault", "log", "acceptance", "csrf")}
    assert len(keys) == 4
    assert settings.key("log") == settings.key("log")


def test_settings_hold_no_secret(settings: Settings) -> None:
    assert read_secret(settings.secret_key_file).hex() not in repr(settings)
