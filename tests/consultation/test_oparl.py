"""Every object is judged by OParl's own schema files, read from ../shared/vectors/oparl/schema."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from consultation.errors import NotFound
from consultation.oparl import Stamp
from consultation.oparl_list import BadFilter, choose, read_question
from consultation.store.council_tables import BodyRow, FileRow, SessionRow, TopicRow
from db import Database
from pages import translations
from tests.consultation.full_town import SECRET, FullTown, a_file, fill_council
from tests.consultation.oparl_schema import PREFIX, crawl, read_list
from tests.consultation.town import Town, make_topic
from tests.plugins.house import ORIGIN, Clock

words = translations("el").gettext
SYSTEM = f"{ORIGIN}/oparl/1.1/system"
BODY = f"{ORIGIN}/oparl/1.1/body/municipality"


@pytest.fixture
def full(database: Database, town: Town, clock: Clock) -> FullTown:
    return fill_council(database, town, clock)


class Reader:
    """A client of OParl: every answer must be JSON that anybody may read."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.texts: list[str] = []

    def __call__(self, address: str, **query: str) -> Any:
        answer = self.client.get(address + ("?" + urlencode(query) if query else ""))
        assert answer.status_code == 200, (address, answer.text)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["access-control-allow-origin"] == "*"
        self.texts.append(answer.text)
        return answer.json()


@pytest.fixture
def get(client: TestClient) -> Reader:
    return Reader(client)


def test_M40_every_object_of_a_full_town_is_as_the_schema_files_of_oparl_say(full: FullTown, get: Reader) -> None:
    judge, objects = crawl(SYSTEM, get)
    assert judge.flaws == []
    counted = Counter(value["type"].removeprefix(PREFIX) for value in objects.values())
    assert counted == {
        "System": 1, "Body": 1, "Organization": 3, "Person": 2, "Membership": 3, "Meeting": 2, "AgendaItem": 3,
        "Paper": 3, "Consultation": 3, "File": 5, "Location": 2,
    }  # fmt: skip


def test_M40_an_empty_town_is_valid_too(client: TestClient, get: Reader) -> None:
    judge, objects = crawl(SYSTEM, get)
    assert (judge.flaws, len(objects)) == ([], 2)


def test_M40_every_object_has_a_licence_and_says_when_it_was_changed(full: FullTown, get: Reader) -> None:
    _judge, objects = crawl(SYSTEM, get)
    for value in objects.values():
        assert value["license"] == "https://creativecommons.org/licenses/by/4.0/"
        assert value["modified"].endswith("+00:00")


def test_AC_06_nothing_of_a_draft_is_in_any_answer(full: FullTown, get: Reader, client: TestClient) -> None:
    crawl(SYSTEM, get)
    everything = "".join(get.texts)
    assert SECRET not in everything
    assert [key for key in full.hidden_keys if key in everything] == []
    draft, topic = full.sessions["draft"].key, full.topics["draft"].key
    drafts = [("meeting", draft), ("location", draft)]
    drafts += [(kind, topic) for kind in ("agendaItem", "paper", "consultation")]
    drafts += [("file", key) for key in full.hidden_keys]
    for kind, key in drafts:
        assert client.get(f"/oparl/1.1/{kind}/{key}").status_code == 404, kind


def test_M01_a_session_has_an_object_that_leads_to_its_page(full: FullTown, get: Reader) -> None:
    row = full.sessions["coming"]
    value = get(f"{ORIGIN}/oparl/1.1/meeting/{row.key}")
    assert value["web"] == f"{ORIGIN}/sessions/{row.key}"
    assert (value["name"], value["cancelled"], value["start"]) == (row.title, False, "2026-10-15T09:00:00+00:00")
    assert value["location"]["description"] == row.place
    assert [item["number"] for item in value["agendaItem"]] == ["1", "2"]
    assert [item["order"] for item in value["agendaItem"]] == [0, 1]


def test_a_held_session_shows_summons_minutes_and_what_was_decided(full: FullTown, get: Reader) -> None:
    value = get(f"{ORIGIN}/oparl/1.1/meeting/{full.sessions['held'].key}")
    assert value["invitation"]["fileName"] == "summons.pdf"
    assert value["resultsProtocol"]["fileName"] == "minutes.pdf"
    (item,) = value["agendaItem"]
    assert (item["result"], item["resolutionText"]) == (words("By majority"), "Εγκρίνεται η ανάπλαση.")
    assert item["resolutionFile"]["accessUrl"].startswith(f"{ORIGIN}/files/")
    assert item["kalpi:decision"]["ada"] == "ΨΘ82ΩΡΦ-7ΑΙ"


