"""Elements come in one spelling and lie in the prime-order subgroup, whichever field they stand in."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings as sodium

from crypto.ballot import decode_ballot
from crypto.election import PublicCredential, decode_election, decode_public_credentials
from crypto.encoding import Json, compact, parse_json
from crypto.errors import Malformed
from crypto.group import BELENIOS_2048, ED25519, GROUPS, Group, check_library, group_named
from crypto.order import FIRST, decode_order, sign_order
from tests.crypto.elections import Voter, make_election
from tests.crypto.places import Path, paths, replaced

P = 2**255 - 19
MODULUS = 20694785691422546401013643657505008064922989295751104097100884787057374219242717401922237254497684338129066633138078958404960054389636289796393038773905722803605973749427671376777618898589872735865049081167099310535867780980030790491654063777173764198678527273474476341835600035698305193144284561701911000786737307333564123971732897913240474578834468260652327974647951137672658693582180046317922073668860052627186363386088796882120769432366149491002923444346373222145884100586421050242120365433561201320481118852408731077014151666200162313177169372189248078507711827842317498073276598828825169183103125680162072880719  # noqa: E501

Q = sodium.crypto_scalarmult_ed25519_base_noclamp((7).to_bytes(32, "little"))
T2 = (P - 1).to_bytes(32, "little")
T4 = bytes(32)
T8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


def spelled(point: bytes | int) -> str:
    """A little-endian encoding, or the number it spells, as 64 hexadecimal digits."""
    return f"{point:064x}" if isinstance(point, int) else point[::-1].hex()


def off_curve() -> int:
    d = -121665 * pow(121666, -1, P) % P
    for y in range(2, 100):
        square = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
        if pow(square, (P - 1) // 2, P) == P - 1:
            return y
    raise AssertionError


TORSION = {
    "order 2": spelled(T2),
    "order 4": spelled(T4),
    "order 8": spelled(T8),
    "Q plus order 2": spelled(sodium.crypto_core_ed25519_add(Q, T2)),
    "Q plus order 4": spelled(sodium.crypto_core_ed25519_add(Q, T4)),
    "Q plus order 8": spelled(sodium.crypto_core_ed25519_add(Q, T8)),
}
BAD_POINTS = TORSION | {
    "identity": spelled(1),
    "y = p": spelled(P),
    "y = p + 1": spelled(P + 1),
    "identity with sign bit": spelled(1 | 1 << 255),
    "off the curve": spelled(off_curve()),
    "all ones": "f" * 64,
}
BAD_SPELLINGS: dict[str, Json] = {
    "upper case": spelled(Q).upper(),
    "63 digits": spelled(Q)[1:],
    "65 digits": "0" + spelled(Q),
    "space before": " " + spelled(Q)[1:],
    "newline after": spelled(Q) + "\n",
    "prefix": "0x" + spelled(Q)[2:],
    "full-width digit": spelled(Q)[:-1] + "１",
    "number": 7,
    "nothing": None,
    "list": [],
}
BAD_NUMBERS: dict[str, Json] = {
    "zero": "0",
    "identity": "1",
    "order 2": str(MODULUS - 1),
    "modulus": str(MODULUS),
    "modulus plus one": str(MODULUS + 1),
    "outside the subgroup": str(MODULUS - int(BELENIOS_2048.encode(BELENIOS_2048.generator))),
    "two": "2",
    "leading zero": "0" + BELENIOS_2048.encode(BELENIOS_2048.generator),
    "plus sign": "+" + BELENIOS_2048.encode(BELENIOS_2048.generator),
    "minus": "-1",
    "hexadecimal": "0x7b",
    "space": " 4",
    "Arabic-Indic": "٣",
    "underscore": "1_0",
    "too long": "1" * 5000,
    "number": 4,
}
BAD = {
    ED25519.name: BAD_POINTS | BAD_SPELLINGS,
    BELENIOS_2048.name: BAD_NUMBERS,
}
CASES = [(name, defect) for name, points in BAD.items() for defect in points]


@pytest.mark.parametrize(("name", "defect"), CASES)
def test_CR_08_CR_09_a_bad_point_is_refused_by_the_group(name: str, defect: str) -> None:
    with pytest.raises(Malformed) as refusal:
        GROUPS[name].decode(BAD[name][defect])
    assert refusal.value.code in ("point.encoding", "point.subgroup", "point.identity")


@pytest.mark.parametrize(("name", "defect"), CASES)
def test_CR_08_CR_09_a_bad_point_is_refused_in_every_field_of_every_object(name: str, defect: str) -> None:
    group = GROUPS[name]
    election = make_election(group=group)
    voter = Voter(election, 11)
    ballot = voter.seal((0, 1, 0)).raw
    order = sign_order(election, voter.key, 0, FIRST, bytes(32))
    listed = compact([group.encode(voter.credential)])
    objects: list[tuple[bytes, Callable[[bytes], object], int]] = [
        (ballot, lambda raw: decode_ballot(raw, election), 7),
        (order, lambda raw: decode_order(raw, group), 1),
        (election.raw, decode_election, 1),
        (listed, lambda raw: decode_public_credentials(raw, election), 1),
    ]
    for raw, decode, points in objects:
        decode(raw)
        fields = point_paths(raw)
        assert len(fields) == points
        for path in fields:
            with pytest.raises(Malformed) as refusal:
                decode(replaced(raw, path, BAD[name][defect]))
            assert refusal.value.code.startswith(("point.", "json.")), path


POINTS = ("alpha", "beta", "credential", "public_key")


def point_paths(raw: bytes) -> list[Path]:
    return [path for path in paths(parse_json(raw)) if path[-1] in POINTS or path == (0,)]


def test_the_good_twins_are_accepted() -> None:
    assert ED25519.decode(spelled(Q)) == ED25519.power(ED25519.generator, 7)
    number = BELENIOS_2048.encode(BELENIOS_2048.generator)
    assert BELENIOS_2048.decode(number) == BELENIOS_2048.generator
    text = ED25519.encode(ED25519.generator)
    expected = (PublicCredential(text, ED25519.generator, 1),)
    assert decode_public_credentials(compact([text]), make_election()) == expected


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
def test_CR_11_the_identity_can_be_computed_with_and_read_where_it_belongs(group: Group) -> None:
    assert group.power(group.identity, 5) == group.identity
    assert group.power(group.generator, 0) == group.identity
    assert group.power(group.generator, group.order) == group.identity
    assert group.divide(group.generator, group.generator) == group.identity
    assert group.multiply(group.identity, group.generator) == group.generator
    assert group.decode_any(group.encode(group.identity)) == group.identity
    with pytest.raises(Malformed, match=r"point\.identity"):
        group.decode(group.encode(group.identity))


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
@given(left=st.integers(-(2**300), 2**300), right=st.integers(-(2**300), 2**300))
def test_exponents_add_when_elements_multiply(group: Group, left: int, right: int) -> None:
    product = group.multiply(group.generator_power(left), group.generator_power(right))
    assert product == group.generator_power(left + right)
    assert group.divide(product, group.generator_power(right)) == group.generator_power(left)
    assert group.power(group.generator_power(left), right) == group.generator_power(left * right)
    assert group.decode_any(group.encode(product)) == product


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
@given(text=st.text() | st.binary().map(bytes.hex) | st.integers().map(str))
def test_any_text_is_an_element_in_its_one_spelling_or_malformed(group: Group, text: str) -> None:
    with contextlib.suppress(Malformed):
        assert group.encode(group.decode_any(text)) == text


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
def test_CR_10_a_scalar_has_one_spelling(group: Group) -> None:
    assert group.decode_scalar("0") == 0
    assert group.decode_scalar(str(group.order - 1)) == group.order - 1
    for text in [*BAD_SCALARS, str(group.order), str(group.order + 1)]:
        with pytest.raises(Malformed, match=r"scalar\.noncanonical"):
            group.decode_scalar(text)


BAD_SCALARS: list[Json] = [
    *("", "-1", "-0", "+7", "07", "00", " 7", "7 ", "7\n", "1_0", "0x7", "1e3", "1.0", "٣", "７", "Ⅶ", "9" * 5000),
    *(7, None, True, [], {}),
]


def test_an_unknown_group_is_refused() -> None:
    names: list[Json] = ["", "ed25519", "P-256", None, 1, ["Ed25519"]]
    for name in names:
        with pytest.raises(Malformed, match=r"group\.unknown"):
            group_named(name)


def test_CR_08_the_library_is_tried_at_the_start() -> None:
    check_library()
