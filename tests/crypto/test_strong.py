import contextlib
import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crypto.strong
from crypto.answer import Ciphertext
from crypto.ballot import decode_ballot
from crypto.decryption import decryption_commitments, partial_decryption
from crypto.election import decode_election
from crypto.errors import InvalidProof, Malformed
from crypto.group import ED25519, Element, Group
from crypto.order import FIRST, sign_order
from crypto.proof import Proof
from crypto.sealing import prepare_ballot, sign_ballot
from crypto.strong import StrongStatement, check_strong, decode_strong, strong_proofs
from crypto.tally import EncryptedTally, accumulate, decode_tally
from tests.crypto.ceremonies import Decrypted, HeldCeremony, decrypt, election_under, hold_ceremony
from tests.crypto.elections import WORKS, YES_NO, Recorded, Voter, fixed_scalar, listed, make_election
from tests.crypto.places import at, paths, replaced

OURS = json.loads(Path("tests/vectors/kalpi/strong.json").read_text())


@pytest.fixture(scope="module")
def held() -> HeldCeremony:
    return hold_ceremony(2, 3)


@pytest.fixture(scope="module")
def decrypted(held: HeldCeremony) -> Decrypted:
    election = election_under(held.trustees, YES_NO, WORKS)
    ballots = [Voter(election, key).seal((0, 1, 0), (1, 1, 0)) for key in (5, 6)]
    return decrypt(election, ballots, held.shares)


@pytest.mark.parametrize("vector", OURS, ids=lambda v: f"{v['group']}-{len(v['decryptions'])}")
def test_strong_proofs_with_given_scalars_give_the_vectors_bytes(vector: dict) -> None:  # type: ignore[type-arg]
    election = decode_election(vector["election"].encode())
    tally = decode_tally(vector["encrypted_tally"].encode(), vector["sized_encrypted_tally"].encode(), election)
    for row in vector["decryptions"]:
        raw = strong_proofs(election, tally, row["owner"], int(row["key"]), listed(row["strong"]["scalars"]))
        assert raw.decode() == row["strong"]["text"]
        key = int(row["key"])
        factors = [[election.group.power(c.alpha, key) for c in line] for line in tally.ciphertexts]
        check_strong(election, tally, election.group.generator_power(key), factors, decode_strong(raw, election))


def test_every_number_of_strong_proofs_is_checked(held: HeldCeremony, decrypted: Decrypted) -> None:
    strong, factors = decrypted.strong[2], decrypted.partials[2].factors
    key = held.trustees.member(2).public_key
    check_strong(decrypted.election, decrypted.tally, key, factors, strong)
    value = json.loads(strong.raw)
    for path in paths(value):
        other = 3 if isinstance(at(value, path), int) else "1"
        changed = decode_strong(replaced(strong.raw, path, other), decrypted.election)
        with pytest.raises(InvalidProof):
            check_strong(decrypted.election, decrypted.tally, key, factors, changed)


def test_CR_02_every_field_of_the_statement_changes_the_challenge(held: HeldCeremony, decrypted: Decrypted) -> None:
    tally, election = decrypted.tally, decrypted.election
    ciphertext = tally.ciphertexts[0][0]
    statement = StrongStatement(
        election=election,
        tally=tally.digest,
        owner=1,
        public_key=held.trustees.member(1).public_key,
        question=0,
        choice=0,
        alpha=ciphertext.alpha,
        beta=ciphertext.beta,
        factor=decrypted.partials[1].factors[0][0],
    )
    commitments = [ED25519.generator_power(3), ED25519.power(ciphertext.alpha, 3)]
    others: dict[str, object] = {
        "election": election_under(held.trustees, YES_NO, WORKS, uuid="2AtestTestTest"),
        "tally": bytes(32),
        "owner": 2,
        "public_key": held.trustees.member(2).public_key,
        "question": 1,
        "choice": 1,
        "alpha": ED25519.generator,
        "beta": ED25519.generator,
        "factor": ED25519.generator,
    }
    assert set(others) == {field.name for field in fields(StrongStatement)}
    challenges = {replace(statement, **{name: other}).challenge(commitments) for name, other in others.items()}  # type: ignore[arg-type]
    challenges |= {statement.challenge(commitments), statement.challenge(commitments[::-1])}
    challenges.add(statement.challenge([commitments[0], ED25519.generator]))
    assert len(challenges) == len(others) + 3


