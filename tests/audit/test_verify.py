"""The verifier on records of our own rules."""

import json
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from audit.entry import decode_entry, make
from audit.note import Signer
from audit.phrases import WORDS
from audit.phrases_flaws import GREEK_FLAWS, greek_flaw
from audit.record import SIDE_FILES, read_record, record_of
from audit.rendering import as_json, render, sentences
from audit.report import Report, Verdict
from audit.verify import verify
from crypto.archive import read_archive, write_archive
from crypto.election import encode_public_credentials
from crypto.encoding import Json, compact, sha256_hex
from crypto.group import BELENIOS_2048
from crypto.order import sign_order
from tests.audit.make_record import CHOICES, LOG, ORIGIN, UUID, Maker, log_files, write_record
from tests.crypto.elections import YES_NO, Voter

SOAK = bool(os.environ.get("KALPI_SOAK"))
ARCHIVE = f"{UUID}.bel"


@cache
def honest() -> Maker:
    return Maker()


@cache
def honest_files() -> dict[str, bytes]:
    return honest().files()


@cache
def small_files() -> dict[str, bytes]:
    """One voter, one question, two trustees: quick to verify."""
    maker = Maker(threshold=2, size=2, voters=1, choices=((0, ((0, 1, 0),)),), questions=(YES_NO,))
    maker.challenged = ["A" * 43]
    return maker.files()


def examine(files: dict[str, bytes]) -> Report:
    return verify(record_of(files))


def failing(files: dict[str, bytes]) -> dict[str, str]:
    report = examine(files)
    assert report.verdict is Verdict.REFUSED
    return {check.name: check.code for check in report.failures}


def lied(**parts: object) -> Maker:
    """The honest record with some parts replaced; what follows from them is made again by `files()`."""
    maker = Maker(ceremony=honest().ceremony)
    for name in (
        "election",
        "credentials",
        "manifest",
        "ballots",
        "orders",
        "persons",
        "tally",
        "decryptions",
        "result",
    ):
        setattr(maker, name, getattr(honest(), name))
    for name, value in parts.items():
        setattr(maker, name, value)
    return maker


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


def test_b25_two_ballots_exchanged_in_the_archive_are_refused() -> None:
    ballots = list(honest().ballots)
    ballots[1], ballots[3] = ballots[3], ballots[1]
    orders = list(honest().orders)
    orders[1], orders[3] = orders[3], orders[1]
    swapped = lied(ballots=ballots, orders=orders)
    swapped.count()
    log = {name: honest_files()[name] for name in ("entries.jsonl", "range.json", "checkpoint")}
    found = failing({**swapped.files(), **log, "strong.jsonl": honest_files()["strong.jsonl"]})
    assert found["board"] == "board.ballot"


def test_b25_two_ballots_of_one_voter_exchanged_are_refused_even_when_the_log_agrees() -> None:
    ballots, orders = list(honest().ballots), list(honest().orders)
    ballots[0], ballots[2] = ballots[2], ballots[0]
    orders[0], orders[2] = orders[2], orders[0]
    swapped = lied(ballots=ballots, orders=orders)
    swapped.count()
    assert failing(swapped.files()) == {"order": "order.sequence"}


def test_b26_a_ballot_cut_out_and_tallied_again_is_refused() -> None:
    cut = lied(ballots=honest().ballots[:-1], orders=honest().orders[:-1])
    cut.count()
    log = {name: honest_files()[name] for name in ("entries.jsonl", "range.json", "checkpoint")}
    assert failing({**cut.files(), **log}) == {
        "board": "board.number",
        "tally_entry": "tally.entry",
        "decryption_entries": "decryption.entry",
        "result_entry": "result.entry",
    }


def test_b26_a_ballot_cut_out_of_the_middle_is_refused_even_when_the_log_agrees() -> None:
    cut = lied(ballots=honest().ballots[1:], orders=honest().orders[1:])
    cut.count()
    assert failing(cut.files()) == {"order": "order.sequence"}


def test_b26_a_ballot_cut_out_with_its_entry_is_refused_by_the_checkpoint() -> None:
    cut = lied(ballots=honest().ballots[:-1], orders=honest().orders[:-1])
    cut.count()
    assert failing({**cut.files(), "checkpoint": honest_files()["checkpoint"]}) == {"log": "log.range"}


