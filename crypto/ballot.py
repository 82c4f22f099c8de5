"""The ballot: read in its one spelling, then checked against the election it was made for.

Whether its credential is listed, whether it is a duplicate and which ballot of a voter counts is decided elsewhere.

Source: Belenios specification, section "Ballot"; PROTOCOL.md section 4.
"""

from dataclasses import dataclass
from functools import cached_property

from crypto.answer import Answer, check_answer, check_shape, decode_answer
from crypto.election import BALLOT_LIMIT, Election
from crypto.encoding import array, b64, b64_digest, members, parse_compact, sha256, sha256_b64, string
from crypto.errors import InvalidProof, Malformed
from crypto.group import Element
from crypto.proof import Proof, decode_proof, key_proof_holds
from crypto.transcript import BALLOT_SIGNATURE, challenge

FOREIGN_LIMIT = 4 * 1024 * 1024
"""Bytes of a ballot in an election made by others."""
UNSIGNED_MEMBERS = ("election_uuid", "election_hash", "credential", "answers")


@dataclass(frozen=True)
class Ballot:
    """A well-formed ballot. Nothing in it is proved before `check_ballot`."""

    raw: bytes
    election_uuid: str
    election_hash: str
    credential: Element
    credential_text: str
    answers: tuple[Answer, ...]
    signature_hash: str
    proof: Proof

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the exact bytes, 32 bytes: the archive and the log name the ballot by it."""
        return sha256(self.raw)

    @property
    def alphas(self) -> tuple[Element, ...]:
        """One per ciphertext. In an election of ours none of them may occur twice on the whole board (BB-01)."""
        return tuple(choice.alpha for answer in self.answers for choice in answer.choices)

    @property
    def tracker(self) -> str:
        """The same digest as Belenios shows it: base64, 43 characters."""
        return b64(self.digest)

    @property
    def code(self) -> str:
        """The tracking code people see, before casting and after: base64 of the unsigned ballot's SHA-256."""
        return self.signature_hash


def decode_ballot(raw: bytes, election: Election) -> Ballot:
    """Read a ballot for this election's questions and group.

    Raises Malformed: json.… (syntax, size, spelling, members), ballot.shape, proof.shape, scalar.noncanonical,
    digest.spelling, point.encoding, point.subgroup, point.identity; for an election of ours also ballot.repeated.
    """
    value = parse_compact(raw, size_limit=BALLOT_LIMIT if election.has_rules else FOREIGN_LIMIT)
    fields = members(value, (*UNSIGNED_MEMBERS, "signature"))
    answers = array(fields["answers"])
    if len(answers) != len(election.questions):
        raise Malformed("ballot.shape", f"{len(election.questions)} answers were expected")
    for answer, question in zip(answers, election.questions, strict=True):
        check_shape(answer, question)
    signature = members(fields["signature"], ("hash", "proof"))
    b64_digest(signature["hash"])
    b64_digest(fields["election_hash"])
    credential_text = string(fields["credential"])
    group = election.group
    ballot = Ballot(
        raw=raw,
        election_uuid=string(fields["election_uuid"]),
        election_hash=string(fields["election_hash"]),
        signature_hash=string(signature["hash"]),
        proof=decode_proof(group, signature["proof"]),
        credential=group.decode(credential_text),
        credential_text=credential_text,
        answers=tuple(
            decode_answer(answer, group, question) for answer, question in zip(answers, election.questions, strict=True)
        ),
    )
    # An individual proof does not name its question and place: a ciphertext may stand only once.
    if election.has_rules and len(set(ballot.alphas)) != len(ballot.alphas):
        raise Malformed("ballot.repeated", "two ciphertexts of the ballot share their alpha")
    return ballot


def check_ballot(ballot: Ballot, election: Election) -> None:
    """Check election, signature and every proof, the cheap ones first.

    Raises InvalidProof: ballot.election, ballot.signature, proof.individual, proof.overall, proof.blank.
    """
    check_signature(ballot, election)
    for question, answer in zip(election.questions, ballot.answers, strict=True):
        check_answer(election, question, ballot.credential_text, answer)


def check_signature(ballot: Ballot, election: Election) -> None:
    """Check that the ballot is this election's and that its credential signed it.

    Raises InvalidProof: ballot.election, ballot.signature.
    """
    if ballot.election_uuid != election.uuid or ballot.election_hash != election.fingerprint:
        raise InvalidProof("ballot.election", "the ballot was made for another election")
    if sha256_b64(unsigned_bytes(ballot.raw)) != ballot.signature_hash:
        raise InvalidProof("ballot.signature", "the signed hash is not the hash of this ballot")
    group = election.group
    prefix = f"{BALLOT_SIGNATURE}{ballot.signature_hash}|"
    if not key_proof_holds(group, ballot.credential, lambda point: challenge(group, prefix, [point]), ballot.proof):
        raise InvalidProof("ballot.signature", "the signature does not hold under the ballot's credential")


def unsigned_bytes(raw: bytes) -> bytes:
    """A well-formed ballot without its signature, as it was before signing."""
    # Inside a JSON string a quotation mark is escaped, so these bytes are the last top-level member's name.
    return raw[: raw.rindex(b',"signature":')] + b"}"
