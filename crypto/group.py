"""The two prime-order groups of the vote, behind one door; written multiplicatively as in the papers.

An `Element` is a fixed-width byte string that is always in the group: it comes from `decode`, which checks, or from
an operation on elements. What an exponent or an element means is for others to say. Operations here are not all
constant time: BELENIOS-2048 leaks timing of secret exponents and is meant for trustees' and voters' own machines.

Source: Belenios specification, section "Groups"; RFC 8032 section 5.1 (edwards25519); libsodium through PyNaCl.
"""

import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import NewType, TypeAlias

from gmpy2 import invert, mpz, powmod
from nacl import bindings as sodium

from crypto.encoding import Json, decimal
from crypto.errors import Malformed

Element = NewType("Element", bytes)
RandomScalar: TypeAlias = Callable[[], int]
"""Gives a fresh exponent, uniform in [1, order)."""

_HEX_POINT = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,617}", re.ASCII)


class Group(ABC):
    """`name` is Belenios's; `order` the prime q; `hash_length` bytes to draw for one unbiased exponent."""

    name: str
    order: int
    generator: Element
    identity: Element
    hash_length: int = 48

    @abstractmethod
    def power(self, base: Element, exponent: int) -> Element: ...

    @abstractmethod
    def multiply(self, left: Element, right: Element) -> Element: ...

    @abstractmethod
    def divide(self, left: Element, right: Element) -> Element: ...

    @abstractmethod
    def encode(self, element: Element) -> str:
        """The one spelling in JSON and in hashes."""

    @abstractmethod
    def decode_any(self, text: Json) -> Element:
        """Read an element, the identity included. Raises Malformed: point.encoding, point.subgroup."""

    def generator_power(self, exponent: int) -> Element:
        return self.power(self.generator, exponent)

    def product(self, elements: Iterable[Element]) -> Element:
        result = self.identity
        for element in elements:
            result = self.multiply(result, element)
        return result

    def decode(self, text: Json) -> Element:
        """Read an element other than the identity. Raises Malformed: point.encoding, point.subgroup, point.identity."""
        element = self.decode_any(text)
        if element == self.identity:
            raise Malformed("point.identity", "the identity has no business here")
        return element

    def decode_scalar(self, text: Json) -> int:
        """Read an exponent, 0 <= s < order, in decimal. Raises Malformed: scalar.noncanonical."""
        return decimal(text, below=self.order)

    def random_scalar(self) -> int:
        """A fresh exponent from the system, uniform in [1, order)."""
        return 1 + secrets.randbelow(self.order - 1)


class Edwards25519(Group):
    """The prime-order subgroup of edwards25519; an element is its 32 bytes of RFC 8032."""

    name = "Ed25519"
    order = 2**252 + 27742317777372353535851937790883648493
    identity = Element(bytes([1]) + bytes(31))
    generator = Element(bytes([0x58]) + bytes([0x66]) * 31)

    def power(self, base: Element, exponent: int) -> Element:
        exponent %= self.order
        if exponent == 0 or base == self.identity:
            return self.identity
        scalar = exponent.to_bytes(32, "little")
        if base == self.generator:
            return Element(sodium.crypto_scalarmult_ed25519_base_noclamp(scalar))
        return Element(sodium.crypto_scalarmult_ed25519_noclamp(scalar, base))

    def multiply(self, left: Element, right: Element) -> Element:
        return Element(sodium.crypto_core_ed25519_add(left, right))

    def divide(self, left: Element, right: Element) -> Element:
        return Element(sodium.crypto_core_ed25519_sub(left, right))

    def encode(self, element: Element) -> str:
        return element[::-1].hex()

    def decode_any(self, text: Json) -> Element:
        if not isinstance(text, str) or not _HEX_POINT.fullmatch(text):
            raise Malformed("point.encoding", "64 lower-case hexadecimal digits were expected")
        element = Element(bytes.fromhex(text)[::-1])
        # libsodium refuses the identity with the points of small order; it is told apart here.
        if element != self.identity and not sodium.crypto_core_ed25519_is_valid_point(element):
            raise Malformed("point.subgroup", "not a canonical point of the prime-order subgroup")
        return element