def test_oparls_consultation_is_the_paper_on_the_agenda_and_not_what_citizens_say(full: FullTown, get: Reader) -> None:
    key = full.topics["asked"].key
    paper, item = (get(f"{ORIGIN}/oparl/1.1/{kind}/{key}") for kind in ("paper", "agendaItem"))
    (deliberation,) = paper["consultation"]
    assert deliberation["id"] == item["consultation"]
    assert (deliberation["authoritative"], "closes" in deliberation) == (True, False)
    assert paper["mainFile"]["fileName"] == "motion.pdf"
    assert item["kalpi:consultation"]["state"] == "open"


def test_the_lists_of_a_body_hold_its_own_sessions_only(full: FullTown, get: Reader, database: Database) -> None:
    with database.reading() as session:
        committee = session.get_one(BodyRow, 2).key
    own, other = (get(f"{ORIGIN}/oparl/1.1/organization/{key}/meeting")["data"] for key in (full.body.key, committee))
    assert (len(own), len(other)) == (2, 0)


def test_M40_what_was_removed_appears_as_deleted(full: FullTown, get: Reader, database: Database, clock: Clock) -> None:
    """OParl 1.1 sections 2.5.5 and 2.8: alone for ever, in lists for those who ask what changed."""
    before = clock()
    clock.forward(days=1)
    with database.writing() as session:
        topic = session.get_one(TopicRow, full.topics["withdrawn"].id)
        motion = session.get_one(FileRow, full.files["motion"].id)
        topic.deleted_at = motion.deleted_at = clock()
    assert get(f"{ORIGIN}/oparl/1.1/agendaItem/{topic.key}") == {
        "id": f"{ORIGIN}/oparl/1.1/agendaItem/{topic.key}",
        "type": f"{PREFIX}AgendaItem",
        "created": "2026-10-05T09:00:00+00:00",
        "modified": "2026-10-06T09:00:00+00:00",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "deleted": True,
    }
    judge, objects = crawl(SYSTEM, get)
    assert judge.flaws == []
    assert not [key for key in objects if topic.key in key or motion.key in key]
    changed = get(f"{BODY}/agendaItem", modified_since=(before + timedelta(hours=1)).isoformat())["data"]
    assert {value["id"].rpartition("/")[2]: value.get("deleted") for value in changed} == {
        topic.key: True,
        full.topics["asked"].key: None,  # its motion was taken away
    }
    files = get(f"{BODY}/file", modified_since=clock().isoformat())["data"]
    assert [value["deleted"] for value in files] == [True]
    meeting = get(f"{ORIGIN}/oparl/1.1/meeting/{full.sessions['coming'].key}")
    assert meeting["modified"] == "2026-10-06T09:00:00+00:00"


def test_a_deleted_session_takes_everything_of_it_along(
    full: FullTown, get: Reader, database: Database, clock: Clock
) -> None:
    clock.forward(days=1)
    with database.writing() as session:
        session.get_one(SessionRow, full.sessions["coming"].id).deleted_at = clock()
    judge, objects = crawl(SYSTEM, get)
    assert judge.flaws == []
    assert full.topics["asked"].key not in "".join(objects)
    for kind, row in (("meeting", full.sessions["coming"]), ("paper", full.topics["asked"]),
                      ("file", full.files["motion"]), ("location", full.sessions["coming"])):  # fmt: skip
        assert get(f"{ORIGIN}/oparl/1.1/{kind}/{row.key}")["deleted"] is True, kind


def test_AC_06_what_was_deleted_before_publication_never_existed(
    full: FullTown, get: Reader, database: Database, clock: Clock, client: TestClient
) -> None:
    with database.writing() as session:
        council = session.get_one(SessionRow, full.sessions["coming"].id)
        topic = make_topic(session, clock() - timedelta(days=2), council, title=SECRET, position=9)
        topic.deleted_at = clock() - timedelta(days=1)
        file = a_file(session, clock, "attachment", topic=topic)
    assert client.get(f"/oparl/1.1/agendaItem/{topic.key}").status_code == 404
    assert client.get(f"/oparl/1.1/file/{file.key}").status_code == 404
    listed = get(f"{BODY}/agendaItem", modified_since="2000-01-01T00:00:00Z")["data"]
    assert topic.key not in json.dumps(listed)


def test_an_object_is_as_old_as_its_publication(full: FullTown, get: Reader, database: Database, clock: Clock) -> None:
    """A client that asks for what was created since yesterday must see an agenda written last week, published today."""
    clock.forward(days=3)
    with database.writing() as session:
        draft = session.get_one(SessionRow, full.sessions["draft"].id)
        draft.state, draft.published_at, draft.modified_at = "published", clock(), clock()
    since = (clock() - timedelta(hours=1)).isoformat()
    assert len(get(f"{BODY}/agendaItem", created_since=since)["data"]) == 1
    assert len(get(f"{BODY}/file", created_since=since)["data"]) == 2


