"""The list of who may vote: distinct, in the group, and in an election of ours in one spelling."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.election import decode_public_credentials, encode_public_credentials
from crypto.encoding import Json, compact
from crypto.errors import Malformed
from crypto.group import ED25519, GROUPS, Group
from tests.crypto.elections import make_election
from tests.crypto.test_encoding import EXTREMES


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
def test_a_list_of_ours_written_and_read_is_the_same(group: Group) -> None:
    election = make_election(group=group)
    elements = [group.generator_power(key) for key in (5, 3, 11, 7)]
    listed = decode_public_credentials(encode_public_credentials(group, elements), election)
    assert {item.element for item in listed} == set(elements)
    assert [item.text for item in listed] == sorted(map(group.encode, elements))
    assert all(item.weight == 1 and group.encode(item.element) == item.text for item in listed)


def test_BB_16_a_list_with_a_double_a_weight_or_another_order_is_refused() -> None:
    election = make_election()
    foreign = replace(election, rules=None)
    a, b = sorted(ED25519.encode(ED25519.generator_power(key)) for key in (3, 4))
    for texts, code in (
        ([a, a], "credentials.duplicate"),
        ([a, a + ",1"], "credentials.duplicate"),
        ([a + ",1_0"], "credentials.weight"),
        ([a + ",-1"], "credentials.weight"),
        ([a + ",01"], "credentials.weight"),
        ([a + ","], "credentials.weight"),
        ([a + ",1,voter"], "credentials.weight"),
        ([a + "," + "9" * 13], "credentials.weight"),
        ([1], "json.shape"),
    ):
        with pytest.raises(Malformed) as refusal:
            decode_public_credentials(compact(list[Json](texts)), foreign)
        assert refusal.value.code == code
    assert [item.weight for item in decode_public_credentials(compact([b, a + ",25"]), foreign)] == [1, 25]
    for raw, code in (
        (compact([b, a]), "credentials.order"),
        (compact([a, b]).replace(b",", b", "), "credentials.order"),
        (compact([a + ",1"]), "credentials.weight"),
        (compact({}), "json.shape"),
    ):
        with pytest.raises(Malformed) as refusal:
            decode_public_credentials(raw, election)
        assert refusal.value.code == code


@pytest.mark.parametrize("raw", EXTREMES.values(), ids=EXTREMES)
def test_CR_14_a_json_extreme_is_no_list(raw: bytes) -> None:
    with pytest.raises(Malformed):
        decode_public_credentials(raw, make_election())


@given(st.binary())
def test_any_bytes_are_a_list_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        decode_public_credentials(raw, make_election())


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=70), max_size=4))
def test_any_texts_are_a_list_or_malformed(texts: list[str]) -> None:
    with contextlib.suppress(Malformed):
        decode_public_credentials(compact(list[Json](texts)), replace(make_election(), rules=None))
