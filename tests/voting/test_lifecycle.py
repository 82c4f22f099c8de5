"""The phases and the only moves between them; nobody else assigns a phase."""

import ast
import itertools
from dataclasses import dataclass
from pathlib import Path

import pytest

from voting.errors import WrongPhase
from voting.lifecycle import FROZEN, LABELS, MOVES, PREPARING, Phase, advance, check_phase

ROOT = Path(__file__).parents[2]


@dataclass
class Vote:
    phase: str


@pytest.mark.parametrize(("now", "to"), list(itertools.product(Phase, Phase)))
def test_a_phase_moves_only_along_the_table(now: Phase, to: Phase) -> None:
    vote = Vote(now.value)
    if to in MOVES[now]:
        advance(vote, to)
        assert vote.phase == to
    else:
        with pytest.raises(WrongPhase):
            advance(vote, to)
        assert vote.phase == now


def test_every_phase_has_a_label_and_nothing_leads_back_from_an_opening() -> None:
    assert set(LABELS) == set(MOVES) == set(Phase)
    assert PREPARING | FROZEN | {Phase.DRAFTED} == set(Phase)
    for phase in FROZEN:
        assert not MOVES[phase] & (PREPARING | {Phase.DRAFTED})


def test_AC_08_what_was_opened_is_said_to_be_frozen() -> None:
    for phase in FROZEN:
        with pytest.raises(WrongPhase, match=r"referendum\.frozen"):
            check_phase(Vote(phase.value), *PREPARING)


def test_only_the_lifecycle_assigns_a_phase() -> None:
    for path in (ROOT / "voting").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            targets = node.targets if isinstance(node, ast.Assign) else []
            assigned = [target for target in targets if isinstance(target, ast.Attribute) and target.attr == "phase"]
            assert not assigned or path.name == "lifecycle.py", path
