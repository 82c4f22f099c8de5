"""Signed notes: what the Go reference signs we read, and every lie of form or key is refused."""

import base64
import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import note
from crypto.errors import Flaw, InvalidProof, Malformed

OWN = Path(__file__).parents[1] / "vectors" / "tlog"
SHARED = Path(__file__).parents[3] / "shared" / "vectors" / "tlog" / "third-party"
NOTES = json.loads((OWN / "notes.json").read_text())
LOG = NOTES["keys"][0]
LOG_KEY = note.decode_verifier_key(LOG["vkey"])
ADA = note.Signer("ada.example/log", bytes(range(32)))
BO = note.Signer("bo.example/log", bytes(range(1, 33)))
TEXT = "a text\n\nwith an empty line\n"
SIGNED = ADA.sign(TEXT)


def test_the_reference_notes_verify_and_our_signature_is_the_same_line() -> None:
    signer = note.Signer(LOG["name"], bytes.fromhex(LOG["seed_hex"]))
    assert signer.verifier_key.encode() == LOG["vkey"]
    assert signer.verifier_key.public_key.hex() == LOG["public_hex"]
    assert signer.verifier_key.key_id.hex() == LOG["key_id"]
    for case in NOTES["checkpoints"]:
        opened = note.open_note(case["note"].encode(), [LOG_KEY])
        assert opened.text == case["body"]
        assert len(opened.signatures) == 4
        assert case["note"].startswith(signer.sign(case["body"]).decode())


def test_the_example_printed_in_the_specification_verifies() -> None:
    path = SHARED / "c2sp-examples.json"
    if not path.exists():
        print("the specification's example is not beside this checkout (../shared); only our own notes were checked")
        return
    example = json.loads(path.read_text())["signed_note"]
    opened = note.open_note(example["note"].encode(), [note.decode_verifier_key(example["vkey"])])
    assert opened.text == "This is an example message.\n"


def test_the_text_ends_at_the_last_empty_line() -> None:
    assert note.open_note(SIGNED, [ADA.verifier_key]).text == TEXT


def test_signing_twice_gives_the_same_bytes() -> None:
    assert ADA.sign(TEXT) == SIGNED


def test_a_note_signed_by_nobody_we_know_is_refused() -> None:
    with pytest.raises(InvalidProof, match=r"note\.unsigned"):
        note.open_note(SIGNED, [BO.verifier_key])


def test_a_line_by_an_unknown_key_beside_a_good_one_is_skipped() -> None:
    both = SIGNED + BO.sign(TEXT).split(b"\n\n")[-1]
    for key in (ADA.verifier_key, BO.verifier_key):
        assert note.open_note(both, [key]).text == TEXT


def test_one_failing_signature_by_a_known_key_refuses_the_whole_note() -> None:
    both = SIGNED + BO.sign("another text\n").split(b"\n\n")[-1]
    note.open_note(both, [ADA.verifier_key])
    with pytest.raises(InvalidProof, match=r"note\.signature"):
        note.open_note(both, [ADA.verifier_key, BO.verifier_key])


def test_BB_22_the_same_key_under_another_name_is_another_key() -> None:
    renamed = note.Signer("cy.example/log", bytes(range(32)))
    assert renamed.verifier_key.key_id != ADA.verifier_key.key_id
    with pytest.raises(InvalidProof, match=r"note\.unsigned"):
        note.open_note(SIGNED, [renamed.verifier_key])


