"""Decisions on pages: saved by the secretariat, seen by everybody, every version kept (M4, M36)."""

import dataclasses
import hashlib
import re
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consultation.store.council_tables import DecisionVersionRow, FileRow, SessionRow
from consultation.store.decision import topic_noting
from tests.consultation.deciding import (
    ADA_ACT,
    ANNA,
    CHAIR,
    PETROS,
    UUID,
    VOTE,
    Held,
    a_decision,
    clerk,
    hold_session,
    kept_decision,
    logged,
)
from tests.consultation.town import Town, make_body, make_session, make_topic
from tests.consultation.visitors import page_of

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def held(town: Town) -> Held:
    return hold_session(town)


@pytest.fixture
def desk(town_app: Starlette, town: Town) -> TestClient:
    return clerk(town_app, town)


@pytest.fixture
def citizen(town_app: Starlette, town: Town) -> TestClient:
    return page_of(town_app, town.settings)


@pytest.fixture
def with_votes(town_app: Starlette) -> Starlette:
    """The other room tells of one vote with a published result."""

    def published(_session: Session) -> list[tuple[str, str, str]]:
        return [(UUID, *VOTE)]

    house = town_app.state.house
    town_app.state.house = dataclasses.replace(house, parts={**house.parts, "published_votes": published})
    return town_app


def address(held: Held) -> str:
    return f"/desk/topics/{held.topic}/decision"


def test_M04_a_decision_shows_outcome_number_ada_votes_by_name_and_its_file(
    desk: TestClient, citizen: TestClient, held: Held
) -> None:
    votes = held.votes(chair="for", anna="for", petros="against")
    sent = desk.post(address(held), data=a_decision(ada=ADA_ACT.lower(), **votes), files={"file": ("Απόφαση.pdf", PDF)})
    assert sent.status_code == 303, sent.text
    page = citizen.get(f"/topics/{held.topic}/decision/1").text
    for shown in (
        "Κατά πλειοψηφία",
        "12/2026",
        ADA_ACT,
        "https://diavgeia.gov.gr/doc/%CE%A8",
        CHAIR,
        PETROS,
        "ΚΑΤΑ: 1",
    ):
        assert shown in page, shown
    assert 'rel="noopener"' in page
    file = re.search(r'href="(/files/[0-9a-f]{32})"', page)
    assert file
    assert citizen.get(file[1]).content == PDF


def test_M04_without_an_ada_the_page_says_that_posting_is_awaited(
    desk: TestClient, citizen: TestClient, held: Held
) -> None:
    desk.post(address(held), data=a_decision())
    assert "αναμένεται ανάρτηση" in citizen.get(f"/topics/{held.topic}/decision/1").text
    assert "αναμένεται ανάρτηση" in citizen.get("/decisions").text


def test_M04_from_the_minutes_one_click_to_topic_and_decision_and_back(
    desk: TestClient, citizen: TestClient, held: Held
) -> None:
    desk.post(address(held), data=a_decision())
    minutes = f"/sessions/{held.session}/minutes"
    desk.post(f"/desk{minutes}", data={"revision": "0", "state": "draft", f"extract_{held.topic}": "Ειπώθηκαν πολλά."})
    page = citizen.get(minutes).text
    assert f'id="topic-{held.topic}"' in page
    assert f'href="/topics/{held.topic}"' in page
    assert f'href="/topics/{held.topic}#decision"' in page
    assert f'href="{minutes}#topic-{held.topic}"' in citizen.get(f"/topics/{held.topic}/decision/1").text


def test_M04_the_page_of_the_topic_leads_to_decision_and_minutes(
    desk: TestClient, citizen: TestClient, held: Held
) -> None:
    desk.post(address(held), data=a_decision())
    minutes = f"/sessions/{held.session}/minutes"
    desk.post(f"/desk{minutes}", data={"revision": "0", "state": "draft", "text": "Έναρξη στις 19:00."})
    page = citizen.get(f"/topics/{held.topic}").text
    assert f'href="/topics/{held.topic}/decision/1"' in page
    assert f'href="{minutes}#topic-{held.topic}"' in page


