import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import InvalidProof, Malformed
from crypto.group import BELENIOS_2048, ED25519, Group
from crypto.result import Result, check_result, decode_result, discrete_log
from crypto.tally import accumulate
from tests.crypto.elections import Voter, fixed_scalar, make_election

GROUPS = [ED25519, BELENIOS_2048]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
@pytest.mark.parametrize("bound", [0, 1, 2, 3, 8, 9, 10, 100])
def test_every_number_up_to_the_bound_is_found(group: Group, bound: int) -> None:
    for number in range(bound + 1):
        assert discrete_log(group, group.generator_power(number), bound) == number
    for beyond in (bound + 1, bound + 2, 2 * bound + 5, -1):
        with pytest.raises(InvalidProof):
            discrete_log(group, group.generator_power(beyond), bound)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_CR_16_a_plaintext_that_is_no_count_is_refused_within_a_second(group: Group) -> None:
    start = time.process_time()
    with pytest.raises(InvalidProof) as refusal:
        discrete_log(group, group.generator_power(fixed_scalar(group, "random")), 1_000_000)
    assert refusal.value.code == "result.bound"
    assert time.process_time() - start < 1


@given(st.integers(0, 10**6))
def test_a_count_among_a_million_is_found(number: int) -> None:
    assert discrete_log(ED25519, ED25519.generator_power(number), 10**6) == number


def test_a_result_that_was_not_decrypted_or_exceeds_the_ballots_is_refused() -> None:
    election = make_election()
    tally = accumulate(election, [Voter(election, 5).seal((0, 1, 0))])
    key = fixed_scalar(ED25519, election.uuid)
    factors = [[ED25519.power(ciphertext.alpha, key) for ciphertext in row] for row in tally.ciphertexts]
    check_result(election, tally, factors, Result(((0, 1, 0),)))
    for counts, code in [((1, 0, 0), "result.count"), ((0, 1 + ED25519.order, 0), "result.bound")]:
        with pytest.raises(InvalidProof) as refusal:
            check_result(election, tally, factors, Result((counts,)))
        assert refusal.value.code == code


def test_a_result_has_one_spelling() -> None:
    election = make_election()
    raw = b'{"result":[[0,1,0]]}'
    assert decode_result(raw, election).encode() == raw
    for other in (
        b'{"result":[[0,1,0]],"extra":0}',
        b'{"result":[["0",1,0]]}',
        b'{"result": [[0,1,0]]}',
        b'{"result":[[0,1]]}',
        b'{"result":[[0,-1,0]]}',
        b'{"result":[]}',
    ):
        with pytest.raises(Malformed):
            decode_result(other, election)


@given(st.binary(max_size=100))
def test_any_bytes_are_a_result_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        decode_result(raw, make_election())
