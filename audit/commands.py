"""`kalpi backup` and `kalpi restore`."""

import os
import secrets
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from audit.backup import make_backup, restore_backup
from audit.errors import BackupRefused
from db import AlreadyServed, Database
from settings import UnusableSettings, from_environ

console = Console()
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", exists=True, dir_okay=False, help="Its first line is the passphrase."),
]


def backup(
    file: Annotated[Path | None, typer.Argument(help="New file; by default in the data directory, by date.")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write an encrypted copy of the database with the head of the audit log. The service may keep running."""
    try:
        settings = from_environ(os.environ)
        target = file or settings.data_directory / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}.kalpi-backup"
        passphrase = _passphrase(passphrase_file, new=True)
        with closing(Database(settings.database_url)) as db, _progress() as progress:
            task = progress.add_task("writing")
            report = make_backup(
                settings,
                db,
                target,
                passphrase,
                lambda done, whole: progress.update(task, completed=done, total=whole),
            )
    except (BackupRefused, UnusableSettings) as refused:
        _fail(refused)
    console.print(f"{target}: {report.size} log entries of {report.origin}, encrypted.", highlight=False)
    console.print(f"The secret key file {settings.secret_key_file} is not in it. Keep a copy of it in another place.")
    console.print("While a vote is open, keep a copy of person-keys/ of the data directory there too.")
    if report.fault:
        console.print(f"[red]The log in this copy is not sound:[/] {report.fault}")
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that `kalpi backup` wrote.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Put a backup into an empty database and check every entry of its audit log."""
    try:
        settings = from_environ(os.environ)
        passphrase = _passphrase(passphrase_file, new=False)
        settings.data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(Database(settings.database_url)) as db, db.sole_process(), _progress() as progress:
            task = progress.add_task("reading")
            report = restore_backup(
                settings,
                db,
                file,
                passphrase,
                lambda done, whole: progress.update(task, completed=done, total=whole),
            )
    except (AlreadyServed, BackupRefused, UnusableSettings) as refused:
        _fail(refused)
    console.print(f"Restored and checked: {report.size} log entries of {report.origin}.", highlight=False)
    if report.fault:
        console.print(f"[red]This copy is old and will not be signed:[/] {report.fault}")
        console.print("It can be served for reading. To record again, restore a backup that is not older.")
        raise typer.Exit(1)
    console.print(
        f"Before you serve it: has anybody a signed head, an acceptance or a record that speaks of more than "
        f"{report.size} entries? Then this copy is too old, and serving it would split the log."
    )


def _passphrase(file: Path | None, *, new: bool) -> str:
    if file is not None:
        return file.read_text().partition("\n")[0]
    if new:
        offered = "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(5))
        console.print(f"A passphrase you may use; write it down now: {offered}", highlight=False)
    typed: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=new)
    return typed


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:>10}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )


def _fail(refused: Exception) -> NoReturn:
    Console(stderr=True).print(f"[red]kalpi:[/] {refused}", highlight=False)
    raise typer.Exit(1)