def test_e03_an_added_credential_is_refused() -> None:
    keys = [*(voter.key for voter in honest().people), 77]
    election = honest().election
    added = encode_public_credentials(election.group, [Voter(election, key).credential for key in keys])
    maker = lied(credentials=added)
    log = {name: honest_files()[name] for name in ("entries.jsonl", "range.json", "checkpoint")}
    assert failing({**maker.files(), **log}) == {"opening": "opening.hash"}
    assert failing(maker.files()) == {"opening": "opening.roll"}


def test_bb_13_a_ballot_by_a_credential_that_is_not_listed_is_refused() -> None:
    election = honest().election
    listed = [voter.credential for voter in honest().people[1:]]
    maker = lied(credentials=encode_public_credentials(election.group, listed))
    assert failing(maker.files())["listed"] == "credential.unknown"


def _forged(name: str) -> tuple[Maker, str]:
    """A maker who altered one side file, and the check that sees it even under a checkpoint signed again."""
    maker = lied()
    if name == "manifest.json":
        maker.manifest = maker.manifest.replace("Παιδική χαρά".encode(), "Παιδική ζώνη".encode())
        return maker, "manifest"
    if name == "order.jsonl":
        maker.orders = [_altered(maker.orders[0]), *maker.orders[1:]]
        return maker, "order_signatures"
    if name == "strong.jsonl":
        owner, payload, strong = maker.decryptions[0]
        maker.decryptions = [(owner, payload, _altered(strong)), *maker.decryptions[1:]]
        return maker, "strong"
    assert maker.ceremony is not None
    statement = maker.ceremony.statements[0]
    others = maker.ceremony.statements[1:]
    maker.ceremony = replace(maker.ceremony, statements=(replace(statement, commitment=bytes(32)), *others))
    return maker, "ceremony"


def _altered(line: bytes) -> bytes:
    """The same with another last response."""
    start, number, end = re.fullmatch(rb'(.*"response":")([0-9]+)("[^0-9]*)', line).groups()  # type: ignore[union-attr]
    return start + str(int(number) - 1).encode() + end


@pytest.mark.parametrize("name", ["manifest.json", "order.jsonl", "strong.jsonl", "ceremony.jsonl"])
def test_a_side_file_altered_with_every_hash_over_it_made_again_is_refused(name: str) -> None:
    maker, check = _forged(name)
    files = maker.files()
    assert files[name] != honest_files()[name]
    assert "log" in failing({**files, "checkpoint": honest_files()["checkpoint"]})
    assert list(failing(files)) == [check]


def test_entries_altered_with_every_hash_over_them_made_again_are_refused() -> None:
    maker = lied(persons=4)
    assert failing({**maker.files(), "checkpoint": honest_files()["checkpoint"]}) == {"log": "log.range"}
    assert failing(maker.files()) == {"turnout": "turnout.persons"}


def test_a_log_signed_by_another_key_is_refused_when_the_key_is_known_from_elsewhere() -> None:
    maker = honest()
    entries = honest_files()["entries.jsonl"].split(b"\n")[:-1]
    other = Signer(ORIGIN, bytes([9] * 32))
    files = {**honest_files(), **log_files(maker.entries_before, entries, 3, other)}
    assert examine(files).verdict is Verdict.VERIFIED
    report = verify(record_of(files), expected_key=LOG.verifier_key)
    assert [(check.name, check.code) for check in report.failures] == [("log", "log.key")]


def test_m32_a_ballot_that_was_opened_for_checking_is_refused() -> None:
    maker = lied(challenged=[honest().ballots[1].code])
    assert failing(maker.files()) == {"challenged": "challenge.cast"}


def test_a_second_signature_on_the_checkpoint_is_refused() -> None:
    note = honest_files()["checkpoint"]
    line = Signer("witness.example.org", bytes([3] * 32)).sign(note.decode().split("\n\n")[0] + "\n")
    both = note + line.split(b"\n\n")[1]
    assert failing({**honest_files(), "checkpoint": both}) == {"log": "checkpoint.signatures"}


