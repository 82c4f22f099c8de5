"""What the council's half costs, measured in one run: the weight of an agenda, pages read while people write, search.

Part of `make bench`; writes out/bench-council.json. One process, in memory of this machine, without a network.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from starlette.testclient import TestClient

from app import create_app
from consultation.search import ask
from consultation.store import contribution as store
from consultation.store.consultation import consultation_of
from consultation.store.participation_tables import ContributionRow
from consultation.store.search import find
from consultation.store.visibility import public_topic
from db import Database, create_tables
from identity.demo_people import import_people, open_accounts
from identity.keyring import make_keyring
from settings import make_secret
from tests.bench.ballots import print_rows
from voting.demo import PASSWORD, demo_settings
from voting.demo_half import DemoHalf
from voting.rehearsed_town import Clock, Town

PAGE_LIMIT = 100.0  # kB, product.md M44
MIX_GOAL = 300.0  # requests a second, 95 of 100 read, security.md 4.1 G-L7
REQUESTS = 400
MANY = 2_000


def main() -> int:
    now = datetime.now(UTC).replace(microsecond=0)
    with tempfile.TemporaryDirectory() as directory:
        settings = demo_settings(Path(directory) / "town", "http://127.0.0.1:8000")
        settings = replace(settings, demo=False)
        settings.data_directory.mkdir()
        make_secret(settings.secret_key_file)
        db = Database(settings.database_url)
        create_tables(db.engine)
        town = Town(settings, db, Clock(now))
        town.open()
        with db.writing() as session:
            citizens = import_people(session, make_keyring(settings.key), now)
            logins = open_accounts(session, make_keyring(settings.key), PASSWORD, citizens, now)
        half = DemoHalf(town, logins, now, lambda: None)
        half.consult()
        half.decide("")
        half.announce()
        topic = half.topics["agores"]
        with TestClient(create_app(settings, db), base_url=settings.base_url) as browser:
            weight = sum(len(browser.get(path).content) for path in (f"/topics/{topic}", "/static/town.css"))
            few = _searching(db)
            mix = _mix(browser, db, half, now)
            _write(db, topic, MANY, now)
            rows = [
                ("a topic's page and its style sheet", weight / 1e3, "limit (M44)", PAGE_LIMIT, "kB"),
                ("requests, 95 read and 5 write in 100", mix, "goal (G-L7)", MIX_GOAL, "a second"),
                (f"search among {MANY} contributions", _searching(db) * 1e3, "among 60", few * 1e3, "ms"),
            ]
        db.close()
    print_rows(rows)
    out = Path("out")
    out.mkdir(exist_ok=True)
    names = ("what", "ours", "peer", "theirs", "unit")
    (out / "bench-council.json").write_text(json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=1))
    return 0


def _mix(browser: TestClient, db: Database, half: DemoHalf, now: datetime) -> float:
    """Pages that citizens read, and one contribution in twenty."""
    topic = half.topics["agores"]
    pages = [
        "/",
        "/consultations",
        "/decisions",
        f"/topics/{topic}",
        f"/topics/{topic}/consultation",
        "/implementation",
    ]
    dice = random.Random(7)  # noqa: S311
    plan = [dice.choice(pages) if number % 20 else "" for number in range(REQUESTS)]

    def play() -> None:
        for page in plan:
            if page:
                assert browser.get(page).status_code == 200
            else:
                _write(db, topic, 1, now)

    return REQUESTS / _seconds(play)


def _write(db: Database, topic_key: str, count: int, now: datetime) -> None:
    for number in range(count):
        with db.writing() as session:
            topic, _ = public_topic(session, topic_key)
            consultation = consultation_of(session, topic.id or 0)
            assert consultation is not None
            row = ContributionRow(
                consultation_id=consultation.id or 0, kind="comment", state="draft", name="Άννα Αλεξίου",
                text=f"Η αγορά να λειτουργεί και το απόγευμα, πρόταση {number}.", created_at=now, modified_at=now,
            )  # fmt: skip
            session.add(row)
            session.flush()
            store.submit(session, row, topic.key, now, premoderated=False)


def _searching(db: Database) -> float:
    """Seconds of one question, of twenty."""
    question = ask("αγορές απόγευμα")

    def play() -> None:
        for _ in range(20):
            with db.reading() as session:
                find(session, question)

    return _seconds(play) / 20


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
