"""Minutes: draft, approved, final; every version public with its state, one extract for each topic (M4, M5)."""

import hashlib

import pytest
from sqlmodel import col, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consultation.errors import Incomplete
from consultation.minutes import (
    TEXT_LIMIT,
    Minutes,
    State,
    decode_minutes,
    minutes_content,
    next_states,
    read_minutes,
    write_minutes,
)
from consultation.store.council_tables import MinutesRow, SessionRow
from crypto.encoding import SIZE_LIMIT
from tests.consultation.deciding import Held, clerk, hold_session, logged
from tests.consultation.town import Town
from tests.consultation.visitors import page_of

TOPICS = ["a" * 32, "b" * 32]
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


def form(revision: int = 0, state: str = "draft", **fields: str) -> dict[str, str]:
    return {"revision": str(revision), "state": state, "text": "Έναρξη στις 19:00.", **fields}


def address(held: Held) -> str:
    return f"/sessions/{held.session}/minutes"


def refusal(form: dict[str, str], newest: State | None = None) -> str:
    with pytest.raises(Incomplete) as refused:
        read_minutes(form, TOPICS, newest, has_file=False)
    return refused.value.code


def test_M05_states_go_one_step_and_never_back() -> None:
    assert next_states(None) == (State.DRAFT,)
    assert next_states(State.DRAFT) == (State.DRAFT, State.APPROVED)
    assert next_states(State.APPROVED) == (State.APPROVED, State.FINAL)
    assert next_states(State.FINAL) == (State.FINAL,)
    assert refusal(form(state="final")) == "minutes.order"
    assert refusal(form(state="draft"), State.APPROVED) == "minutes.order"
    assert refusal(form(state="burnt")) == "minutes.state"


def test_minutes_hold_a_text_an_extract_or_a_file() -> None:
    assert refusal(form(text=" ")) == "minutes.empty"
    assert read_minutes(form(text=""), TOPICS, None, has_file=True).text == ""
    assert refusal(form(text="α" * (TEXT_LIMIT + 1))) == "text.length"


def test_extracts_are_of_the_topics_of_the_session_and_in_their_order() -> None:
    sent = form() | {f"extract_{key}": key[0] for key in ("b" * 32, "a" * 32, "c" * 32)}
    minutes = read_minutes(sent, TOPICS, None, has_file=False)
    assert list(minutes.extracts.items()) == [("a" * 32, "a"), ("b" * 32, "b")]


def test_a_version_is_never_larger_than_every_reader_takes() -> None:
    topics = [f"{number:032x}" for number in range(8)]
    long = {f"extract_{key}": "ω" * TEXT_LIMIT for key in topics}
    with pytest.raises(Incomplete) as refused:
        read_minutes(form() | long, topics, None, has_file=False)
    assert refused.value.code == "minutes.length"
    fitting = read_minutes(form() | dict([*long.items()][:3]), topics, None, has_file=False)
    assert len(minutes_content(fitting, "a" * 32, 99, "b" * 64)) < SIZE_LIMIT


def test_the_bytes_of_the_log_lead_back_to_the_form() -> None:
    minutes = Minutes(State.APPROVED, "Κείμενο", {"a" * 32: "Απόσπασμα"})
    raw = minutes_content(minutes, "5" * 32, 3, "")
    assert raw.startswith(b'{"minutes":1,"session":"5555')
    assert decode_minutes(raw) == minutes
    assert read_minutes(write_minutes(minutes), TOPICS, State.DRAFT, has_file=False) == minutes


@pytest.mark.parametrize(("state", "word"), [("draft", "Σχέδιο"), ("approved", "Εγκεκριμένα"), ("final", "Οριστικά")])
def test_M05_a_citizen_always_sees_which_state(
    desk: TestClient, citizen: TestClient, held: Held, state: str, word: str
) -> None:
    for number, step in enumerate(State):
        assert desk.post(f"/desk{address(held)}", data=form(number, step.value)).status_code == 303
        if step == state:
            break
    page = citizen.get(address(held)).text
    assert f"Κατάσταση των πρακτικών: {word}" in page
    assert word in citizen.get(f"/topics/{held.topic}").text


