"""The council's half on PostgreSQL: the demo's town is the same, found by the same words, and its record verifies."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app import create_app
from audit.council_record import read_council_record
from audit.report import Verdict
from audit.verify_council import verify_council
from db import Database, create_tables
from identity.demo_people import import_people, open_accounts
from identity.keyring import make_keyring
from settings import make_secret
from tests.plugins.house import ORIGIN
from voting.demo import demo_settings
from voting.demo_half import DemoHalf
from voting.rehearsed_town import Clock, Town

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def half_and_browser(postgres_url: str, tmp_path: Path) -> Iterator[tuple[DemoHalf, TestClient]]:
    settings = replace(demo_settings(tmp_path / "demo", ORIGIN), demo=False, database_url=postgres_url)
    settings.data_directory.mkdir()
    make_secret(settings.secret_key_file)
    db = Database(settings.database_url)
    create_tables(db.engine)
    town = Town(settings, db, Clock(NOW))
    town.open()
    keys = make_keyring(settings.key)
    with db.writing() as session:
        citizens = import_people(session, keys, NOW)
        logins = open_accounts(session, keys, "θάλασσα-πλατεία-47", citizens, NOW)
    half = DemoHalf(town, logins, NOW, lambda: None)
    half.consult()
    half.decide("")
    half.announce()
    with TestClient(create_app(settings, db, lambda: NOW), base_url=ORIGIN) as browser:
        yield half, browser
    db.close()


def test_the_councils_half_is_the_same_on_postgresql(
    half_and_browser: tuple[DemoHalf, TestClient], tmp_path: Path
) -> None:
    half, browser = half_and_browser
    for text in ("πλατεια", "ΠΛΑΤΕΊΑΣ", "πλατειών"):
        assert half.topics["plateia"] in browser.get("/search", params={"q": text}).text, text
    pages = [f"/topics/{key}" for name, key in half.topics.items() if name not in {"proypologismos", "kinitikotita"}]
    pages += ["/", "/sessions", "/consultations", "/decisions", "/implementation", "/removals", "/open-data", "/log"]
    pages += [f"/topics/{half.topics['agores']}/consultation", "/feeds/decisions.atom", "/calendar.ics"]
    pages += ["/open-data/contributions.csv", "/oparl/1.1/body/municipality/meeting", "/collectives", "/bodies"]
    assert {page: browser.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
    with zipfile.ZipFile(io.BytesIO(browser.get("/open-data/council.zip").content)) as folder:
        folder.extractall(tmp_path / "record")
    (record,) = (tmp_path / "record").iterdir()
    report = verify_council(read_council_record(record))
    assert report.verdict == Verdict.VERIFIED, [check for check in report.checks if check.code]