def test_a_changed_text_is_refused() -> None:
    with pytest.raises(InvalidProof, match=r"note\.signature"):
        note.open_note(SIGNED.replace(b"a text", b"A text"), [ADA.verifier_key])


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (SIGNED.replace(b"\n", b"\r\n"), "note.text"),
        (SIGNED.replace(b"\xe2\x80\x94", b"-"), "note.form"),
        (SIGNED.replace(b"\xe2\x80\x94 ", b"\xe2\x80\x94"), "note.form"),
        (SIGNED[:-1], "note.text"),
        (SIGNED + b"\n", "note.form"),
        (SIGNED.replace(b"\n\n\xe2", b"\n\xe2").replace(b"text\n\nwith", b"text\nwith"), "note.form"),
        (SIGNED.replace(b"=\n", b"\n"), "base64.spelling"),
        (SIGNED.replace(b"ada.example/log ", b"ada+example/log "), "vkey.name"),
        (SIGNED.replace(b"a text", b"\xff text"), "note.text"),
        (TEXT.encode() + b"\n" + "\u2014 ada.example/log AAAA\n".encode(), "note.form"),
        (SIGNED + SIGNED.split(b"\n\n")[-1] * note.SIGNATURE_LIMIT, "note.signatures"),
        (b"x" * (note.SIZE_LIMIT + 1), "note.size"),
        (b"", "note.text"),
    ],
)
def test_a_note_in_another_form_is_malformed(lie: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        note.open_note(lie, [ADA.verifier_key])
    assert refused.value.code == code


def vkey(name: str, key: bytes, key_id: str | None = None) -> str:
    own_id = note.VerifierKey(name, key[1:]).key_id.hex()
    return f"{name}+{key_id or own_id}+{base64.b64encode(key).decode()}"


PUBLIC = b"\x01" + ADA.verifier_key.public_key


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (vkey("ada.example/log", b"\x04" + PUBLIC[1:]), "vkey.kind"),
        (vkey("ada.example/log", PUBLIC + b"\x00"), "vkey.kind"),
        (vkey("ada.example/log", PUBLIC, "00000000"), "vkey.id"),
        (vkey("ada.example/log", PUBLIC, ADA.verifier_key.key_id.hex().upper()), "vkey.id"),
        (vkey("", PUBLIC), "vkey.name"),
        (vkey("ada example", PUBLIC), "vkey.name"),
        (vkey("ada\u2003example", PUBLIC), "vkey.name"),
        (vkey("ada.example/log", b"\x01" + bytes([1]) + bytes(31)), "vkey.point"),  # the identity
        (vkey("ada.example/log", b"\x01" + bytes(32)), "vkey.point"),  # a point of order 4
        (vkey("ada.example/log", b"\x01" + b"\xff" * 32), "vkey.point"),  # not canonical
        (vkey("ada.example/log", PUBLIC)[:-1], "base64.spelling"),
        (vkey("ada.example/log", PUBLIC) + "\n", "base64.spelling"),
        ("ada.example/log", "vkey.form"),
    ],
)
def test_a_key_under_which_others_could_sign_or_that_is_misspelt_is_refused(lie: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        note.decode_verifier_key(lie)
    assert refused.value.code == code


def test_a_cosignature_under_the_key_id_of_a_plain_key_is_refused() -> None:
    """A witness's line is 8 bytes longer; under the log's own name and ID it fails instead of being skipped."""
    cosigned = base64.b64encode(ADA.verifier_key.key_id + bytes(8) + bytes(64)).decode()
    lie = SIGNED + f"\u2014 ada.example/log {cosigned}\n".encode()
    with pytest.raises(InvalidProof, match=r"note\.signature"):
        note.open_note(lie, [ADA.verifier_key])


@pytest.mark.parametrize("lie", ["AB==", "AA=", "A A=", "-_8=", "AA==\n", "é", "AAA", "=AAA"])
def test_base64_has_one_spelling(lie: str) -> None:
    with pytest.raises(Malformed, match=r"base64\.spelling"):
        note.decode_base64(lie)


def test_a_signer_refuses_a_text_that_readers_would_cut_elsewhere() -> None:
    for text in ("no newline", "carriage\r\n", ""):
        with pytest.raises(Malformed, match=r"note\.text"):
            ADA.sign(text)


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc"))))
def test_whatever_is_signed_is_read_back(text: str) -> None:
    assert note.open_note(ADA.sign(text + "\n"), [ADA.verifier_key]).text == text + "\n"


NEARLY_A_NOTE = st.text().map(lambda text: f"{text}\n\n\u2014 ada.example/log {text}\n".encode("utf-8", "replace"))


@given(st.binary() | NEARLY_A_NOTE)
def test_any_bytes_are_a_note_or_refused(raw: bytes) -> None:
    with contextlib.suppress(Flaw):
        note.open_note(raw, [ADA.verifier_key])
        pytest.fail("nobody signed this")


@given(st.text() | st.binary().map(lambda key: f"a+00000000+{base64.b64encode(key).decode()}"))
def test_any_text_is_a_key_or_malformed(text: str) -> None:
    with contextlib.suppress(Malformed):
        assert note.decode_verifier_key(text).encode() == text


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_no_byte_of_a_note_can_change(place: int, difference: int) -> None:
    changed = SIGNED[:place] + bytes([SIGNED[place] ^ difference]) + SIGNED[place + 1 :]
    with pytest.raises((Malformed, InvalidProof)):
        note.open_note(changed, [ADA.verifier_key])
