import contextlib
import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.archive import read_archive
from crypto.ballot import check_ballot, decode_ballot
from crypto.decryption import (
    check_partial,
    combine,
    decode_owned,
    decode_partial,
    lagrange,
    make_owned,
    missing_decryptions,
    partial_decryption,
)
from crypto.election import decode_election, decode_public_credentials
from crypto.errors import Flaw, InvalidProof, Malformed
from crypto.group import BELENIOS_2048, ED25519, Group
from crypto.result import check_result, decode_result, open_tally
from crypto.tally import accumulate, check_tally, decode_tally
from crypto.trustees import decode_trustees, single_trustee
from tests.crypto.ceremonies import Decrypted, HeldCeremony, decrypt, election_under, hold_ceremony
from tests.crypto.elections import WORKS, YES_NO, Voter, fixed_scalar, fixed_scalars, listed, make_election
from tests.crypto.places import at, paths, replaced

GROUPS = [ED25519, BELENIOS_2048]
ARCHIVES = [p for p in sorted(Path("tests/vectors/belenios").glob("b*/*.bel")) if "b20-2048-threshold" not in str(p)]
OURS = json.loads(Path("tests/vectors/kalpi/strong.json").read_text())


@pytest.fixture(scope="module")
def held() -> HeldCeremony:
    return hold_ceremony(3, 5)


@pytest.fixture(scope="module")
def decrypted(held: HeldCeremony) -> Decrypted:
    election = election_under(held.trustees, YES_NO, WORKS)
    choices = [((0, 1, 0), (1, 1, 0)), ((0, 1, 0), (1, 0, 0)), ((1, 0, 0), (0, 1, 0))]
    ballots = [
        Voter(election, fixed_scalar(ED25519, f"voter {number}")).seal(*selections)
        for number, selections in enumerate(choices)
    ]
    return decrypt(election, ballots, held.shares)


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.parent.name)
def test_elections_of_belenios_tool_are_tallied_decrypted_and_counted_again(path: Path) -> None:
    archive = read_archive(path.read_bytes())
    setup = archive.events[0].bodies
    election = decode_election(setup[0])
    trustees = decode_trustees(setup[1], election.group)
    weights = {credential.element: credential.weight for credential in decode_public_credentials(setup[2], election)}
    ballots = [decode_ballot(event.payload, election) for event in archive.of_kind("Ballot")]
    check_ballot(ballots[0], election)
    computed = accumulate(election, ballots, weights)
    encrypted, sized = archive.of_kind("EncryptedTally")[0].bodies
    claimed = decode_tally(encrypted, sized, election)
    check_tally(claimed, computed)
    assert (computed.raw, computed.sized) == (encrypted, sized)
    partials = {}
    for event in archive.of_kind("PartialDecryption"):
        owner, digest = decode_owned(event.payload)
        partials[owner] = decode_partial(event.bodies[0], election)
        assert partials[owner].digest == digest
        check_partial(election, claimed, trustees.member(owner).public_key, partials[owner])
    factors = combine(election, trustees, partials)
    raw = archive.of_kind("Result")[0].payload
    result = decode_result(raw, election)
    check_result(election, claimed, factors, result)
    assert open_tally(election, claimed, factors).encode() == raw


@pytest.mark.parametrize("vector", OURS, ids=lambda v: f"{v['group']}-{len(v['decryptions'])}")
def test_decryptions_with_given_scalars_give_the_vectors_bytes(vector: dict) -> None:  # type: ignore[type-arg]
    election = decode_election(vector["election"].encode())
    ballots = [decode_ballot(raw.encode(), election) for raw in vector["ballots"]]
    tally = accumulate(election, ballots)
    assert tally.raw.decode() == vector["encrypted_tally"]
    assert tally.sized.decode() == vector["sized_encrypted_tally"]
    partials = {}
    for row in vector["decryptions"]:
        raw = partial_decryption(election, tally, int(row["key"]), listed(row["plain"]["scalars"]))
        assert raw.decode() == row["plain"]["text"]
        assert make_owned(row["owner"], raw).decode() == row["owned"]
        partials[row["owner"]] = decode_partial(raw, election)
    trustees = decode_trustees(vector["trustees"].encode(), election.group)
    assert open_tally(election, tally, combine(election, trustees, partials)).encode().decode() == vector["result"]


def test_TK_06_every_number_of_a_partial_decryption_is_under_a_proof(held: HeldCeremony, decrypted: Decrypted) -> None:
    election, tally, partial = decrypted.election, decrypted.tally, decrypted.partials[2]
    key = held.trustees.member(2).public_key
    check_partial(election, tally, key, partial)
    value = json.loads(partial.raw)
    for path in paths(value):
        old = at(value, path)
        other = ED25519.encode(ED25519.generator) if len(str(old)) == 64 and path[0] == "decryption_factors" else "1"
        with pytest.raises(Flaw):
            check_partial(election, tally, key, decode_partial(replaced(partial.raw, path, other), election))


