"""Who holds the election key: Single trustees and Pedersen groups, as trustees.json states them.

`Trustees.check` proves every key of the list; the values of one trustee or group are in pedersen.py.

Source: Belenios specification, section "Trustees".
"""

from dataclasses import dataclass
from functools import cached_property

from crypto.encoding import Json, array, compact, parse_json
from crypto.errors import InvalidProof, Malformed
from crypto.group import Element, Group, RandomScalar
from crypto.pedersen import (
    MOST_MEMBERS,
    Pedersen,
    PublicKey,
    check_pedersen,
    decode_pedersen,
    decode_public_key,
)
from crypto.signing import check_knowledge, check_text, prove_knowledge

SIZE_LIMIT = 4 * 1024 * 1024
"""Bytes of trustees.json; 100 members in BELENIOS-2048 with threshold 51 need about 3.5 million."""


@dataclass(frozen=True, slots=True)
class Member:
    """One holder of a key. `index` counts from 1 over the whole list; `place` from 1 inside item `item` of the list."""

    index: int
    item: int
    place: int
    public_key: Element
    name: str | None


@dataclass(frozen=True)
class Trustees:
    group: Group
    items: tuple[PublicKey | Pedersen, ...]

    @cached_property
    def members(self) -> tuple[Member, ...]:
        places = [
            (number, place, key)
            for number, item in enumerate(self.items)
            for place, key in enumerate(item.keys if isinstance(item, Pedersen) else (item,), 1)
        ]
        return tuple(
            Member(index, number, place, key.public_key, key.name)
            for index, (number, place, key) in enumerate(places, 1)
        )

    @cached_property
    def election_key(self) -> Element:
        """The key y that ballots are encrypted to."""
        return self.group.product(
            element
            for item in self.items
            for element in (
                (coefficients.elements[0] for coefficients in item.coefficients)
                if isinstance(item, Pedersen)
                else (item.public_key,)
            )
        )

    @property
    def threshold(self) -> int:
        """How many partial decryptions open a tally: every Single trustee and t of each Pedersen group."""
        return sum(item.threshold if isinstance(item, Pedersen) else 1 for item in self.items)

    def member(self, index: int) -> Member:
        """Raises Malformed (trustees.index)."""
        if not 1 <= index <= len(self.members):
            raise Malformed("trustees.index", f"there is no trustee {index}")
        return self.members[index - 1]

    def encode(self) -> bytes:
        return compact(
            [["Pedersen" if isinstance(item, Pedersen) else "Single", item.encode(self.group)] for item in self.items]
        )

    def check(self) -> None:
        """Every signature, proof of knowledge and key. Raises InvalidProof: trustee.*, trustees.*."""
        # Inside a Pedersen group of threshold 1 all members rightly hold the same key.
        holders = {(member.public_key, member.item) for member in self.members}
        if len({key for key, _item in holders}) != len(holders):
            raise InvalidProof("trustees.duplicate", "two trustees have the same key")
        if self.election_key == self.group.identity:
            raise InvalidProof("trustees.key", "the trustees' keys cancel each other")
        for item in self.items:
            if isinstance(item, Pedersen):
                check_pedersen(self.group, item)
            else:
                check_knowledge(self.group, item.public_key, item.pok)
                if item.signature is not None:
                    check_text(self.group, item.public_key, self.group.encode(item.public_key), item.signature)


def decode_trustees(raw: bytes, group: Group) -> Trustees:
    """Read trustees.json. Raises Malformed; `trustees.old_form` for the form written before 2.5.1."""
    items = tuple(_decode_item(group, item) for item in array(parse_json(raw, size_limit=SIZE_LIMIT)))
    trustees = Trustees(group, items)
    if not 1 <= len(trustees.members) <= MOST_MEMBERS:
        raise Malformed("trustees.number", f"1 to {MOST_MEMBERS} trustees were expected")
    return trustees


def single_trustee(group: Group, key: int, name: str | None = None, random_scalar: RandomScalar | None = None) -> bytes:
    """trustees.json of one Single trustee. Draws one scalar."""
    proof = prove_knowledge(group, key, random_scalar or group.random_scalar)
    return Trustees(group, (PublicKey(group.generator_power(key), proof, None, name),)).encode()


def _decode_item(group: Group, value: Json) -> PublicKey | Pedersen:
    kind, content = array(value, length=2)
    if kind == "Single":
        return decode_public_key(group, content)
    if kind == "Pedersen":
        return decode_pedersen(group, content)
    raise Malformed("trustees.kind", "Single and Pedersen trustees are known")