@pytest.mark.parametrize(
    ("kind", "place", "code"),
    [("opened", -1, "history.order"), ("closed", 5, "history.order"), ("ballot", -2, "history.order")],
)
def test_entries_of_the_vote_in_another_order_are_refused(kind: str, place: int, code: str) -> None:
    maker = honest()
    entries = honest_files()["entries.jsonl"].split(b"\n")[:-1]
    moved = next(raw for raw in entries if decode_entry(raw).kind == kind and UUID.encode() in raw)
    entries.remove(moved)
    entries.insert(place, moved)
    files = {**honest_files(), **log_files(maker.entries_before, entries, 3)}
    assert failing(files)["history"] == code


ZEROS = "00" * 32
OTHER_KEY = Signer("other.example.org/log/acceptance", bytes(32)).verifier_key.encode()


@pytest.mark.parametrize(
    ("kind", "changes", "check", "code"),
    [
        ("proclaimed", {"manifest": ZEROS}, "opening", "opening.manifest"),
        ("opened", {"manifest": ZEROS}, "opening", "opening.manifest"),
        ("opened", {"election": ZEROS}, "opening", "opening.hash"),
        ("opened", {"trustees": ZEROS}, "opening", "opening.hash"),
        ("opened", {"credentials": ZEROS}, "opening", "opening.hash"),
        ("opened", {"roll": 5}, "opening", "opening.roll"),
        ("roll-frozen", {"count": 5}, "opening", "opening.roll"),
        ("credentials-listed", {"count": 5}, "opening", "opening.roll"),
        ("credentials-listed", {"list": ZEROS}, "opening", "opening.credentials"),
        ("opened", {"issuer": "service"}, "opening", "opening.issuer"),
        ("opened", {"acceptance": OTHER_KEY}, "opening", "opening.acceptance"),
        ("ceremony-opened", {"ceremony": "f" * 32}, "ceremony", "ceremony.order"),
        ("ceremony-completed", {"ceremony": "f" * 32}, "ceremony", "ceremony.order"),
        ("ceremony-completed", {"trustees": ZEROS}, "ceremony", "ceremony.trustees"),
        ("ceremony-opened", {"group": "BELENIOS-2048"}, "ceremony", "ceremony.frame"),
        ("ceremony-opened", {"names": ["Μέλος"]}, "ceremony", "ceremony.frame"),
        ("ceremony-opened", {"threshold": 3}, "ceremony", "ceremony.frame"),
        ("ceremony-opened", {"names": ["Μέλος 1", "Μέλος 3", "Μέλος 2"]}, "ceremony", "ceremony.names"),
        ("ceremony-commitment", {"statement": ZEROS}, "ceremony", "ceremony.commitments"),
        ("ceremony-commitment", {"ceremony": "f" * 32}, "ceremony", "ceremony.commitments"),
        ("ballot", {"ballot": ZEROS}, "board", "board.ballot"),
        ("ballot", {"length": 1}, "board", "board.length"),
        ("ballot", {"order": ZEROS}, "board", "board.order_statement"),
        ("closed", {"persons": 5}, "turnout", "turnout.persons"),
        ("tallied", {"tally": ZEROS}, "tally_entry", "tally.entry"),
        ("tallied", {"encrypted": ZEROS}, "tally_entry", "tally.entry"),
        ("partial-decryption", {"owner": 1}, "decryption_entries", "decryption.entry"),
        ("partial-decryption", {"payload": ZEROS}, "decryption_entries", "decryption.entry"),
        ("partial-decryption", {"strong": ZEROS}, "decryption_entries", "decryption.entry"),
        ("result", {"result": ZEROS}, "result_entry", "result.entry"),
    ],
)
def test_an_entry_that_names_something_else_is_refused_even_in_a_log_signed_again(
    kind: str, changes: dict[str, Json], check: str, code: str
) -> None:
    entries = honest_files()["entries.jsonl"].split(b"\n")[:-1]
    place = next(i for i, raw in enumerate(entries) if decode_entry(raw).kind == kind and UUID.encode() in raw)
    entries[place] = make(kind, **{**decode_entry(entries[place]).members, **changes})
    assert failing({**honest_files(), **log_files(honest().entries_before, entries, 3)}) == {check: code}


