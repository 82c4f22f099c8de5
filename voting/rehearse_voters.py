"""Voters without a browser: a card, a choice, a sealed ballot and its order statement. Used by `kalpi rehearse`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crypto.ballot import decode_ballot
from crypto.card import parse_code, voting_key
from crypto.election import Election, Question
from crypto.order import sign_order
from crypto.sealing import PreparedBallot, prepare_ballot, sign_ballot
from voting.casting import Envelope, Place

Choose = Callable[[Question, int], Sequence[int]]
"""A question and a number that differs from voter to voter, to one 0 or 1 per ciphertext, blank first."""


@dataclass(frozen=True)
class VoterDevice:
    """`person_id` is the login, `code` what stands on the card."""

    number: int
    person_id: int
    code: str = field(repr=False)

    def key(self, election: Election) -> int:
        return voting_key(election.group, parse_code(self.code), election.uuid)

    def credential(self, election: Election) -> str:
        return election.group.encode(election.group.generator_power(self.key(election)))

    def prepare(self, election: Election, choose: Choose, choice: int) -> PreparedBallot:
        """An unsigned ballot, to be opened or cast; `choice` is the number given to `choose`."""
        selections = [choose(question, choice) for question in election.questions]
        return prepare_ballot(election, election.group.generator_power(self.key(election)), selections)

    def seal(self, election: Election, prepared: PreparedBallot, place: Place) -> Envelope:
        """Sign the ballot and say which one of this credential it is."""
        key = self.key(election)
        raw = sign_ballot(election, prepared, key)
        digest = decode_ballot(raw, election).digest
        return Envelope(raw, sign_order(election, key, place.sequence, place.previous, digest))


def choose_by_number(question: Question, number: int) -> Sequence[int]:
    """Answers in turn; every seventh voter votes blank where that is possible, and the last of three gets no vote."""
    selection = [0] * question.width
    if question.blank and number % 7 == 0:
        selection[0] = 1
        return selection
    asked = max(question.minimum, len(question.answers) - (len(question.answers) > 2))
    for place in range(max(question.minimum, 1)):
        selection[question.blank + (number // 2 + place) % asked] = 1
    return selection
