"""The encrypted answer to one question and its proofs: each choice 0 or 1, their sum allowed, blank or not.

Source: Belenios specification, section "Ballot"; PROTOCOL.md equations 7 to 13.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.election import Election, Question
from crypto.encoding import Json, array, members
from crypto.errors import InvalidProof, Malformed
from crypto.group import Element, Group, RandomScalar
from crypto.proof import Branch, Proof, Witness, decode_proof, one_is_empty, prove_one_empty
from crypto.transcript import BLANK_OR_NOT, INTERVAL, OVERALL_WITH_BLANK


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """Exponential ElGamal: alpha = g^r, beta = y^r g^m. In a ballot neither is the identity."""

    alpha: Element
    beta: Element

    def encode(self, group: Group) -> dict[str, Json]:
        return {"alpha": group.encode(self.alpha), "beta": group.encode(self.beta)}

    def text(self, group: Group) -> str:
        """As it stands in what is hashed."""
        return f"{group.encode(self.alpha)},{group.encode(self.beta)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """One ciphertext and one pair of proofs per choice, blank first when it is allowed."""

    choices: tuple[Ciphertext, ...]
    individual_proofs: tuple[tuple[Proof, ...], ...]
    overall_proof: tuple[Proof, ...]
    blank_proof: tuple[Proof, ...] | None

    def encode(self, group: Group) -> dict[str, Json]:
        value: dict[str, Json] = {
            "choices": [choice.encode(group) for choice in self.choices],
            "individual_proofs": [_encode_proofs(proofs) for proofs in self.individual_proofs],
            "overall_proof": _encode_proofs(self.overall_proof),
        }
        if self.blank_proof is not None:
            value["blank_proof"] = _encode_proofs(self.blank_proof)
        return value


def encrypt(group: Group, key: Element, plaintext: int, randomness: int) -> Ciphertext:
    beta = group.multiply(group.power(key, randomness), group.generator_power(plaintext))
    return Ciphertext(group.generator_power(randomness), beta)


def product(group: Group, ciphertexts: Sequence[Ciphertext]) -> Ciphertext:
    """Encrypts the sum of what the ciphertexts encrypt."""
    return Ciphertext(
        group.product(item.alpha for item in ciphertexts), group.product(item.beta for item in ciphertexts)
    )


def check_shape(value: Json, question: Question) -> None:
    """Count ciphertexts and proofs before anything is computed (CR-06). Raises Malformed: ballot.shape, proof.shape."""
    names = ("choices", "individual_proofs", "overall_proof", *(("blank_proof",) if question.blank else ()))
    fields = members(value, names)
    if len(array(fields["choices"])) != question.width:
        raise Malformed("ballot.shape", f"{question.width} ciphertexts were expected")
    pairs = array(fields["individual_proofs"])
    if len(pairs) != question.width or any(len(array(pair)) != 2 for pair in pairs):
        raise Malformed("proof.shape", f"{question.width} pairs of proofs were expected")
    branches = len(question.sums) + question.blank
    if len(array(fields["overall_proof"])) != branches:
        raise Malformed("proof.shape", f"an overall proof of {branches} branches was expected")
    if question.blank and len(array(fields["blank_proof"])) != 2:
        raise Malformed("proof.shape", "a blank proof of 2 branches was expected")


def decode_answer(value: Json, group: Group, question: Question) -> Answer:
    """Read an answer whose shape has been checked. Raises Malformed: json.…, scalar.…, point.…."""
    fields = members(value, ("choices", "individual_proofs", "overall_proof"), ("blank_proof",))
    pairs = tuple(_decode_proofs(group, pair) for pair in array(fields["individual_proofs"]))
    overall = _decode_proofs(group, fields["overall_proof"])
    blank = _decode_proofs(group, fields["blank_proof"]) if question.blank else None
    choices = tuple(decode_ciphertext(group, choice) for choice in array(fields["choices"]))
    return Answer(choices, pairs, overall, blank)


def decode_ciphertext(group: Group, value: Json) -> Ciphertext:
    """Read a ciphertext of a ballot. Raises Malformed: point.identity and the other flaws of an element."""
    fields = members(value, ("alpha", "beta"))
    return Ciphertext(group.decode(fields["alpha"]), group.decode(fields["beta"]))


def prove_answer(
    election: Election,
    question: Question,
    credential: str,
    selection: Sequence[int],
    randomness: Sequence[int],
    random_scalar: RandomScalar,
) -> Answer:
    """Encrypt and prove one answer. `selection` and `randomness` have one entry per ciphertext.

    Draws two scalars per branch of the individual proofs, then of the overall proof, then of the blank proof.
    """
    group, key = election.group, election.public_key
    witnesses = [Witness(r, m) for r, m in zip(randomness, selection, strict=True)]
    choices = tuple(encrypt(group, key, witness.plaintext, witness.randomness) for witness in witnesses)
    texts = [choice.text(group) for choice in choices]
    statement = f"{election.fingerprint}|{credential}"
    individual = tuple(
        prove_one_empty(group, key, f"{INTERVAL}{statement}|{text}|", _shifted(witness, range(2)), random_scalar)
        for text, witness in zip(texts, witnesses, strict=True)
    )
    whole = f"{statement}|{','.join(texts)}"
    chosen = witnesses[question.blank :]
    total = Witness(sum(item.randomness for item in chosen), sum(item.plaintext for item in chosen))
    if not question.blank:
        prefix = f"{INTERVAL}{whole}|{product(group, choices).text(group)}|"
        overall = prove_one_empty(group, key, prefix, _shifted(total, question.sums), random_scalar)
        return Answer(choices, individual, overall, None)
    branches = [*_shifted(witnesses[0], range(1, 2)), *_shifted(total, question.sums)]
    overall = prove_one_empty(group, key, f"{OVERALL_WITH_BLANK}{whole}|", branches, random_scalar)
    blank = prove_one_empty(group, key, f"{BLANK_OR_NOT}{whole}|", [witnesses[0], total], random_scalar)
    return Answer(choices, individual, overall, blank)


def check_answer(election: Election, question: Question, credential: str, answer: Answer) -> None:
    """Raises InvalidProof: proof.individual, proof.overall, proof.blank."""
    group, key = election.group, election.public_key
    texts = [choice.text(group) for choice in answer.choices]
    statement = f"{election.fingerprint}|{credential}"
    for choice, text, proofs in zip(answer.choices, texts, answer.individual_proofs, strict=True):
        prefix = f"{INTERVAL}{statement}|{text}|"
        if not one_is_empty(group, key, prefix, _claims(group, choice, range(2)), proofs):
            raise InvalidProof("proof.individual", "a choice is not proved to be 0 or 1")
    whole = f"{statement}|{','.join(texts)}"
    total = product(group, answer.choices[question.blank :])
    branches = _claims(group, total, question.sums)
    prefix = f"{INTERVAL}{whole}|{total.text(group)}|"
    if answer.blank_proof is not None:
        first = answer.choices[0]
        branches = [*_claims(group, first, range(1, 2)), *branches]
        prefix = f"{OVERALL_WITH_BLANK}{whole}|"
        both = [Branch(first.alpha, first.beta), Branch(total.alpha, total.beta)]
        if not one_is_empty(group, key, f"{BLANK_OR_NOT}{whole}|", both, answer.blank_proof):
            raise InvalidProof("proof.blank", "a blank vote beside a choice is not excluded")
    if not one_is_empty(group, key, prefix, branches, answer.overall_proof):
        raise InvalidProof("proof.overall", "the number of choices is not proved to be allowed")


def _shifted(witness: Witness, values: range) -> list[Witness]:
    return [Witness(witness.randomness, witness.plaintext - value) for value in values]


def _claims(group: Group, ciphertext: Ciphertext, values: range) -> list[Branch]:
    """One branch per value that the ciphertext may encrypt; `values` is not empty."""
    beta = ciphertext.beta
    if values[0]:
        beta = group.divide(beta, group.generator_power(values[0]))
    branches = [Branch(ciphertext.alpha, beta)]
    for _value in values[1:]:
        beta = group.divide(beta, group.generator)
        branches.append(Branch(ciphertext.alpha, beta))
    return branches


def _encode_proofs(proofs: Sequence[Proof]) -> list[Json]:
    return [proof.encode() for proof in proofs]


def _decode_proofs(group: Group, value: Json) -> tuple[Proof, ...]:
    return tuple(decode_proof(group, item) for item in array(value))
