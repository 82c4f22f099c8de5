"""`kalpi trustee` on a machine without a network: a whole ceremony, a key check and a count with files alone."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from audit.sequencer import log_keeper
from crypto.encoding import compact, parse_json
from crypto.errors import InvalidProof, Malformed
from tests.voting.preparing import EVA, FAY, TRUSTEES, DeskOf
from voting.closing import close
from voting.decrypting import accept
from voting.keyfile import open_key_file
from voting.rehearsal import accept_key_check
from voting.store import referendum as store
from voting.store.casting import BallotBox
from voting.store.record import record_files
from voting.tallying import add_up, keep_tally
from voting.trustee_commands import app
from voting.trustee_device import check_board, read_state

PASSPHRASE = "τέσσερις ήσυχοι ερωδιοί"


class Machine:
    """One trustee's own machine: a folder and the command."""

    def __init__(self, on_desk: DeskOf, account: int, folder: Path) -> None:
        self.on_desk, self.account, self.folder = on_desk, account, folder
        folder.mkdir()
        self.key, self.message = folder / "key.json", folder / "message.json"
        (folder / "passphrase").write_text(PASSPHRASE)

    def run(self, command: str, *arguments: Path) -> Result:
        paths = [str(path) for path in arguments]
        return CliRunner().invoke(app, [command, *paths, "--passphrase-file", str(self.folder / "passphrase")])

    def carry_state(self) -> Path:
        path = self.folder / "state.json"
        path.write_bytes(compact(self.on_desk.state(self.account)))
        return path

    def carry_board(self, kind: str) -> Path:
        self.on_desk.sequence()
        folder = self.folder / kind
        folder.mkdir(exist_ok=True)
        with self.on_desk.db.reading() as session:
            row = store.referendum(session, self.on_desk.slug)
            files = record_files(session, row, kind, log_keeper(self.on_desk.settings).verifier_key)
        for name, raw in files.items():
            (folder / name).write_bytes(raw)
        return folder

    def step(self, command: str) -> None:
        done = self.run(command, self.carry_state(), self.key, self.message)
        assert done.exit_code == 0, done.output
        sent = json.loads(self.message.read_bytes())
        self.on_desk.send(self.account, sent["step"], sent["message"])

    def decrypt(self, kind: str) -> tuple[bytes, bytes]:
        done = self.run("decrypt", self.carry_board(kind), self.key, self.message)
        assert done.exit_code == 0, done.output
        sent = parse_json(self.message.read_bytes())
        assert isinstance(sent, dict)
        assert sent["election"] == kind
        return str(sent["payload"]).encode(), str(sent["strong"]).encode()


@pytest.fixture
def machines(on_desk: DeskOf, tmp_path: Path) -> list[Machine]:
    on_desk.proclaim().freeze().list_credentials().open_ceremony()
    made = [Machine(on_desk, account, tmp_path / str(account)) for account in TRUSTEES]
    for machine in made:
        done = machine.run("make-key", machine.carry_state(), machine.key)
        assert done.exit_code == 0, done.output
    for command in ("commit", "polynomial", "share"):
        for machine in made:
            machine.step(command)
    return made


def check_keys(on_desk: DeskOf, machines: list[Machine]) -> None:
    on_desk.open_rehearsal()
    for machine in machines:
        payload, strong = machine.decrypt("rehearsal")
        with on_desk.writing() as preparation:
            accept_key_check(preparation, machine.account, payload, strong, on_desk.now)


def close_and_tally(on_desk: DeskOf) -> None:
    with on_desk.db.writing() as session:
        box = BallotBox(session, store.referendum(session, on_desk.slug))
        on_desk.now = box.row.closes_at
        close(box, on_desk.now)
    on_desk.sequence()
    with on_desk.db.writing() as session:
        box = BallotBox(session, store.referendum(session, on_desk.slug))
        keep_tally(box, add_up(box))
    on_desk.sequence()


