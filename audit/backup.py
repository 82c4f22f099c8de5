"""Backups that remember how long the log was, and copies that know when they are old.

A backup is the whole database, encrypted, with the last signed head of the log. The secret key file is not in it: keep
that apart, or one theft is enough. A restored copy is checked entry by entry. It is signed again only if nothing newer
was seen on this machine; what others have seen (kept heads, acceptances, records) only people can compare.
"""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlmodel import Session

from audit import store
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.errors import BackupRefused, LogUnfit
from audit.keeper import check_extends
from audit.note import VerifierKey
from audit.sealed_file import SealedWriter, open_sealed
from audit.sequencer import log_keeper
from audit.snapshot import is_empty, put_back, snapshot, take_away
from audit.soundness import check_log
from crypto.encoding import Json, compact, integer, members, parse_compact, sha256_hex, string
from crypto.errors import Flaw
from db import Database
from settings import Settings

MEMBERS = ("origin", "database", "key", "size", "checkpoint")
PORTION = 1 << 20

Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all."""


@dataclass(frozen=True, slots=True)
class Report:
    """`size` entries are in the copy; `fault` says in one sentence why it may not be signed, empty when it may."""

    origin: str
    size: int
    fault: str = ""


def make_backup(
    settings: Settings, db: Database, target: Path, passphrase: str, progress: Progress | None = None
) -> Report:
    """Write an encrypted copy to `target`, which must not exist; the service may keep running.

    The copy of an unsound log is written all the same and the report says what is wrong with it.
    Raises BackupRefused: backup.passphrase, backup.exists, backup.tool.
    """
    if target.exists():
        raise BackupRefused("backup.exists", f"{target} exists; a backup never replaces a file")
    keeper = log_keeper(settings)
    unfinished = target.with_name(f"{target.name}.unfinished")
    with tempfile.TemporaryDirectory(dir=settings.data_directory, prefix="backup-") as directory:
        copy = Path(directory) / "database"
        kept = keeper.path.read_bytes() if keeper.path.exists() else b""  # before the copy, so never ahead of it
        with snapshot(db, copy) as session:
            size, latest = store.log_size(session), store.latest_checkpoint(session)
            fault = _fault(session, kept, keeper.verifier_key)
        note = kept or (latest.note if latest else b"")
        description = _describe(settings, db, size, note)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                sealed = SealedWriter(file, passphrase)
                sealed.write(description + b"\n")
                _pour(copy, sealed.write, progress or _in_silence)
                sealed.close()
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(target)
        finally:
            unfinished.unlink(missing_ok=True)
    return Report(settings.origin, size, fault)


def restore_backup(
    settings: Settings, db: Database, source: Path, passphrase: str, progress: Progress | None = None
) -> Report:
    """Put a backup into an empty database and check every entry. The caller holds `db.sole_process()`.

    If this machine has seen a longer log the copy is kept for reading, halted, and the report says so (RL-12).
    Raises BackupRefused: backup.target, backup.passphrase, backup.damaged, backup.other_log, backup.other_kind,
    backup.other_key, backup.unsound, backup.tool; then the database is as empty as before.
    """
    if not is_empty(db):
        raise BackupRefused("backup.target", "the database is not empty; a backup is restored into an empty one")
    keeper = log_keeper(settings)
    with tempfile.TemporaryDirectory(dir=settings.data_directory, prefix="restore-") as directory:
        copy = Path(directory) / "database"
        note = _unseal(settings, db, source, passphrase, copy, progress or _in_silence)
        put_back(db, copy)
    try:
        seen = open_checkpoint(note, keeper.verifier_key) if note else None
        size = _check_copy(db, seen, settings)
    except (LogUnfit, Flaw) as unsound:
        take_away(db)
        raise BackupRefused("backup.unsound", str(unsound)) from unsound
    if note:
        keeper.remember(note)
    return Report(settings.origin, size, _newer_seen(settings, db))


def _fault(session: Session, note: bytes, key: VerifierKey) -> str:
    try:
        check_log(session, open_checkpoint(note, key) if note else None, key, every_entry=True)
    except (LogUnfit, Flaw) as unfit:
        return str(unfit)
    return ""


def _check_copy(db: Database, seen: Checkpoint | None, settings: Settings) -> int:
    """Raises LogUnfit unless the copy is sound in itself and holds all that its own head speaks of."""
    with db.reading() as session:
        check_log(session, seen, log_keeper(settings).verifier_key, every_entry=True)
        return store.log_size(session)


def _newer_seen(settings: Settings, db: Database) -> str:
    """Compare with this machine's memory; a copy that is behind it is halted at once."""
    try:
        kept = log_keeper(settings).kept()
        with db.reading() as session:
            size = store.log_size(session)
            if kept is not None:
                check_extends(kept, size, partial(store.root_at, session), "the file with the last signed head")
    except LogUnfit as unfit:
        with db.writing() as session:
            store.halt(session, unfit.code)
        return str(unfit)
    return ""


def _describe(settings: Settings, db: Database, size: int, note: bytes) -> bytes:
    return compact(
        {
            "origin": settings.origin,
            "database": db.url.get_backend_name(),
            "key": _key_fingerprint(settings),
            "size": size,
            "checkpoint": note.decode(),
        }
    )


def _unseal(settings: Settings, db: Database, source: Path, passphrase: str, copy: Path, progress: Progress) -> bytes:
    """Decrypt the database to `copy`; the checkpoint's note, empty for a log that was never signed."""
    whole, done, description = source.stat().st_size, 0, b""
    with source.open("rb") as file, copy.open("wb") as written:
        for piece in open_sealed(file, passphrase):
            rest = piece
            if not description:
                description, _, rest = piece.partition(b"\n")
            written.write(rest)
            done += len(piece)
            progress(done, whole)
    described = _read_description(description)
    if described["origin"] != settings.origin:
        raise BackupRefused("backup.other_log", f"this is a backup of the log {described['origin']}")
    if described["database"] != db.url.get_backend_name():
        raise BackupRefused(
            "backup.other_kind", f"this is a backup of {described['database']}; set DATABASE_URL to one"
        )
    if described["key"] != _key_fingerprint(settings):
        raise BackupRefused("backup.other_key", f"{settings.secret_key_file} is not the secret key of this backup")
    return string(described["checkpoint"]).encode()


def _read_description(line: bytes) -> dict[str, Json]:
    try:
        value = members(parse_compact(line), MEMBERS)
        for name in MEMBERS:
            _ = integer(value[name]) if name == "size" else string(value[name])
    except Flaw as flaw:
        raise BackupRefused("backup.damaged", "the backup does not say what it holds") from flaw
    return value


def _key_fingerprint(settings: Settings) -> str:
    """Tells one secret key from another without telling the key."""
    return sha256_hex(settings.key("backup"))


def _in_silence(_done: int, _whole: int) -> None:
    """Nobody watches."""


def _pour(source: Path, write: Callable[[bytes], None], progress: Progress) -> None:
    whole, done = source.stat().st_size, 0
    with source.open("rb") as file:
        while portion := file.read(PORTION):
            write(portion)
            done += len(portion)
            progress(done, whole)
