"""What the room's commands share: passphrases asked without echo, and refusals as one line with exit code 1."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias

import typer
from rich.console import Console

from audit.refusal import Refused
from crypto.errors import Flaw

console = Console()

PassphraseFile: TypeAlias = Annotated[
    Path | None, typer.Option(help="Read the passphrase from the first line of this file instead of asking.")
]


def passphrase_from(file: Path | None, *, new: bool) -> str:
    """A `new` one is asked for twice."""
    if file is not None:
        return file.read_text(encoding="utf-8").split("\n", 1)[0]
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=new))


@contextmanager
def refusals_as_lines() -> Iterator[None]:
    """Inside, what is refused or malformed ends the command with its sentence."""
    try:
        yield
    except Refused as refused:
        advice = f" {refused.advice}" if refused.advice else ""
        text = refused.sentence + advice
        stop(text % refused.fields if refused.fields else text)
    except Flaw as flaw:
        stop(f"{flaw.code}: {flaw.sentence}")


def stop(sentence: str) -> NoReturn:
    console.print(sentence, style="red", markup=False, highlight=False)
    raise typer.Exit(1)
