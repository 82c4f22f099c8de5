"""Strong decryption proofs: beside Belenios's, one whose hash fixes everything the decryption depends on.

One line per partial decryption, `{"owner":i,"proofs":[[{"challenge","response"},…],…]}`. The nonces are drawn afresh,
never those of the other proof: two challenges over one nonce would reveal the key.

Source: DESIGN.md section 2, "Decryption proofs"; PROTOCOL.md section 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.decryption import decryption_commitments
from crypto.election import Election
from crypto.encoding import Json, array, compact, integer, members, parse_compact, sha256
from crypto.errors import InvalidProof
from crypto.group import Element, RandomScalar
from crypto.pedersen import MOST_MEMBERS
from crypto.proof import Proof, decode_proof
from crypto.tally import SIZE_LIMIT, EncryptedTally
from crypto.transcript import STRONG_DECRYPTION, hash_to_field


@dataclass(frozen=True, slots=True)
class StrongProofs:
    """`owner` is the trustee's index from 1; one proof per question and choice."""

    raw: bytes
    owner: int
    proofs: tuple[tuple[Proof, ...], ...]

    @property
    def digest(self) -> bytes:
        return sha256(self.raw)


@dataclass(frozen=True, slots=True)
class StrongStatement:
    """What one proof says: F = alpha^x for the x of X = g^x, at this place of this tally of this election."""

    election: Election
    tally: bytes  # SHA-256 of the encrypted_tally object
    owner: int  # from 1
    public_key: Element
    question: int  # from 0
    choice: int  # from 0
    alpha: Element
    beta: Element
    factor: Element

    def challenge(self, commitments: Sequence[Element]) -> int:
        """Equation 26 of PROTOCOL.md: every field and both commitments, length-prefixed."""
        group = self.election.group
        texts = (
            group.name,
            self.election.fingerprint,
            str(self.owner),
            group.encode(self.public_key),
            str(self.question),
            str(self.choice),
            group.encode(self.alpha),
            group.encode(self.beta),
            group.encode(self.factor),
            *map(group.encode, commitments),
        )
        return hash_to_field(group, STRONG_DECRYPTION, *(text.encode("ascii") for text in texts), self.tally)


def strong_proofs(
    election: Election, tally: EncryptedTally, owner: int, key: int, random_scalar: RandomScalar | None = None
) -> bytes:
    """The line of the trustee with this index and key, without line feed. Draws one scalar per ciphertext, in order."""
    group = election.group
    random_scalar = random_scalar or group.random_scalar
    factors = [[group.power(ciphertext.alpha, key) for ciphertext in row] for row in tally.ciphertexts]
    rows: list[Json] = []
    for statements in _statements(election, tally, owner, group.generator_power(key), factors):
        row: list[Json] = []
        for statement in statements:
            nonce = random_scalar()
            value = statement.challenge([group.generator_power(nonce), group.power(statement.alpha, nonce)])
            row.append(Proof(value, (nonce - key * value) % group.order).encode())
        rows.append(row)
    return compact({"owner": owner, "proofs": rows})


def decode_strong(raw: bytes, election: Election) -> StrongProofs:
    """Raises Malformed."""
    fields = members(parse_compact(raw, size_limit=SIZE_LIMIT), ("owner", "proofs"))
    rows = array(fields["proofs"], length=len(election.questions))
    return StrongProofs(
        raw,
        integer(fields["owner"], smallest=1, largest=MOST_MEMBERS),
        tuple(
            tuple(decode_proof(election.group, item) for item in array(row, length=question.width))
            for row, question in zip(rows, election.questions, strict=True)
        ),
    )


def check_strong(
    election: Election,
    tally: EncryptedTally,
    public_key: Element,
    factors: Sequence[Sequence[Element]],
    strong: StrongProofs,
) -> None:
    """Against the factors of the same trustee's partial decryption.

    Raises InvalidProof (strong.proof) with question and choice counted from 1.
    """
    rows = zip(_statements(election, tally, strong.owner, public_key, factors), strong.proofs, strict=True)
    for statements, proofs in rows:
        for statement, proof in zip(statements, proofs, strict=True):
            commitments = decryption_commitments(election.group, public_key, statement.alpha, statement.factor, proof)
            if statement.challenge(commitments) != proof.challenge:
                raise InvalidProof(
                    "strong.proof",
                    f"question {statement.question + 1}, choice {statement.choice + 1}: the decryption is not proved",
                )


def _statements(
    election: Election,
    tally: EncryptedTally,
    owner: int,
    public_key: Element,
    factors: Sequence[Sequence[Element]],
) -> list[list[StrongStatement]]:
    return [
        [
            StrongStatement(election, tally.digest, owner, public_key, question, choice, item.alpha, item.beta, factor)
            for choice, (item, factor) in enumerate(zip(row, row_factors, strict=True))
        ]
        for question, (row, row_factors) in enumerate(zip(tally.ciphertexts, factors, strict=True))
    ]
