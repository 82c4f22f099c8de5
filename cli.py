"""`kalpi`: one command for the technician, the credential authority and the trustee.

This module mounts what the rooms bring and holds `serve`; every other command lives beside the rules it uses.
"""

import importlib
import os
from typing import Annotated, Any

import typer
import uvicorn
from rich.console import Console

from app import create_app
from db import AlreadyServed, Database, UnsafeDatabase
from gate import HEADERS_LIMIT, log_to
from settings import Settings, UnusableSettings, from_environ, read_secret

kalpi = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Η κάλπη του δήμου: ψηφοφορίες που ελέγχει όποιος θέλει. The municipality's ballot box.",
    epilog="Settings come from the environment (KALPI_DATA, KALPI_BASE_URL, DATABASE_URL …); README.md lists them.",
)
errors = Console(stderr=True)

SINGLE = {  # command: module and function
    "init": ("identity.commands", "init"),
    "demo": ("voting.demo_command", "demo"),
    "rehearse": ("voting.rehearse_command", "rehearse_command"),
    "backup": ("audit.commands", "backup"),
    "restore": ("audit.commands", "restore"),
}
GROUPS = {  # command: module whose `app` holds its sub-commands
    "registry": "identity.commands",
    "authority": "voting.authority_commands",
    "trustee": "voting.trustee_commands",
    "referendum": "voting.commands",
    "record": "voting.record_commands",
}


@kalpi.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on, behind a proxy.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes; more than one needs PostgreSQL.")] = 1,
) -> None:
    """Serve the pages, and keep the audit log. Stop with Ctrl-C."""
    settings = read_settings()
    db = Database(settings.database_url)
    if workers > 1 and db.is_sqlite:
        fail("several workers need PostgreSQL; SQLite is served by one process")
    log_to()
    try:
        with db.sole_process():
            if workers == 1:
                uvicorn.run(create_app(settings, db), **server_options(settings, host, port))
            else:
                uvicorn.run(
                    "app:from_environment", factory=True, workers=workers, **server_options(settings, host, port)
                )
    except AlreadyServed as error:
        fail(str(error))
    except UnsafeDatabase as error:
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


def fail(sentence: str) -> Any:
    errors.print(f"[red]kalpi:[/] {sentence}", highlight=False)
    raise typer.Exit(1)


def _mount() -> None:
    for name, (module, function) in SINGLE.items():
        if (found := _find(module, function)) is not None:
            kalpi.command(name)(found)
    for name, module in GROUPS.items():
        if (found := _find(module, "app")) is not None:
            kalpi.add_typer(found, name=name)


def _find(module: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return None


_mount()


def main() -> None:
    kalpi()
