import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app import create_app
from audit import store as log
from consultation.import_command import import_oparl
from consultation.oparl_crawl import UnusableSource, crawl, read_file
from consultation.oparl_import import make_plan
from consultation.store.council_tables import BodyRow, CouncillorRow, MembershipRow, SessionRow, TopicRow
from consultation.store.oparl_import import known_sources, write_plan
from consultation.store.version import newest_version
from crypto.encoding import sha256_hex
from db import Database, create_tables
from settings import Settings
from tests.consultation.full_town import FullTown, fill_council
from tests.consultation.oparl_schema import PREFIX
from tests.consultation.oparl_schema import crawl as crawl_all
from tests.consultation.town import Town
from tests.plugins.house import ORIGIN, Clock

OTHER = "https://rat.example.de/oparl"
NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)


@pytest.fixture
def full(database: Database, town: Town, clock: Clock) -> FullTown:
    return fill_council(database, town, clock)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'other.db'}")
    create_tables(database.engine)
    yield database
    database.close()


def an_object(kind: str, number: int, **members: Any) -> dict[str, Any]:
    ident = f"{OTHER}/{kind.lower()}/{number}"
    dated = {"created": "2020-01-01T00:00:00+01:00", "modified": "2020-01-01T00:00:00+01:00"}
    return {"id": ident, "type": PREFIX + kind, **dated, **members}


COUNCIL = an_object("Organization", 1, name="Δημοτικό Συμβούλιο")
MARIA = an_object(
    "Person", 1, name="Μαρία Ιωάννου",
    membership=[an_object("Membership", 1, organization=COUNCIL["id"], role="Vorsitzende", startDate="2020-01-01")],
)  # fmt: skip
MEETING = an_object(
    "Meeting", 1, name="1η συνεδρίαση", start="2020-03-01T18:00:00+02:00", organization=[COUNCIL["id"]],
    agendaItem=[
        an_object("AgendaItem", 2, order=1, name="Δεύτερο"),
        an_object("AgendaItem", 1, order=0, name="Πρώτο"),
        an_object("AgendaItem", 3, order=2, name="Μυστικό", public=False),
    ],
)  # fmt: skip
TOWN = [COUNCIL, MARIA, MEETING]


def import_into(database: Database, objects: list[Any]) -> None:
    with database.writing() as session:
        plan = make_plan(objects, known_sources(session), NOW)
        assert plan.problems == []
        write_plan(session, plan, "OParl: test", NOW)


def summary(objects: dict[str, dict[str, Any]]) -> list[Any]:
    """What a council is, without addresses and moments of its export."""
    names = {key: value.get("name", "") for key, value in objects.items()}
    found: list[Any] = []
    for value in objects.values():
        kind = value["type"].removeprefix(PREFIX)
        if kind == "Organization":
            found.append((kind, value["name"], value["organizationType"], value.get("kalpi:kind", "")))
        elif kind == "Person":
            seats = [
                (seat.get("role", ""), names[seat["organization"]], seat.get("startDate", ""))
                for seat in value["membership"]
            ]
            found.append((kind, value["name"], sorted(seats)))
        elif kind == "Meeting" and value["kalpi:state"] == "held":
            items = [(item["number"], item["name"], item["kalpi:state"]) for item in value["agendaItem"]]
            place = value["location"]["description"]
            found.append((kind, value["name"], value["start"], place, names[value["organization"][0]], items))
    return sorted(found, key=str)


def test_our_own_export_imported_into_an_empty_town_is_the_same_council(
    client: TestClient, full: FullTown, empty: Database, settings: Settings, clock: Clock
) -> None:
    objects = crawl(f"{ORIGIN}/oparl/1.1/system", lambda address: client.get(address).content)
    import_into(empty, objects)
    with TestClient(create_app(settings, empty, clock), base_url=ORIGIN) as other:
        _, ours = crawl_all(f"{ORIGIN}/oparl/1.1/system", lambda address: client.get(address).json())
        judge, theirs = crawl_all(f"{ORIGIN}/oparl/1.1/system", lambda address: other.get(address).json())
    assert judge.flaws == []
    assert summary(theirs) == summary(ours)
    assert len(summary(ours)) == 6
    with empty.reading() as session:
        states = {row.title: row.state for row in session.exec(select(SessionRow))}
    assert states == {"2η τακτική": "held", "3η τακτική συνεδρίαση": "draft"}


def test_a_second_import_finds_everything_and_writes_nothing(empty: Database) -> None:
    import_into(empty, TOWN)
    with empty.writing() as session:
        session.exec(select(BodyRow)).one().name = "Όπως το έγραψε ο γραμματέας"
        plan = make_plan(TOWN, known_sources(session), NOW)
        assert (plan.known, plan.bodies, plan.people, plan.seats, plan.sessions) == (4, [], [], [], [])
        write_plan(session, plan, "OParl: test", NOW)
    with empty.reading() as session:
        assert session.exec(select(BodyRow)).one().name == "Όπως το έγραψε ο γραμματέας"
        assert len(session.exec(select(TopicRow)).all()) == 2


