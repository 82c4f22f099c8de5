"""The verifier on records of our own rules: what it says, in words, codes and exit codes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from audit.entry import decode_entry, make
from audit.phrases import WORDS
from audit.phrases_council import COUNCIL_WORDS
from audit.phrases_flaws import GREEK_FLAWS
from audit.record import SIDE_FILES, read_record, record_of
from audit.rendering import as_json, render, sentences
from audit.report import Verdict
from audit.verify import verify
from crypto.encoding import Json, compact, sha256_hex
from crypto.group import BELENIOS_2048
from tests.audit.make_record import CHOICES, UUID, Maker
from tests.audit.record_files import log_files, write_record
from tests.audit.records import ARCHIVE, examine, failing, forged, honest, honest_files, lied


def test_a_complete_record_verifies_and_says_rules_verdict_and_result_first() -> None:
    report = examine(honest_files())
    assert report.verdict is Verdict.VERIFIED
    assert [check.status.value for check in report.checks] == ["PASS"] * len(report.checks)
    lines = render(report, "en").split("\n")
    assert lines[:3] == sentences(report, "en")
    assert lines[0] == "Rules applied: Belenios (crypto version 1) and our own rules, version 1."
    assert lines[1] == "Verified: every check passed."
    assert lines[2].startswith("Result: 3 of 4 registered voted. ")
    assert "Blank 1, ΝΑΙ 2, ΟΧΙ 0." in lines[2]
    assert render(report, "el").startswith("Κανόνες που εφαρμόστηκαν: Belenios")


@pytest.mark.parametrize(
    "maker",
    [
        Maker(threshold=1, size=1),
        Maker(threshold=1, size=2),
        Maker(threshold=3, size=5),
        Maker(choices=()),
        Maker(group=BELENIOS_2048, threshold=2, size=2, choices=CHOICES[:2]),
        Maker(voters=1, choices=((0, ((1, 0, 0), (1, 0, 0))),) * 1),
    ],
    ids=["1 of 1", "1 of 2", "3 of 5", "no ballots", "BELENIOS-2048", "one blank"],
)
def test_records_of_other_sizes_verify(maker: Maker) -> None:
    assert examine(maker.files()).verdict is Verdict.VERIFIED


def test_credentials_issued_by_the_service_are_named_in_the_first_sentence() -> None:
    report = examine(Maker(credentials_by="service").files())
    assert report.verdict is Verdict.VERIFIED
    assert "the service itself issued" in sentences(report, "en")[0]


@pytest.mark.parametrize(
    ("upto", "missing"),
    [
        ("opened", ["closing", "tally", "decryptions", "result"]),
        ("ballot", ["closing", "tally", "decryptions", "result"]),
        ("closed", ["tally", "decryptions", "result"]),
        ("tallied", ["decryptions", "result"]),
        ("partial-decryption", ["result"]),
    ],
)
def test_an_unfinished_record_is_sound_and_says_what_is_missing(upto: str, missing: list[str]) -> None:
    report = examine(honest().files(upto=upto))
    assert (report.verdict, report.missing) == (Verdict.UNFINISHED, missing)
    assert sentences(report, "en")[1].startswith("Sound so far, but unfinished")


def test_a_missing_result_whose_entry_is_in_the_log_is_refused() -> None:
    files = honest().files(upto="partial-decryption")
    whole = honest_files()
    log = {name: whole[name] for name in ("entries.jsonl", "range.json", "checkpoint")}
    assert failing({**files, **log}) == {"stages": "stage.result"}


def test_entries_that_stop_before_the_end_of_the_log_are_refused() -> None:
    maker = honest()
    files = maker.files(upto="closed")
    kept = files["entries.jsonl"].split(b"\n")[:-1]
    held_back = log_files(maker.entries_before, kept, after=1)
    assert failing({**files, **held_back})["history"] == "history.cut"


def test_every_side_file_is_needed_and_no_other_is_accepted() -> None:
    for name in SIDE_FILES:
        files = dict(honest_files())
        del files[name]
        assert failing(files) == {"files": "record.missing"}
    assert failing({**honest_files(), "notes.txt": b""}) == {"files": "record.unknown"}


def test_the_bare_archive_of_one_of_our_records_is_refused() -> None:
    assert failing({ARCHIVE: honest_files()[ARCHIVE]}) == {"files": "record.missing"}


def test_an_archive_of_ours_has_the_name_of_its_election() -> None:
    files = dict(honest_files())
    files["zZ111111111111.bel"] = files.pop(ARCHIVE)
    assert failing(files) == {"election": "record.name"}


def test_side_files_of_ours_beside_an_archive_of_other_rules_are_refused() -> None:
    (foreign,) = Path("tests/vectors/belenios/b33-ed25519-referendum-s1").glob("*.bel")
    files = {name: raw for name, raw in honest_files().items() if name != ARCHIVE}
    assert failing({**files, foreign.name: foreign.read_bytes()}) == {"files": "record.foreign"}


def rehearsal_files(**lies: Json) -> dict[str, bytes]:
    """The board of the honest vote's rehearsal, before the vote opens."""
    test = Maker(ceremony=honest().ceremony, uuid="7RehearsaL1Test")
    vote = [raw for raw in honest().entries() if decode_entry(raw).kind in BEFORE_OPENING]
    common: dict[str, Json] = {"referendum": UUID, "rehearsal": test.election.uuid}
    values: dict[str, Json] = {
        "election": sha256_hex(test.election.raw),
        "tally": sha256_hex(test.tally.raw),
        "result": sha256_hex(test.result),
        **lies,
    }
    logged = [
        make("rehearsal-opened", **common, election=values["election"]),
        make("rehearsal-tallied", **common, tally=values["tally"]),
        *(
            make("rehearsal-decrypted", **common, owner=owner, payload=lies.get("payload", sha256_hex(payload)))
            for owner, payload, _ in test.decryptions
        ),
        make("rehearsal-completed", **common, result=values["result"]),
    ]
    log = log_files(honest().entries_before, [*vote, *logged], 0)
    return {**test.files(), "manifest.json": honest().manifest, **log}


