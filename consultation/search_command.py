"""`kalpi search-index`: read everything public again into the search index, after a restore or a new stemmer."""

import os
from contextlib import closing

import typer
from rich.console import Console

from consultation.store.search import rebuild
from db import AlreadyServed, Database
from settings import from_environ


def search_index() -> None:
    """Make the search index anew from what is public now. The service must be stopped on SQLite."""
    settings = from_environ(os.environ)
    with closing(Database(settings.database_url)) as db:
        try:
            with db.sole_process(), db.writing() as session:
                count = rebuild(session)
        except AlreadyServed as error:
            Console(stderr=True).print(f"[red]kalpi search-index:[/] {error}", highlight=False)
            raise typer.Exit(1) from None
    Console().print(f"{count} documents in the search index", highlight=False)