def test_a_new_meeting_of_a_known_body_is_added_later(empty: Database) -> None:
    import_into(empty, TOWN)
    later = {**MEETING, "id": f"{OTHER}/meeting/2", "start": "2027-01-01T18:00:00+02:00", "agendaItem": []}
    import_into(empty, [later])
    with empty.reading() as session:
        body = session.exec(select(BodyRow)).one()
        assert [(row.state, row.body_id) for row in session.exec(select(SessionRow))] == [
            ("held", body.id), ("draft", body.id),
        ]  # fmt: skip


def test_a_past_session_is_published_in_the_log_and_its_topics_keep_their_order(empty: Database) -> None:
    import_into(empty, TOWN)
    log.sequence(empty, NOW, ballots=True)
    with empty.reading() as session:
        row = session.exec(select(SessionRow)).one()
        assert (row.state, row.version, row.starts_at) == ("held", 1, datetime(2020, 3, 1, 16, tzinfo=UTC))
        topics = session.exec(select(TopicRow).order_by(col(TopicRow.position))).all()
        assert [topic.title for topic in topics] == ["Πρώτο", "Δεύτερο"]
        assert session.exec(select(MembershipRow)).one().role == "chair"
        version = newest_version(session, row.id or 0)
        (published,) = log.entries_about(session, row.key)
        assert version is not None
        assert published.entry.members["agenda"] == version.digest == sha256_hex(version.content)


@pytest.mark.parametrize(
    ("broken", "ident", "word"),
    [
        ({**MEETING, "start": "morgen"}, MEETING["id"], "start"),
        ({**MEETING, "start": "2020-03-01T18:00:00"}, MEETING["id"], "time zone"),
        ({**MEETING, "organization": [f"{OTHER}/organization/9"]}, MEETING["id"], "no body"),
        ({**MEETING, "name": ["x"]}, MEETING["id"], "no text"),
        ({**MEETING, "agendaItem": [{**MEETING["agendaItem"][0], "name": 5}]}, f"{OTHER}/agendaitem/2", "no text"),
        ({**COUNCIL, "name": ""}, COUNCIL["id"], "name"),
        ({**COUNCIL, "name": "x" * 201}, COUNCIL["id"], "200"),
        (an_object("Person", 7), f"{OTHER}/person/7", "no name"),
        (an_object("Membership", 7, person=f"{OTHER}/person/9"), f"{OTHER}/membership/7", "not among"),
        ({"id": f"{OTHER}/x", "type": "https://other.example/1.1/Person"}, f"{OTHER}/x", "type"),
        ({"id": "javascript:x", "type": f"{PREFIX}Person"}, "object 3", "address"),
        ("text", "object 3", "address"),
    ],
)  # fmt: skip
def test_a_broken_object_is_named_and_nothing_is_imported(broken: Any, ident: str, word: str) -> None:
    kept = [value for value in TOWN if not isinstance(broken, dict) or value["id"] != broken.get("id")]
    plan = make_plan([*kept[:2], broken, *kept[2:]], {}, NOW)
    assert [note.source for note in plan.problems][:1] == [ident]
    assert word in plan.problems[0].sentence


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([COUNCIL["id"], "2020-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(
    kind=st.sampled_from(["Organization", "Person", "Membership", "Meeting", "AgendaItem", "Body"]),
    members=st.dictionaries(
        st.sampled_from([
            "name", "start", "organization", "person", "agendaItem", "membership", "kalpi:kind", "kalpi:role",
            "location", "order", "startDate", "role", "organizationType", "created", "cancelled", "mainOrganization",
        ]),
        JSON,
    ),
)  # fmt: skip
def test_whatever_an_object_holds_it_is_taken_or_named(kind: str, members: dict[str, Any]) -> None:
    make_plan([*TOWN, an_object(kind, 50, **members)], {}, NOW)


@given(st.binary())
def test_any_file_is_objects_or_refused(raw: bytes) -> None:
    with contextlib.suppress(UnusableSource):
        make_plan(read_file(raw), {}, NOW)


def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.setenv("KALPI_DATA", str(settings.data_directory))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    app = typer.Typer()
    app.command()(import_oparl)
    result = CliRunner().invoke(app, [*arguments])
    return result.exit_code, result.output


def test_the_command_reports_first_and_writes_only_with_yes(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "council.json"
    file.write_text(json.dumps({"data": TOWN}))
    code, output = run(settings, monkeypatch, str(file))
    assert code == 0
    assert "new person" in output
    assert "Μαρία Ιωάννου" in output
    with database.reading() as session:
        assert session.exec(select(CouncillorRow)).all() == []
    assert run(settings, monkeypatch, str(file), "--yes")[0] == 0
    with database.reading() as session:
        assert session.exec(select(CouncillorRow)).one().name == "Μαρία Ιωάννου"


def test_the_command_imports_nothing_of_a_file_with_a_broken_object(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "broken.json"
    file.write_text(json.dumps([*TOWN, an_object("Person", 9)]))
    code, output = run(settings, monkeypatch, str(file), "--yes")
    assert code == 1
    assert f"{OTHER}/person/9" in output
    with database.reading() as session:
        assert session.exec(select(BodyRow)).all() == []
