"""The ADA: one spelling, and letters that only look Greek are named."""

import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.ada import ada_url, read_ada
from consultation.errors import Incomplete

GOOD = "ΨΘ82ΩΡΦ-7ΑΙ"


@pytest.mark.parametrize(
    "typed", [GOOD, f"  {GOOD}\n", GOOD.lower(), unicodedata.normalize("NFD", GOOD), "6ΖΜ8465ΧΘΞ-Ν7Ρ"]
)
def test_an_ada_is_trimmed_composed_and_put_into_capitals(typed: str) -> None:
    assert read_ada(typed) == unicodedata.normalize("NFC", typed.strip()).upper()


def test_no_ada_is_allowed_because_posting_comes_later() -> None:
    assert read_ada("  ") == ""


@pytest.mark.parametrize(
    ("typed", "place", "letter", "greek"),
    [
        ("ΨΘ82ΩPΦ-7ΑΙ", 6, "P", "Ρ"),
        ("ΨΘ82ΩΡΦ-7aΙ", 10, "a", "Α"),
        (" ΨΘ82ΩΡΦ-7ΑI", 11, "I", "Ι"),
        ("xΘ82ΩΡΦ-7ΑΙ", 1, "x", "Χ"),
    ],
)
def test_M04_a_latin_look_alike_is_refused_with_the_letter_named(
    typed: str, place: int, letter: str, greek: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        read_ada(typed)
    assert refused.value.code == "ada.latin"
    assert refused.value.fields == {"place": place, "letter": letter, "greek": greek}
    sentence = refused.value.sentence % refused.value.fields
    assert letter in sentence
    assert str(place) in sentence
    assert refused.value.field == "ada"


@pytest.mark.parametrize(
    "typed", ["ΨΘ82ΩΡΦ–7ΑΙ", "ΨΘ82ΩΡФ-7ΑΙ", "ΨΘ82WΡΦ-7ΑΙ", "ΨΘ82ΩΡΦ-7ΆΙ", "ΨΘ82ΩΡΦ-٧ΑΙ", "ΨΘ82ΩΡΦ-7Α\u200bΙ"]
)
def test_other_foreign_characters_are_named_too(typed: str) -> None:
    with pytest.raises(Incomplete) as refused:
        read_ada(typed)
    assert refused.value.code == "ada.letter"
    assert str(refused.value.fields["point"]).startswith("U+")


@pytest.mark.parametrize(
    "typed", ["ΨΘ82ΩΡΦ7ΑΙ", "ΨΘ82ΩΡΦ-7Α", "ΨΘ82ΩΡΦ-7ΑΙΙ", "ΨΘ-7ΑΙ", "ΨΘ82-ΩΡΦ-7ΑΙ", "-", "12/2026".replace("/", "")]
)
def test_what_is_no_ada_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Incomplete) as refused:
        read_ada(typed)
    assert refused.value.code == "ada.spelling"


def test_M04_the_link_to_diavgeia_is_percent_encoded() -> None:
    url = ada_url(GOOD)
    assert url == "https://diavgeia.gov.gr/doc/%CE%A8%CE%9882%CE%A9%CE%A1%CE%A6-7%CE%91%CE%99"
    assert url.isascii()


@given(st.text(max_size=30))
def test_any_text_is_an_ada_of_greek_capitals_or_refused(text: str) -> None:
    with contextlib.suppress(Incomplete):
        ada = read_ada(text)
        assert ada == "" or read_ada(ada) == ada
        assert not any("A" <= letter <= "Z" for letter in ada)