def test_a_ceremony_a_key_check_and_a_count_with_files_alone(on_desk: DeskOf, machines: list[Machine]) -> None:
    assert on_desk.phase == "keyed"
    check_keys(on_desk, machines)
    assert on_desk.phase == "rehearsed"
    on_desk.approve(EVA)
    on_desk.approve(FAY)
    close_and_tally(on_desk)
    for index, machine in enumerate(machines[:2], 1):
        payload, strong = machine.decrypt("vote")
        with on_desk.db.writing() as session:
            box = BallotBox(session, store.referendum(session, on_desk.slug))
            assert accept(box, index, payload, strong, on_desk.now)


def test_TK_08_the_command_decrypts_nothing_of_an_open_vote_and_no_rehearsal_after_the_opening(
    on_desk: DeskOf, machines: list[Machine]
) -> None:
    check_keys(on_desk, machines)
    on_desk.approve(EVA)
    on_desk.approve(FAY)
    for kind in ("vote", "rehearsal"):
        refused = machines[0].run("decrypt", machines[0].carry_board(kind), machines[0].key, machines[0].message)
        assert refused.exit_code == 1
        assert "board.open" in refused.output


def test_TK_09_a_key_decrypts_one_tally_of_an_election_and_no_other(on_desk: DeskOf, machines: list[Machine]) -> None:
    on_desk.open_rehearsal()
    machine = machines[0]
    machine.decrypt("rehearsal")
    machine.decrypt("rehearsal")
    notes = machine.key.with_name("key.json.decrypted")
    notes.write_text(notes.read_text().replace('":"', '":"0')[:-3] + '"}')
    refused = machine.run("decrypt", machine.carry_board("rehearsal"), machine.key, machine.message)
    assert refused.exit_code == 1
    assert "key.used" in refused.output


@pytest.mark.parametrize("name", ["order.jsonl", "entries.jsonl", "checkpoint", "range.json", ".bel"])
def test_TK_05_a_board_with_one_changed_byte_is_not_decrypted(
    on_desk: DeskOf, machines: list[Machine], name: str
) -> None:
    on_desk.open_rehearsal()
    folder = machines[0].carry_board("rehearsal")
    path = next(path for path in folder.iterdir() if path.name.endswith(name))
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))
    refused = machines[0].run("decrypt", folder, machines[0].key, machines[0].message)
    assert refused.exit_code == 1
    assert isinstance(refused.exception, SystemExit), refused.exception
    assert "Traceback" not in refused.output


def test_TK_05_a_key_of_another_place_or_ceremony_decrypts_nothing(on_desk: DeskOf, machines: list[Machine]) -> None:
    on_desk.open_rehearsal()
    folder = machines[0].carry_board("rehearsal")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    key = open_key_file(machines[0].key.read_bytes(), PASSPHRASE)
    check_board(files, key)
    for lie, code in (
        (replace(key, index=2), r"board\.trustee"),
        (replace(key, ceremony="0" * 32), r"board\.ceremony"),
        (replace(key, referendum="12345678912345"), r"board\.election"),
    ):
        with pytest.raises(InvalidProof, match=code):
            check_board(files, lie)
    with pytest.raises(Malformed, match=r"key\.share"):
        check_board(files, replace(key, share=None))


def test_a_key_is_never_overwritten(machines: list[Machine]) -> None:
    machine = machines[0]
    before = machine.key.read_bytes()
    assert machine.run("make-key", machine.carry_state(), machine.key).exit_code == 1
    assert machine.key.read_bytes() == before


def test_a_key_file_of_another_seat_is_refused(machines: list[Machine]) -> None:
    refused = machines[0].run("commit", machines[1].carry_state(), machines[0].key, machines[0].message)
    assert refused.exit_code == 1
    assert "key.other" in refused.output


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"step":1}'])
def test_another_file_than_a_state_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        read_state(raw)
