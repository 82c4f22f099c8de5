"""The council's record: what it holds, and that whatever is changed in it or behind the pages is noticed."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette

from audit import entry
from audit import store as log
from audit.council_record import CouncilRecord
from audit.phrases import ENGLISH, GREEK
from audit.phrases_council import COUNCIL_WORDS
from audit.phrases_flaws import greek_flaw
from audit.rendering import as_json, render
from audit.report import Report, Verdict
from audit.sequencer import log_keeper
from audit.verify_council import verify_council
from consultation.store import record as store
from consultation.store.contribution import erase, locked_contribution
from crypto.encoding import Json, compact
from settings import Settings
from tests.consultation.council_story import keep_log, tell_story
from tests.consultation.town import Town
from tests.consultation.visitors import page_of

ROOT = Path(__file__).parents[2]


def files_of(town: Town) -> dict[str, bytes]:
    """The record as the service would give it."""
    with town.database.reading() as session:
        signed = store.signed_entries(session)
        assert signed is not None
        return store.council_files(session, *signed, log_keeper(town.settings).verifier_key.encode())


@pytest.fixture
def files(town: Town) -> dict[str, bytes]:
    tell_story(town)
    return files_of(town)


def judge(files: dict[str, bytes]) -> Report:
    return verify_council(CouncilRecord(files))


def failing(files: dict[str, bytes]) -> dict[str, str]:
    """Code by check; every flaw has its Greek and a report in both languages."""
    report = judge(files)
    assert report.verdict is Verdict.REFUSED
    for check in report.failures:
        assert greek_flaw(check.code)
    render(report, GREEK)
    return {check.name: check.code for check in report.failures}


def test_M37_what_pages_show_is_what_the_log_holds(files: dict[str, bytes]) -> None:
    report = judge(files)
    assert [(check.name, check.code) for check in report.failures] == []
    assert report.council == {
        "sessions": 2, "topics": 1, "consultations": 1, "contributions": 8, "published": 5, "waiting": 0, "hidden": 1,
        "withdrawn": 1, "erased": 1, "removals": 3, "replies": 1, "decisions": 1, "measures": 1,
    }  # fmt: skip
    assert render(report, ENGLISH).split("\n")[1] == "Verified: every check passed."
    assert "Περιεχόμενο: συνεδριάσεις 2" in render(report, GREEK).split("\n")[2]
    assert as_json(report, ENGLISH)["rules"] == "council"


def test_every_check_has_words_and_a_line_in_record_md(files: dict[str, bytes]) -> None:
    names = [check.name for check in judge(files).checks]
    assert {f"check.{name}" for name in names} == {key for key in COUNCIL_WORDS if key.startswith("check.")}
    text = (ROOT / "audit" / "RECORD.md").read_text().partition("# Part two")[2]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_the_record_holds_nothing_of_what_was_hidden_withdrawn_or_erased(files: dict[str, bytes]) -> None:
    everything = b"".join(raw for name, raw in files.items())
    assert "Σχόλιο 1".encode() in everything
    for text in ("Σχόλιο 0", "Σχόλιο 3", "Σχόλιο 4", "Θίγει πρόσωπα", "Δεν θίγει κανέναν", "ada@example.org"):
        assert text.encode() not in everything, text


def test_a_councillors_file_goes_when_something_in_it_was_erased(files: dict[str, bytes]) -> None:
    assert [name for name in files if name.startswith("files/")], "the second one is there"
    assert len([name for name in files if name.startswith("files/")]) == 1, "the first one is not"


def test_any_object_left_out_is_named(files: dict[str, bytes]) -> None:
    for name in files:
        left = {other: raw for other, raw in files.items() if other != name}
        report = judge(left)
        assert report.verdict is Verdict.REFUSED, name
        assert any(check.place and check.place.number == name for check in report.failures), name


def test_any_line_left_out_twice_there_or_moved_is_noticed(files: dict[str, bytes]) -> None:
    for name in (name for name in files if name.endswith(".jsonl")):
        lines = files[name].splitlines(keepends=True)
        for place in range(len(lines)):
            assert failing({**files, name: b"".join(lines[:place] + lines[place + 1 :])}), name
            assert failing({**files, name: b"".join([*lines[: place + 1], lines[place], *lines[place + 1 :]])}), name
        if len(lines) > 1:
            assert failing({**files, name: b"".join([lines[1], lines[0], *lines[2:]])}), name


def test_every_byte_of_every_file_matters(files: dict[str, bytes]) -> None:
    for name, raw in files.items():
        step = max(1, len(raw) // 40)
        for position in range(0, len(raw), step):
            changed = bytearray(raw)
            changed[position] ^= 1 << position % 7
            assert failing({**files, name: bytes(changed)}), f"{name}: byte {position} changed unnoticed"


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("agendas/{key}-9.json", "agendas"),
        ("decisions/{key}-9.json", "decisions"),
        ("minutes/{key}-9.json", "minutes"),
        ("measures/{key}-9.json", "measures"),
        ("replies/{key}-9.json", "replies"),
        ("consultations/{key}.terms.json", "consultations"),
        ("consultations/{key}.text-9.json", "consultations"),
        ("files/{key}{key}", "councillor_files"),
        ("letters/{key}.txt", "layout"),
        ("agendas/../secret.json", "layout"),
    ],
)
def test_an_object_that_the_log_does_not_have_is_named(files: dict[str, bytes], name: str, step: str) -> None:
    found = failing({**files, name.format(key="ab" * 16): b"{}"})
    assert found[step] in {"council.unlogged", "council.unknown"}


def change_line(files: dict[str, bytes], name: str, place: int, **members: Json) -> dict[str, bytes]:
    lines = files[name].splitlines()
    lines[place] = compact({**json.loads(lines[place]), **members})
    return {**files, name: b"".join(line + b"\n" for line in lines)}


@pytest.mark.parametrize(
    ("name", "members", "step", "code"),
    [
        ("contributions.jsonl", {"state": "hidden"}, "contributions", "json.members"),
        ("contributions.jsonl", {"salt": "00" * 32}, "contributions", "council.commitment"),
        ("removals.jsonl", {"reason": "hate"}, "register", "council.register"),
        ("removals.jsonl", {"state": "upheld"}, "register", "council.register"),
        ("sessions.jsonl", {"version": 7}, "sessions", "council.unlogged"),
        ("consultations.jsonl", {"state": "open"}, "consultations", "council.state"),
        ("consultations.jsonl", {"closes": "2027-01-01T00:00:00Z"}, "consultations", "council.state"),
    ],
)
def test_a_line_that_says_something_else_than_the_log_is_named(
    files: dict[str, bytes], name: str, members: dict[str, Json], step: str, code: str
) -> None:
    assert failing(change_line(files, name, 0, **members))[step] == code


def test_a_hidden_contribution_that_is_shown_is_noticed(files: dict[str, bytes]) -> None:
    place = next(n for n, line in enumerate(files["contributions.jsonl"].splitlines()) if b'"hidden"' in line)
    assert (
        failing(change_line(files, "contributions.jsonl", place, state="waiting"))["contributions"] == "council.state"
    )


FAULTS = {
    "a decision's text": ("UPDATE decision SET text = 'Απορρίπτει.'", "decisions"),
    "a vote by name": ("UPDATE council_vote SET choice = 'against'", "decisions"),
    "an ADA": ("UPDATE decision SET ada = 'ΨΘ82ΩΡΦ-7ΑΧ'", "decisions"),
    "an old decision": ("UPDATE decision_version SET content = X'7B7D' WHERE number = 1", "decisions"),
    "a topic's title": ("UPDATE topic SET title = 'Άλλος τίτλος'", "agendas"),
    "a session's hour": ("UPDATE council_session SET place = 'Αλλού'", "agendas"),
    "a cancelled session": ("UPDATE council_session SET state = 'held'", "sessions"),
    "a deleted session": ("UPDATE council_session SET deleted_at = created_at", "sessions"),
    "a contribution": ("UPDATE contribution SET text = 'Αντίθετα.' WHERE kind = 'proposal'", "contributions"),
    "an author": ("UPDATE contribution SET name = 'Κάποιος' WHERE kind = 'proposal'", "contributions"),
    "a hidden one shown": ("UPDATE contribution SET state = 'published' WHERE state = 'hidden'", "contributions"),
    "one hidden silently": ("UPDATE contribution SET state = 'hidden' WHERE kind = 'objection'", "contributions"),
    "one kept waiting": ("UPDATE contribution SET state = 'waiting' WHERE kind = 'objection'", "contributions"),
    "one taken out": ("UPDATE contribution SET state = 'draft' WHERE kind = 'objection'", "contributions"),
    "a reply": ("UPDATE reply SET text = 'Όχι.'", "replies"),
    "who was answered": ("DELETE FROM reply_link WHERE contribution_id = 1", "replies"),
    "terms": ("UPDATE consultation SET can_change = 'Τίποτα'", "consultations"),
    "a consultation's state": ("UPDATE consultation SET state = 'in_review'", "consultations"),
    "a text": ("UPDATE text_version SET content = X'7B7D' WHERE number = 2", "consultations"),
    "a removal": ("UPDATE removal SET reason = 'hate'", "register"),
    "an appeal": ("UPDATE removal SET state = 'standing' WHERE state = 'reversed'", "register"),
    "minutes": ("UPDATE minutes SET content = X'7B7D' WHERE number = 1", "minutes"),
    "a measure": ("UPDATE measure SET budget_cents = 1", "measures"),
    "a note": ("UPDATE measure_note SET text = 'Τελείωσε.'", "measures"),
    "a councillors' file": ("UPDATE file_bytes SET data = X'7B7D'", "councillor_files"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_M37_a_row_changed_behind_the_pages_is_named(town: Town, files: dict[str, bytes], fault: str) -> None:
    statement, step = FAULTS[fault]
    with town.database.writing() as session:
        session.connection().exec_driver_sql(statement)
    assert step in failing(files_of(town))


def test_nothing_of_a_draft_is_in_the_record(town: Town) -> None:
    keep_log(town)
    with town.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE council_session SET state = 'draft', version = 0")
    files = files_of(town)
    assert town.session_key.encode() not in b"".join(files.values())
    assert judge(files).verdict is Verdict.VERIFIED


def test_a_session_shown_without_an_entry_is_named(town: Town) -> None:
    """The town's session is published in its row alone."""
    keep_log(town)
    assert failing(files_of(town)) == {"sessions": "council.unlogged"}


