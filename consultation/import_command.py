"""`kalpi import-oparl`: another council's bodies, people and sessions, so that a municipality does not start empty.

Only from the command line: no page of the service fetches an address that somebody typed (WB-12).
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from audit.refusal import Refused
from consultation.oparl_crawl import UnusableSource, crawl, read_file
from consultation.oparl_fetch import Fetcher
from consultation.oparl_import import Plan, make_plan
from consultation.store.oparl_import import known_sources, write_plan
from db import AlreadyServed, Database, create_tables
from settings import from_environ

SHOWN = 200
"""Lines of the report; the counts below it are of all."""
FILE_BYTES = 200 * 1024 * 1024
console = Console()


def import_oparl(
    source: Annotated[str, typer.Argument(help="Address of an OParl system, body or list, or a JSON file.")],
    yes: Annotated[bool, typer.Option("--yes", help="Write it. Without this only the report is shown.")] = False,
    allow_host: Annotated[
        list[str] | None, typer.Option("--allow-host", help="Follow pages on this host too, or inside a network.")
    ] = None,
) -> None:
    """Read another council's OParl objects and report what is new, row by row; with --yes import all of it or nothing.

    Past sessions become held and enter the log, coming ones become drafts. What was imported before is left as it is.
    """
    now = datetime.now(UTC)
    try:
        objects = _read(source, frozenset(allow_host or ()))
        plan = import_objects(objects, source, now, write=yes)
    except Refused as refused:
        _say(f"{refused.code}: {refused.sentence % refused.fields if refused.fields else refused.sentence}")
        if refused.advice:
            _say(refused.advice)
        raise typer.Exit(1) from None
    except AlreadyServed as error:
        _say(str(error))
        raise typer.Exit(1) from None
    _report(plan)
    if plan.problems:
        _say(f"{len(plan.problems)} objects are wrong. Nothing was imported.")
        raise typer.Exit(1)
    _say("Imported." if yes else "Nothing was written; --yes imports it.")


def import_objects(objects: Sequence[Any], source: str, now: datetime, *, write: bool) -> Plan:
    """Into the house of the environment. Raises AlreadyServed."""
    db = Database(from_environ(os.environ).database_url)
    create_tables(db.engine)
    try:
        with db.sole_process(), db.writing() as session:
            plan = make_plan(objects, known_sources(session), now)
            if write and not plan.problems:
                write_plan(session, plan, f"OParl: {source}"[:200], now)
    finally:
        db.close()
    return plan


def _read(source: str, allowed: frozenset[str]) -> list[Any]:
    if source.startswith(("http://", "https://")):
        with console.status("reading"):
            return crawl(source, Fetcher(source, allowed))
    try:
        path = Path(source)
        if path.stat().st_size > FILE_BYTES:
            raise UnusableSource("oparl.size", "There is more than one import may hold.")
        return read_file(path.read_bytes())
    except OSError:
        raise UnusableSource("oparl.file", "The file cannot be read.") from None


def _report(plan: Plan) -> None:
    rows = [("wrong", note.source, note.sentence) for note in plan.problems]
    rows += [("remark", note.source, note.sentence) for note in plan.remarks]
    rows += [(f"new body ({body.kind})", body.source, body.name) for body in plan.bodies]
    rows += [("new faction", faction.source, faction.name) for faction in plan.factions]
    rows += [("new person", person.source, person.name) for person in plan.people]
    rows += [(f"new seat ({seat.role})", seat.source, seat.since.isoformat()) for seat in plan.seats]
    for council in plan.sessions:
        rows.append((f"new session ({council.state})", council.source, council.title))
        rows += [("new topic", topic.source, topic.title) for topic in council.topics]
    for what, source, sentence in rows[:SHOWN]:
        _say(f"{what}\t{source}\t{sentence}")
    if len(rows) > SHOWN:
        _say(f"… and {len(rows) - SHOWN} more lines")
    topics = sum(len(council.topics) for council in plan.sessions)
    table = Table("bodies", "factions", "people", "seats", "sessions", "topics", "known", "wrong", title="new")
    counts = [len(part) for part in (plan.bodies, plan.factions, plan.people, plan.seats, plan.sessions)]
    table.add_row(*(str(count) for count in (*counts, topics, plan.known, len(plan.problems))))
    console.print(table)


def _say(text: str) -> None:
    """Foreign words are no markup and no control of a terminal."""
    console.print("".join(letter for letter in text if letter.isprintable() or letter == "\t"), markup=False,
                  highlight=False, soft_wrap=True)  # fmt: skip