def test_CR_03_every_part_of_the_statement_is_hashed_with_its_length(
    monkeypatch: pytest.MonkeyPatch, decrypted: Decrypted
) -> None:
    seen: list[tuple[bytes, ...]] = []

    def spy(group: Group, tag: bytes, *parts: bytes) -> int:
        seen.append((tag, *parts))
        return 1

    monkeypatch.setattr(crypto.strong, "hash_to_field", spy)
    strong_proofs(decrypted.election, decrypted.tally, 1, 5, lambda: 2)
    assert len(seen) == 6
    tag, group, fingerprint, owner, key, question, choice, alpha, beta, factor, first, second, tally = seen[-1]
    ciphertext = decrypted.tally.ciphertexts[1][2]
    assert (tag, group, fingerprint.decode()) == (b"kalpi-decryption-v1", b"Ed25519", decrypted.election.fingerprint)
    assert (owner, question, choice, tally) == (b"1", b"1", b"2", decrypted.tally.digest)
    assert [part.decode() for part in (key, alpha, beta, factor, first, second)] == [
        ED25519.encode(element)
        for element in (
            ED25519.generator_power(5),
            ciphertext.alpha,
            ciphertext.beta,
            ED25519.power(ciphertext.alpha, 5),
            ED25519.generator_power(2),
            ED25519.power(ciphertext.alpha, 2),
        )
    ]


def test_CR_01_commitments_fixed_before_the_ciphertext_prove_nothing() -> None:
    """A trustee fixes commitments, learns the challenge, then chooses the last ballot so that its equations hold.

    The factor is shifted by g^-3, so five votes would read eight. The equations hold by construction: what refuses the
    proof is the hash, which the ciphertext and the factor are part of.
    """
    group, key = ED25519, fixed_scalar(ED25519, "1AtestTestTest")
    public_key = group.generator_power(key)
    election = make_election()
    votes, shift = 5, 3
    randomness = fixed_scalar(group, "the others' randomness")
    a, b = fixed_scalar(group, "a"), fixed_scalar(group, "b")
    alpha_before = group.generator_power(randomness)

    def tally_with(last: int) -> EncryptedTally:
        """The product of five yes votes, the last of randomness `last`; all other choices stay empty."""
        total = randomness + last
        yes = Ciphertext(
            group.generator_power(total), group.multiply(group.power(public_key, total), group.generator_power(votes))
        )
        empty = Ciphertext(group.identity, group.identity)
        return EncryptedTally(group, ((empty, yes, empty),), votes, votes)

    # Commitments g^a and alpha^a g^b, alpha as it is before the last ballot.
    commitments = [group.generator_power(a), group.multiply(group.power(alpha_before, a), group.generator_power(b))]
    before = tally_with(0)
    factor_before = group.multiply(group.power(alpha_before, key), group.generator_power(-shift))
    for guessed in (before, tally_with(1)):
        ciphertext = guessed.ciphertexts[0][1]
        statement = StrongStatement(
            election, guessed.digest, 1, public_key, 0, 1, ciphertext.alpha, ciphertext.beta, factor_before
        )
        challenge = statement.challenge(commitments)
        # The last ballot's randomness solves (alpha alpha_last^-1)^a g^b = alpha^s F^c for s = a - x c.
        last = (b + shift * challenge) * pow(a, -1, group.order) % group.order
        tally = tally_with(last)
        alpha = tally.ciphertexts[0][1].alpha
        factor = group.multiply(group.power(alpha, key), group.generator_power(-shift))
        proof = Proof(challenge, (a - key * challenge) % group.order)
        first, second = decryption_commitments(group, public_key, alpha, factor, proof)
        assert first == commitments[0]
        assert second == commitments[1]
        _assert_refused(election, tally, public_key, factor, proof)
        # Nor with the challenge recomputed for the chosen ballot.
        chosen = replace(statement, tally=tally.digest, alpha=alpha, beta=tally.ciphertexts[0][1].beta, factor=factor)
        again = chosen.challenge(commitments)
        _assert_refused(election, tally, public_key, factor, Proof(again, (a - key * again) % group.order))


