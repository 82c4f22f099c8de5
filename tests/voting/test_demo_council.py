"""The council of the demo: what a visitor finds in it, and that its record passes the verifier."""

import hashlib
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from app import create_app
from audit import store as log
from audit.council_record import read_council_record
from audit.local_time import day_of
from audit.report import Verdict
from audit.verify_council import verify_council
from consultation.store.council_tables import CouncillorRow, DecisionRow, MeasureRow, SessionRow, TopicRow
from consultation.store.participation_tables import (
    AppealRow,
    ConsultationRow,
    ContributionRow,
    RemovalRow,
    ReplyRow,
    SupportRow,
)
from consultation.store.reply import share_answered
from identity.demo_people import registry_number
from identity.store.person import PersonRow
from tests.plugins.house import ORIGIN
from tests.voting.demo_town import NOW, DemoTown, demo_town


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoTown]:
    with demo_town(tmp_path_factory.mktemp("town")) as town:
        yield town


def test_a_visitor_finds_three_sessions_twelve_topics_and_sixty_contributions(
    demo: DemoTown,
) -> None:
    db = demo.db
    with db.reading() as session:
        assert Counter(session.exec(select(SessionRow.state))) == {"held": 1, "published": 1, "draft": 1}
        assert len(session.exec(select(TopicRow)).all()) == 12
        contributions = session.exec(select(ContributionRow)).all()
        assert len(contributions) == 60
        assert {row.kind for row in contributions} == {"proposal", "objection", "question_post", "comment", "argument"}
        assert any(row.collective_id for row in contributions)
        assert Counter(session.exec(select(ConsultationRow.state))) == {"open": 1, "finished": 1}
        (finished,) = session.exec(select(ConsultationRow).where(ConsultationRow.state == "finished"))
        assert share_answered(session, finished.id or 0) == (17, 17)
        assert len(session.exec(select(ReplyRow)).all()) == 9
        assert len(session.exec(select(RemovalRow)).all()) == 3
        assert Counter(session.exec(select(AppealRow.outcome))) == {"upheld": 1, "": 1}
        decisions = session.exec(select(DecisionRow)).all()
        assert Counter(bool(row.ada) for row in decisions) == {True: 3, False: 2}
        measures = session.exec(select(MeasureRow)).all()
        assert sum(row.status in {"planned", "running"} and row.due_on < day_of(NOW) for row in measures) == 1
        assert len(session.exec(select(SupportRow)).all()) > 500


def test_M17_the_record_of_the_council_passes_the_verifier(demo: DemoTown, tmp_path: Path) -> None:
    settings, db = demo.settings, demo.db
    with TestClient(create_app(settings, db, lambda: NOW), base_url=ORIGIN) as browser:
        packed = browser.get("/open-data/council.zip")
        assert packed.status_code == 200
    with zipfile.ZipFile(io.BytesIO(packed.content)) as folder:
        folder.extractall(tmp_path)
    (record,) = tmp_path.iterdir()
    report = verify_council(read_council_record(record))
    assert report.verdict == Verdict.VERIFIED, [check for check in report.checks if check.code]


def test_every_public_page_of_the_demo_answers_and_the_agenda_is_light(
    demo: DemoTown,
) -> None:
    """M44: the agenda page loads under 100 KB, style sheet included, and asks for no script."""
    settings, db, half = demo.settings, demo.db, demo.half
    with db.reading() as session:
        keys = list(session.exec(select(SessionRow.key).where(SessionRow.state != "draft")))
    pages = [f"/sessions/{key}" for key in keys]
    pages += [f"/topics/{half.topics[name]}" for name in ("plateia", "agores", "ermou", "apothiki")]
    pages += [f"/topics/{half.topics['agores']}/consultation", "/", "/consultations", "/decisions", "/implementation"]
    with TestClient(create_app(settings, db, lambda: NOW), base_url=ORIGIN) as browser:
        style = len(browser.get("/static/town.css").content)
        for page in pages:
            answer = browser.get(page)
            assert answer.status_code == 200, page
            assert "<script" not in answer.text, page
            assert len(answer.content) + style < 100_000, page
        assert browser.get(f"/topics/{half.topics['proypologismos']}").status_code == 404


def test_GD_01_the_log_of_a_whole_council_names_nobody_and_quotes_nobody(demo: DemoTown) -> None:
    """Every entry against every value of the roll and everything people wrote, as they are and as plain hashes."""
    with demo.db.reading() as session:
        raws = [raw.decode() for raw in log.entries(session, 0, log.entry_count(session))]
        contributions = session.exec(select(ContributionRow)).all()
        said = {value for row in contributions for value in (row.title, row.text, row.name) if value}
        said |= {row.explanation for row in session.exec(select(RemovalRow))}
        said |= {row.text for row in session.exec(select(AppealRow))} | {
            row.text for row in session.exec(select(ReplyRow))
        }
        people = session.exec(select(PersonRow)).all()
        roll = {f"{row.given_name} {row.surname}" for row in people} | {row.surname for row in people}
        roll |= {registry_number(place) for place in range(1, len(people) + 1)}
        roll |= {row.birth_date.isoformat() for row in people}
        logins = set(demo.people) | {login.name for login in demo.people.values()}
        councillors = set(session.exec(select(CouncillorRow.name)))
        numbers = {str(row.id) for row in people}
        keyed = {row.number_hash.hex() for row in people}
    assert len(raws) > 100
    whole = "\n".join(raws)
    spoken = said | roll | councillors | logins
    assert [value for value in spoken if value in whole] == []
    digests = set(re.findall(r"[0-9a-f]{64}", whole))
    plain = {hashlib.sha256(value.encode()).hexdigest() for value in spoken | numbers | logins}
    assert digests.isdisjoint(plain | keyed)
