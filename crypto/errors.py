"""What can be wrong with something somebody hands us; no action of our own can fail here.

Flaw                  never raised itself
├── Malformed         the bytes are not a value: wrong form, spelling, group or size
└── InvalidProof      the value is well formed and its proof, signature or sum does not hold

`code` is stable and machine-readable ("point.subgroup"); the sentence is for people. Neither ever
holds a vote, a secret or a code from a voting card.
"""


class Flaw(Exception):
    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence


class Malformed(Flaw):
    """The bytes do not spell a value of the kind that was expected."""


class InvalidProof(Flaw):
    """A well-formed statement whose proof, signature or arithmetic fails."""
