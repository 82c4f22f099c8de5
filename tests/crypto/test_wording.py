"""What voters read is what everybody reads: no invisible characters, no two answers that look alike (CR-15)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Malformed
from crypto.wording import check_distinct, check_wording, skeleton

INVISIBLE = {
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "right-to-left override": "\u202e",
    "isolate": "\u2067",
    "left-to-right mark": "\u200e",
    "byte-order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "Hangul filler": "\u3164",
    "blank Braille": "\u2800",
    "combining grapheme joiner": "\u034f",
    "line separator": "\u2028",
    "null": "\x00",
    "delete": "\x7f",
    "tabulator": "\t",
    "line feed": "\n",
    "private use": "\ue000",
    "tag letter": "\U000e0041",
}


@pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE)
def test_CR_15_a_character_that_nobody_sees_is_refused(character: str) -> None:
    with pytest.raises(Malformed, match=r"text\.invisible"):
        check_wording(f"ΝΑΙ{character}ΝΑΙ")


def test_CR_15_text_is_in_one_normal_form() -> None:
    check_wording("Ναί, ΟΧΙ, Π.Δ. 100/2020 «όλα» — €5")
    for text in ("Ναι\u0301", "\u2126"):  # alpha and accent apart; the ohm sign
        with pytest.raises(Malformed, match=r"text\.normal_form"):
            check_wording(text)


def test_text_is_neither_empty_nor_padded_nor_endless() -> None:
    for text, code in ((" ΝΑΙ", "padding"), ("ΝΑΙ\u00a0", "padding"), ("", "length"), ("α" * 1001, "length")):
        with pytest.raises(Malformed, match=rf"text\.{code}"):
            check_wording(text)
    check_wording("μία γραμμή\nκι άλλη", lines=True)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ΝΑΙ", "NAI"),
        ("Ναι", "ΝΑΙ"),
        ("Όχι", "ΟΧΙ"),
        ("ΟΧΙ", "0XI"),
        ("ΝΑΙ ", "Ν ΑΙ"),
        ("ſ", "S"),
        ("\u212a", "K"),
        ("ΡΟΔΟΣ", "POΔOΣ"),
        ("ΤΑΧΕΙΑ", "ТАХЕІА"),
        ("σας", "σασ"),
    ],
)
def test_CR_15_texts_that_look_alike_are_refused_together(left: str, right: str) -> None:
    assert skeleton(left) == skeleton(right)
    with pytest.raises(Malformed, match=r"text\.confusable"):
        check_distinct((left, "ΑΛΛΟ", right))


def test_texts_that_look_different_stand_together() -> None:
    check_distinct(("ΝΑΙ", "ΟΧΙ", "ΛΕΥΚΟ", "Παιδική χαρά", "Παιδικός σταθμός", "1", "2"))


@given(st.text())
def test_any_text_is_accepted_or_malformed(text: str) -> None:
    with contextlib.suppress(Malformed):
        check_wording(text)
        check_distinct((text, "x"))
