"""`kalpi referendum …`: what a technician may do to a vote from the machine itself. Opening one is not among it.

On SQLite these commands need the service stopped, because one process writes; the desk does the same in the browser.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from db import AlreadyServed, Database, create_tables
from identity.store.person import electors
from settings import UnusableSettings, from_environ
from voting.checklist import checklist, notes
from voting.credentials import list_credentials, make_request, read_answer
from voting.referendum import decode_draft
from voting.roll import freeze_roll
from voting.store import referendum as store
from voting.store.preparation import Preparation
from voting.terminal import console, refusals_as_lines, stop

app = typer.Typer(help="Votes: what is on the desk, the roll and the list of credentials.", no_args_is_help=True)

Slug = Annotated[str, typer.Argument(help="The last part of the vote's address.")]


@app.command("list")
def list_votes() -> None:
    """All votes with their phase and dates."""
    table = Table("address", "phase", "opens", "closes", "roll", "title")
    with _database() as db, db.reading() as session:
        for row in store.referenda(session):
            days = [moment.isoformat(timespec="minutes") for moment in (row.opens_at, row.closes_at)]
            roll = "" if row.roll_count is None else str(row.roll_count)
            table.add_row(row.slug, row.phase, *days, roll, row.title)
    console.print(table)


@app.command()
def show(slug: Slug) -> None:
    """The opening checklist of one vote."""
    with _database() as db, db.reading() as session, refusals_as_lines():
        preparation = Preparation.reading(session, slug)
        console.print(f"{preparation.row.title}: {preparation.row.phase}", markup=False)
        for item in checklist(preparation, datetime.now(UTC)):
            title = item.title % item.fields if item.fields else item.title
            what = (item.what % item.fields if item.fields else item.what) if not item.done else ""
            console.print(f"{'ok ' if item.done else 'red'} {title}{': ' + what if what else ''}", markup=False)
        for note in notes(preparation):
            console.print(f"    {note.what % note.fields if note.fields else note.what}", markup=False)


@app.command()
def roll(slug: Slug) -> None:
    """Freeze the roll from the registry; its number and commitment enter the log."""
    with _writing(slug) as preparation:
        cutoff = decode_draft(preparation.row.draft).roll_cutoff
        frozen = freeze_roll(preparation, electors(preparation.session, cutoff), datetime.now(UTC), secrets.token_bytes)
    console.print(f"{frozen.count} electors, commitment {frozen.commitment.hex()}")


@app.command()
def request(slug: Slug, out: Annotated[Path, typer.Argument(help="File for the credential authority.")]) -> None:
    """Write the request for the credential authority: card numbers, no names."""
    with _database() as db, db.reading() as session, refusals_as_lines():
        out.write_bytes(make_request(Preparation.reading(session, slug)))
    console.print(f"{out} is written")


@app.command()
def credentials(
    slug: Slug, answer: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The authority's answer.")]
) -> None:
    """Take the authority's answer: the list of credentials becomes public."""
    with _writing(slug) as preparation:
        list_credentials(preparation, read_answer(answer.read_bytes(), preparation.row.uuid))
    console.print("the list of credentials is kept")


@contextmanager
def _database() -> Iterator[Database]:
    try:
        db = Database(from_environ(os.environ).database_url)
    except UnusableSettings as error:
        stop(str(error))
    try:
        create_tables(db.engine)
        yield db
    finally:
        db.close()


@contextmanager
def _writing(slug: str) -> Iterator[Preparation]:
    with _database() as db, refusals_as_lines():
        try:
            with db.sole_process(), db.writing() as session:
                yield Preparation.writing(session, slug)
        except AlreadyServed as error:
            stop(str(error))
