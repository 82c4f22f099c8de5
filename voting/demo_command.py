"""`kalpi demo`: make the demo municipality and say who can log in; what is returned is then served by `cli`."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from identity.totp import code_at, time_step
from settings import Settings
from voting.demo import PASSPHRASE, PASSWORD, Guide, NotADemo, demo_settings, make_demo, read_guide

console = Console()


def demo(
    directory: Annotated[Path, typer.Option(help="Where the demo lives; made by this command alone.")] = Path(
        "demo-data"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the old demo away and make a new one.")] = False,
    codes: Annotated[bool, typer.Option("--codes", help="Only print who can log in, with the codes of now.")] = False,
    make_only: Annotated[bool, typer.Option("--make-only", help="Make it and print, without serving.")] = False,
) -> Settings | None:
    """A municipality of invented people with a vote open, one finished and one in its key ceremony."""
    if "DATABASE_URL" in os.environ:
        _stop("DATABASE_URL is set; the demo uses its own SQLite file and refuses to run beside a real database")
    settings = demo_settings(directory, f"http://127.0.0.1:{port}")
    try:
        guide = None if fresh else read_guide(settings)
        if guide is None and codes:
            _stop("there is no demo here yet; run `kalpi demo` first")
        guide = guide or _make(settings)
    except NotADemo as error:
        _stop(str(error))
    _print_guide(settings, guide)
    return None if codes or make_only else settings


def _make(settings: Settings) -> Guide:
    console.print("Making the demo municipality: 2,000 invented people, a council that consults, three real votes.")
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:

        def begin(stage: str, steps: int) -> Callable[[], None]:
            task = bars.add_task(stage, total=steps)
            return lambda: bars.advance(task)

        return make_demo(settings, begin, lambda: datetime.now(UTC))


def _print_guide(settings: Settings, guide: Guide) -> None:
    step = time_step(datetime.now(UTC))
    table = Table(title=f"{settings.municipality} · {settings.base_url}", title_justify="left")
    for column in ("log in as", "name", "role", "code now", "authenticator key", "card code"):
        table.add_column(column, no_wrap=True)
    for login in guide.logins:
        card = guide.cards.get(login.login_name, ("", ""))[1]
        code = code_at(login.totp_secret, step)
        table.add_row(login.login_name, login.name, login.role or "citizen", code, login.totp_secret, card)
    wide = Console(width=max(console.width, 160))
    wide.print(table)
    console.print(f"password of all: {PASSWORD}", highlight=False)
    console.print("fresh one-time codes: kalpi demo --codes (each works once, for 30 to 60 seconds)", highlight=False)
    console.print(f"trustees' key files: {', '.join(guide.key_files)}", highlight=False, soft_wrap=True)
    console.print(f"passphrase of the key files: {PASSPHRASE}", highlight=False)


def _stop(sentence: str) -> NoReturn:
    Console(stderr=True).print(f"[red]kalpi demo:[/] {sentence}", highlight=False)
    raise typer.Exit(1)