def test_entries_of_another_vote_or_without_a_proclamation_are_refused() -> None:
    entries = honest_files()["entries.jsonl"].split(b"\n")[:-1]
    headless = log_files(honest().entries_before, entries[1:], 3)
    assert failing({**honest_files(), **headless})["history"] == "history.start"
    renamed = [raw.replace(UUID.encode(), b"zZ111111111112") for raw in entries]
    assert failing({**honest_files(), **log_files(honest().entries_before, renamed, 3)})["history"] == (
        "history.referendum"
    )
    longer = [*entries, make("incident", text="μετά")]
    assert failing({**honest_files(), **log_files(honest().entries_before, longer, 3)})["history"] == "history.end"


def relogged(entries: list[bytes]) -> dict[str, bytes]:
    """The honest record with other entries, in a log that signs them."""
    return {**honest_files(), **log_files(honest().entries_before, entries, 3)}


@pytest.mark.parametrize(
    ("kind", "check", "code"),
    [
        ("credentials-listed", "opening", "history.missing"),
        ("ceremony-opened", "ceremony", "history.missing"),
        ("ceremony-commitment", "ceremony", "ceremony.commitments"),
    ],
)
def test_an_entry_that_the_record_needs_may_not_be_missing(kind: str, check: str, code: str) -> None:
    entries = honest_files()["entries.jsonl"].split(b"\n")[:-1]
    entries.remove(next(raw for raw in entries if decode_entry(raw).kind == kind))
    assert failing(relogged(entries)) == {check: code}


def test_one_trustee_alone_has_no_commitments() -> None:
    maker = Maker(threshold=1, size=1)
    with_line = {**maker.files(), "ceremony.jsonl": honest_files()["ceremony.jsonl"]}
    assert failing(with_line) == {"ceremony": "ceremony.frame"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"manifest":1', b'"manifest":2', "manifest.version"),
        (b'"referendum":"5', b'"referendum":"6', "manifest.words"),
        ("Πεζοδρόμηση και".encode(), "Πεζοδρόμηση ή".encode(), "manifest.words"),
        ("Δεδομένα".encode(), "Στοιχεία".encode(), "manifest.words"),
        (b'"max":2', b'"max":3', "manifest.questions"),
    ],
)
def test_m25_every_word_shown_is_the_elections(old: bytes, new: bytes, code: str) -> None:
    maker = lied(manifest=honest().manifest.replace(old, new))
    assert maker.manifest != honest().manifest
    assert failing(maker.files()) == {"manifest": code}


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("log.vkey", LOG.verifier_key.encode().encode() + b"\n\n", "vkey.form"),
        ("log.vkey", LOG.verifier_key.encode().encode(), "vkey.form"),
        ("log.vkey", b"\xff\n", "vkey.form"),
        ("range.json", b'{"first":0,"left":["AAAA"],"right":[]}', "range.hash"),
        ("range.json", b'{"first":0,"left":[],"right":[]}', "log.range"),
        ("entries.jsonl", b"", "log.range"),
    ],
)
def test_a_log_file_of_another_form_is_refused(name: str, raw: bytes, code: str) -> None:
    assert failing({**honest_files(), name: raw}) == {"log": code}


def test_lines_without_their_ballot_or_decryption_are_refused() -> None:
    unfinished = honest().files(upto="closed")
    strong = honest_files()["strong.jsonl"]
    assert failing({**unfinished, "strong.jsonl": strong})["stages"] == "strong.number"
    lines = honest_files()["order.jsonl"].split(b"\n")[:-1]
    assert failing({**honest_files(), "order.jsonl": b"".join(line + b"\n" for line in lines[:-1])}) == {
        "order": "order.number",
        "board": "board.number",
    }


def test_an_order_statement_beside_another_ballot_is_refused_even_when_the_log_agrees() -> None:
    orders = list(honest().orders)
    orders[0], orders[1] = orders[1], orders[0]
    assert failing(lied(orders=orders).files()) == {"order": "order.ballot"}


