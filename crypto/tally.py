"""The encrypted tally: the product of the ballots that count, the last of each credential.

Source: Belenios specification, sections "Which ballots count" and "Encrypted tally"; PROTOCOL.md section 9.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from crypto.answer import Ciphertext
from crypto.ballot import Ballot
from crypto.election import Election
from crypto.encoding import Json, array, compact, decimal, hex_digest, integer, members, parse_compact, sha256
from crypto.errors import InvalidProof, Malformed
from crypto.group import Element, Group

SIZE_LIMIT = 8 * 1024 * 1024
NUMBER_LIMIT = 2**30
"""Counts and weights from here on are written as decimal strings."""


@dataclass(frozen=True)
class EncryptedTally:
    """One ciphertext per question and choice; `total_weight` bounds every count."""

    group: Group
    ciphertexts: tuple[tuple[Ciphertext, ...], ...]
    num_tallied: int
    total_weight: int

    @cached_property
    def raw(self) -> bytes:
        """The encrypted_tally object."""
        return compact([[ciphertext.encode(self.group) for ciphertext in row] for row in self.ciphertexts])

    @cached_property
    def digest(self) -> bytes:
        return sha256(self.raw)

    @property
    def sized(self) -> bytes:
        """The sized_encrypted_tally object."""
        return compact(
            {
                "num_tallied": self.num_tallied,
                "total_weight": encode_number(self.total_weight),
                "encrypted_tally": self.digest.hex(),
            }
        )


def counted(ballots: Iterable[Ballot]) -> list[Ballot]:
    """The last ballot of each credential."""
    return list({ballot.credential: ballot for ballot in ballots}.values())


def accumulate(
    election: Election, ballots: Iterable[Ballot], weights: Mapping[Element, int] | None = None
) -> EncryptedTally:
    """The tally of checked ballots in board order; without `weights` every credential weighs 1."""
    last = counted(ballots)
    weigh = {ballot.credential: 1 if weights is None else weights[ballot.credential] for ballot in last}
    rows = tuple(
        tuple(
            _weighted_product(
                election.group,
                [(ballot.answers[number].choices[choice], weigh[ballot.credential]) for ballot in last],
            )
            for choice in range(question.width)
        )
        for number, question in enumerate(election.questions)
    )
    return EncryptedTally(election.group, rows, len(last), sum(weigh.values()))


def decode_tally(encrypted: bytes, sized: bytes, election: Election) -> EncryptedTally:
    """Read both objects. Raises Malformed; tally.hash when the second does not name the first."""
    value = array(parse_compact(encrypted, size_limit=SIZE_LIMIT), length=len(election.questions))
    rows = tuple(
        tuple(_decode_ciphertext(election.group, item) for item in array(row, length=question.width))
        for row, question in zip(value, election.questions, strict=True)
    )
    fields = members(parse_compact(sized), ("num_tallied", "total_weight", "encrypted_tally"))
    weight = decode_number(fields["total_weight"])
    tally = EncryptedTally(election.group, rows, integer(fields["num_tallied"]), weight)
    if hex_digest(fields["encrypted_tally"]) != tally.digest:
        raise Malformed("tally.hash", "the sized tally names another encrypted tally")
    return tally


def check_tally(claimed: EncryptedTally, computed: EncryptedTally) -> None:
    """Raises InvalidProof: tally.ciphertexts, tally.number, tally.weight."""
    if claimed.ciphertexts != computed.ciphertexts:
        raise InvalidProof("tally.ciphertexts", "the encrypted tally is not the product of the ballots that count")
    if claimed.num_tallied != computed.num_tallied:
        raise InvalidProof("tally.number", f"{computed.num_tallied} ballots count, not {claimed.num_tallied}")
    if claimed.total_weight != computed.total_weight:
        raise InvalidProof("tally.weight", f"the ballots weigh {computed.total_weight}, not {claimed.total_weight}")


def encode_number(value: int) -> Json:
    return value if value < NUMBER_LIMIT else str(value)


def decode_number(value: Json) -> int:
    """A count or weight in its one spelling. Raises Malformed."""
    if isinstance(value, str):
        number = decimal(value, below=2**256)
        if number < NUMBER_LIMIT:
            raise Malformed("scalar.noncanonical", "a small count is written as a number")
        return number
    return integer(value, largest=NUMBER_LIMIT - 1)


def _decode_ciphertext(group: Group, value: Json) -> Ciphertext:
    # The sum of no ballots encrypts nothing with nothing: here the identity is at home (CR-11).
    fields = members(value, ("alpha", "beta"))
    return Ciphertext(group.decode_any(fields["alpha"]), group.decode_any(fields["beta"]))


def _weighted_product(group: Group, factors: Sequence[tuple[Ciphertext, int]]) -> Ciphertext:
    def power(element: Element, weight: int) -> Element:
        return element if weight == 1 else group.power(element, weight)

    return Ciphertext(
        group.product(power(ciphertext.alpha, weight) for ciphertext, weight in factors),
        group.product(power(ciphertext.beta, weight) for ciphertext, weight in factors),
    )
