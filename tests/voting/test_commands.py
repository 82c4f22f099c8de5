"""`kalpi referendum`: the roll and the list of credentials from the machine itself."""

import secrets
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from identity.store.card import assign_card
from identity.store.person import write_registry
from settings import Settings
from tests.identity.people import a_person
from tests.voting.preparing import NOW, DeskOf
from voting.authority import add_cards, answer_request
from voting.commands import app


@pytest.fixture
def on_machine(on_desk: DeskOf) -> DeskOf:
    """Two electors with cards in the registry, and a vote proclaimed."""
    on_desk.authority, on_desk.cards = add_cards(on_desk.authority, 2, secrets.token_bytes)
    people = [a_person(2, "1001", "Παπαδοπούλου", "Άδα"), a_person(3, "1002", "Βασιλείου", "Μπο")]
    with on_desk.db.writing() as session:
        pairs = [(bytes([place]) * 32, person) for place, person in enumerate(people)]
        write_registry(session, [pairs], now=NOW, digest="00", complete=False)
        for person, card in enumerate(on_desk.cards, 1):
            assign_card(session, card.number, person, NOW)
    return on_desk.proclaim()


def run(settings: Settings, *arguments: str) -> Result:
    environment = {
        "KALPI_DATA": str(settings.data_directory),
        "DATABASE_URL": settings.database_url,
        "KALPI_BASE_URL": settings.base_url,
    }
    return CliRunner().invoke(app, list(arguments), env=environment)


def test_roll_request_and_credentials(on_machine: DeskOf, settings: Settings, tmp_path: Path) -> None:
    frozen = run(settings, "roll", "ermou")
    assert frozen.exit_code == 0, frozen.output
    assert "2 electors" in frozen.output
    request, answer = tmp_path / "request.json", tmp_path / "answer.json"
    assert run(settings, "request", "ermou", str(request)).exit_code == 0
    answer.write_bytes(answer_request(on_machine.authority, request.read_bytes()))
    kept = run(settings, "credentials", "ermou", str(answer))
    assert kept.exit_code == 0, kept.output
    assert on_machine.kinds() == ["proclaimed", "roll-frozen", "credentials-listed"]


def test_a_refusal_is_one_line_and_leaves_nothing(on_machine: DeskOf, settings: Settings, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    answer.write_bytes(b"[]")
    for arguments in (("roll", "nowhere"), ("credentials", "ermou", str(answer)), ("request", "ermou", str(answer))):
        refused = run(settings, *arguments)
        assert refused.exit_code == 1
        assert isinstance(refused.exception, SystemExit), refused.exception
    assert on_machine.kinds() == ["proclaimed"]


def test_a_running_service_keeps_a_second_writer_out(on_machine: DeskOf, settings: Settings) -> None:
    with on_machine.db.sole_process():
        refused = run(settings, "roll", "ermou")
    assert refused.exit_code == 1
    assert "another process is using" in "".join(refused.output.splitlines()).replace("  ", " ")
    assert on_machine.kinds() == ["proclaimed"]


def test_list_and_show_say_where_a_vote_stands(on_machine: DeskOf, settings: Settings) -> None:
    assert "proclaimed" in run(settings, "list").output
    assert "the roll is not frozen" in run(settings, "show", "ermou").output