def test_TK_06_a_wrong_decryption_names_question_and_choice(held: HeldCeremony, decrypted: Decrypted) -> None:
    partial = decrypted.partials[1]
    first, second = partial.factors
    swapped = replace(partial, factors=(first, (second[1], second[0], second[2])))
    with pytest.raises(InvalidProof) as refusal:
        check_partial(decrypted.election, decrypted.tally, held.trustees.member(1).public_key, swapped)
    assert refusal.value.code == "decryption.proof"
    assert "question 2, choice 1" in refusal.value.sentence


def test_TK_06_a_decryption_by_another_trustee_of_another_tally_or_election_is_refused(
    held: HeldCeremony, decrypted: Decrypted
) -> None:
    election, tally, partial = decrypted.election, decrypted.tally, decrypted.partials[1]
    key = held.trustees.member(1).public_key
    other_election = election_under(held.trustees, YES_NO, WORKS, uuid="2AtestTestTest")
    other_tally = accumulate(election, [Voter(election, 7).seal((0, 1, 0), (1, 0, 0))])
    wrong = [
        (election, tally, held.trustees.member(2).public_key),
        (election, other_tally, key),
        (other_election, tally, key),
    ]
    for statement in wrong:
        with pytest.raises(InvalidProof):
            check_partial(*statement, partial)


def test_TK_07_every_subset_of_enough_trustees_gives_the_same_result(held: HeldCeremony, decrypted: Decrypted) -> None:
    results = set()
    for size in (3, 4, 5):
        for owners in combinations(range(1, 6), size):
            partials = {owner: decrypted.partials[owner] for owner in reversed(owners)}
            factors = combine(decrypted.election, held.trustees, partials)
            results.add(open_tally(decrypted.election, decrypted.tally, factors).counts)
    assert results == {((1, 2, 0), (2, 2, 0))}


def test_TK_07_fewer_trustees_than_the_threshold_give_nothing(held: HeldCeremony, decrypted: Decrypted) -> None:
    for owners in combinations(range(1, 6), 2):
        assert missing_decryptions(held.trustees, owners) == 1
        with pytest.raises(InvalidProof) as refusal:
            combine(decrypted.election, held.trustees, {owner: decrypted.partials[owner] for owner in owners})
        assert refusal.value.code == "decryption.missing"


@pytest.mark.parametrize("places", [[1, 1, 2], [0, 1], [1, ED25519.order + 1], [ED25519.order, 1], [2, 3]])
def test_TK_07_places_that_repeat_or_are_zero_are_refused(places: list[int]) -> None:
    with pytest.raises(Malformed):
        lagrange(ED25519.order, 1, places)


def test_TK_07_a_trustee_who_does_not_exist_is_refused(held: HeldCeremony, decrypted: Decrypted) -> None:
    with pytest.raises(Malformed):
        combine(decrypted.election, held.trustees, {**decrypted.partials, 6: decrypted.partials[1]})


def test_a_single_trustee_beside_a_pedersen_group_is_always_needed(held: HeldCeremony) -> None:
    key = fixed_scalar(ED25519, "single")
    mixed = json.loads(single_trustee(ED25519, key)) + json.loads(held.trustees.encode())
    trustees = decode_trustees(json.dumps(mixed, separators=(",", ":"), ensure_ascii=False).encode(), ED25519)
    trustees.check()
    election = election_under(trustees)
    result = decrypt(election, [Voter(election, 5).seal((0, 0, 1))], [key, *held.shares])
    factors = combine(election, trustees, {owner: result.partials[owner] for owner in (1, 3, 4, 6)})
    assert open_tally(election, result.tally, factors).counts == ((0, 0, 1),)
    assert missing_decryptions(trustees, (2, 3, 4)) == 1


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
@pytest.mark.parametrize("votes", [[], [(1, 0, 0)], [(1, 0, 0), (1, 0, 0)], [(0, 1, 0)]], ids=str)
def test_CR_11_no_ballots_blank_ballots_and_answers_nobody_chose_are_counted(
    group: Group, votes: list[tuple[int, ...]]
) -> None:
    election = make_election(group=group)
    key = fixed_scalar(group, election.uuid)
    trustees = decode_trustees(single_trustee(group, key, None, fixed_scalars(group, "t")), group)
    ballots = [Voter(election, fixed_scalar(group, str(i))).seal(vote) for i, vote in enumerate(votes)]
    result = decrypt(election, ballots, [key])
    check_partial(election, result.tally, trustees.member(1).public_key, result.partials[1])
    opened = open_tally(election, result.tally, combine(election, trustees, result.partials))
    assert opened.counts == (tuple(sum(column) for column in zip((0, 0, 0), *votes, strict=True)),)
    check_result(election, result.tally, combine(election, trustees, result.partials), opened)


def test_a_partial_decryption_has_one_spelling(decrypted: Decrypted) -> None:
    raw = decrypted.partials[1].raw
    with pytest.raises(Malformed):
        decode_partial(raw.replace(b":", b": ", 1), decrypted.election)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_partial_decryption_or_malformed(raw: bytes) -> None:
    election = make_election()
    with contextlib.suppress(Malformed):
        decode_partial(raw, election)
    with contextlib.suppress(Malformed):
        decode_owned(raw)
