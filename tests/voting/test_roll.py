"""The frozen roll and the commitment that is published for it."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.errors import BadRoll
from voting.roll import make_roll, member_leaf

UUID = "12345678912345"
ADA, BO = (1, "000001"), (2, "000002")


@pytest.mark.parametrize(
    ("electors", "issuer", "code"),
    [
        ([], "authority", "roll.empty"),
        ([ADA, (1, "000002")], "authority", "roll.twice"),
        ([ADA, (2, None)], "authority", "roll.without_card"),
        ([ADA, (2, "000001")], "authority", "roll.shared_card"),
    ],
)
def test_a_roll_that_cannot_be_frozen(electors: list[tuple[int, str | None]], issuer: str, code: str) -> None:
    with pytest.raises(BadRoll) as refused:
        make_roll(UUID, electors, issuer, secrets.token_bytes)
    assert refused.value.code == code


def test_in_service_mode_no_card_is_asked_for_and_none_is_kept() -> None:
    roll = make_roll(UUID, [ADA, (2, None)], "service", secrets.token_bytes)
    assert [card for _, card, _ in roll.members] == [None, None]


def test_the_commitment_says_nothing_about_the_order_of_the_roll() -> None:
    salts = iter([b"a" * 32, b"b" * 32, b"b" * 32, b"a" * 32])
    one = make_roll(UUID, [ADA, BO], "authority", lambda _: next(salts))
    other = make_roll(UUID, [BO, ADA], "authority", lambda _: next(salts))
    assert one.commitment == other.commitment


def test_the_same_people_have_another_commitment_in_another_freezing() -> None:
    rolls = [make_roll(UUID, [ADA, BO], "authority", secrets.token_bytes) for _ in range(2)]
    assert rolls[0].commitment != rolls[1].commitment


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_leaf_opens_to_one_person_only(one: int, other: int) -> None:
    salt = b"s" * 32
    assert (member_leaf(UUID, one, salt) == member_leaf(UUID, other, salt)) is (one == other)
