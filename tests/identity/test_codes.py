"""Codes on paper: read as people type them, and never shown by accident."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.card import ALPHABET
from crypto.errors import Malformed
from identity.codes import Code, check_code, code_digest, new_code, parse_code
from identity.recovery import COUNT, LENGTH, new_codes

CODE = Code("7ABCDEFGHJKM0123")


def test_ID_03_an_activation_code_has_eighty_bits_and_a_recovery_code_fifty() -> None:
    assert len(new_code(16).characters) * 5 == 80
    assert len({code.characters for code in new_codes()}) == COUNT
    assert LENGTH * 5 == 50


@pytest.mark.parametrize(
    "typed",
    [str.lower, lambda text: text.replace("-", " "), lambda text: text.replace("0", "O").replace("1", "l"),
     lambda text: text.replace("A", "Α").replace("B", "Β").replace("H", "Η"), lambda text: f"  {text}\n"],
)  # fmt: skip
def test_a_code_is_read_as_people_type_it(typed: object) -> None:
    assert callable(typed)
    assert parse_code(typed(CODE.printed()), 16) == CODE


def test_every_single_mistake_and_every_exchange_of_neighbours_is_noticed() -> None:
    printed = CODE.printed().replace("-", "")
    for place, other in itertools.product(range(len(printed)), ALPHABET):
        if printed[place] != other:
            with pytest.raises(Malformed):
                parse_code(printed[:place] + other + printed[place + 1 :], 16)
    for place in range(len(printed) - 1):
        swapped = printed[:place] + printed[place + 1] + printed[place] + printed[place + 2 :]
        if swapped != printed:
            with pytest.raises(Malformed):
                parse_code(swapped, 16)


def test_a_code_does_not_show_itself() -> None:
    assert CODE.characters not in f"{CODE!r} {CODE}"
    with pytest.raises(Malformed) as malformed:
        parse_code(CODE.printed()[:-1] + "Z", 16)
    assert CODE.characters[:6] not in str(malformed.value)


def test_ID_03_a_stored_code_needs_key_and_salt() -> None:
    digest = code_digest(b"k" * 32, b"s" * 16, CODE)
    assert check_code(b"k" * 32, b"s" * 16, digest, CODE)
    assert not check_code(b"l" * 32, b"s" * 16, digest, CODE)
    assert not check_code(b"k" * 32, b"t" * 16, digest, CODE)


@given(st.text(max_size=120))
def test_any_text_is_a_code_or_malformed(text: str) -> None:
    with contextlib.suppress(Malformed):
        assert parse_code(parse_code(text, 10).printed(), 10)
