"""The log's signing key, and its own memory of the largest head it has signed.

The memory is one signed checkpoint in a file beside the data directory, so that neither a restored database nor a
restored directory takes it back. What the database holds is compared with it before every signature (BB-20, RL-12).
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from audit.errors import LogUnfit
from audit.note import Signer, VerifierKey
from audit.tree import EMPTY_ROOT
from crypto.errors import Flaw


class Keeper:
    def __init__(self, signer: Signer, path: Path) -> None:
        """`signer` is named by the log's origin; `path` is the file, whose directory exists."""
        self._signer = signer
        self.path = path

    @property
    def verifier_key(self) -> VerifierKey:
        return self._signer.verifier_key

    def kept(self) -> Checkpoint | None:
        """The largest head ever signed here; None before the first. Raises LogUnfit (log.head_unreadable)."""
        try:
            return open_checkpoint(self.path.read_bytes(), self.verifier_key)
        except FileNotFoundError:
            return None
        except (OSError, Flaw) as error:
            raise LogUnfit("log.head_unreadable", f"the file {self.path} is not a head signed by this log") from error

    def sign(self, size: int, root: bytes, root_at: Callable[[int], bytes]) -> bytes:
        """The checkpoint of a head that is durable, remembered before it is returned.

        `root_at` gives the database's root at a smaller size. Signing the same head again gives the same bytes.
        Raises LogUnfit: log.behind, log.fork, log.head_missing, log.head_unreadable.
        """
        with self._locked():
            kept = self.kept()
            check_memory(kept, size, root_at)
            note = sign_checkpoint(self._signer, size, root)
            if kept is None or kept.tree_size < size:
                _write_durably(self.path, note)
            return note

    def remember(self, note: bytes) -> None:
        """Start a new host's memory from a backup's checkpoint; an existing memory stays as it is."""
        open_checkpoint(note, self.verifier_key)
        with self._locked():
            if not self.path.exists():
                _write_durably(self.path, note)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Several workers may sign on this host; the memory must never shrink between them."""
        descriptor = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def check_memory(kept: Checkpoint | None, size: int, root_at: Callable[[int], bytes]) -> None:
    """Compare the kept head with a database of `size` entries.

    Raises LogUnfit: log.head_missing, log.behind, log.fork.
    """
    if kept is None:
        if size:
            raise LogUnfit(
                "log.head_missing",
                f"the database has {size} entries, but the file with the last signed head is missing; "
                "put it back, or restore from a backup, which brings one",
            )
        return
    check_extends(kept, size, root_at, "the file with the last signed head")


def check_extends(seen: Checkpoint, size: int, root_at: Callable[[int], bytes], who: str) -> None:
    """Raises LogUnfit (log.behind, log.fork) unless the database has everything that `who` has seen signed."""
    if seen.tree_size > size:
        raise LogUnfit(
            "log.behind", f"{who} has seen {seen.tree_size} entries and the database has {size}: entries are missing"
        )
    root = root_at(seen.tree_size) if seen.tree_size else EMPTY_ROOT
    if root != seen.root_hash:
        raise LogUnfit("log.fork", f"{who} has another root than the database at {seen.tree_size} entries")


def _write_durably(path: Path, data: bytes) -> None:
    """Replace a file so that a power cut leaves the old bytes or the new ones."""
    temporary = path.with_name(f"{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