def test_every_save_is_a_version_whose_digest_is_in_the_log(
    desk: TestClient, citizen: TestClient, held: Held, town: Town
) -> None:
    desk.post(address(held), data=a_decision())
    desk.post(address(held), data=a_decision(revision="1", ada=ADA_ACT))
    with town.database.reading() as session:
        query = select(DecisionVersionRow.content, DecisionVersionRow.digest)
        rows = session.exec(query.order_by(col(DecisionVersionRow.number))).all()
    digests = [digest for _, digest in rows]
    assert [hashlib.sha256(content).hexdigest() for content, _ in rows] == digests
    assert logged(town.database, "decision") == [
        {"topic": held.topic, "version": number, "decision": digest} for number, digest in enumerate(digests, 1)
    ]
    first, second = (citizen.get(f"/topics/{held.topic}/decision/{number}").text for number in (1, 2))
    assert "Η έκδοση αυτή αντικαταστάθηκε" in first
    assert ADA_ACT not in first
    assert ADA_ACT in second
    assert digests[0] in first


def test_saving_the_same_again_makes_no_version(desk: TestClient, held: Held, town: Town) -> None:
    desk.post(address(held), data=a_decision(), files={"file": ("a.pdf", PDF)})
    desk.post(address(held), data=a_decision(revision="1"), files={"file": ("b.pdf", PDF)})
    assert len(logged(town.database, "decision")) == 1
    with town.database.reading() as session:
        assert len(session.exec(select(FileRow).where(FileRow.purpose == "decision")).all()) == 1


def test_an_older_version_keeps_its_file(desk: TestClient, citizen: TestClient, held: Held) -> None:
    desk.post(address(held), data=a_decision(), files={"file": ("a.pdf", PDF)})
    desk.post(address(held), data=a_decision(revision="1"), files={"file": ("b.pdf", PDF + b"\n")})
    assert "a.pdf" in citizen.get(f"/topics/{held.topic}/decision/1").text
    assert "b.pdf" in citizen.get(f"/topics/{held.topic}/decision/2").text


def test_M04_a_number_is_given_once_in_a_body_and_year(desk: TestClient, held: Held, town: Town) -> None:
    desk.post(address(held), data=a_decision())
    taken = desk.post(f"/desk/topics/{held.other_topic}/decision", data=a_decision())
    assert taken.status_code == 422
    assert "αυτόν τον αριθμό" in taken.text
    assert desk.post(f"/desk/topics/{held.other_topic}/decision", data=a_decision(number="13/2026")).status_code == 303
    with town.database.writing() as session:
        body = make_body(session, town.now, name="Δημοτική Επιτροπή", kind="committee")
        meeting = make_session(session, town.now, body, state="held", starts_at=town.now - timedelta(days=3))
        other = make_topic(session, town.now, meeting).key
    assert desk.post(f"/desk/topics/{other}/decision", data=a_decision()).status_code == 303


