import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app import create_app
from consultation.export import DATASETS, LICENSE, plain_cell, safe_cell, write_csv
from consultation.store.council_tables import DecisionRow, SessionRow, TopicRow
from consultation.store.participation_tables import ContributionRow
from db import Database
from settings import Settings
from tests.consultation.full_town import SECRET, FullTown, fill_council
from tests.consultation.oparl_schema import crawl
from tests.consultation.town import Town, fill_town, make_topic
from tests.plugins.house import ORIGIN, Clock

SIGNS = "=+-@＝＋－＠"
HTML = {"Accept": "text/html"}


@pytest.fixture
def full(database: Database, town: Town, clock: Clock) -> FullTown:
    return fill_council(database, town, clock)


def read_json(client: TestClient, name: str) -> list[dict[str, Any]]:
    answer = client.get(f"/open-data/{name}.json")
    assert answer.headers["content-type"] == "application/json"
    value = answer.json()
    assert (value["dataset"], value["license"], value["publisher"]) == (name, LICENSE, "Δήμος Δοκιμής")
    rows: list[dict[str, Any]] = value["rows"]
    return rows


def read_csv(client: TestClient, name: str) -> list[dict[str, str]]:
    answer = client.get(f"/open-data/{name}.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_M40_every_dataset_is_there_as_csv_and_json_with_the_same_rows(client: TestClient, full: FullTown) -> None:
    counted = {}
    for name, dataset in DATASETS.items():
        rows, lines = read_json(client, name), read_csv(client, name)
        counted[name] = len(rows)
        assert [row["key"] for row in rows] == [line["key"] for line in lines]
        for row, line in zip(rows, lines, strict=True):
            assert row["license"] == line["license"] == LICENSE
            assert row["modified"] == line["modified"]
            assert set(line) == set(dataset.names)
            assert set(row) == set(line) or row["deleted"]
    assert counted == {
        "sessions": 2, "topics": 3, "consultations": 1, "contributions": 3, "replies": 1, "decisions": 1, "votes": 2,
        "measures": 1, "removals": 1,
    }  # fmt: skip


def test_M40_rows_say_what_the_pages_say(client: TestClient, full: FullTown) -> None:
    (decision,) = read_json(client, "decisions")
    assert (decision["number"], decision["ada"], decision["url"]) == (
        "12/2026", "ΨΘ82ΩΡΦ-7ΑΙ", f"/topics/{full.topics['decided'].key}#decision",
    )  # fmt: skip
    contributions = {row["key"]: row for row in read_json(client, "contributions")}
    proposal = contributions[full.contributions["proposal"].key]
    (reply,) = read_json(client, "replies")
    assert (proposal["supports"], proposal["reply"], proposal["name"]) == (1, reply["key"], "Άδα Παπαδοπούλου")
    assert reply["contributions"] == [proposal["key"]]
    votes = {row["councillor_name"]: (row["choice"], row["faction"]) for row in read_json(client, "votes")}
    assert votes == {"Μαρία Ιωάννου": ("for", "Δύναμη Πολιτών"), "Νίκος Αλεξίου": ("against", None)}
    (measure,) = read_csv(client, "measures")
    assert (measure["budget_cents"], measure["due_on"], measure["deleted"]) == ("1250000", "2026-12-01", "false")


def test_M40_a_hidden_contribution_is_a_row_without_its_words(client: TestClient, full: FullTown) -> None:
    hidden = full.contributions["hidden"]
    row = next(row for row in read_json(client, "contributions") if row["key"] == hidden.key)
    assert row == {
        "key": hidden.key, "created": "2026-10-05T09:00:00Z", "modified": "2026-10-05T09:00:00Z", "deleted": True,
        "license": LICENSE,
    }  # fmt: skip


def test_M40_what_was_removed_stays_as_deleted_in_every_dataset(
    client: TestClient, full: FullTown, database: Database, clock: Clock
) -> None:
    clock.forward(days=1)
    with database.writing() as session:
        for council in full.sessions.values():
            session.get_one(SessionRow, council.id).deleted_at = clock()
        session.get_one(DecisionRow, 1).deleted_at = clock()
    for name in DATASETS:
        for row in read_json(client, name) if name != "removals" else []:
            assert (row["deleted"], row["modified"]) == (True, "2026-10-06T09:00:00Z"), name
            assert set(row) == {"key", "created", "modified", "deleted", "license"}


def test_a_reply_is_removed_with_the_last_contribution_it_answers(
    client: TestClient, full: FullTown, database: Database
) -> None:
    with database.writing() as session:
        session.get_one(ContributionRow, full.contributions["proposal"].id).state = "withdrawn"
    (reply,) = read_json(client, "replies")
    assert reply["deleted"] is True


def test_AC_06_no_dataset_holds_anything_of_a_draft_or_of_what_was_hidden(
    client: TestClient, full: FullTown, database: Database, clock: Clock
) -> None:
    with database.writing() as session:
        owner = session.get_one(SessionRow, full.sessions["coming"].id)
        early = make_topic(session, clock() - timedelta(days=2), owner, title=SECRET, position=9)
        early.deleted_at = clock() - timedelta(days=1)
    paths = [f"/open-data/{name}.{form}" for name in DATASETS for form in ("csv", "json")]
    everything = "".join(client.get(path).text for path in [*paths, "/open-data", "/open-data/catalog.jsonld"])
    assert SECRET not in everything
    assert [key for key in [*full.hidden_keys, early.key] if key in everything] == []


def test_the_datasets_name_nobody_but_authors_and_councillors(
    client: TestClient, full: FullTown, database: Database
) -> None:
    everything = "".join(client.get(f"/open-data/{name}.json").text for name in DATASETS)
    for word in ("person_id", "account_id", "salt", "@example.org", "moderator_id", "Βασιλείου"):
        assert word not in everything, word


def test_the_newest_change_is_in_the_heads_and_an_unchanged_file_is_not_sent_twice(
    client: TestClient, full: FullTown, database: Database, clock: Clock
) -> None:
    with database.writing() as session:
        session.get_one(TopicRow, 1).modified_at = clock.forward(days=1)
    answer = client.get("/open-data/topics.csv")
    assert answer.headers["last-modified"] == "Tue, 06 Oct 2026 09:00:00 GMT"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert 'rel="license"' in answer.headers["link"]
    again = client.get("/open-data/topics.csv", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_more_rows_than_one_answer_holds_are_on_the_next_page(
    client: TestClient, full: FullTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("consultation.store.open_data.ROWS", "consultation.routes.open_data.ROWS"):
        monkeypatch.setattr(module, 2)
    first, second = (client.get(f"/open-data/topics.json?page={page}") for page in (1, 2))
    keys = [row["key"] for answer in (first, second) for row in answer.json()["rows"]]
    assert len(set(keys)) == 3
    assert '</open-data/topics.json?page=2>; rel="next"' in first.headers["link"]
    assert 'rel="next"' not in second.headers["link"]


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=-1", "rows=5", "page=1&x=2", "page="])
def test_a_page_that_is_none_is_refused(client: TestClient, full: FullTown, query: str) -> None:
    assert client.get(f"/open-data/topics.csv?{query}").status_code == 400


def test_unknown_datasets_are_not_found(client: TestClient) -> None:
    for name in ("people.csv", "../secret.json", "sessions.xml", "sessions"):
        assert client.get(f"/open-data/{name}").status_code == 404, name


def test_WB_13_a_formula_in_a_contribution_reaches_no_spreadsheet_as_one(
    client: TestClient, full: FullTown, database: Database
) -> None:
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "a;=1", 'a";=1;"', "＝1", "'=1", "x\n=1"]
    with database.writing() as session:
        rows = [session.get_one(ContributionRow, full.contributions[name].id) for name in ("proposal", "objection")]
        rows[0].text, rows[1].title = "\n".join(evil), '=HYPERLINK("http://evil.example")'
        rows[0].name, rows[1].name = "+3069", "-2"
    raw = client.get("/open-data/contributions.csv").content.decode("utf-8-sig")
    for separator in (",", ";", "\t"):  # a Greek spreadsheet takes the semicolon
        for line in csv.reader(io.StringIO(raw, newline=""), delimiter=separator):
            assert not [cell for cell in line if cell and cell[0] in SIGNS + "\t\r"], separator
    found = {line["key"]: line for line in read_csv(client, "contributions")}
    exact = {row["key"]: row for row in read_json(client, "contributions")}
    for key in (rows[0].key, rows[1].key):
        for name in ("title", "text", "name"):
            assert plain_cell(found[key][name]) == exact[key][name]


@given(st.text(alphabet=st.one_of(st.sampled_from(f"'{SIGNS},; \t\r\nα\""), st.characters(codec="utf-8")), max_size=12))
def test_WB_13_every_text_comes_back_and_no_cell_begins_with_a_sign(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text
    for cell in re.split(r"[,;\t\r\n]", safe_cell(text)):
        assert cell[:1] not in SIGNS or not cell
    assert safe_cell(text).lstrip()[:1] not in {*SIGNS} or not safe_cell(text).lstrip()
    raw = write_csv(DATASETS["replies"], [{"key": "k", "text": text}])
    (line,) = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert plain_cell(line["text"]) == text


def test_a_text_without_signs_is_written_as_it_is() -> None:
    for text in ("Να μείνουν τα δέντρα.", "'Αγιος", "1-2", "α, -β", ""):
        assert safe_cell(text) == text


def test_the_catalogue_lists_every_dataset_with_its_licence_and_files_that_are_there(
    client: TestClient, full: FullTown
) -> None:
    answer = client.get("/open-data/catalog.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    catalogue = json.loads(answer.content)
    assert catalogue["@type"] == "dcat:Catalog"
    offered = {dataset["dct:identifier"]: dataset for dataset in catalogue["dcat:dataset"]}
    assert set(offered) == {*DATASETS, "oparl", "feeds", "calendar", "council"}
    for name, dataset in offered.items():
        for part in (dataset, *dataset["dcat:distribution"]):
            assert part["dct:license"] == {"@id": LICENSE}
            assert part["dct:modified"]["@value"] == "2026-10-05T09:00:00Z"
        assert dataset["dct:language"]["@id"].endswith("/ELL")
        assert dataset["dct:publisher"]["foaf:name"] == {"@language": "el", "@value": "Δήμος Δοκιμής"}
        for file in dataset["dcat:distribution"] if name != "council" else []:
            address = file["dcat:downloadURL"]["@id"]
            media = client.get(address.removeprefix(ORIGIN)).headers["content-type"].partition(";")[0]
            assert file["dcat:mediaType"]["@id"].endswith(media), address


def test_the_page_leads_to_everything_and_needs_no_login(client: TestClient, full: FullTown) -> None:
    text = client.get("/open-data", headers=HTML).text
    assert "Ανοικτά δεδομένα" in text
    links = set(re.findall(r'href="(/[^"#]*)', text))
    needed = {f"/open-data/{name}.{form}" for name in DATASETS for form in ("csv", "json")}
    needed |= {"/calendar.ics", "/oparl/1.1/system", "/open-data/catalog.jsonld", "/open-data/council.zip"}
    needed |= {f"/feeds/{name}.atom" for name in ("agenda", "decisions", "consultations", "results")}
    assert needed <= links
    for link in sorted(needed - {"/open-data/council.zip"}):
        assert client.get(link).status_code == 200, link


def test_both_databases_give_the_same_answers(any_database: Database, settings: Settings, clock: Clock) -> None:
    town = fill_town(any_database, settings, clock)
    full = fill_council(any_database, town, clock)
    with TestClient(create_app(settings, any_database, clock), base_url=ORIGIN) as client:
        judge, objects = crawl(f"{ORIGIN}/oparl/1.1/system", lambda address: client.get(address).json())
        assert (judge.flaws, len(objects)) == ([], 28)
        counted = [len(read_json(client, name)) for name in DATASETS]
        assert counted == [2, 3, 1, 3, 1, 1, 2, 1, 1]
        for path in ("/feeds/agenda.atom", "/feeds/decisions.atom", "/feeds/consultations.atom", "/calendar.ics",
                     f"/bodies/{full.body.key}.ics", "/open-data/catalog.jsonld"):  # fmt: skip
            assert client.get(path).headers["last-modified"] == "Mon, 05 Oct 2026 09:00:00 GMT", path


def test_the_catalogue_of_an_empty_town_is_valid(client: TestClient) -> None:
    for part in json.loads(client.get("/open-data/catalog.jsonld").content)["dcat:dataset"]:
        assert "dct:modified" not in part
