"""Refused                     audit.refusal
├── BadBallot                what was sent is not a ballot of this vote, or a proof in it does not hold
├── NotElector               this person or this credential is not on the roll of this vote
├── BoxClosed                the ballot box is not open
├── CodeSpent                the code was opened for checking, or belongs to another ballot already
├── CredentialTaken          person and credential are not the pair that is on record for this vote
├── OrderStale               another ballot of this credential came first; sign again
├── PersonKeyLost            the key that ties persons to this vote is not where it was left
├── TooManyChallenges        one login opens ballots faster than a person could
├── TooManyBallots           one voter casts faster than a person could
├── BoxBusy                  too many ballots at once; nothing was recorded
├── NotClosing               the vote is not to be closed now
├── NotCountable             the tally, a decryption or the result is not due or not possible yet
└── BadDecryption            a trustee's decryption does not hold; names trustee, question and answer
"""

from audit.refusal import N_, Refused
from crypto.errors import Flaw


class BadBallot(Refused):
    status = 422

    @classmethod
    def because(cls, flaw: Flaw) -> "BadBallot":
        return cls(
            flaw.code,
            N_("the service could not read this ballot or one of its proofs does not hold"),
            N_("Nothing was recorded. Load the page again and prepare your ballot anew."),
        )


class NotElector(Refused):
    status = 403


class BoxClosed(Refused):
    pass


class CodeSpent(Refused):
    pass


class CredentialTaken(Refused):
    pass


class OrderStale(Refused):
    """`fields` hold the sequence and the previous digest that the next ballot must carry."""


class PersonKeyLost(Refused):
    status = 503


class TooManyChallenges(Refused):
    status = 429


class TooManyBallots(Refused):
    """`seconds` until the next ballot of this voter is taken."""

    status = 429

    def __init__(self, code: str, sentence: str, advice: str, seconds: int, **fields: str | int) -> None:
        super().__init__(code, sentence, advice, **fields)
        self.retry_after = seconds


class BoxBusy(Refused):
    status = 503


class NotClosing(Refused):
    pass


class NotCountable(Refused):
    pass


class BadDecryption(Refused):
    status = 422