def test_M05_a_replaced_version_stays_reachable(desk: TestClient, citizen: TestClient, held: Held, town: Town) -> None:
    desk.post(f"/desk{address(held)}", data=form())
    changed = form(1, "approved", text="Έναρξη στις 19:15.")
    desk.post(f"/desk{address(held)}", data=changed, files={"file": ("Πρακτικά.pdf", PDF)})
    first, second = (citizen.get(f"{address(held)}/{number}").text for number in (1, 2))
    assert "19:00" in first
    assert "Η έκδοση αυτή αντικαταστάθηκε." in first
    assert f'href="{address(held)}/1"' in second
    assert "19:15" in second
    assert "Πρακτικά.pdf" in second
    assert "Πρακτικά.pdf" not in first
    assert citizen.get(f"{address(held)}/3").status_code == 404
    with town.database.reading() as session:
        query = select(MinutesRow.content, MinutesRow.digest, MinutesRow.state).order_by(col(MinutesRow.number))
        rows = session.exec(query).all()
    assert [hashlib.sha256(content).hexdigest() for content, _, _ in rows] == [digest for _, digest, _ in rows]
    assert logged(town.database, "minutes") == [
        {"session": held.session, "version": number, "state": state, "minutes": digest}
        for number, (_, digest, state) in enumerate(rows, 1)
    ]


def test_M05_going_back_is_refused_on_the_page_and_keeps_what_was_typed(
    desk: TestClient, held: Held, town: Town
) -> None:
    desk.post(f"/desk{address(held)}", data=form())
    desk.post(f"/desk{address(held)}", data=form(1, "approved"))
    answer = desk.post(f"/desk{address(held)}", data=form(2, "draft", text="Πίσω στο σχέδιο"))
    assert answer.status_code == 422
    assert "Πίσω στο σχέδιο" in answer.text
    assert len(logged(town.database, "minutes")) == 2


def test_the_form_says_before_saving_that_a_draft_becomes_public(desk: TestClient, held: Held) -> None:
    page = desk.get(f"/desk{address(held)}").text
    assert "δημοσιεύει αμέσως τα πρακτικά" in page
    assert f'name="extract_{held.topic}"' in page
    assert 'value="approved"' not in page


def test_before_the_first_version_the_page_says_so(citizen: TestClient, held: Held) -> None:
    answer = citizen.get(address(held))
    assert answer.status_code == 200
    assert "δεν έχουν δημοσιευθεί ακόμη" in answer.text


def test_the_second_writer_of_minutes_overwrites_nothing(desk: TestClient, held: Held, town: Town) -> None:
    desk.post(f"/desk{address(held)}", data=form())
    late = desk.post(f"/desk{address(held)}", data=form(text="Άλλο κείμενο"))
    assert late.status_code == 409
    assert "Άλλο κείμενο" in late.text
    assert "Έναρξη στις 19:00." in late.text
    assert len(logged(town.database, "minutes")) == 1


def test_saving_the_same_minutes_again_makes_no_version(desk: TestClient, held: Held, town: Town) -> None:
    desk.post(f"/desk{address(held)}", data=form())
    desk.post(f"/desk{address(held)}", data=form(1))
    assert len(logged(town.database, "minutes")) == 1


def test_a_stale_code_or_another_role_saves_no_minutes(town_app: Starlette, held: Held, town: Town) -> None:
    for name in ("stale-secretariat", "auditor", "ada", ""):
        answer = page_of(town_app, town.settings, name).post(f"/desk{address(held)}", data=form())
        assert answer.status_code in {401, 403}
    assert logged(town.database, "minutes") == []


def test_AC_06_minutes_of_a_draft_session_do_not_exist(
    desk: TestClient, citizen: TestClient, held: Held, town: Town
) -> None:
    desk.post(f"/desk{address(held)}", data=form())
    with town.database.writing() as session:
        row = session.exec(select(SessionRow).where(SessionRow.key == held.session)).one()
        row.state = "draft"
        session.add(row)
    assert citizen.get(address(held)).status_code == 404
    assert citizen.get(f"{address(held)}/1").status_code == 404


def test_an_extract_can_be_found(desk: TestClient, citizen: TestClient, held: Held) -> None:
    desk.post(f"/desk{address(held)}", data=form() | {f"extract_{held.topic}": "Μίλησε για τους ποδηλατοδρόμους."})
    assert address(held) in citizen.get("/search", params={"q": "ποδηλατοδρόμους"}).text


def test_WB_01_minutes_run_nothing_of_what_was_typed(desk: TestClient, citizen: TestClient, held: Held) -> None:
    payload = "<script>alert(1)</script> [x](javascript:alert(1))"
    desk.post(f"/desk{address(held)}", data=form(text=payload) | {f"extract_{held.topic}": payload})
    page = citizen.get(address(held)).text
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
