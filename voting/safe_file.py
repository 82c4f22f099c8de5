"""Files that hold secrets or must not be lost: written whole or not at all, readable by their owner alone."""

import os
from pathlib import Path


def write_secret(path: Path, raw: bytes) -> None:
    """Replace `path` in one step, durably, with mode 0600. Raises OSError and then leaves what was there."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    folder = os.open(path.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