class SchnorrGroup(Group):
    """The subgroup of prime order q of the integers modulo a 2048-bit prime; an element is 256 bytes, big endian."""

    def __init__(self, name: str, modulus: int, generator: int, order: int) -> None:
        self.name = name
        self.order = order
        self.modulus = mpz(modulus)
        self._big_order = mpz(order)
        self.generator = self._element(mpz(generator))
        self.identity = self._element(mpz(1))

    def power(self, base: Element, exponent: int) -> Element:
        return self._element(powmod(self._number(base), exponent % self.order, self.modulus))

    def multiply(self, left: Element, right: Element) -> Element:
        return self._element(self._number(left) * self._number(right) % self.modulus)

    def divide(self, left: Element, right: Element) -> Element:
        return self._element(self._number(left) * invert(self._number(right), self.modulus) % self.modulus)

    def encode(self, element: Element) -> str:
        return str(self._number(element))

    def decode_any(self, text: Json) -> Element:
        if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
            raise Malformed("point.encoding", "a decimal number without leading zero was expected")
        number = mpz(text)
        if not 0 < number < self.modulus:
            raise Malformed("point.encoding", "a number below the modulus was expected")
        if powmod(number, self._big_order, self.modulus) != 1:
            raise Malformed("point.subgroup", "not in the subgroup of order q")
        return self._element(number)

    def _number(self, element: Element) -> mpz:
        return mpz.from_bytes(element, "big")

    def _element(self, number: mpz) -> Element:
        return Element(number.to_bytes(256, "big"))


ED25519: Group = Edwards25519()
BELENIOS_2048: Group = SchnorrGroup(
    "BELENIOS-2048",
    modulus=int(
        "206947856914225464010136436575050080649229892957511040971008847870573742192427174019222372"
        "544976843381290666331380789584049600543896362897963930387739057228036059737494276713767776"
        "188985898727358650490811670993105358677809800307904916540637771737641986785272734744763418"
        "356000356983051931442845617019110007867373073335641239717328979132404745788344682606523279"
        "746479511376726586935821800463179220736688600526271863633860887968821207694323661494910029"
        "234443463732221458841005864210502421203654335612013204811188524087310770141516662001623131"
        "77169372189248078507711827842317498073276598828825169183103125680162072880719"
    ),
    generator=int(
        "240235267750185220922768770353239993271228765737836491651007531878766327414635321932028567"
        "615526967879969466829874938909508389657342560190060106847716449173547413728310461045868131"
        "451178164675540052740288984613986453266121505579709716201616827031288643245666383486363578"
        "210615491841998253431518974065818686865115135857641013888221539601604322884360393098933366"
        "277284840659313840601023167509576377798266510360682240663507669776402534625377308513317349"
        "519424896775405257365904949247763147599157519877517771148149092045660020547812705472823814"
        "0972518639858334115700568353695553423781475582491896050296680037745308460627"
    ),
    order=78571733251071885079927659812671450121821421258408794611510081919805623223441,
)
GROUPS = {group.name: group for group in (ED25519, BELENIOS_2048)}


def group_named(name: Json) -> Group:
    """Raises Malformed (group.unknown) for a name other than Ed25519 and BELENIOS-2048."""
    if not isinstance(name, str) or name not in GROUPS:
        raise Malformed("group.unknown", "groups Ed25519 and BELENIOS-2048 are known")
    return GROUPS[name]


def check_library() -> None:
    """Stop the program if the installed libsodium accepts a point of mixed order (CR-08, CVE-2025-69277)."""
    mixed = sodium.crypto_core_ed25519_add(ED25519.generator, bytes([0xEC]) + bytes([0xFF]) * 30 + bytes([0x7F]))
    if sodium.crypto_core_ed25519_is_valid_point(mixed):
        raise RuntimeError(
            "the installed PyNaCl accepts points outside the prime-order subgroup; 1.6.2 or later is needed"
        )
