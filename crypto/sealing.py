"""Making a ballot: prepared unsigned, then either opened for the voter to check, or signed and cast; never both.

Source: Belenios specification, section "Ballot"; DESIGN.md section 2, "Challenge before signing".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crypto.answer import Answer, check_shape, decode_ciphertext, encrypt, prove_answer
from crypto.ballot import UNSIGNED_MEMBERS
from crypto.election import BALLOT_LIMIT, Election, Question
from crypto.encoding import Json, array, compact, members, parse_compact, sha256_b64
from crypto.errors import InvalidProof, Malformed
from crypto.group import Element, RandomScalar
from crypto.proof import prove_key
from crypto.transcript import BALLOT_SIGNATURE, challenge

_PROOFS = ("individual_proofs", "overall_proof", "blank_proof")


@dataclass(frozen=True, slots=True)
class PreparedBallot:
    """A ballot without signature. `selections` and `randomness` are the voter's secrets: one entry per ciphertext."""

    unsigned: bytes
    code: str
    randomness: tuple[tuple[int, ...], ...] = field(repr=False)
    selections: tuple[tuple[int, ...], ...] = field(repr=False)


def prepare_ballot(
    election: Election,
    credential: Element,
    selections: Sequence[Sequence[int]],
    random_scalar: RandomScalar | None = None,
) -> PreparedBallot:
    """Encrypt and prove the choices. `selections[question]` holds 0 or 1 per ciphertext, blank first when allowed.

    Draws, question by question, one scalar per ciphertext and then those of `prove_answer`.
    Raises Malformed (ballot.selection) for choices that the question does not allow.
    """
    draw = random_scalar or election.group.random_scalar
    if len(selections) != len(election.questions):
        raise Malformed("ballot.selection", f"{len(election.questions)} answers were expected")
    credential_text = election.group.encode(credential)
    answers: list[Answer] = []
    randomness: list[tuple[int, ...]] = []
    for question, selection in zip(election.questions, selections, strict=True):
        check_selection(question, selection)
        fresh = tuple(draw() for _ in selection)
        if any(exponent % election.group.order == 0 for exponent in fresh):
            raise ValueError("the source of randomness gave zero")
        randomness.append(fresh)
        answers.append(prove_answer(election, question, credential_text, selection, fresh, draw))
    unsigned = unsigned_ballot(election, credential_text, answers)
    return PreparedBallot(unsigned, sha256_b64(unsigned), tuple(randomness), tuple(map(tuple, selections)))


def unsigned_ballot(election: Election, credential: str, answers: Sequence[Answer]) -> bytes:
    encoded: list[Json] = [answer.encode(election.group) for answer in answers]
    values: tuple[Json, ...] = (election.uuid, election.fingerprint, credential, encoded)
    return compact(dict(zip(UNSIGNED_MEMBERS, values, strict=True)))


def sign_ballot(
    election: Election, ballot: PreparedBallot | bytes, key: int, random_scalar: RandomScalar | None = None
) -> bytes:
    """The bytes to cast. `key` is the voting key of the ballot's credential. Draws one scalar, the nonce."""
    group = election.group
    unsigned = ballot.unsigned if isinstance(ballot, PreparedBallot) else ballot
    code = sha256_b64(unsigned)
    prefix = f"{BALLOT_SIGNATURE}{code}|"
    draw = random_scalar or group.random_scalar
    proof = prove_key(group, key, lambda point: challenge(group, prefix, [point]), draw)
    return unsigned[:-1] + b',"signature":' + compact({"hash": code, "proof": proof.encode()}) + b"}"


def check_opening(
    election: Election,
    unsigned: bytes,
    selections: Sequence[Sequence[int]],
    randomness: Sequence[Sequence[int]],
) -> str:
    """Encrypt the choices again and compare every ciphertext; returns the code that the voter was shown.

    The proofs are not looked at: a ballot that fails them is refused when cast, in the voter's sight.
    Raises Malformed (json.…, ballot.…), InvalidProof (challenge.opening).
    """
    fields = members(parse_compact(unsigned, size_limit=BALLOT_LIMIT), UNSIGNED_MEMBERS)
    group = election.group
    group.decode(fields["credential"])
    if fields["election_uuid"] != election.uuid or fields["election_hash"] != election.fingerprint:
        raise InvalidProof("challenge.opening", "the ballot was made for another election")
    answers = array(fields["answers"])
    if not len(answers) == len(election.questions) == len(selections) == len(randomness):
        raise Malformed("ballot.shape", f"{len(election.questions)} answers were expected")
    for answer, question, selection, fresh in zip(answers, election.questions, selections, randomness, strict=True):
        check_shape(answer, question)
        check_selection(question, selection)
        if len(fresh) != question.width:
            raise Malformed("ballot.shape", f"{question.width} random exponents were expected")
        choices = array(members(answer, ("choices",), _PROOFS)["choices"])
        for choice, plaintext, exponent in zip(choices, selection, fresh, strict=True):
            if decode_ciphertext(group, choice) != encrypt(group, election.public_key, plaintext, exponent):
                raise InvalidProof("challenge.opening", "a ciphertext does not encrypt the choice that was shown")
    return sha256_b64(unsigned)


def check_selection(question: Question, selection: Sequence[int]) -> None:
    """Raises Malformed (ballot.selection), without telling the choices."""
    if len(selection) != question.width or any(choice not in (0, 1) for choice in selection):
        raise Malformed("ballot.selection", f"{question.width} zeros or ones were expected")
    chosen = sum(selection[question.blank :])
    blank = bool(question.blank and selection[0])
    if (blank and chosen) or (not blank and chosen not in question.sums):
        raise Malformed("ballot.selection", "this number of choices is not allowed")
