"""`kalpi record`: the record of a vote as a folder or a zip, the same files as the page offers."""

import os
from contextlib import closing
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from audit.refusal import Refused
from audit.sequencer import log_keeper
from db import AlreadyServed, Database
from settings import UnusableSettings, from_environ
from voting.forgetting import announce
from voting.record_export import zip_record
from voting.store.casting import ballot_box
from voting.store.person_key import PersonKeys
from voting.store.record import REHEARSAL, VOTE, record_files
from voting.store.referendum import referendum

app = typer.Typer(no_args_is_help=True, help="The public record of a vote.")
errors = Console(stderr=True)


@app.callback()
def record() -> None:
    """The public record of a vote."""


@app.command()
def export(
    slug: Annotated[str, typer.Argument(help="The vote, as it stands in its address: /referenda/SLUG.")],
    out: Annotated[Path, typer.Option(help="New folder for the files, or a new file that ends in .zip.")],
    rehearsal: Annotated[bool, typer.Option(help="The rehearsal of the vote instead.")] = False,
) -> None:
    """Write every file of the record, as far as the vote has come. Check it with `python -m audit verify`."""
    if out.exists():
        _fail(f"{out} is there already")
    try:
        files = _read(slug, REHEARSAL if rehearsal else VOTE)
    except Refused as refused:
        _fail(refused.sentence)
    except UnusableSettings as error:
        _fail(str(error))
    if out.suffix == ".zip":
        out.write_bytes(zip_record(files, f"record-{slug}"))
    else:
        out.mkdir(parents=True)
        for name, raw in files.items():
            (out / name).write_bytes(raw)
    errors.print(f"{len(files)} files in {out}", highlight=False)


@app.command()
def forget(
    slug: Annotated[str, typer.Argument(help="The vote, as it stands in its address: /referenda/SLUG.")],
    confirmed: Annotated[bool, typer.Option("--yes", help="Do not ask.", prompt="Destroy the key for ever?")],
) -> None:
    """After the appeals: destroy the key that ties persons to ballots, and log it. Stop the service first."""
    if not confirmed:
        raise typer.Abort
    try:
        settings = from_environ(os.environ)
        keys = PersonKeys(settings.data_directory)
        with closing(Database(settings.database_url)) as db, db.sole_process():
            with db.writing() as session:
                box = ballot_box(session, slug)
                uuid = box.row.uuid
                if keys.read(uuid) is None:
                    _fail("there is no key of this vote here")
                announce(box)
            keys.destroy(uuid)
    except Refused as refused:
        _fail(refused.sentence)
    except (AlreadyServed, UnusableSettings) as error:
        _fail(str(error))
    errors.print("the key is destroyed; its entry enters the log when the service runs again", highlight=False)


def _read(slug: str, kind: str) -> dict[str, bytes]:
    settings = from_environ(os.environ)
    with closing(Database(settings.database_url)) as db, db.reading() as session:
        return record_files(session, referendum(session, slug), kind, log_keeper(settings).verifier_key)


def _fail(sentence: str) -> NoReturn:
    errors.print(f"[red]{sentence}[/]", highlight=False)
    raise typer.Exit(2)