def test_bb_04_a_statement_that_follows_another_ballot_is_refused_even_when_the_log_agrees() -> None:
    election, ballots = honest().election, honest().ballots
    key = honest().people[0].key
    assert (ballots[0].credential, ballots[2].credential) == (honest().people[0].credential,) * 2
    orders = list(honest().orders)
    orders[2] = sign_order(election, key, 1, ballots[1].digest, ballots[2].digest)
    assert failing(lied(orders=orders).files()) == {"order": "order.previous"}


def test_a_code_is_void_once() -> None:
    assert failing(lied(challenged=["A" * 43] * 2).files()) == {"challenged": "challenge.twice"}


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
    assert failing(rehearsal_files(**{name: ZEROS})).keys() == {"rehearsal"}


def test_a_rehearsal_under_another_manifest_is_refused() -> None:
    assert failing({**rehearsal_files(), "manifest.json": b"{}"}) == {"rehearsal": "rehearsal.manifest"}


def test_record_md_names_every_check() -> None:
    text = Path("audit/RECORD.md").read_text()
    assert [check.name for check in examine(honest_files()).checks if f"`{check.name}`" not in text] == []


def test_an_extension_must_move_the_closing_time_later() -> None:
    later = b'{"type":"kalpi/extended/v1","referendum":"%s","closes":"2027-03-0%dT18:00:00Z","reason":"x"}'
    for day, verdict in ((2, Verdict.VERIFIED), (1, Verdict.REFUSED)):
        maker = lied(others=[later % (UUID.encode(), day)])
        assert examine(maker.files()).verdict is verdict


def test_a_cancelled_vote_has_no_result_and_says_so() -> None:
    files = honest().files(upto="ballot")
    entries = files["entries.jsonl"].split(b"\n")[:-1]
    entries.append(b'{"type":"kalpi/cancelled/v1","referendum":"%s","reason":"x"}' % UUID.encode())
    report = examine({**files, **log_files(honest().entries_before, entries, 3)})
    assert (report.verdict, report.missing) == (Verdict.UNFINISHED, ["cancelled"])
    assert "cancelled" in sentences(report, "en")[1]


def test_a_setup_of_other_trustees_or_with_another_spelling_is_refused() -> None:
    events = [(event.kind, list(event.bodies)) for event in read_archive(honest_files()[ARCHIVE]).events]
    setup = events[0][1]
    setup[1] = json.dumps(json.loads(setup[1]), ensure_ascii=False).encode()
    assert failing({**honest_files(), ARCHIVE: write_archive("1800000000", events)})["setup"] == "setup.hash"


@pytest.mark.parametrize("name", [*SIDE_FILES, ARCHIVE])
def test_every_byte_of_every_file_matters(name: str) -> None:
    """All positions of the small files; of the others, and of the archive, a spread of them (all under soak)."""
    raw = small_files()[name]
    step = 1 if SOAK or len(raw) < 400 else max(1, len(raw) // 150)
    start = random.Random(name).randrange(step)  # noqa: S311 (positions, not secrets)
    for position in range(start, len(raw), step):
        for flip in (1, 0x20) if SOAK else (1 << position % 7,):
            changed = bytearray(raw)
            changed[position] ^= flip
            report = examine({**small_files(), name: bytes(changed)})
            assert report.verdict is Verdict.REFUSED, f"{name}: byte {position} changed unnoticed"
            assert all(check.code for check in report.failures)
            for check in report.failures:
                greek_flaw(check.code)


@pytest.mark.parametrize("name", [*SIDE_FILES, ARCHIVE])
def test_bytes_added_or_cut_at_the_end_of_any_file_are_noticed(name: str) -> None:
    for changed in (small_files()[name] + b"\n", small_files()[name] + b" ", small_files()[name][:-1]):
        assert failing({**small_files(), name: changed})


def test_many_ballots_are_checked_by_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.verify_ballots.POOL_FROM", 2)
    monkeypatch.setattr("audit.verify_ballots.CHUNK", 1)
    seen: list[tuple[int, int]] = []
    report = verify(record_of(honest_files()), progress=lambda done, total: seen.append((done, total)))
    assert report.verdict is Verdict.VERIFIED
    assert seen[:5] == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    forged, check = _forged("order.jsonl")
    assert list(failing(forged.files())) == [check]


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
    assert {f"check.{name}" for name in names} == {key for key in WORDS if key.startswith("check.")}
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
