"""A worker under a storm of casts: `python -m tests.voting.storm ORDERS` hands in every ballot of the file at once.

It stands for one of several workers of the service: a database connection, a desk and threads of its own.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from crypto.election import decode_election
from crypto.encoding import sha256
from crypto.order import sign_order
from db import Database
from settings import Settings
from voting.box_errors import BoxClosed, OrderStale, TooManyBallots
from voting.cast_desk import CastDesk
from voting.casting import Envelope
from voting.pace import PACE

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
THREADS = 16


@dataclass(frozen=True)
class Orders:
    """`casts` are (ballot, order, person, key); with `tries` above 1 a stale order statement is signed again.

    `paced` keeps the limit on ballots of one voter, which otherwise is off: a storm is faster than any person.
    """

    data_directory: str
    database_url: str
    slug: str
    election: str
    casts: list[tuple[str, str, int, int]]
    tries: int = 1
    paced: bool = False

    def write(self, path: Path) -> Path:
        path.write_text(json.dumps(asdict(self)))
        return path


def storm(orders: Orders) -> list[dict[str, str]]:
    """What became of each cast: its ballot's digest with an acceptance or a refusal's code."""
    settings = settings_of(orders)
    db = Database(settings.database_url)
    desk = CastDesk(db, settings, PACE if orders.paced else ())
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(lambda one: hand_in(desk, orders, *one), orders.casts))
    finally:
        db.close()


def settings_of(orders: Orders) -> Settings:
    data = Path(orders.data_directory)
    return Settings(
        data_directory=data,
        database_url=orders.database_url,
        base_url="http://127.0.0.1:8000",
        origin="127.0.0.1/log",
        municipality="Δήμος Δοκιμής",
        secret_key_file=data / "secret.key",
    )


def hand_in(desk: CastDesk, orders: Orders, ballot: str, order: str, person: int, key: int) -> dict[str, str]:
    envelope = Envelope(ballot.encode(), order.encode())
    told = {"digest": envelope.digest}
    for _ in range(orders.tries):
        try:
            answer = desk.accept(orders.slug, envelope, person, NOW)
        except (BoxClosed, TooManyBallots) as refused:
            return told | {"refused": refused.code}
        except OrderStale as stale:
            place = (int(stale.fields["sequence"]), bytes.fromhex(str(stale.fields["previous"])))
            election = decode_election(orders.election.encode())
            again = sign_order(election, key, *place, sha256(envelope.ballot))
            envelope = Envelope(envelope.ballot, again)
        else:
            return told | {"acceptance": str(answer["acceptance"])}
    return told | {"refused": "order.stale"}


if __name__ == "__main__":
    value = json.loads(Path(sys.argv[1]).read_text())
    print(json.dumps(storm(Orders(**value))))
