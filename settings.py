"""What may differ from one installation to the next, read once from the environment. Nothing connects here.

Every variable is listed in `Settings`; the secret itself is in a file, never in the environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32


class UnusableSettings(Exception):
    """The service cannot start; the message names the variable or the file."""


@dataclass(frozen=True, slots=True)
class Settings:
    data_directory: Path  # KALPI_DATA: database, secret key, backups
    database_url: str  # DATABASE_URL: sqlite:///… or postgresql://…
    base_url: str  # KALPI_BASE_URL: "https://vote.example.org", the only origin that forms are accepted from
    origin: str  # KALPI_LOG_ORIGIN: the log's name, "vote.example.org/log"
    municipality: str  # KALPI_MUNICIPALITY: as it stands in page titles, «Δήμος …»
    secret_key_file: Path  # KALPI_SECRET_KEY_FILE: 32 random bytes, mode 0600
    ballot_cadence: float = 10.0  # KALPI_BALLOT_CADENCE: seconds between batches of ballots in the log
    trusted_proxy: str = ""  # KALPI_TRUSTED_PROXY: address whose X-Forwarded-* are believed; empty believes none
    mail_host: str = ""  # KALPI_MAIL_HOST: server that takes voters' notices; empty keeps them in «Οι ψηφοφορίες μου»
    mail_port: int = 25  # KALPI_MAIL_PORT
    mail_from: str = ""  # KALPI_MAIL_FROM: sender of the notices
    demo: bool = False  # KALPI_DEMO=1: invented people, codes shown on screen
    language: str = "el"  # KALPI_LANGUAGE: el or en, until a visitor chooses
    extra_hosts: tuple[str, ...] = field(default=())  # KALPI_EXTRA_HOSTS: comma separated, for health checks

    @property
    def secure(self) -> bool:
        """Served over https: cookies carry the `__Host-` prefix and HSTS is sent."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """Host and port as a browser sends them, "127.0.0.1:8000"."""
        return urlsplit(self.base_url).netloc

    def key(self, label: str) -> bytes:
        """A 32-byte key of its own for each use: "vault", "log", "acceptance", "csrf", ….

        Source: RFC 5869 over the secret key file. Raises UnusableSettings when the file is missing, short,
        all one byte, or readable by others.
        """
        return HKDF(SHA256(), 32, salt=None, info=b"kalpi-v1/" + label.encode()).derive(
            read_secret(self.secret_key_file)
        )


def from_environ(environ: Mapping[str, str]) -> Settings:
    """Raises UnusableSettings naming the variable."""
    data = Path(environ.get("KALPI_DATA", "kalpi-data")).absolute()
    base_url = environ.get("KALPI_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query or "@" in parts.netloc:
        raise UnusableSettings("KALPI_BASE_URL is not of the form https://host")
    language = environ.get("KALPI_LANGUAGE", "el")
    if language not in {"el", "en"}:
        raise UnusableSettings("KALPI_LANGUAGE is neither el nor en")
    return Settings(
        data_directory=data,
        database_url=environ.get("DATABASE_URL", f"sqlite:///{data / 'kalpi.db'}"),
        base_url=base_url,
        origin=environ.get("KALPI_LOG_ORIGIN", f"{parts.hostname}/log"),
        municipality=environ.get("KALPI_MUNICIPALITY", "Δήμος"),
        secret_key_file=Path(environ.get("KALPI_SECRET_KEY_FILE", data / "secret.key")).absolute(),
        ballot_cadence=_seconds(environ, "KALPI_BALLOT_CADENCE", 10.0),
        trusted_proxy=environ.get("KALPI_TRUSTED_PROXY", ""),
        mail_host=environ.get("KALPI_MAIL_HOST", ""),
        mail_port=_port(environ, "KALPI_MAIL_PORT", 25),
        mail_from=environ.get("KALPI_MAIL_FROM", ""),
        demo=environ.get("KALPI_DEMO", "") == "1",
        language=language,
        extra_hosts=tuple(host for host in environ.get("KALPI_EXTRA_HOSTS", "").split(",") if host),
    )


def make_secret(path: Path) -> None:
    """Write 32 fresh random bytes, readable by the owner alone. Raises FileExistsError rather than replace a key."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())


def read_secret(path: Path) -> bytes:
    try:
        mode, secret = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise UnusableSettings(f"the secret key file {path} cannot be read; `kalpi init` makes one") from error
    if len(secret) != SECRET_BYTES or len(set(secret)) == 1:
        raise UnusableSettings(f"the secret key file {path} does not hold {SECRET_BYTES} random bytes")
    if mode & 0o077:
        raise UnusableSettings(f"the secret key file {path} is open to others; chmod 600 mends it")
    return secret


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise UnusableSettings(f"{name} is not a port from 1 to 65535")
    return int(text)


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 86_400:
        raise UnusableSettings(f"{name} is not a number from 0 to 86400")
    return value
