"""Acceptances: eight lines signed by a key of their own, the same bytes for the same row."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.acceptance import Acceptance, make_acceptance, parse_acceptance
from audit.note import Signer
from crypto.errors import Flaw, InvalidProof, Malformed

ORIGIN = "vote.example.org/log"
SIGNER = Signer(f"{ORIGIN}/acceptance", bytes(range(32)))
ROW: dict[str, Any] = {
    "referendum": "5Tj8q1hzz8nTWuN31uuzNe",
    "ballot": bytes(range(32)),
    "code": bytes(range(1, 33)),
    "order": bytes(range(2, 34)),
    "sequence": 2,
    "tree_size": 1234,
}
LINES = Acceptance(ORIGIN, **ROW).encode().split("\n")


def test_an_acceptance_is_read_back_and_always_the_same() -> None:
    raw = make_acceptance(SIGNER, **ROW)
    assert raw == make_acceptance(SIGNER, **ROW)
    assert parse_acceptance(raw, SIGNER.verifier_key) == Acceptance(ORIGIN, **ROW)
    assert raw.decode().startswith(f"kalpi-acceptance/v1\n{ORIGIN}\n")


def test_BB_23_a_doctored_acceptance_is_refused() -> None:
    raw = make_acceptance(SIGNER, **ROW)
    doctored = raw.replace(b"\n1234\n", b"\n1235\n")
    with pytest.raises(InvalidProof, match=r"note\.signature"):
        parse_acceptance(doctored, SIGNER.verifier_key)


def test_BB_23_an_acceptance_by_another_key_is_refused() -> None:
    with pytest.raises(InvalidProof, match=r"note\.unsigned"):
        parse_acceptance(make_acceptance(SIGNER, **ROW), Signer(f"{ORIGIN}/acceptance", bytes(32)).verifier_key)


def test_BB_22_an_acceptance_that_names_another_log_is_refused() -> None:
    raw = SIGNER.sign(Acceptance("other.example.org/log", **ROW).encode())
    with pytest.raises(InvalidProof, match=r"acceptance\.origin"):
        parse_acceptance(raw, SIGNER.verifier_key)


def test_the_log_s_own_key_does_not_sign_acceptances() -> None:
    with pytest.raises(Malformed, match=r"vkey\.name"):
        make_acceptance(Signer(ORIGIN, bytes(32)), **ROW)


@pytest.mark.parametrize(
    ("line", "lie"),
    [
        (0, "kalpi-acceptance/2"),
        (2, ""),
        (2, "short"),
        (3, "0F" * 32),
        (4, "A" * 42),
        (5, "x"),
        (6, "+2"),
        (7, "01234"),
    ],
)
def test_a_line_in_another_spelling_is_malformed(line: int, lie: str) -> None:
    text = "\n".join([*LINES[:line], lie, *LINES[line + 1 :]])
    with pytest.raises(Malformed):
        parse_acceptance(SIGNER.sign(text), SIGNER.verifier_key)


def test_more_or_fewer_lines_are_malformed() -> None:
    for lines in ([*LINES[:-1], "more", ""], [*LINES[:-2], ""]):
        with pytest.raises(Malformed, match=r"acceptance\.form"):
            parse_acceptance(SIGNER.sign("\n".join(lines)), SIGNER.verifier_key)


@given(st.binary())
def test_any_bytes_are_refused_unless_signed(raw: bytes) -> None:
    with contextlib.suppress(Flaw):
        parse_acceptance(raw, SIGNER.verifier_key)
        pytest.fail("nobody signed this")


@given(st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc"))), max_size=10))
def test_any_signed_lines_are_an_acceptance_or_refused(lines: list[str]) -> None:
    with contextlib.suppress(Flaw):
        parse_acceptance(SIGNER.sign("\n".join([LINES[0], ORIGIN, *lines, ""])), SIGNER.verifier_key)