BEFORE_OPENING = (
    "proclaimed",
    "roll-frozen",
    "credentials-listed",
    "ceremony-opened",
    "ceremony-commitment",
    "ceremony-completed",
)


def test_the_board_of_a_rehearsal_verifies_and_is_called_one() -> None:
    report = examine(rehearsal_files())
    assert (report.verdict, report.rehearsal_of) == (Verdict.VERIFIED, UUID)
    assert "this is the rehearsal of the vote" in sentences(report, "en")[0]


@pytest.mark.parametrize("name", ["election", "tally", "payload", "result"])
def test_a_rehearsal_other_than_the_logged_one_is_refused(name: str) -> None:
    assert failing(rehearsal_files(**{name: "00" * 32})).keys() == {"rehearsal"}


def test_a_rehearsal_under_another_manifest_is_refused() -> None:
    assert failing({**rehearsal_files(), "manifest.json": b"{}"}) == {"rehearsal": "rehearsal.manifest"}


def test_record_md_names_every_check() -> None:
    text = Path("audit/RECORD.md").read_text()
    assert [check.name for check in examine(honest_files()).checks if f"`{check.name}`" not in text] == []


def test_a_cancelled_vote_has_no_result_and_says_so() -> None:
    files = honest().files(upto="ballot")
    entries = files["entries.jsonl"].split(b"\n")[:-1]
    entries.append(b'{"type":"kalpi/cancelled/v1","referendum":"%s","reason":"x"}' % UUID.encode())
    report = examine({**files, **log_files(honest().entries_before, entries, 3)})
    assert (report.verdict, report.missing) == (Verdict.UNFINISHED, ["cancelled"])
    assert "cancelled" in sentences(report, "en")[1]


