"""The per-vote key under which a person becomes a mark; a file beside the database, never in it.

Whoever has the database alone cannot say who cast which ballot; once the file is destroyed nobody can.
"""

import contextlib
import os
from pathlib import Path

KEY_BYTES = 32


class PersonKeys:
    """One file per vote, mode 0600, in `<data>/person-keys/`."""

    def __init__(self, data_directory: Path) -> None:
        self._directory = data_directory / "person-keys"

    def path(self, uuid: str) -> Path:
        return self._directory / f"{uuid}.key"

    def read(self, uuid: str) -> bytes | None:
        """None if there is none (before the first cast, or after its destruction)."""
        try:
            key = self.path(uuid).read_bytes()
        except FileNotFoundError:
            return None
        return key if len(key) == KEY_BYTES else None

    def make(self, uuid: str) -> bytes:
        """The key of this vote, made durable before it is used. Two workers at once end with the same one."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._directory / f".{uuid}.{os.getpid()}.{os.urandom(8).hex()}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.urandom(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                # A link never replaces: the first worker wins and the others read its key.
                self.path(uuid).hardlink_to(fresh)
            self._sync()
        finally:
            fresh.unlink()
        return self.path(uuid).read_bytes()

    def destroy(self, uuid: str) -> None:
        """Overwrite and remove the file. Backups made before hold it until they expire."""
        with self.path(uuid).open("r+b") as file:
            file.write(bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        self.path(uuid).unlink()
        self._sync()

    def _sync(self) -> None:
        descriptor = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
