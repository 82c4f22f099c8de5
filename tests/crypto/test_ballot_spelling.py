"""A ballot has one shape and one spelling; everything else is refused before it means anything."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.ballot import decode_ballot
from crypto.encoding import Json, compact, parse_json
from crypto.errors import InvalidProof, Malformed
from crypto.group import ED25519, GROUPS, Edwards25519, Group
from tests.crypto.elections import Voter, make_election
from tests.crypto.places import Path, at, inner_paths, paths, replaced
from tests.crypto.test_ballot import ADA, BALLOT, ELECTION, judge, resigned
from tests.crypto.test_encoding import EXTREMES
from tests.crypto.test_group import BAD_SCALARS

PROOF: Json = {"challenge": "1", "response": "1"}
SHAPES: dict[str, tuple[Path, Json, str]] = {
    "no answer": (("answers",), [], "ballot.shape"),
    "answers are no array": (("answers",), {}, "json.shape"),
    "no ciphertext": (("answers", 0, "choices"), [], "ballot.shape"),
    "two ciphertexts": (("answers", 0, "choices"), [{}, {}], "ballot.shape"),
    "four ciphertexts": (("answers", 0, "choices"), [{}, {}, {}, {}], "ballot.shape"),
    "no individual proof": (("answers", 0, "individual_proofs"), [], "proof.shape"),
    "two individual proofs": (("answers", 0, "individual_proofs"), [[PROOF, PROOF]] * 2, "proof.shape"),
    "an individual proof of no branch": (("answers", 0, "individual_proofs", 1), [], "proof.shape"),
    "an individual proof of one branch": (("answers", 0, "individual_proofs", 1), [PROOF], "proof.shape"),
    "an individual proof of three branches": (("answers", 0, "individual_proofs", 1), [PROOF] * 3, "proof.shape"),
    "an overall proof of no branch": (("answers", 0, "overall_proof"), [], "proof.shape"),
    "an overall proof of one branch": (("answers", 0, "overall_proof"), [PROOF], "proof.shape"),
    "an overall proof of three branches": (("answers", 0, "overall_proof"), [PROOF] * 3, "proof.shape"),
    "an overall proof of 1,000 branches": (("answers", 0, "overall_proof"), [PROOF] * 1000, "proof.shape"),
    "an overall proof that is no array": (("answers", 0, "overall_proof"), PROOF, "json.shape"),
    "a blank proof of no branch": (("answers", 0, "blank_proof"), [], "proof.shape"),
    "a blank proof of one branch": (("answers", 0, "blank_proof"), [PROOF], "proof.shape"),
    "a blank proof of three branches": (("answers", 0, "blank_proof"), [PROOF] * 3, "proof.shape"),
    "a blank proof where none belongs": (("answers", 1, "blank_proof"), [PROOF] * 2, "json.members"),
    "a sum of three answers at most two": (("answers", 1, "overall_proof"), [PROOF] * 3, "proof.shape"),
}


@pytest.fixture
def no_group_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_arguments: object) -> None:
        raise AssertionError("a group operation was made")

    for name in ("decode_any", "power", "multiply", "divide"):
        monkeypatch.setattr(Edwards25519, name, forbidden)


@pytest.mark.parametrize("defect", SHAPES)
def test_CR_06_a_wrong_number_of_branches_is_refused_before_anything_is_computed(
    defect: str, no_group_operation: None
) -> None:
    path, value, code = SHAPES[defect]
    with pytest.raises(Malformed) as refusal:
        decode_ballot(replaced(BALLOT.raw, path, value), ELECTION)
    assert refusal.value.code == code


def test_CR_06_a_blank_proof_that_is_missing_is_refused(no_group_operation: None) -> None:
    value = json.loads(BALLOT.raw)
    del value["answers"][0]["blank_proof"]
    with pytest.raises(Malformed, match=r"json\.members"):
        decode_ballot(compact(value), ELECTION)


# --- spelling (CR-10, CR-13, CR-14)


def test_CR_10_a_scalar_of_another_spelling_is_refused_in_every_proof() -> None:
    places = [path for path in paths(parse_json(BALLOT.raw)) if path[-1] in ("challenge", "response")]
    assert len(places) == 2 * (6 + 2 + 2 + 6 + 2 + 1)
    texts: list[Json] = [*BAD_SCALARS, str(ED25519.order), str(ED25519.order + 5)]
    for number, path in enumerate(places):
        for text in texts if number < 2 else texts[number % 7 :: 7]:
            with pytest.raises(Malformed, match=r"scalar\.noncanonical"):
                decode_ballot(replaced(BALLOT.raw, path, text), ELECTION)


def test_CR_10_the_same_number_plus_q_is_refused() -> None:
    path: Path = ("answers", 0, "overall_proof", 0, "response")
    same = int(str(at(parse_json(BALLOT.raw), path))) + ED25519.order
    with pytest.raises(Malformed, match=r"scalar\.noncanonical"):
        decode_ballot(replaced(BALLOT.raw, path, str(same)), ELECTION)


def test_a_digest_of_another_spelling_is_refused() -> None:
    for path in (("signature", "hash"), ("election_hash",)):
        good = str(at(parse_json(BALLOT.raw), path))
        wrong: list[Json] = [good + "=", good[:-1], "-" * 43, None, 7]
        for text in wrong:
            with pytest.raises(Malformed, match=r"digest\.spelling"):
                decode_ballot(replaced(BALLOT.raw, path, text), ELECTION)


def test_CR_13_an_unknown_member_or_another_order_is_refused_on_every_level() -> None:
    value = parse_json(BALLOT.raw)
    objects = [path for path in inner_paths(value) if isinstance(at(value, path), dict)]
    assert len(objects) > 20
    for path in objects:
        members = at(parse_json(BALLOT.raw), path)
        assert isinstance(members, dict)
        more: Json = members | {"extra": 1}
        turned: Json = dict(reversed(members.items()))
        for other in (more, turned):
            with pytest.raises(Malformed, match=r"json\.members"):
                decode_ballot(replaced(BALLOT.raw, path, other), ELECTION)


@pytest.mark.parametrize(
    "raw",
    [
        BALLOT.raw + b"\n",
        b" " + BALLOT.raw,
        BALLOT.raw.replace(b":", b": ", 1),
        BALLOT.raw.replace(b'"credential"', b'"\\u0063redential"'),
        BALLOT.raw.replace(b'"credential":', b'"credential":"","credential":'),
    ],
)
def test_CR_13_the_same_ballot_in_other_bytes_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed, match=r"^json\."):
        decode_ballot(raw, ELECTION)


@pytest.mark.parametrize("raw", EXTREMES.values(), ids=EXTREMES)
def test_CR_14_a_json_extreme_is_no_ballot(raw: bytes) -> None:
    with pytest.raises(Malformed):
        decode_ballot(raw, ELECTION)


@given(st.binary())
def test_any_bytes_are_a_ballot_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        decode_ballot(raw, ELECTION)


LEAVES = st.none() | st.booleans() | st.integers(0, 10**15) | st.text(st.characters(codec="utf-8"), max_size=8)


@settings(deadline=None)
@given(data=st.data(), leaf=LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(st.text(max_size=3), LEAVES))
def test_a_ballot_with_anything_in_any_place_is_refused(data: st.DataObject, leaf: Json) -> None:
    value = parse_json(BALLOT.raw)
    path = data.draw(st.sampled_from([*paths(value), *inner_paths(value)]))
    if at(value, path) != leaf:
        with pytest.raises((Malformed, InvalidProof)):
            judge(replaced(BALLOT.raw, path, leaf))


@settings(max_examples=60, deadline=None)
@given(position=st.integers(0, len(BALLOT.raw) - 1), bit=st.integers(0, 7))
def test_a_ballot_with_one_bit_changed_is_refused(position: int, bit: int) -> None:
    raw = bytearray(BALLOT.raw)
    raw[position] ^= 1 << bit
    with pytest.raises((Malformed, InvalidProof)):
        judge(bytes(raw))


# --- identity (CR-12)


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
def test_CR_12_a_ciphertext_without_randomness_is_refused(group: Group) -> None:
    election = make_election(group=group)
    ballot = Voter(election, 3).seal((0, 1, 0))
    for part in ("alpha", "beta"):
        raw = replaced(ballot.raw, ("answers", 0, "choices", 1, part), group.encode(group.identity))
        with pytest.raises(Malformed, match=r"point\.identity"):
            decode_ballot(raw, election)


def test_CR_12_beta_equal_to_alpha_proves_nothing() -> None:
    alpha = at(parse_json(BALLOT.raw), ("answers", 0, "choices", 1, "alpha"))
    raw = resigned(replaced(BALLOT.raw, ("answers", 0, "choices", 1, "beta"), alpha), ADA.key)
    with pytest.raises(InvalidProof, match=r"proof\.individual"):
        judge(raw)
