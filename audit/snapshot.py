"""A consistent copy of the whole database as one file, and back: SQLite by its online backup, PostgreSQL by its tools.

Knows nothing of what the tables mean.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import inspect, text
from sqlmodel import Session

from audit.errors import BackupRefused
from db import Database


@contextmanager
def snapshot(db: Database, path: Path) -> Iterator[Session]:
    """Write the copy to `path`; the session sees exactly what the copy holds. The service may go on meanwhile."""
    if db.file is not None:
        with closing(sqlite3.connect(db.file)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)
        copy = Database(f"sqlite:///{path}")
        try:
            with copy.reading() as session:
                yield session
        finally:
            copy.close()
        with closing(sqlite3.connect(path)) as target:
            target.execute("PRAGMA journal_mode=DELETE")  # one file and no write-ahead log beside it
        return
    with db.reading() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        name = session.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        _run(db, "pg_dump", "--format=custom", "--no-owner", f"--snapshot={name}", f"--file={path}")
        yield session


def is_empty(db: Database) -> bool:
    """Whether there is nothing that a restored copy would overwrite."""
    if db.file is not None and not db.file.exists():
        return True
    return not inspect(db.engine).get_table_names()


def put_back(db: Database, path: Path) -> None:
    """Make the copy the database, which must be empty. Raises BackupRefused (backup.target, backup.tool)."""
    if not is_empty(db):
        raise BackupRefused("backup.target", "the database is not empty; a backup is restored into an empty one")
    if db.file is None:
        _run(db, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", path)
        return
    db.close()
    for leftover in (Path(f"{db.file}-wal"), Path(f"{db.file}-shm")):
        leftover.unlink(missing_ok=True)  # they belong to a database that is gone
    shutil.move(path, db.file)
    db.file.chmod(0o600)


def take_away(db: Database) -> None:
    """Undo `put_back`."""
    if db.file is not None:
        db.close()
        for path in (db.file, Path(f"{db.file}-wal"), Path(f"{db.file}-shm")):
            path.unlink(missing_ok=True)
        return
    with db.writing() as session:
        for table in inspect(session.connection()).get_table_names():
            session.execute(text(f'DROP TABLE "{table}" CASCADE'))


def _run(db: Database, program: str, *arguments: str | Path) -> None:
    """A PostgreSQL tool on this database; the password travels in the environment, where `ps` does not show it."""
    found = shutil.which(program) or max(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{program}")), default="")
    if not found:
        raise BackupRefused("backup.tool", f"{program} is not installed: apt-get install postgresql-client")
    environment = dict(os.environ)
    if db.url.password is not None:
        environment["PGPASSWORD"] = str(db.url.password)
    done = subprocess.run(  # noqa: S603  our own arguments
        [found, f"--dbname={_name(db)}", *arguments], env=environment, capture_output=True, check=False, text=True
    )
    if done.returncode:
        raise BackupRefused("backup.tool", f"{program}: {done.stderr.strip()[:500]}")


def _name(db: Database) -> str:
    """The connection without its password, as libpq reads it."""
    return db.url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
