"""`kalpi rehearse`: the words, bars and numbers around `rehearse.py`."""

import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from voting.referendum import ANSWERS_LIMIT, QUESTIONS_LIMIT, DraftQuestion
from voting.rehearse import rehearse
from voting.rehearse_plan import Plan, Report

ANSWERS = ("Ναι", "Όχι")


class GroupName(StrEnum):
    ED25519 = "Ed25519"
    BELENIOS_2048 = "BELENIOS-2048"


class Blank(StrEnum):
    """`MIXED` offers a blank vote in every other question."""

    YES = "yes"
    NO = "no"
    MIXED = "mixed"


def rehearse_command(
    out: Annotated[Path, typer.Option(help="Folder that gets the record, in DIR/record; it must not be there yet.")],
    voters: Annotated[int, typer.Option(min=1, max=999_999, help="How many voters are on the roll.")] = 100,
    group: Annotated[GroupName, typer.Option(help="The group of the encryption.")] = GroupName.ED25519,
    trustees: Annotated[str, typer.Option(help="How many trustees decrypt, of how many: 3/5.")] = "3/5",
    questions: Annotated[int, typer.Option(min=1, max=QUESTIONS_LIMIT, help="How many questions are asked.")] = 1,
    answers: Annotated[int, typer.Option(min=2, max=ANSWERS_LIMIT, help="Answers of each question.")] = 2,
    blank: Annotated[Blank, typer.Option(help="Whether a blank vote is offered.")] = Blank.YES,
    turnout: Annotated[float, typer.Option(min=0, max=100, help="Percent of the voters who vote.")] = 100.0,
    recasts: Annotated[float, typer.Option(min=0, max=100, help="Percent of these who vote again.")] = 5.0,
    challenges: Annotated[float, typer.Option(min=0, max=100, help="Percent of these who open a ballot first.")] = 2.0,
) -> None:
    """Run a whole election without a browser and leave its record behind."""
    console = Console(stderr=True)
    match = re.fullmatch(r"([1-9][0-9]?)/([1-9][0-9]?)", trustees, re.ASCII)
    if match is None or int(match[1]) > int(match[2]):
        raise typer.BadParameter("two numbers such as 3/5 were expected", param_hint="--trustees")
    plan = Plan(
        voters=voters,
        group=group.value,
        threshold=int(match[1]),
        size=int(match[2]),
        questions=make_questions(questions, answers, blank),
        turnout=turnout / 100,
        recasts=recasts / 100,
        challenges=challenges / 100,
    )
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=console) as bars:
            report = rehearse(plan, out, _shown_on(bars))
    except FileExistsError:
        console.print(f"[red]{out / 'record'} is there already[/]; choose another folder")
        raise typer.Exit(2) from None
    _tell(console, report, out)


def make_questions(number: int, answers: int, blank: Blank) -> tuple[DraftQuestion, ...]:
    """Questions of the rehearsal; the first two answers are yes and no."""
    words = [*ANSWERS, *(f"Πρόταση {place}" for place in range(3, answers + 1))]
    return tuple(
        DraftQuestion(
            f"Συμφωνείτε με το έργο {place + 1};",
            tuple(words),
            blank=blank is Blank.YES or (blank is Blank.MIXED and place % 2 == 0),
        )
        for place in range(number)
    )


def _shown_on(bars: Progress) -> Callable[[str, int], Callable[[], None]]:
    def begin(stage: str, steps: int) -> Callable[[], None]:
        task = bars.add_task(stage, total=steps)
        return lambda: bars.advance(task)

    return begin


def _tell(console: Console, report: Report, out: Path) -> None:
    table = Table("stage", "seconds")
    for stage, seconds in report.stages.items():
        table.add_row(stage, f"{seconds:.2f}")
    console.print(table)
    console.print(f"{report.ballots} ballots recorded, {report.challenged} opened for checking")
    if report.sheet is not None:
        for question in report.sheet.questions:
            counts = ", ".join(f"{answer.answer} {answer.votes}" for answer in question.answers)
            console.print(f"{question.question} {counts}, λευκά {question.blank}")
    console.print(f"record: {out / 'record'}\ncheck it: python -m audit verify {out / 'record'}")