@pytest.fixture
def download(town: Town, town_app: Starlette, settings: Settings) -> Callable[[], bytes]:
    def get() -> bytes:
        answer = page_of(town_app, settings).get("/open-data/council.zip")
        assert answer.status_code == 200, answer.text
        return answer.content

    return get


def test_the_zip_is_verified_by_the_command(town: Town, download: Callable[[], bytes], tmp_path: Path) -> None:
    tell_story(town)
    path = tmp_path / "council.zip"
    path.write_bytes(download())
    command = [sys.executable, "-m", "audit", "council", str(path)]
    done = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "verified"), done.stdout
    key = log_keeper(town.settings).verifier_key.encode()
    assert subprocess.run([*command, "--log-key", key], cwd=ROOT, capture_output=True, check=False).returncode == 0
    with zipfile.ZipFile(path) as container:
        container.extractall(tmp_path / "unpacked")
    folder = tmp_path / "unpacked" / "council"
    (folder / "removals.jsonl").write_bytes(b"")
    done = subprocess.run(
        [*command[:-1], str(folder), "--language", "el"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.split("\n")[1].startswith("Απορρίφθηκε: απέτυχε ο έλεγχος «το μητρώο αποκρύψεων")


def test_the_same_log_gives_the_same_bytes_and_a_new_entry_new_ones(town: Town, download: Callable[[], bytes]) -> None:
    talk = tell_story(town)
    first = download()
    assert download() == first
    town.clock.forward(seconds=61)
    assert download() == first
    with talk.writing() as session:
        erase(session, locked_contribution(session, talk.keys[0]), town.topic_key, town.now)
    keep_log(town)
    second = download()
    names = [set(zipfile.ZipFile(io.BytesIO(raw)).namelist()) for raw in (first, second)]
    assert second != first
    assert len(names[0] - names[1]) == 1, "the councillors' file with the erased words is gone"


def test_while_an_act_waits_for_the_log_there_is_no_record(town: Town, town_app: Starlette, settings: Settings) -> None:
    keep_log(town)
    with town.database.writing() as session:
        log.append(session, entry.make("incident", text="Δοκιμή."))
    answer = page_of(town_app, settings).get("/open-data/council.zip")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