def _assert_refused(
    election: object, tally: EncryptedTally, public_key: Element, factor: Element, proof: Proof
) -> None:
    identity = ED25519.identity
    honest = decode_strong(strong_proofs(election, tally, 1, fixed_scalar(ED25519, "1AtestTestTest")), election)  # type: ignore[arg-type]
    row = honest.proofs[0]
    forged = replace(honest, proofs=((row[0], proof, row[2]),))
    with pytest.raises(InvalidProof) as refusal:
        check_strong(election, tally, public_key, ((identity, factor, identity),), forged)  # type: ignore[arg-type]
    assert refusal.value.code == "strong.proof"
    assert "question 1, choice 2" in refusal.value.sentence


def test_CR_05_proofs_hold_only_where_they_were_made(held: HeldCeremony, decrypted: Decrypted) -> None:
    election, tally = decrypted.election, decrypted.tally
    other_election = election_under(held.trustees, YES_NO, WORKS, uuid="2AtestTestTest")
    other_tally = accumulate(election, [Voter(election, 9).seal((0, 1, 0), (1, 0, 0))])
    strong = decrypted.strong[1]
    key, factors = held.trustees.member(1).public_key, decrypted.partials[1].factors
    first, second = strong.proofs
    swapped = replace(strong, proofs=(first, (second[1], second[0], second[2])))
    wrong: list[Callable[[], None]] = [
        lambda: check_strong(other_election, tally, key, factors, strong),
        lambda: check_strong(election, other_tally, key, factors, strong),
        lambda: check_strong(election, tally, held.trustees.member(2).public_key, factors, strong),
        lambda: check_strong(election, tally, key, decrypted.partials[2].factors, strong),
        lambda: check_strong(election, tally, key, factors, replace(strong, owner=2)),
        lambda: check_strong(election, tally, key, factors, swapped),
    ]
    for check in wrong:
        with pytest.raises(InvalidProof):
            check()


def test_plain_and_strong_proof_ballot_signature_and_order_statement_never_share_a_nonce() -> None:
    """One source gives all scalars; each of the four statements draws its own, none is used in two of them."""
    election = make_election()
    key = fixed_scalar(ED25519, election.uuid)
    plain, strong, ballot, order = (Recorded(ED25519.random_scalar) for _ in range(4))
    prepared = prepare_ballot(election, ED25519.generator_power(5), ((0, 1, 0),))
    cast = decode_ballot(sign_ballot(election, prepared, 5, ballot), election)
    sign_order(election, 5, 0, FIRST, cast.digest, order)
    tally = accumulate(election, [cast])
    partial_decryption(election, tally, key, plain)
    strong_proofs(election, tally, 1, key, strong)
    drawn = [scalar for source in (plain, strong, ballot, order) for scalar in source.drawn]
    assert [len(source.drawn) for source in (plain, strong, ballot, order)] == [3, 3, 1, 1]
    assert len(set(drawn)) == 8


def test_commitments_of_plain_and_strong_proofs_all_differ(held: HeldCeremony, decrypted: Decrypted) -> None:
    commitments = [
        decryption_commitments(ED25519, held.trustees.member(owner).public_key, ciphertext.alpha, factor, proof)
        for owner in (1, 2, 3)
        for proofs in (decrypted.partials[owner].proofs, decrypted.strong[owner].proofs)
        for row, factors, line in zip(
            decrypted.tally.ciphertexts, decrypted.partials[owner].factors, proofs, strict=True
        )
        for ciphertext, factor, proof in zip(row, factors, line, strict=True)
    ]
    assert len({first for first, _second in commitments}) == len(commitments) == 3 * 2 * 6


@given(st.binary(max_size=300))
def test_any_bytes_are_strong_proofs_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        decode_strong(raw, make_election())
