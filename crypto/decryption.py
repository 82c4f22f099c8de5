"""Decrypting the tally: each trustee's factors with Belenios's proof, and their combination.

The strong proofs that our rules ask for beside these are in strong.py; counts come out in result.py.

Source: Belenios specification, section "Partial decryption"; PROTOCOL.md section 9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crypto.election import Election
from crypto.encoding import array, compact, hex_digest, integer, members, parse_compact, sha256
from crypto.errors import InvalidProof, Malformed
from crypto.group import Element, Group, RandomScalar
from crypto.pedersen import MOST_MEMBERS, Pedersen
from crypto.proof import Proof, decode_proof
from crypto.tally import SIZE_LIMIT, EncryptedTally
from crypto.transcript import DECRYPTION, challenge
from crypto.trustees import Trustees


@dataclass(frozen=True, slots=True)
class PartialDecryption:
    """One trustee's factor alpha^x per question and choice, each with its proof."""

    raw: bytes
    factors: tuple[tuple[Element, ...], ...]
    proofs: tuple[tuple[Proof, ...], ...]

    @property
    def digest(self) -> bytes:
        return sha256(self.raw)


def partial_decryption(
    election: Election, tally: EncryptedTally, key: int, random_scalar: RandomScalar | None = None
) -> bytes:
    """The partial_decryption object of the trustee with this key. Draws one scalar per ciphertext, in order."""
    group = election.group
    random_scalar = random_scalar or group.random_scalar
    prefix = _prefix(election, group.generator_power(key))
    factors, proofs = [], []
    for row in tally.ciphertexts:
        factors.append([group.encode(group.power(ciphertext.alpha, key)) for ciphertext in row])
        row_proofs = []
        for ciphertext in row:
            nonce = random_scalar()
            value = challenge(group, prefix, [group.generator_power(nonce), group.power(ciphertext.alpha, nonce)])
            row_proofs.append(Proof(value, (nonce - key * value) % group.order).encode())
        proofs.append(row_proofs)
    return compact({"decryption_factors": [[*row] for row in factors], "decryption_proofs": [[*row] for row in proofs]})


def decode_partial(raw: bytes, election: Election) -> PartialDecryption:
    """Raises Malformed."""
    fields = members(parse_compact(raw, size_limit=SIZE_LIMIT), ("decryption_factors", "decryption_proofs"))
    group, questions = election.group, election.questions
    factors = array(fields["decryption_factors"], length=len(questions))
    proofs = array(fields["decryption_proofs"], length=len(questions))
    return PartialDecryption(
        raw,
        tuple(
            # A choice nobody's ballot touched has alpha = identity, and so has its factor.
            tuple(group.decode_any(item) for item in array(row, length=question.width))
            for row, question in zip(factors, questions, strict=True)
        ),
        tuple(
            tuple(decode_proof(group, item) for item in array(row, length=question.width))
            for row, question in zip(proofs, questions, strict=True)
        ),
    )


def check_partial(election: Election, tally: EncryptedTally, public_key: Element, partial: PartialDecryption) -> None:
    """Raises InvalidProof (decryption.proof) with question and choice, counted from 1."""
    group = election.group
    prefix = _prefix(election, public_key)
    rows = zip(tally.ciphertexts, partial.factors, partial.proofs, strict=True)
    for question, (ciphertexts, factors, proofs) in enumerate(rows, 1):
        for choice, (ciphertext, factor, proof) in enumerate(zip(ciphertexts, factors, proofs, strict=True), 1):
            commitments = decryption_commitments(group, public_key, ciphertext.alpha, factor, proof)
            if challenge(group, prefix, commitments) != proof.challenge:
                raise InvalidProof(
                    "decryption.proof", f"question {question}, choice {choice}: the decryption is not proved"
                )


def decryption_commitments(
    group: Group, public_key: Element, alpha: Element, factor: Element, proof: Proof
) -> tuple[Element, Element]:
    """g^s X^c and alpha^s F^c."""
    return (
        group.multiply(group.generator_power(proof.response), group.power(public_key, proof.challenge)),
        group.multiply(group.power(alpha, proof.response), group.power(factor, proof.challenge)),
    )


def make_owned(owner: int, payload: bytes) -> bytes:
    """The owned object that names a trustee (from 1) and its partial decryption."""
    return compact({"owner": owner, "payload": sha256(payload).hex()})


def decode_owned(raw: bytes) -> tuple[int, bytes]:
    """Trustee and digest. Raises Malformed."""
    fields = members(parse_compact(raw), ("owner", "payload"))
    return integer(fields["owner"], smallest=1, largest=MOST_MEMBERS), hex_digest(fields["payload"])


def missing_decryptions(trustees: Trustees, owners: Sequence[int]) -> int:
    """How many more partial decryptions are needed beside those of `owners` (member indexes)."""
    return sum(max(0, needed - len(present)) for needed, present in _supplied(trustees, owners))


def combine(
    election: Election, trustees: Trustees, partials: Mapping[int, PartialDecryption]
) -> tuple[tuple[Element, ...], ...]:
    """alpha^(secret election key) per question and choice, from checked partial decryptions by member index.

    Every Single trustee's is needed and `threshold` of each Pedersen group; more are left aside, any choice gives the
    same. Raises Malformed (trustees.index), InvalidProof (decryption.missing).
    """
    group = election.group
    for owner in partials:
        trustees.member(owner)
    if missing_decryptions(trustees, list(partials)):
        raise InvalidProof("decryption.missing", "too few trustees have decrypted")
    powers: list[tuple[int, int]] = []
    for needed, present in _supplied(trustees, list(partials)):
        chosen = present[:needed]
        places = [trustees.member(owner).place for owner in chosen]
        single = not isinstance(trustees.items[trustees.member(chosen[0]).item], Pedersen)
        powers += [
            (owner, 1 if single else lagrange(group.order, place, places))
            for owner, place in zip(chosen, places, strict=True)
        ]
    return tuple(
        tuple(
            group.product(_raised(group, partials[owner].factors[number][choice], power) for owner, power in powers)
            for choice in range(question.width)
        )
        for number, question in enumerate(election.questions)
    )


def lagrange(order: int, place: int, places: Sequence[int]) -> int:
    """The coefficient of f(place) in f(0), over the places given: product of k / (k - place).

    Raises Malformed (trustees.index) for places that are not distinct and positive modulo the order, or miss `place`.
    """
    residues = [other % order for other in places]
    if place not in places or len(set(residues)) != len(places) or 0 in residues:
        raise Malformed("trustees.index", "distinct trustees counted from 1 were expected")
    numerator = denominator = 1
    for other in places:
        if other != place:
            numerator = numerator * other % order
            denominator = denominator * (other - place) % order
    return numerator * pow(denominator, -1, order) % order


def _supplied(trustees: Trustees, owners: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Per item of the list: how many are needed and which are there, lowest first."""
    return [
        (
            item.threshold if isinstance(item, Pedersen) else 1,
            sorted(member.index for member in trustees.members if member.item == number and member.index in owners),
        )
        for number, item in enumerate(trustees.items)
    ]


def _raised(group: Group, element: Element, power: int) -> Element:
    return element if power == 1 else group.power(element, power)


def _prefix(election: Election, public_key: Element) -> str:
    return f"{DECRYPTION}{election.fingerprint}|{election.group.encode(public_key)}|"
