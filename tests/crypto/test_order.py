"""An order statement is this voter's, for this ballot, in this place."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path as File

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import order as order_module
from crypto.election import decode_election
from crypto.encoding import Json, compact, parse_json, sha256
from crypto.errors import InvalidProof, Malformed
from crypto.group import ED25519, GROUPS, Group
from crypto.order import FIRST, check_order, decode_order, sign_order
from crypto.transcript import hash_to_field
from tests.crypto.elections import Voter, listed, make_election
from tests.crypto.places import Path, paths, replaced
from tests.crypto.test_encoding import EXTREMES
from tests.crypto.test_group import BAD_SCALARS

ELECTION = make_election()
KEY = 1001
LATER = sha256(b"an earlier ballot")
THIS = sha256(b"this ballot")
CASES = json.loads(File("tests/vectors/kalpi/order.json").read_text(encoding="utf-8"))["cases"]


def statement(sequence: int = 1, previous: bytes = LATER) -> bytes:
    return sign_order(ELECTION, KEY, sequence, previous, THIS)


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
def test_a_statement_signed_and_read_holds(group: Group) -> None:
    election = make_election(group=group)
    for sequence, previous in ((0, FIRST), (1, LATER), (7, LATER)):
        read = decode_order(sign_order(election, KEY, sequence, previous, THIS), group)
        check_order(read, election)
        assert (read.sequence, read.previous, read.ballot) == (sequence, previous, THIS)
        assert read.credential == Voter(election, KEY).credential
        assert read.digest == sha256(read.raw)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['group']} {case['sequence']}")
def test_the_listed_scalar_makes_exactly_the_fixed_statement(case: dict[str, str]) -> None:
    election = decode_election(case["election"].encode())
    previous, ballot = bytes.fromhex(case["previous"]), bytes.fromhex(case["ballot"])
    raw = sign_order(election, int(case["key"]), int(case["sequence"]), previous, ballot, listed([*case["scalars"]]))
    assert raw.decode() == case["statement"]
    read = decode_order(raw, election.group)
    check_order(read, election)
    assert read.digest.hex() == case["digest"]


def test_CR_02_a_statement_with_one_element_changed_does_not_hold() -> None:
    read = decode_order(statement(), ED25519)
    other = ED25519.generator_power(5)
    for changed in (
        replace(read, sequence=2),
        replace(read, previous=THIS),
        replace(read, ballot=LATER),
        replace(read, credential=other, credential_text=ED25519.encode(other)),
        replace(read, credential_text=ED25519.encode(other)),
        replace(read, credential=other),
        replace(read, proof=replace(read.proof, challenge=read.proof.challenge ^ 1)),
        replace(read, proof=replace(read.proof, response=read.proof.response ^ 1)),
    ):
        with pytest.raises(InvalidProof, match=r"order\.signature"):
            check_order(changed, ELECTION)
    for election in (make_election(uuid="2AtestTestTest"), replace(ELECTION, raw=ELECTION.raw + b" ")):
        with pytest.raises(InvalidProof, match=r"order\.signature"):
            check_order(read, election)


def test_CR_02_every_field_of_the_statement_is_hashed_with_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bytes, ...]] = []

    def recorded(group: Group, tag: bytes, *parts: bytes) -> int:
        seen.append((tag, *parts))
        return hash_to_field(group, tag, *parts)

    read = decode_order(statement(), ED25519)
    monkeypatch.setattr(order_module, "hash_to_field", recorded)
    check_order(read, ELECTION)
    expected = (b"kalpi-order-v1", b"Ed25519", ELECTION.fingerprint.encode(), read.credential_text.encode())
    assert [parts[:-1] for parts in seen] == [(*expected, b"1", LATER, THIS)]
    assert len(seen[0][-1]) == 64


def test_CR_19_the_signature_of_a_ballot_is_none_for_its_order() -> None:
    ballot = Voter(ELECTION, KEY).seal((0, 1, 0))
    read = decode_order(sign_order(ELECTION, KEY, 0, FIRST, ballot.digest), ED25519)
    with pytest.raises(InvalidProof, match=r"order\.signature"):
        check_order(replace(read, proof=ballot.proof), ELECTION)


@pytest.mark.parametrize(("sequence", "previous"), [(0, LATER), (1, FIRST), (5, FIRST)])
def test_BB_04_only_the_first_ballot_follows_none(sequence: int, previous: bytes) -> None:
    with pytest.raises(Malformed, match=r"order\.previous"):
        sign_order(ELECTION, KEY, sequence, previous, THIS)


DEFECTS: list[tuple[Path, Json]] = [
    (("sequence",), -1),
    (("sequence",), "1"),
    (("sequence",), True),
    (("sequence",), 1_000_001),
    (("previous",), "0" * 63),
    (("previous",), "A" * 64),
    (("ballot",), None),
    (("ballot",), "g" * 64),
    (("proof",), {"response": "1", "challenge": "1"}),
    (("proof",), []),
    *((("proof", name), text) for name in ("challenge", "response") for text in BAD_SCALARS),
]


@pytest.mark.parametrize(("path", "value"), DEFECTS)
def test_CR_10_CR_13_a_statement_of_another_spelling_is_refused(path: Path, value: Json) -> None:
    with pytest.raises(Malformed):
        decode_order(replaced(statement(), path, value), ED25519)


def test_CR_13_the_same_statement_in_other_bytes_is_refused() -> None:
    raw = statement()
    value = parse_json(raw)
    assert isinstance(value, dict)
    more: Json = value | {"extra": 1}
    turned: Json = dict(reversed(value.items()))
    for other in (raw + b"\n", raw.replace(b":", b": ", 1), compact(more), compact(turned), raw[:-1]):
        with pytest.raises(Malformed, match=r"^json\."):
            decode_order(other, ED25519)


@pytest.mark.parametrize("raw", EXTREMES.values(), ids=EXTREMES)
def test_CR_14_a_json_extreme_is_no_statement(raw: bytes) -> None:
    with pytest.raises(Malformed):
        decode_order(raw, ED25519)


@given(st.binary())
def test_any_bytes_are_a_statement_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        decode_order(raw, ED25519)


@given(data=st.data(), leaf=st.none() | st.integers(0, 100) | st.text(st.characters(codec="utf-8"), max_size=70))
def test_a_statement_with_anything_in_any_place_is_refused(data: st.DataObject, leaf: Json) -> None:
    raw = statement()
    changed = replaced(raw, data.draw(st.sampled_from([*paths(parse_json(raw))])), leaf)
    if changed != raw:
        with pytest.raises((Malformed, InvalidProof)):
            check_order(decode_order(changed, ED25519), ELECTION)
