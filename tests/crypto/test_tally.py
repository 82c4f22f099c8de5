import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.election import Question
from crypto.errors import InvalidProof, Malformed
from crypto.group import BELENIOS_2048, ED25519, Group
from crypto.tally import accumulate, check_tally, counted, decode_number, decode_tally, encode_number
from tests.crypto.elections import Voter, fixed_scalar, make_election

VOTE = st.sampled_from([(1, 0, 0), (0, 1, 0), (0, 0, 1)])


@given(st.lists(st.tuples(st.integers(0, 3), VOTE), max_size=6))
def test_the_tally_opens_to_the_last_votes_of_each_credential(cast: list[tuple[int, tuple[int, ...]]]) -> None:
    election = make_election()
    voters = [Voter(election, fixed_scalar(ED25519, str(number))) for number in range(4)]
    tally = accumulate(election, [voters[who].seal(vote) for who, vote in cast])
    last = dict(cast)
    assert (tally.num_tallied, tally.total_weight) == (len(last), len(last))
    key = fixed_scalar(ED25519, election.uuid)
    for choice, ciphertext in enumerate(tally.ciphertexts[0]):
        opened = ED25519.divide(ciphertext.beta, ED25519.power(ciphertext.alpha, key))
        assert opened == ED25519.generator_power(sum(vote[choice] for vote in last.values()))


def test_m_31_the_last_ballot_of_a_credential_counts() -> None:
    election = make_election()
    voter, other = Voter(election, 5), Voter(election, 6)
    first, second, third = voter.seal((0, 1, 0)), other.seal((1, 0, 0)), voter.seal((0, 0, 1))
    assert counted([first, second, third]) == [third, second]


def test_weights_multiply_votes() -> None:
    election = make_election()
    voter, other = Voter(election, 5), Voter(election, 6)
    tally = accumulate(
        election, [voter.seal((0, 1, 0)), other.seal((0, 0, 1))], {voter.credential: 3, other.credential: 0}
    )
    assert (tally.num_tallied, tally.total_weight) == (2, 3)
    key = fixed_scalar(ED25519, election.uuid)
    opened = [ED25519.divide(c.beta, ED25519.power(c.alpha, key)) for c in tally.ciphertexts[0]]
    assert opened == [ED25519.generator_power(count) for count in (0, 3, 0)]


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_a_tally_is_read_as_it_was_written(group: Group) -> None:
    election = make_election(Question("Τι;", ("Α", "Γ"), False, 0, 2), group=group)
    tally = accumulate(election, [Voter(election, 5).seal((0, 1))])
    assert decode_tally(tally.raw, tally.sized, election) == tally
    check_tally(decode_tally(tally.raw, tally.sized, election), tally)


def test_BB_17_a_tally_of_other_ballots_or_other_numbers_is_refused() -> None:
    election = make_election()
    ballots = [Voter(election, key).seal((0, 1, 0)) for key in (5, 6)]
    whole, part = accumulate(election, ballots), accumulate(election, ballots[:1])
    for claimed, code in [
        (part, "tally.ciphertexts"),
        (replace(whole, num_tallied=3), "tally.number"),
        (replace(whole, total_weight=3), "tally.weight"),
    ]:
        with pytest.raises(InvalidProof) as refusal:
            check_tally(claimed, whole)
        assert refusal.value.code == code


def test_a_sized_tally_that_names_another_tally_is_refused() -> None:
    election = make_election()
    one, two = (accumulate(election, [Voter(election, 5).seal((0, 1, 0))]) for _ in range(2))
    with pytest.raises(Malformed) as refusal:
        decode_tally(one.raw, two.sized, election)
    assert refusal.value.code == "tally.hash"


@pytest.mark.parametrize(("number", "spelled"), [(0, 0), (2**30 - 1, 2**30 - 1), (2**30, "1073741824")])
def test_large_numbers_are_written_as_strings(number: int, spelled: int | str) -> None:
    assert encode_number(number) == spelled
    assert decode_number(spelled) == number


@pytest.mark.parametrize("value", ["5", 2**30, -1, True, 1.5, "01073741824", None, " 1073741824", "+1073741824"])
def test_a_number_has_one_spelling(value: object) -> None:
    with pytest.raises(Malformed):
        decode_number(value)  # type: ignore[arg-type]


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_any_bytes_are_a_tally_or_malformed(raw: bytes, sized: bytes) -> None:
    with contextlib.suppress(Malformed):
        decode_tally(raw, sized, make_election())
    with contextlib.suppress(Malformed):
        decode_tally(accumulate(make_election(), []).raw, json.dumps({"num_tallied": 0}).encode(), make_election())
