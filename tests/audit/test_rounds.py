"""A worker's thread outlives a bad turn."""

import logging
import threading

import pytest

from audit.rounds import Rounds


def test_RL_22_a_turn_that_fails_is_not_the_last_one(caplog: pytest.LogCaptureFixture) -> None:
    turns: list[int] = []
    enough = threading.Event()

    def turn() -> None:
        turns.append(1)
        if len(turns) == 1:
            raise KeyError("secret")
        enough.set()

    rounds = Rounds("test", 0.001, turn, logging.getLogger("kalpi.test"))
    rounds.start()
    assert enough.wait(10)
    rounds.stop()
    assert "KeyError" in caplog.text
    assert "secret" not in caplog.text