def test_many_ballots_are_checked_by_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.verify_ballots.POOL_FROM", 2)
    monkeypatch.setattr("audit.verify_ballots.CHUNK", 1)
    seen: list[tuple[int, int]] = []
    report = verify(record_of(honest_files()), progress=lambda done, total: seen.append((done, total)))
    assert report.verdict is Verdict.VERIFIED
    assert seen[:5] == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    maker, check = forged("order.jsonl")
    assert list(failing(maker.files())) == [check]


def test_the_command_answers_with_exit_codes_and_json(tmp_path: Path) -> None:
    good = write_record(tmp_path / "good", honest_files())
    bad = write_record(tmp_path / "bad", {**honest_files(), "manifest.json": b"{}"})
    part = write_record(tmp_path / "part", honest().files(upto="closed"))
    for path, code in ((good, 0), (bad, 1), (tmp_path / "absent", 2), (part, 3)):
        assert _command("verify", str(path)).returncode == code
    assert _command("verify", str(tmp_path)).returncode == 1
    answer = _command("verify", str(good), "--json", "--language", "el")
    value = json.loads(answer.stdout)
    assert (value["verdict"], value["exit"], value["rules"], value["result"]) == (
        "verified",
        0,
        "ours",
        [[1, 2, 0], [0, 2, 2]],
    )
    assert {check["status"] for check in value["checks"]} == {"pass"}
    assert _command("verify", str(good), "--log-key", str(good / "log.vkey")).returncode == 0
    assert _command("verify", str(good), "--log-key", "nonsense").returncode == 2
    assert _command("verify", str(good), "--unknown").returncode == 2


def test_the_verifier_loads_neither_web_framework_nor_database() -> None:
    program = (
        "import sys, audit.__main__; print([n for n in ('starlette', 'sqlmodel', 'sqlalchemy') if n in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_a_report_as_json_has_a_sentence_for_each_failed_check() -> None:
    report = examine({**honest_files(), "strong.jsonl": b"{}\n"})
    for language in ("el", "en"):
        for check in as_json(report, language)["checks"]:  # type: ignore[union-attr]
            assert bool(check["sentence"]) == (check["status"] == "fail")  # type: ignore[index,call-overload]


def test_every_check_has_words_in_both_languages() -> None:
    names = {check.name for check in examine(honest_files()).checks} | {"record", "rehearsal"}
    assert {f"check.{name}" for name in names} == {
        key for key in WORDS if key.startswith("check.") and key not in COUNCIL_WORDS
    }
    assert all(greek and english for greek, english in WORDS.values())


def test_every_code_that_the_verifier_can_meet_has_a_greek_sentence() -> None:
    ours = "n.split('.')[0] in ('audit', 'crypto')"
    program = f"import sys, audit.__main__; print(*(m.__file__ for n, m in sys.modules.items() if {ours}))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    sources = [Path(name) for name in answer.stdout.split() if not name.endswith("__init__.py")]
    raised = re.compile(r'(?:Malformed|InvalidProof)\(\s*f?"([a-z0-9_]+)\.')
    families = {family for path in sources for family in raised.findall(path.read_text())}
    assert len(families) > 30
    assert families - {code.partition(".")[0] for code in GREEK_FLAWS} == set()


def test_a_record_is_read_from_a_folder_as_from_its_files(tmp_path: Path) -> None:
    folder = write_record(tmp_path, honest_files())
    assert read_record(folder) == record_of(honest_files())


def test_an_unknown_kind_of_entry_between_others_is_kept_and_skipped() -> None:
    maker = lied(others=[compact({"type": "example.org/agenda/v1", "topic": "πλατεία"})])
    assert examine(maker.files()).verdict is Verdict.VERIFIED


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "audit", *arguments], capture_output=True, text=True, check=False)
