"""A worker that is killed while it casts: hands in ballots in their order and notes each acceptance it got."""

import json
import os
from pathlib import Path

from db import Database
from tests.voting.storm import NOW, Orders, settings_of
from voting.cast_desk import CastDesk
from voting.casting import Envelope


def cast_until_killed(orders_file: str, first: int, notes: str) -> None:
    """`notes` gets one line per acceptance, written in one go after the service has answered."""
    orders = Orders(**json.loads(Path(orders_file).read_text()))
    settings = settings_of(orders)
    desk = CastDesk(Database(settings.database_url), settings)
    file = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for ballot, order, person, _key in orders.casts[first:]:
        envelope = Envelope(ballot.encode(), order.encode())
        answer = desk.accept(orders.slug, envelope, person, NOW)
        os.write(file, json.dumps([envelope.digest, answer["acceptance"]]).encode() + b"\n")
