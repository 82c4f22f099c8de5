"""Checkpoints: one spelling, one origin, the sizes and roots of the reference."""

import base64
import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, decode_checkpoint, open_checkpoint, sign_checkpoint
from audit.note import Signer, decode_verifier_key
from audit.tree import EMPTY_ROOT
from crypto.errors import Flaw, InvalidProof, Malformed

NOTES = json.loads((Path(__file__).parents[1] / "vectors" / "tlog" / "notes.json").read_text())
SHARED = Path(__file__).parents[3] / "shared" / "vectors" / "tlog" / "third-party"
LOG_KEY = decode_verifier_key(NOTES["keys"][0]["vkey"])
ADA = Signer("ada.example/log", bytes(range(32)))
ROOT = base64.b64encode(bytes(range(32))).decode()


def test_the_reference_checkpoints_are_read_with_their_sizes() -> None:
    for case in NOTES["checkpoints"]:
        checkpoint = open_checkpoint(case["note"].encode(), LOG_KEY)
        assert (checkpoint.origin, checkpoint.tree_size) == ("log.example/test", case["size"])
        assert checkpoint.encode() == case["body"]


def test_real_checkpoints_of_other_logs_are_read() -> None:
    path = SHARED / "rekor-v2-staging.json"
    if not path.exists():
        print("the third-party checkpoints are not beside this checkout (../shared); only our own were checked")
        return
    rekor = json.loads(path.read_text())
    note = rekor["proof"].split("\n\n", 1)[1]
    assert open_checkpoint(note.encode(), decode_verifier_key(rekor["log_vkey"])).tree_size > 4_000_000
    sumdb = json.loads((SHARED / "litewitness.json").read_text())["sumdb"]
    note = sumdb["requests"][0]["request"].split("\n\n", 1)[1]
    with pytest.raises(InvalidProof, match=r"checkpoint\.origin"):  # its origin is not its key name
        open_checkpoint(note.encode(), decode_verifier_key(sumdb["vkey"]))


def test_the_empty_log_has_a_checkpoint() -> None:
    raw = sign_checkpoint(ADA, 0, EMPTY_ROOT)
    assert open_checkpoint(raw, ADA.verifier_key) == Checkpoint("ada.example/log", 0, EMPTY_ROOT)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"ada.example/log\n05\n{ROOT}\n", "checkpoint.size"),
        (f"ada.example/log\n+5\n{ROOT}\n", "checkpoint.size"),
        (f"ada.example/log\n5_0\n{ROOT}\n", "checkpoint.size"),
        (f"ada.example/log\n ٥\n{ROOT}\n", "checkpoint.size"),
        (f"ada.example/log\n-1\n{ROOT}\n", "checkpoint.size"),
        (f"ada.example/log\n9223372036854775808\n{ROOT}\n", "checkpoint.size"),
        (f"ada.example/log\n\n{ROOT}\n", "checkpoint.size"),
        (f"ada.example/log\n5\n{bytes(range(32)).hex()}\n", "checkpoint.root"),
        (f"ada.example/log\n0\n{ROOT}\n", "checkpoint.root"),
        (f"ada.example/log\n5\n{ROOT[:-4]}\n", "checkpoint.root"),
        (f"ada.example/log\n5\n{ROOT[:-1]}\n", "base64.spelling"),
        ("ada.example/log\n5\n" + base64.urlsafe_b64encode(b"\xff" * 32).decode() + "\n", "base64.spelling"),
        (f"ada.example/log\n5\n{ROOT}\nan extension\n", "checkpoint.extension"),
        (f"\n5\n{ROOT}\n", "checkpoint.form"),
        ("ada.example/log\n5\n", "checkpoint.form"),
        (f"ada.example/log\n5\n{ROOT}", "checkpoint.form"),
    ],
)
def test_a_checkpoint_in_another_spelling_is_malformed(text: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        decode_checkpoint(text)
    assert refused.value.code == code


def test_BB_22_a_checkpoint_of_another_log_under_this_key_is_refused() -> None:
    other = Checkpoint("bo.example/log", 5, bytes(32)).encode()
    with pytest.raises(InvalidProof, match=r"checkpoint\.origin"):
        open_checkpoint(ADA.sign(other), ADA.verifier_key)


@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_whatever_is_signed_is_read_back(size: int, root: bytes) -> None:
    assert open_checkpoint(sign_checkpoint(ADA, size, root), ADA.verifier_key).root_hash == root


@given(st.text())
def test_any_text_is_a_checkpoint_or_malformed(text: str) -> None:
    with contextlib.suppress(Malformed):
        assert decode_checkpoint(text).encode() == text


@given(st.binary())
def test_any_signed_bytes_are_a_checkpoint_or_refused(raw: bytes) -> None:
    with contextlib.suppress(Flaw):
        open_checkpoint(raw, ADA.verifier_key)
        pytest.fail("nobody signed this")
