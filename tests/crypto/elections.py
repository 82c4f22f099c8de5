"""Small elections, voters and repeatable randomness for the tests of the mathematics."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crypto.ballot import Ballot, decode_ballot
from crypto.election import Election, Question, decode_election, encode_election
from crypto.group import ED25519, Element, Group, RandomScalar
from crypto.sealing import prepare_ballot, sign_ballot

YES_NO = Question("Συμφωνείτε με την πεζοδρόμηση της πλατείας;", ("ΝΑΙ", "ΟΧΙ"), blank=True, minimum=1, maximum=1)
WORKS = Question(
    "Ποια έργα να χρηματοδοτηθούν;", ("Παιδική χαρά", "Ποδηλατόδρομος", "Βιβλιοθήκη"), False, minimum=1, maximum=2
)


def fixed_scalar(group: Group, label: str) -> int:
    digest = hashlib.sha512(f"kalpi test scalar|{label}".encode()).digest()
    return 1 + int.from_bytes(digest, "big") % (group.order - 1)


def fixed_scalars(group: Group, label: str) -> RandomScalar:
    """The first draw is `fixed_scalar(group, label + "|0")`, then 1, 2 and so on."""

    def draw() -> Iterator[int]:
        number = 0
        while True:
            yield fixed_scalar(group, f"{label}|{number}")
            number += 1

    return draw().__next__


@dataclass
class Recorded:
    """A source of scalars that remembers what it gave."""

    source: RandomScalar
    drawn: list[int] = field(default_factory=list)

    def __call__(self) -> int:
        self.drawn.append(self.source())
        return self.drawn[-1]


def listed(scalars: Sequence[str | int]) -> RandomScalar:
    """Gives the scalars of a list, one after the other."""
    return iter([int(scalar) for scalar in scalars]).__next__


@dataclass(frozen=True)
class Voter:
    election: Election
    key: int

    @property
    def credential(self) -> Element:
        return self.election.group.generator_power(self.key)

    def seal(self, *selections: tuple[int, ...], random_scalar: RandomScalar | None = None) -> Ballot:
        prepared = prepare_ballot(self.election, self.credential, selections, random_scalar)
        return decode_ballot(sign_ballot(self.election, prepared, self.key, random_scalar), self.election)


def make_election(
    *questions: Question, group: Group = ED25519, uuid: str = "1AtestTestTest", credentials: str | None = None
) -> Election:
    """The election key is fixed_scalar(group, uuid)."""
    return decode_election(
        encode_election(
            name="Δοκιμαστική ψηφοφορία",
            description="Δεδομένα δοκιμής",
            group=group,
            public_key=group.generator_power(fixed_scalar(group, uuid)),
            questions=questions or (YES_NO,),
            uuid=uuid,
            credentials=credentials,
        )
    )
