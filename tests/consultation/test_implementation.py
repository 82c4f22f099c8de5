"""What became of decisions: measures on pages, overdue first, no change without a trace (M13)."""

import hashlib
import re

import pytest
from sqlmodel import col, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consultation.council_vote import Outcome
from consultation.store.council_tables import MeasureRow, MeasureVersionRow, SessionRow
from tests.consultation.deciding import Held, a_measure, clerk, decide, hold_session, logged
from tests.consultation.town import Town
from tests.consultation.visitors import page_of


@pytest.fixture
def held(town: Town) -> Held:
    """Its first topic is decided."""
    held = hold_session(town)
    decide(town.database, held.topic, town.now)
    return held


@pytest.fixture
def desk(town_app: Starlette, town: Town) -> TestClient:
    return clerk(town_app, town)


@pytest.fixture
def citizen(town_app: Starlette, town: Town) -> TestClient:
    return page_of(town_app, town.settings)


def new_measure(desk: TestClient, held: Held, **changed: str) -> str:
    """Its key."""
    sent = desk.post(f"/desk/topics/{held.topic}/measures/new", data=a_measure(**changed))
    assert sent.status_code == 303, sent.text
    return sent.headers["location"].rpartition("/")[2]


def test_M13_a_measure_shows_owner_budget_horizon_status_and_notes(
    desk: TestClient, citizen: TestClient, held: Held
) -> None:
    key = new_measure(desk, held)
    assert desk.post(f"/desk/measures/{key}/notes", data={"status": "done", "text": "Παραδόθηκε."}).status_code == 303
    page = citizen.get(f"/measures/{key}").text
    for shown in (
        "Τεχνική υπηρεσία",
        "12.500,00 €",
        "Βραχυπρόθεσμος",
        "Ολοκληρώθηκε",
        "Παραδόθηκε.",
        "5 Οκτωβρίου 2026",
    ):
        assert shown in page, shown
    assert f"/topics/{held.topic}#decision" in page
    assert f"/measures/{key}" in citizen.get(f"/topics/{held.topic}").text


def test_M13_a_citizen_sees_the_overdue_ones_first_and_the_last_change(
    desk: TestClient, citizen: TestClient, held: Held, town: Town
) -> None:
    new_measure(desk, held, title="Ολοκληρωμένο μέτρο", status="done", due_on="2026-01-01")
    new_measure(desk, held, title="Επόμενο μέτρο", due_on="2026-10-09")
    town.clock.forward(days=2)
    new_measure(desk, held, title="Εκπρόθεσμο μέτρο", due_on="2026-10-06")
    page = citizen.get("/implementation").text
    places = [page.index(title) for title in ("Εκπρόθεσμο μέτρο", "Επόμενο μέτρο", "Ολοκληρωμένο μέτρο")]
    assert places == sorted(places)
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert facts["Μέτρα"] == "3"
    assert facts["Εκπρόθεσμα"] == "1"
    assert facts["Σε εξέλιξη"] == "2"
    assert facts["Τελευταία αλλαγή"] == "7 Οκτωβρίου 2026"


def test_the_list_is_narrowed_by_status_and_owner(desk: TestClient, citizen: TestClient, held: Held) -> None:
    new_measure(desk, held, title="Μελέτη", owner="Τεχνική υπηρεσία")
    new_measure(desk, held, title="Ενημέρωση", owner="Γραφείο τύπου", status="done")
    done = citizen.get("/implementation", params={"status": "done"}).text
    assert "Ενημέρωση</a>" in done
    assert "Μελέτη</a>" not in done
    technical = citizen.get("/implementation", params={"owner": "Τεχνική υπηρεσία"}).text
    assert "Μελέτη</a>" in technical
    assert "Ενημέρωση</a>" not in technical
    assert "Μελέτη</a>" not in citizen.get("/implementation", params={"status": "overdue"}).text
    assert "Μελέτη</a>" in citizen.get("/implementation", params={"status": "x", "owner": "y"}).text


def test_M13_a_moved_day_stays_visible(desk: TestClient, citizen: TestClient, held: Held) -> None:
    key = new_measure(desk, held)
    desk.post(f"/desk/measures/{key}", data=a_measure(revision="1", due_on="2027-06-01", budget="15.000"))
    page = citizen.get(f"/measures/{key}").text
    assert "1 Δεκεμβρίου 2026 → 1 Ιουνίου 2027" in page
    assert "12.500,00 € → 15.000,00 €" in page


