"""`kalpi registry …` and `kalpi official …`: import, letters on paper, officials and their roles, without a browser."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlmodel import Session

from audit.local_time import ATHENS
from db import Database, create_tables
from identity.codes import Code
from identity.enrolment import LIFE
from identity.enrolment import login_name as spelled_name
from identity.errors import AccountRefused, RegistryRefused, RoleRefused
from identity.importing import Report, dry_run, persons
from identity.letters import PrintedLetter, print_letters
from identity.roles import OFFICIAL
from identity.store.account import account_named
from identity.store.grant import grant_role, revoke_role
from identity.store.letter import LetterRow, awaiting_letter, issue_invitation, issue_letter
from identity.store.person import PersonRow, count_known, write_registry
from pages import ROLE_NAMES, day, translations
from settings import Settings, from_environ

registry_app = typer.Typer(help="The registry: import it and print activation letters.", no_args_is_help=True)
official_app = typer.Typer(help="Officials: invite them, give and take roles.", no_args_is_help=True)
console = Console()


@registry_app.command("import")
def import_registry(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV in UTF-8 or Windows-1253.")],
    dry: Annotated[bool, typer.Option("--dry-run", help="Only check and report.")] = False,
    complete: Annotated[
        bool, typer.Option("--complete", help="The file is the whole registry: others are no longer active.")
    ] = False,
) -> None:
    """Check a registry file row by row, then import all of it or nothing."""
    settings, db = _house()
    key, now = settings.key("identity/registry"), datetime.now(UTC)
    today = now.astimezone(ATHENS).date()
    try:
        with file.open("rb") as opened, _progress() as progress:
            checking = progress.add_task("checking", total=file.stat().st_size)
            with db.reading() as session:
                report = dry_run(
                    opened,
                    key,
                    today,
                    lambda digests: count_known(session, digests),
                    lambda done: progress.update(checking, completed=done),
                )
            progress.update(checking, completed=file.stat().st_size)
            if report.clean and not dry:
                importing = progress.add_task("importing", total=file.stat().st_size)
                with db.writing() as session:
                    chunks = persons(
                        opened, report, key, today, lambda done: progress.update(importing, completed=done)
                    )
                    record = write_registry(session, chunks, now=now, digest=report.digest, complete=complete)
                    written = (record.persons, record.added, record.retired)
    except RegistryRefused as refused:
        console.print(f"{refused.code}: {refused.sentence % refused.fields if refused.fields else refused.sentence}")
        raise typer.Exit(1) from None
    _print_report(report)
    if not report.clean:
        console.print("Nothing was imported.")
        raise typer.Exit(1)
    if not dry:
        console.print("{} persons imported: {} new, {} no longer active.".format(*written))


@registry_app.command("letters")
def letters(
    out: Annotated[Path, typer.Argument(help="The PDF to write.")],
    limit: Annotated[int, typer.Option(help="At most so many letters.", min=1)] = 1000,
) -> None:
    """Print activation letters for people who have neither an account nor a letter that still works."""
    settings, db = _house()
    now, key = datetime.now(UTC), settings.key("identity/letters")
    printed = []
    with db.writing() as session, _progress() as progress:
        waiting = awaiting_letter(session, now, limit)
        for person_id in progress.track(waiting, description="letters"):
            row, code = issue_letter(session, key, now, person_id=person_id)
            person = session.get_one(PersonRow, person_id)
            name = f"{person.given_name} {person.surname}"
            printed.append(_sheet(settings, name, person.address, row, code, now))
        if printed:
            _write(settings, out, printed, now)
    console.print(f"{len(printed)} letters" + (f" in {out}" if printed else ""))


@official_app.command("invite")
def invite(
    name: Annotated[str, typer.Argument(help="Name as it stands on the letter.")],
    role: Annotated[str, typer.Argument(help=", ".join(sorted(OFFICIAL)))],
    out: Annotated[Path | None, typer.Option("--pdf", help="Write the letter as a PDF too.")] = None,
) -> None:
    """Make an activation code for an official, who chooses password and authenticator in the browser."""
    settings, db = _house()
    if role not in OFFICIAL:
        raise typer.BadParameter(f"there is no role {role}")
    number, code = invite_official(settings, db, name, role, datetime.now(UTC), out)
    console.print(f"{settings.base_url}/activate\nletter {number}\ncode   {code.printed()}")


@official_app.command("grant")
def grant(login_name: str, role: str) -> None:
    """Give a role to an account."""
    _change_role(login_name, role, grant=True)


@official_app.command("revoke")
def revoke(login_name: str, role: str) -> None:
    """Take a role from an account."""
    _change_role(login_name, role, grant=False)


def invite_official(
    settings: Settings, db: Database, name: str, role: str, now: datetime, out: Path | None = None
) -> tuple[str, Code]:
    """Letter number and code. `kalpi init` calls it for the first operator."""
    with db.writing() as session:
        row, code = issue_invitation(session, settings.key("identity/letters"), now, name=name, role=role)
        if out is not None:
            _write(settings, out, [_sheet(settings, name, "", row, code, now, role)], now)
        return row.number, code


def _change_role(login_name: str, role: str, *, grant: bool) -> None:
    _, db = _house()
    now = datetime.now(UTC)
    try:
        with db.writing() as session:
            change = grant_role if grant else revoke_role
            change(session, _named(session, login_name), role, now)
    except (RoleRefused, AccountRefused) as refused:
        console.print(f"{refused.code}: {refused.sentence}")
        raise typer.Exit(1) from None
    console.print(f"{login_name}: {role} {'given' if grant else 'taken'}")


def _named(session: Session, login_name: str) -> int:
    row = account_named(session, spelled_name(login_name))
    if row is None:
        raise AccountRefused("account.unknown", "There is no account with this login name.")
    return row.id or 0


def _house() -> tuple[Settings, Database]:
    settings = from_environ(os.environ)
    db = Database(settings.database_url)
    create_tables(db.engine)
    return settings, db


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:>10}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )


def _sheet(
    settings: Settings, name: str, address: str, row: LetterRow, code: Code, now: datetime, role: str = ""
) -> PrintedLetter:
    shown = translations(settings.language).gettext(ROLE_NAMES[role]) if role else ""
    return PrintedLetter(name, address, row.number, code, day(now + LIFE, settings.language), shown)


def _write(settings: Settings, out: Path, sheets: list[PrintedLetter], now: datetime) -> None:
    pdf = print_letters(
        sheets,
        municipality=settings.municipality,
        base_url=settings.base_url,
        language=settings.language,
        gettext=translations(settings.language).gettext,
        made_at=now,
    )
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pdf)


def _print_report(report: Report) -> None:
    console.print(f"{report.persons} persons: {report.new} new, {report.known} known")
    for name in report.unknown_columns:
        console.print(f"column not imported: {name}", markup=False)
    if report.grave or report.remarked:
        table = Table("row", "column", "what", title=f"{report.grave} mistakes, {report.remarked} remarks")
        for problem in (*report.problems, *report.remarks):
            sentence = problem.sentence % problem.fields if problem.fields else problem.sentence
            table.add_row(str(problem.row), problem.column, sentence)
        console.print(table)
