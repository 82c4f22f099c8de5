import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.archive import read_archive
from crypto.election import decode_election
from crypto.encoding import compact, parse_json
from crypto.errors import Flaw, InvalidProof, Malformed
from crypto.group import BELENIOS_2048, ED25519, Group
from crypto.trustees import decode_trustees, single_trustee
from tests.crypto.ceremonies import HeldCeremony, hold_ceremony
from tests.crypto.elections import fixed_scalar, fixed_scalars
from tests.crypto.places import at, paths, replaced

ARCHIVES = sorted(Path("tests/vectors/belenios").glob("b*/*.bel"))
OLD_FORM = "b20-2048-threshold-2of3"


@pytest.fixture(scope="module")
def held() -> HeldCeremony:
    return hold_ceremony(2, 3)


@pytest.mark.parametrize("path", [p for p in ARCHIVES if p.parent.name != OLD_FORM], ids=lambda p: p.parent.name)
def test_trustees_of_belenios_tool_check_and_give_the_election_key(path: Path) -> None:
    election_raw, raw, *_ = read_archive(path.read_bytes()).events[0].bodies
    election = decode_election(election_raw)
    trustees = decode_trustees(raw, election.group)
    trustees.check()
    assert trustees.election_key == election.public_key
    assert trustees.encode() == raw


def test_the_old_trustee_form_is_refused_by_name() -> None:
    (path,) = (p for p in ARCHIVES if p.parent.name == OLD_FORM)
    with pytest.raises(Malformed) as refusal:
        decode_trustees(read_archive(path.read_bytes()).events[0].bodies[1], BELENIOS_2048)
    assert refusal.value.code == "trustees.old_form"


@pytest.mark.parametrize("missing", ["context", "signatures", "signature"])
def test_a_form_without_a_part_of_the_new_one_is_refused_by_name(held: HeldCeremony, missing: str) -> None:
    value = json.loads(held.trustees.encode())
    content = value[0][1]
    if missing == "context":
        message = json.loads(content["certs"][0]["message"])
        del message["context"]
        content["certs"][0]["message"] = json.dumps(message, separators=(",", ":"))
    elif missing == "signatures":
        del content["signatures"]
    else:
        del content["verification_keys"][1]["signature"]
    with pytest.raises(Flaw) as refusal:
        decode_trustees(compact(value), ED25519).check()
    assert refusal.value.code == "trustees.old_form"


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_a_single_trustee_is_made_and_checks(group: Group) -> None:
    key = fixed_scalar(group, "single")
    raw = single_trustee(group, key, "Δήμος", fixed_scalars(group, "single"))
    trustees = decode_trustees(raw, group)
    trustees.check()
    assert trustees.election_key == group.generator_power(key)
    assert (trustees.threshold, [(m.index, m.place, m.name) for m in trustees.members]) == (1, [(1, 1, "Δήμος")])
    assert trustees.encode() == raw


def test_TK_01_every_number_and_key_in_the_trustees_is_under_a_proof(held: HeldCeremony) -> None:
    """Each leaf of trustees.json changed alone is refused; names are the one thing nothing depends on."""
    raw = held.trustees.encode()
    value = parse_json(raw)
    for path in paths(value):
        leaf = at(value, path)
        if path[-1] == "name":
            continue
        changed = leaf + 1 if isinstance(leaf, int) else _changed(str(leaf))
        with pytest.raises(Flaw):
            decode_trustees(replaced(raw, path, changed), ED25519).check()


def test_TK_01_a_key_that_cancels_the_others_is_refused_without_its_proof(held: HeldCeremony) -> None:
    other = ED25519.generator_power(fixed_scalar(ED25519, "wanted"))
    rogue = ED25519.divide(other, held.trustees.election_key)
    single = json.loads(single_trustee(ED25519, fixed_scalar(ED25519, "own")))
    single[0][1]["public_key"] = ED25519.encode(rogue)
    with pytest.raises(InvalidProof) as refusal:
        decode_trustees(compact([*json.loads(held.trustees.encode()), *single]), ED25519).check()
    assert refusal.value.code == "trustee.knowledge"


def test_TK_01_keys_that_cancel_each_other_are_refused() -> None:
    key = fixed_scalar(ED25519, "key")
    pair = [json.loads(single_trustee(ED25519, k))[0] for k in (key, ED25519.order - key)]
    with pytest.raises(InvalidProof) as refusal:
        decode_trustees(compact(pair), ED25519).check()
    assert refusal.value.code == "trustees.key"


def test_TK_02_the_same_key_twice_is_refused() -> None:
    single = json.loads(single_trustee(ED25519, fixed_scalar(ED25519, "key")))[0]
    with pytest.raises(InvalidProof) as refusal:
        decode_trustees(compact([single, single]), ED25519).check()
    assert refusal.value.code == "trustees.duplicate"


def test_TK_05_exchanged_keys_of_two_members_are_refused(held: HeldCeremony) -> None:
    value = json.loads(held.trustees.encode())
    keys = value[0][1]["verification_keys"]
    keys[0], keys[1] = keys[1], keys[0]
    with pytest.raises(InvalidProof) as refusal:
        decode_trustees(compact(value), ED25519).check()
    assert refusal.value.code == "trustees.share"


@pytest.mark.parametrize("raw", [b"[]", b'[["Pedersen",[]]]', b'[["Single",[]]]', b'[["Shamir",{}]]', b"{}", b"[[]]"])
def test_other_values_are_no_trustees(raw: bytes) -> None:
    with pytest.raises(Malformed):
        decode_trustees(raw, ED25519)


@given(st.binary(max_size=300))
def test_any_bytes_are_trustees_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        decode_trustees(raw, ED25519)


def _changed(text: str) -> str:
    """Another text of the same length; a message in JSON keeps its form."""
    if text in ("Pedersen", "Single"):
        return "Single" if text == "Pedersen" else "Pedersen"
    last = max(index for index, letter in enumerate(text) if letter.isalnum())
    return text[:last] + ("1" if text[last] != "1" else "2") + text[last + 1 :]
