"""A small polling station to be killed: casts, sequences and signs until somebody stops it.

    python -m tests.audit.casting_process DATABASE_URL HEAD_FILE NAME

Prints `open` when the log is checked, then the name of each ballot, once its cast is committed.
"""

import itertools
import sys
from datetime import UTC, datetime
from pathlib import Path

from audit.keeper import Keeper
from audit.note import Signer
from audit.sequencer import Sequencer
from db import Database
from tests.audit.ballots import queue_ballot

SIGNER = Signer("kill.example/log", bytes(range(32)))


def main(url: str, head_file: str, name: str) -> None:
    database = Database(url)
    sequencer = Sequencer(database, Keeper(SIGNER, Path(head_file)), cadence=0.02, clock=lambda: datetime.now(UTC))
    sequencer.open()
    sequencer.start()
    print("open", flush=True)
    for number in itertools.count():
        with database.writing() as session:
            queue_ballot(session, f"{name}.{number}")
        print(f"{name}.{number}", flush=True)
        sequencer.nudge()


if __name__ == "__main__":
    main(*sys.argv[1:])
