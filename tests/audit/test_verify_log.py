"""Records whose log says something else, even when the log signs it."""

import json

import pytest

from audit.entry import decode_entry, make
from audit.note import Signer
from audit.report import Verdict
from crypto.archive import read_archive, write_archive
from crypto.encoding import Json
from crypto.order import sign_order
from tests.audit.make_record import UUID, Maker
from tests.audit.record_files import LOG, log_files
from tests.audit.records import ARCHIVE, examine, failing, honest, honest_files, lied, relogged


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
        ("proclaimed", {"profile": "binding"}, "manifest", "manifest.profile"),
        ("opened", {"closes": "2027-03-01T17:00:00Z"}, "manifest", "manifest.closes"),
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


def test_TK_03_a_commitment_after_the_keys_were_made_is_refused() -> None:
    entries = honest_files()["entries.jsonl"].split(b"\n")[:-1]
    late = next(raw for raw in entries if decode_entry(raw).kind == "ceremony-commitment")
    entries.remove(late)
    entries.insert(1 + next(n for n, raw in enumerate(entries) if decode_entry(raw).kind == "ceremony-completed"), late)
    assert failing(relogged(entries)) == {"ceremony": "ceremony.order"}


def test_AC_08_a_roll_frozen_after_its_credentials_were_listed_is_refused() -> None:
    entries = honest_files()["entries.jsonl"].split(b"\n")[:-1]
    listed = next(n for n, raw in enumerate(entries) if decode_entry(raw).kind == "credentials-listed")
    frozen = next(raw for raw in entries if decode_entry(raw).kind == "roll-frozen")
    assert failing(relogged([*entries[: listed + 1], frozen, *entries[listed + 1 :]])) == {"opening": "opening.order"}


@pytest.mark.parametrize("after", [0, 1])
def test_TK_03_keys_of_a_ceremony_that_is_logged_as_failed_are_refused(after: int) -> None:
    entries = honest_files()["entries.jsonl"].split(b"\n")[:-1]
    place = next(n for n, raw in enumerate(entries) if decode_entry(raw).kind == "ceremony-completed")
    identifier = decode_entry(entries[place]).members["ceremony"]
    for ceremony, refused in ((identifier, True), ("f" * 32, False)):
        failed = make("ceremony-failed", referendum=UUID, ceremony=ceremony, reason="share.wrong", index=2)
        files = relogged([*entries[: place + after], failed, *entries[place + after :]])
        if refused:
            assert failing(files) == {"ceremony": "ceremony.failed"}
        else:
            assert examine(files).verdict is Verdict.VERIFIED


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
        (b'"opens":"2027-02-20T06:00:00Z"', b'"opens":"2027-02-20T06:00"', "instant.spelling"),
        (b'"closes":"2027-03-01T18', b'"closes":"2027-03-01T19', "manifest.closes"),
        (b'"id":"advisory"', b'"id":"binding"', "manifest.profile"),
        (b'"profile":{"id":"advisory","label"', b'"profile":{"label"', "manifest.profile"),
    ],
)
def test_M25_every_word_shown_is_the_elections(old: bytes, new: bytes, code: str) -> None:
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


def test_BB_04_a_statement_that_follows_another_ballot_is_refused_even_when_the_log_agrees() -> None:
    election, ballots = honest().election, honest().ballots
    key = honest().people[0].key
    assert (ballots[0].credential, ballots[2].credential) == (honest().people[0].credential,) * 2
    orders = list(honest().orders)
    orders[2] = sign_order(election, key, 1, ballots[1].digest, ballots[2].digest)
    assert failing(lied(orders=orders).files()) == {"order": "order.previous"}


def test_a_code_is_void_once() -> None:
    assert failing(lied(challenged=["A" * 43] * 2).files()) == {"challenged": "challenge.twice"}


def test_an_extension_must_move_the_closing_time_later() -> None:
    later = b'{"type":"kalpi/extended/v1","referendum":"%s","closes":"2027-03-0%dT18:00:00Z","reason":"x"}'
    for day, verdict in ((2, Verdict.VERIFIED), (1, Verdict.REFUSED)):
        maker = lied(others=[later % (UUID.encode(), day)])
        assert examine(maker.files()).verdict is verdict


def test_a_setup_of_other_trustees_or_with_another_spelling_is_refused() -> None:
    events = [(event.kind, list(event.bodies)) for event in read_archive(honest_files()[ARCHIVE]).events]
    setup = events[0][1]
    setup[1] = json.dumps(json.loads(setup[1]), ensure_ascii=False).encode()
    assert failing({**honest_files(), ARCHIVE: write_archive("1800000000", events)})["setup"] == "setup.hash"