@pytest.mark.parametrize(("changed", "sentence"), [
    ({"ada": "ΨΘ82ΩPΦ-7ΑΙ"}, "λατινικό γράμμα"),
    ({"number": "12"}, "12/2026"),
    ({"outcome": ""}, "Επιλέξτε"),
])  # fmt: skip
def test_a_refused_form_keeps_what_was_typed(
    desk: TestClient, held: Held, town: Town, changed: dict[str, str], sentence: str
) -> None:
    answer = desk.post(address(held), data=a_decision(**changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Εγκρίνεται η πεζοδρόμηση." in answer.text
    assert logged(town.database, "decision") == []


def test_M04_a_contradicting_vote_is_named_on_the_page(desk: TestClient, held: Held) -> None:
    votes = held.votes(anna="against") | {"rest_vote": "for"}
    answer = desk.post(address(held), data=a_decision(outcome="unanimous", **votes))
    assert answer.status_code == 422
    assert f"ΚΑΤΑ: {ANNA}." in answer.text or re.search(rf"ψήφο κατά[^<]*{ANNA}", answer.text)


def test_the_second_writer_sees_what_is_stored_and_overwrites_nothing(desk: TestClient, held: Held, town: Town) -> None:
    desk.post(address(held), data=a_decision())
    late = desk.post(address(held), data=a_decision(outcome="rejected", text="Απορρίπτεται."))
    assert late.status_code == 409
    assert "Απορρίπτεται." in late.text
    assert "Εγκρίνεται η πεζοδρόμηση." in late.text
    assert "Κατά πλειοψηφία" in late.text
    assert 'name="revision" value="1"' in late.text
    assert kept_decision(town.database, held.topic) == (1, "by_majority")


def test_a_stale_code_keeps_the_form_and_saves_nothing(town_app: Starlette, held: Held, town: Town) -> None:
    stale = page_of(town_app, town.settings, "stale-secretariat")
    answer = stale.post(address(held), data=a_decision())
    assert answer.status_code == 403
    assert "Εγκρίνεται η πεζοδρόμηση." in answer.text
    assert "/login/fresh" in answer.text
    assert logged(town.database, "decision") == []


def test_only_the_secretariat_notes_decisions(town_app: Starlette, held: Held, town: Town) -> None:
    for name in ("ada", "auditor", "moderator", "service", "councillor", "operator"):
        assert page_of(town_app, town.settings, name).post(address(held), data=a_decision()).status_code == 403
    assert logged(town.database, "decision") == []


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_a_session_that_nobody_saw_or_that_did_not_happen_decides_nothing(
    desk: TestClient, town: Town, state: str
) -> None:
    held = hold_session(town, state=state)
    assert desk.post(address(held), data=a_decision()).status_code == 409
    assert logged(town.database, "decision") == []


def test_AC_06_a_decision_is_not_shown_when_its_session_is_no_longer_public(
    desk: TestClient, citizen: TestClient, held: Held, town: Town
) -> None:
    desk.post(address(held), data=a_decision())
    with town.database.writing() as session:
        row = session.exec(select(SessionRow).where(SessionRow.key == held.session)).one()
        row.state = "draft"
        session.add(row)
    assert citizen.get(f"/topics/{held.topic}/decision/1").status_code == 404
    assert "12/2026" not in citizen.get("/decisions").text


def test_the_list_is_newest_first_and_can_be_narrowed(desk: TestClient, citizen: TestClient, held: Held) -> None:
    desk.post(address(held), data=a_decision())
    later = a_decision(number="13/2026", decided_on="2026-10-03")
    desk.post(f"/desk/topics/{held.other_topic}/decision", data=later)
    page = citizen.get("/decisions").text
    assert page.index("13/2026") < page.index("12/2026")
    assert 'action="/search"' in page
    assert "12/2026" in citizen.get(f"/decisions?body={held.body}&year=2026").text
    assert citizen.get("/decisions?year=1999&body=x&page=-1").status_code == 200


def test_M36_the_decision_leads_to_the_vote_and_the_vote_finds_the_topic(
    with_votes: Starlette, desk: TestClient, citizen: TestClient, held: Held, town: Town
) -> None:
    assert VOTE[0] in desk.get(address(held)).text
    assert desk.post(address(held), data=a_decision(noted_vote=UUID)).status_code == 303
    page = citizen.get(f"/topics/{held.topic}/decision/1").text
    assert f'<a href="{VOTE[1]}">{VOTE[0]}</a>' in page
    with town.database.reading() as session:
        noting = topic_noting(session, UUID)
        assert noting is not None
        assert noting.key == held.topic
        assert topic_noting(session, "") is None


def test_M36_a_vote_without_a_published_result_cannot_be_noted(desk: TestClient, held: Held, town: Town) -> None:
    assert desk.post(address(held), data=a_decision(noted_vote=UUID)).status_code == 422
    with town.database.reading() as session:
        assert topic_noting(session, UUID) is None


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", "[x](javascript:alert(1))", '"><img src=x onerror=alert(1)>']
)
def test_WB_01_a_decision_runs_nothing_of_what_was_typed(
    desk: TestClient, citizen: TestClient, held: Held, payload: str
) -> None:
    desk.post(address(held), data=a_decision(text=payload))
    for page in (f"/topics/{held.topic}/decision/1", "/decisions"):
        text = citizen.get(page).text
        assert "<script>alert" not in text
        assert 'href="javascript:' not in text
        assert "<img src=x" not in text


def test_WB_15_what_is_no_document_is_refused_and_the_form_kept(desk: TestClient, held: Held, town: Town) -> None:
    answer = desk.post(address(held), data=a_decision(), files={"file": ("a.pdf", b"<html><script>1</script>")})
    assert answer.status_code == 422
    assert "Εγκρίνεται η πεζοδρόμηση." in answer.text
    assert logged(town.database, "decision") == []


def test_AC_02_the_versions_of_another_topic_are_not_reached(desk: TestClient, citizen: TestClient, held: Held) -> None:
    desk.post(address(held), data=a_decision())
    assert citizen.get(f"/topics/{held.other_topic}/decision/1").status_code == 404
    assert citizen.get(f"/topics/{held.topic}/decision/2").status_code == 404


def test_a_decision_can_be_found_by_its_ada(desk: TestClient, citizen: TestClient, held: Held) -> None:
    desk.post(address(held), data=a_decision(ada=ADA_ACT))
    assert f"/topics/{held.topic}" in citizen.get("/search", params={"q": ADA_ACT}).text


def test_a_topic_of_the_desk_is_locked_by_key_only(desk: TestClient) -> None:
    assert desk.get(f"/desk/topics/{'0' * 32}/decision").status_code == 404
