"""The voting card: a printed code, from it a master key, and for each election a credential nobody can link.

The card's owner knows the code; the credential authority keeps only the master public key P. From P and the election's
uuid anyone who holds P computes the public credential, but only the owner of the code the key that signs for it.

Source: DESIGN.md section 2, "Who may vote"; PROTOCOL.md section 7. Alphabet: Crockford's base 32.
"""

import secrets
from collections.abc import Callable

from crypto.errors import Malformed
from crypto.group import Element, Group
from crypto.transcript import CARD, CREDENTIAL, hash_to_field

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 26
"""Characters of 5 bits each: 130 bits; one check character follows them."""
GROUP_LENGTH = 3
"""As printed: nine groups of three, three groups a line."""

# Letters that are read for one another, and those that a Greek keyboard types where a Latin one is meant, as far as
# key and shape agree.
_READ_AS = {"O": "0", "I": "1", "L": "1"}
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΤΧΥ", "ABEZH1KMN0TXY", strict=True))
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_ACCEPTED = {letter: _VALUES[meant] for letter, meant in ({c: c for c in ALPHABET} | _READ_AS | _GREEK).items()}
_ACCEPTED |= {letter.lower(): value for letter, value in _ACCEPTED.items()}
_SEPARATORS = frozenset(" \t\r\n\u00a0\u2009\u202f-\u2010\u2011\u2012\u2013\u2014\u2212")


def new_code(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A fresh code as it is printed. `random_bytes(17)` gives 136 bits, of which the first 130 are used."""
    number = int.from_bytes(random_bytes(17), "big") >> 6
    values = [(number >> (5 * place)) & 31 for place in reversed(range(CODE_LENGTH))]
    text = "".join(ALPHABET[value] for value in [*values, _check(values)])
    return "-".join(text[start : start + GROUP_LENGTH] for start in range(0, len(text), GROUP_LENGTH))


def parse_code(text: str) -> bytes:
    """The 26 characters of a code in their one spelling, from what a person typed or scanned.

    Raises Malformed: card.characters, card.length, card.check. The sentences never repeat what was typed.
    """
    characters = [character for character in text if character not in _SEPARATORS]
    if any(character not in _ACCEPTED for character in characters):
        raise Malformed("card.characters", "a code has only digits and Latin letters")
    if len(characters) != CODE_LENGTH + 1:
        raise Malformed("card.length", f"{CODE_LENGTH + 1} characters were expected")
    *values, check = (_ACCEPTED[character] for character in characters)
    if _check(values) != check:
        raise Malformed("card.check", "the check character does not fit: one of the characters is wrong")
    return "".join(ALPHABET[value] for value in values).encode("ascii")


def master_secret(group: Group, code: bytes) -> int:
    """x, from a code as `parse_code` gives it. Only the voter's device, and the authority while printing, know it."""
    return hash_to_field(group, CARD, group.name.encode("ascii"), code)


def master_public(group: Group, code: bytes) -> Element:
    """P = g^x: what the authority keeps of a card."""
    return group.generator_power(master_secret(group, code))


def credential_factor(group: Group, master: Element, uuid: str) -> int:
    """h, which makes the credential of one election out of P."""
    point = group.encode(master).encode("ascii")
    return hash_to_field(group, CREDENTIAL, group.name.encode("ascii"), point, uuid.encode("ascii"))


def public_credential(group: Group, master: Element, uuid: str) -> Element:
    """P^h: what stands in the election's list."""
    return group.power(master, credential_factor(group, master, uuid))


def voting_key(group: Group, code: bytes, uuid: str) -> int:
    """x h mod q: signs for the credential of this card in this election."""
    secret = master_secret(group, code)
    return secret * credential_factor(group, group.generator_power(secret), uuid) % group.order


def _check(values: list[int]) -> int:
    """The check character's value: a code over GF(32) that notices any wrong character and any two exchanged."""
    state = 1  # so that a row of zeros is no code
    for value in [*values, 0]:
        state = _double(state) ^ value
    return state


def _double(value: int) -> int:
    """Multiply by x modulo x^5 + x^2 + 1, whose powers of x run through all 31 non-zero elements."""
    return (value << 1) ^ (0b100101 if value & 16 else 0)
