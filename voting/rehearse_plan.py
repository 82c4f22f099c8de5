"""What `kalpi rehearse` is asked to do, and what it reports; the doing is `rehearse.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field

from voting.referendum import DraftQuestion
from voting.rehearse_voters import Choose, choose_by_number
from voting.result import ResultSheet

Progress = Callable[[str, int], Callable[[], None]]
"""Given a stage and its number of steps, returns what is called after each step."""


def in_silence(_stage: str, _steps: int) -> Callable[[], None]:
    return lambda: None


@dataclass(frozen=True)
class Plan:
    """What to rehearse. Shares are of the voters: who takes part, who votes again, who opens a ballot first."""

    voters: int
    group: str = "Ed25519"
    threshold: int = 3
    size: int = 5
    questions: tuple[DraftQuestion, ...] = (DraftQuestion("Να πεζοδρομηθεί η οδός Ερμού;", ("Ναι", "Όχι"), blank=True),)
    turnout: float = 1.0
    recasts: float = 0.05
    challenges: float = 0.02
    choose: Choose = choose_by_number
    title: str = "Πρόβα ψηφοφορίας"
    summary: str = "Μια ολόκληρη ψηφοφορία χωρίς ψηφοφόρους."
    profile: str = "municipal-advisory"


@dataclass
class Report:
    """Seconds per stage, and the result."""

    stages: dict[str, float] = field(default_factory=dict)
    sheet: ResultSheet | None = None
    ballots: int = 0
    challenged: int = 0
