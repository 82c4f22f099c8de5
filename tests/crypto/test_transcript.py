"""Hashing to an exponent: fixed values, and statements that cannot slide into one another."""

import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import transcript
from crypto.group import ED25519, GROUPS
from crypto.transcript import ORDER, challenge, expand_message_xmd, hash_to_field

VECTORS = json.loads(Path("tests/vectors/kalpi/hash_to_field.json").read_text(encoding="utf-8"))

# RFC 9380 appendix K.1: expander SHA-256, DST QUUX-V01-CS02-with-expander-SHA256-128, 32 bytes.
RFC_9380 = {
    "": "68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235",
    "abc": "d8ccab23b5985ccea865c6c97b6e5b8350e794e603b4b97902f53a8a0d605615",
    "abcdef0123456789": "eff31487c770a893cfb36f912fbfcbff40d5661771ca4b2cb4eafe524333f5c1",
}


@pytest.mark.parametrize("message", RFC_9380)
def test_CR_04_expansion_gives_the_values_of_the_rfc(message: str) -> None:
    tag = b"QUUX-V01-CS02-with-expander-SHA256-128"
    assert expand_message_xmd(message.encode(), tag, 32).hex() == RFC_9380[message]


def test_CR_04_expansion_and_hash_to_field_give_the_fixed_values() -> None:
    for case in VECTORS["expand_message_xmd"]:
        assert expand_message_xmd(case["message"].encode(), case["tag"].encode(), case["length"]).hex() == case["bytes"]
    for case in VECTORS["hash_to_field"]:
        parts = [bytes.fromhex(part) for part in case["parts"]]
        scalar = hash_to_field(GROUPS[case["group"]], case["tag"].encode(), *parts)
        assert str(scalar) == case["scalar"]


def test_CR_04_an_exponent_is_reduced_from_128_bits_more_than_the_order_has() -> None:
    for group in GROUPS.values():
        assert group.hash_length * 8 >= group.order.bit_length() + 128


PARTS = st.lists(st.binary(max_size=12), max_size=4).map(tuple)


@given(left=PARTS, right=PARTS)
def test_CR_03_different_parts_never_hash_alike(left: tuple[bytes, ...], right: tuple[bytes, ...]) -> None:
    alike = hash_to_field(ED25519, ORDER, *left) == hash_to_field(ED25519, ORDER, *right)
    assert alike == (left == right)


@given(whole=st.binary(min_size=1, max_size=12), data=st.data())
def test_CR_03_a_part_cut_in_two_places_hashes_differently(whole: bytes, data: st.DataObject) -> None:
    cut, other = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, len(whole)))
    alike = hash_to_field(ED25519, ORDER, whole[:cut], whole[cut:]) == hash_to_field(
        ED25519, ORDER, whole[:other], whole[other:]
    )
    assert alike == (cut == other)


def test_every_label_is_used_for_one_kind_of_statement_and_none_begins_another() -> None:
    labels = [value for name, value in vars(transcript).items() if name.isupper()]
    texts = [label if isinstance(label, bytes) else label.encode() for label in labels]
    assert len(texts) >= 14
    for left, right in combinations(sorted(texts), 2):
        assert not right.startswith(left)


def test_a_tag_that_separates_nothing_is_a_mistake_of_ours() -> None:
    for tag, length in ((b"", 32), (b"x" * 256, 32), (b"x", 0), (b"x", 255 * 32 + 1)):
        with pytest.raises(ValueError, match="out of range"):
            expand_message_xmd(b"", tag, length)


def test_the_challenge_of_version_1_is_the_hash_of_the_text() -> None:
    # printf 'prove|000…001,666…658' | sha256sum
    digest = "a95037f8cdd1306288d9c4cb57855b9a70975e8c9bb90d42760c83165d017d76"
    points = [ED25519.identity, ED25519.generator]
    assert challenge(ED25519, "prove|", points) == int(digest, 16) % ED25519.order
