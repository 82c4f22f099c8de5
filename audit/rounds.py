"""A thread of `kalpi serve` that takes the same turn again and again, whatever one turn meets."""

import logging
import threading
from collections.abc import Callable


class Rounds:
    def __init__(self, name: str, seconds: float, turn: Callable[[], object], journal: logging.Logger) -> None:
        """`seconds` pass before the first turn and between two."""
        self._name, self._seconds, self._turn, self._journal = name, seconds, turn, journal
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Returns when the turn under way is over."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            try:
                self._turn()
            except Exception as fault:
                # A turn that meets what nobody foresaw must not be the last one (RL-22); its class alone is said.
                self._journal.critical("%s pauses: %s", self._name, type(fault).__name__)