def test_the_pages_of_a_list_keep_the_filter_and_hold_everything_once(
    full: FullTown, get: Reader, database: Database, clock: Clock
) -> None:
    with database.writing() as session:
        council = session.get_one(SessionRow, full.sessions["coming"].id)
        for number in range(250):
            make_topic(session, clock(), council, title=f"Θέμα {number}", position=10 + number)
    address = f"{BODY}/agendaItem?created_since=2026-01-01T00%3A00%3A00%2B02%3A00"
    found = read_list(address, get)
    assert len({value["id"] for value in found}) == len(found) == 253
    first = get(f"{BODY}/agendaItem", created_since="2026-01-01T00:00:00Z", limit="7")
    assert first["links"]["next"].endswith("created_since=2026-01-01T00%3A00%3A00Z&limit=7&page=2")
    assert len(first["data"]) == first["pagination"]["elementsPerPage"] == 7


def test_omit_internal_leaves_embedded_lists_out(full: FullTown, get: Reader) -> None:
    (first, _) = get(f"{BODY}/meeting", omit_internal="true")["data"]
    assert "agendaItem" not in first


@pytest.mark.parametrize(
    "query",
    [
        "modified_since=2026-01-01", "modified_since=2026-01-01T00:00:00", "modified_since=2026-02-30T00:00:00Z",
        "created_until=", "created_since=2026-01-01T00:00:00+02:00", "modified_until=yesterday", "page=0", "page=-1",
        "page=1.5", "page=%D9%A1", "limit=0", "limit=+5", "omit_internal=yes", "modified-since=2026-01-01T00:00:00Z",
        "created_since=2026-01-01T00%3A00%3A00Z&created_since=2026-01-01T00%3A00%3A00Z",
    ],
)  # fmt: skip
def test_a_filter_that_is_not_understood_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/oparl/1.1/body/municipality/meeting?{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 400, query


def test_unknown_addresses_are_not_found(client: TestClient, full: FullTown) -> None:
    for path in ("body/other", "meeting/x", "nothing/x", "body/other/meeting", "body/municipality/system",
                 f"organization/{full.body.key}/paper", "organization/x/meeting",
                 "body/municipality/meeting?page=9"):  # fmt: skip
        assert client.get(f"/oparl/1.1/{path}").status_code == 404, path


def test_an_answer_that_did_not_change_is_not_sent_twice(client: TestClient, full: FullTown) -> None:
    first = client.get(SYSTEM)
    assert first.headers["last-modified"] == "Mon, 05 Oct 2026 09:00:00 GMT"
    assert client.get(SYSTEM, headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_the_language_of_the_data_does_not_follow_the_visitor(client: TestClient, full: FullTown) -> None:
    path = f"/oparl/1.1/meeting/{full.sessions['held'].key}"
    greek = client.get(path).content
    client.cookies.set("language", "en")
    assert client.get(path).content == greek


MOMENTS = st.integers(0, 100_000).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
STAMPS = st.lists(
    st.builds(Stamp, st.integers(), st.uuids().map(str), MOMENTS, MOMENTS, st.booleans()), max_size=30,
    unique_by=lambda stamp: stamp.key,
)  # fmt: skip


@given(stamps=STAMPS, limit=st.integers(1, 9), since=st.none() | MOMENTS, until=st.none() | MOMENTS)
def test_pages_together_are_exactly_what_the_filter_holds(
    stamps: list[Stamp], limit: int, since: datetime | None, until: datetime | None
) -> None:
    query = {"limit": str(limit)}
    query |= {"modified_since": since.isoformat()} if since else {}
    query |= {"created_until": until.isoformat()} if until else {}
    found: list[Stamp] = []
    for page in range(1, choose(stamps, read_question(query)).pages + 1):
        found += choose(stamps, read_question({**query, "page": str(page)})).stamps
    expected = {
        stamp.key
        for stamp in stamps
        if (stamp.modified >= since if since else not stamp.deleted) and (until is None or stamp.created <= until)
    }
    assert len(found) == len(expected)
    assert {stamp.key for stamp in found} == expected


@given(st.dictionaries(st.sampled_from(["modified_since", "created_until", "page", "limit", "x"]), st.text()))
def test_any_query_is_a_question_or_refused(query: dict[str, str]) -> None:
    try:
        question = read_question(query)
        choose([Stamp(1, "a", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))], question)
    except (BadFilter, NotFound):
        pass