def test_every_save_of_a_measure_is_in_the_log(desk: TestClient, held: Held, town: Town) -> None:
    key = new_measure(desk, held)
    desk.post(f"/desk/measures/{key}", data=a_measure(revision="1", owner="Αντιδημαρχία"))
    desk.post(f"/desk/measures/{key}/notes", data={"status": "done", "text": "Παραδόθηκε."})
    desk.post(f"/desk/measures/{key}", data=a_measure(revision="3", owner="Αντιδημαρχία", status="done"))
    with town.database.reading() as session:
        query = select(MeasureVersionRow.content, MeasureVersionRow.digest).order_by(col(MeasureVersionRow.number))
        rows = session.exec(query).all()
    digests = [digest for _, digest in rows]
    assert [hashlib.sha256(content).hexdigest() for content, _ in rows] == digests
    assert logged(town.database, "measure") == [
        {"topic": held.topic, "measure": key, "version": number, "content": digest}
        for number, digest in enumerate(digests, 1)
    ]
    assert len(digests) == 3


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.POSTPONED])
def test_only_what_was_adopted_is_carried_out(desk: TestClient, held: Held, town: Town, outcome: Outcome) -> None:
    assert desk.post(f"/desk/topics/{held.other_topic}/measures/new", data=a_measure()).status_code == 409
    decide(town.database, held.other_topic, town.now, outcome)
    assert desk.post(f"/desk/topics/{held.other_topic}/measures/new", data=a_measure()).status_code == 409
    assert "εγκρίθηκε" in desk.get(f"/desk/topics/{held.other_topic}/measures").text
    assert logged(town.database, "measure") == []


def test_a_refused_measure_keeps_what_was_typed(desk: TestClient, held: Held, town: Town) -> None:
    answer = desk.post(f"/desk/topics/{held.topic}/measures/new", data=a_measure(budget="12.50"))
    assert answer.status_code == 422
    assert 'value="12.50"' in answer.text
    assert "Μελέτη κυκλοφορίας" in answer.text
    assert logged(town.database, "measure") == []


def test_the_second_writer_of_a_measure_overwrites_nothing(desk: TestClient, held: Held, town: Town) -> None:
    key = new_measure(desk, held)
    desk.post(f"/desk/measures/{key}", data=a_measure(revision="1", owner="Αντιδημαρχία"))
    late = desk.post(f"/desk/measures/{key}", data=a_measure(revision="1", status="stopped"))
    assert late.status_code == 409
    assert "Αντιδημαρχία" in late.text
    with town.database.reading() as session:
        assert session.exec(select(MeasureRow.status, MeasureRow.owner)).one() == ("running", "Αντιδημαρχία")


def test_a_large_budget_fits(desk: TestClient, citizen: TestClient, held: Held) -> None:
    """More cents than 32 bits hold."""
    key = new_measure(desk, held, budget="1.250.000.000,00")
    assert "1.250.000.000,00 €" in citizen.get(f"/measures/{key}").text


def test_only_the_secretariat_writes_measures(town_app: Starlette, desk: TestClient, held: Held, town: Town) -> None:
    key = new_measure(desk, held)
    for name in ("ada", "auditor", "service", "councillor"):
        other = page_of(town_app, town.settings, name)
        assert other.post(f"/desk/topics/{held.topic}/measures/new", data=a_measure()).status_code == 403
        assert other.post(f"/desk/measures/{key}", data=a_measure(revision="1", owner="Χ")).status_code == 403
        assert other.post(f"/desk/measures/{key}/notes", data={"status": "done", "text": "Χ"}).status_code == 403
    assert len(logged(town.database, "measure")) == 1


def test_AC_06_measures_of_a_session_that_is_not_public_do_not_exist(
    desk: TestClient, citizen: TestClient, held: Held, town: Town
) -> None:
    key = new_measure(desk, held)
    with town.database.writing() as session:
        row = session.exec(select(SessionRow).where(SessionRow.key == held.session)).one()
        row.state = "draft"
        session.add(row)
    assert citizen.get(f"/measures/{key}").status_code == 404
    assert "Μελέτη κυκλοφορίας" not in citizen.get("/implementation").text


def test_WB_01_a_note_runs_nothing_of_what_was_typed(desk: TestClient, citizen: TestClient, held: Held) -> None:
    key = new_measure(desk, held, title="<b>Μελέτη</b>")
    payload = "<script>alert(1)</script> [x](javascript:alert(1))"
    desk.post(f"/desk/measures/{key}/notes", data={"status": "running", "text": payload})
    page = citizen.get(f"/measures/{key}").text
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    assert "<b>Μελέτη" not in page + citizen.get("/implementation").text
