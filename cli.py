"""`kalpi`: one command for the technician, the credential authority and the trustee.

This module mounts what the rooms bring and holds `init` and `serve`; every other command lives beside its rules.
"""

import importlib
import os
import sys
from contextlib import closing
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit

import typer
import uvicorn
from rich.console import Console
from sqlalchemy.exc import OperationalError

from app import create_app
from audit.commands import backup, restore
from consultation.import_command import import_oparl
from consultation.search_command import search_index
from db import AlreadyServed, Database, UnsafeDatabase, create_tables
from gate import HEADERS_LIMIT, log_to
from identity.commands import invite_official, official_app, registry_app
from settings import Settings, UnusableSettings, from_environ, make_secret, read_secret
from voting.demo_command import demo as make_demo
from voting.rehearse_command import rehearse_command

kalpi = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Η κάλπη του δήμου: ψηφοφορίες που ελέγχει όποιος θέλει. The municipality's ballot box.",
    epilog="Settings come from the environment (KALPI_DATA, KALPI_BASE_URL, DATABASE_URL …); README.md lists them.",
)
console = Console()
errors = Console(stderr=True)

GROUPS = {  # command: module and the name of its typer app
    "authority": ("voting.authority_commands", "app"),
    "trustee": ("voting.trustee_commands", "app"),
    "referendum": ("voting.commands", "app"),
    "record": ("voting.record_commands", "app"),
}


@kalpi.command()
def init(
    operator: Annotated[str, typer.Option(prompt="Name of the first system operator", help="As on the letter.")],
) -> None:
    """Make the data directory, the secret key and the tables, and invite the first system operator."""
    try:
        settings = from_environ(os.environ)
    except UnusableSettings as error:
        fail(str(error))
    settings.data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.secret_key_file.exists():
        fail(f"{settings.secret_key_file} is there already; this house was set up before")
    make_secret(settings.secret_key_file)
    with closing(Database(settings.database_url)) as db:
        create_tables(db.engine)
        number, code = invite_official(settings, db, operator, "operator", datetime.now(UTC))
    console.print(f"Data directory  {settings.data_directory}", highlight=False)
    console.print(f"Secret key      {settings.secret_key_file}: keep a copy in another place, never in a backup")
    console.print(f"First operator  {operator}: open {settings.base_url}/activate after `kalpi serve`", highlight=False)
    console.print(f"                letter {number}, code {code.printed()} (once, 14 days)", highlight=False)


@kalpi.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on, behind a proxy.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes; more than one needs PostgreSQL.")] = 1,
) -> None:
    """Serve the pages and keep the audit log. Stop with Ctrl-C."""
    run_server(read_settings(), host, port, workers)


@kalpi.command()
@wraps(make_demo)
def demo(**options: Any) -> None:
    if (settings := make_demo(**options)) is not None:
        console.print(f"serving {settings.base_url}; stop with Ctrl-C", highlight=False)
        run_server(settings, "127.0.0.1", urlsplit(settings.base_url).port or 80, 1)


def run_server(settings: Settings, host: str, port: int, workers: int) -> None:
    db = Database(settings.database_url)
    if workers > 1 and db.is_sqlite:
        fail("several workers need PostgreSQL; SQLite is served by one process")
    log_to()
    options = server_options(settings, host, port)
    try:
        with db.sole_process():
            create_tables(db.engine)
            if workers == 1:
                uvicorn.run(create_app(settings, db), **options)
            else:
                uvicorn.run("app:from_environment", factory=True, workers=workers, **options)
    except (AlreadyServed, UnsafeDatabase) as error:
        fail(str(error))


def server_options(settings: Settings, host: str, port: int) -> dict[str, Any]:
    """How uvicorn runs: no access log (paths hold tracking codes), bounded heads, forwarded addresses only from our
    proxy."""
    return {
        "host": host,
        "port": port,
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxy),
        "forwarded_allow_ips": settings.trusted_proxy or None,
        "http": "h11",
        "h11_max_incomplete_event_size": HEADERS_LIMIT,
        "timeout_keep_alive": 15,
        "timeout_graceful_shutdown": 20,
        "limit_concurrency": 2_000,
    }


def read_settings() -> Settings:
    """Settings with a usable secret key, or the one line that says what is missing."""
    try:
        settings = from_environ(os.environ)
        read_secret(settings.secret_key_file)
    except UnusableSettings as error:
        fail(str(error))
    return settings


def fail(sentence: str) -> NoReturn:
    errors.print(f"[red]kalpi:[/] {sentence}", highlight=False, soft_wrap=True)
    raise typer.Exit(1)


kalpi.command("rehearse")(rehearse_command)
kalpi.command("backup")(backup)
kalpi.command("restore")(restore)
kalpi.command("import-oparl")(import_oparl)
kalpi.command("search-index")(search_index)
kalpi.add_typer(registry_app, name="registry")
kalpi.add_typer(official_app, name="official")
for _name, (_module, _attribute) in GROUPS.items():
    kalpi.add_typer(getattr(importlib.import_module(_module), _attribute), name=_name)


def main() -> None:
    try:
        kalpi()
    except OperationalError as error:
        reason = (
            f"the database cannot be used ({error.orig}); did `kalpi init` run with this KALPI_DATA and DATABASE_URL?"
        )
        errors.print(f"[red]kalpi:[/] {reason}", highlight=False, soft_wrap=True)
        sys.exit(1)
