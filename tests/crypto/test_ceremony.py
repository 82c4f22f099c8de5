import contextlib
import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.assembly import (
    check_certificate,
    check_complaint,
    check_polynomial,
    check_voutput,
    decode_polynomial,
    make_inbox,
)
from crypto.ceremony import (
    Member,
    check_received_shares,
    make_certificate,
    make_commitment,
    make_complaint,
    make_polynomial,
    make_voutput,
    new_seed,
)
from crypto.ceremony_messages import (
    BadShare,
    Ceremony,
    check_commitment,
    check_opening,
    decode_inbox,
    decode_statement,
)
from crypto.encoding import compact, members, parse_compact
from crypto.errors import Flaw, InvalidProof, Malformed
from crypto.group import BELENIOS_2048, ED25519, Group
from crypto.pedersen import check_certificates
from crypto.sealed_message import check_message_form, message_inside, open_message
from crypto.signing import sign_message
from tests.crypto.ceremonies import IDENTIFIER, HeldCeremony, hold_ceremony
from tests.crypto.elections import Recorded, fixed_scalars


@pytest.fixture(scope="module")
def held() -> HeldCeremony:
    return hold_ceremony(2, 3)


@pytest.mark.parametrize(("threshold", "size"), [(1, 1), (1, 3), (3, 3), (3, 5)])
def test_a_ceremony_of_any_threshold_ends_with_trustees_that_check(threshold: int, size: int) -> None:
    held = hold_ceremony(threshold, size)
    held.trustees.check()
    assert held.trustees.threshold == threshold
    assert [member.name for member in held.trustees.members] == [f"Μέλος {i}" for i in range(1, size + 1)]


def test_the_server_accepts_every_message_of_an_honest_ceremony(held: HeldCeremony) -> None:
    for index in range(1, 4):
        certificate, statement = held.certificates[index - 1], held.statements[index - 1]
        check_certificate(held.ceremony, index, certificate)
        check_commitment(held.ceremony, certificate, statement)
        check_polynomial(held.ceremony, held.certificates, statement, held.polynomials[index - 1])


def test_TK_02_a_certificate_sent_again_by_another_member_is_refused(held: HeldCeremony) -> None:
    with pytest.raises(BadShare) as refusal:
        check_certificate(held.ceremony, 2, held.certificates[0])
    assert (refusal.value.code, refusal.value.against) == ("trustees.context", 2)
    keys = Member(held.ceremony, 2, "1" * 22)
    copied = make_certificate(keys)
    with pytest.raises(InvalidProof) as twice:
        check_certificates(ED25519, [held.certificates[0], copied, replace(copied, index=3)], 2)
    assert twice.value.code in ("trustees.duplicate", "trustee.signature", "trustees.context")


def test_TK_03_a_polynomial_other_than_the_committed_one_is_refused_by_name(held: HeldCeremony) -> None:
    late = Member(held.ceremony, 2, new_seed())
    member = held.members[1]
    late.signing_key, late.opening_key = member.signing_key, member.opening_key
    other = decode_polynomial(held.ceremony, make_polynomial(late, held.certificates))
    with pytest.raises(BadShare) as refusal:
        check_polynomial(held.ceremony, held.certificates, held.statements[1], other)
    assert (refusal.value.code, refusal.value.against) == ("commitment.opening", 2)
    inbox = make_inbox([held.polynomials[0], other, held.polynomials[2]], 1)
    with pytest.raises(BadShare) as seen:
        check_received_shares(held.members[0], held.certificates, held.statements, inbox)
    assert (seen.value.code, seen.value.against) == ("commitment.opening", 2)


def test_TK_03_a_commitment_to_another_ceremony_place_or_certificate_is_refused(held: HeldCeremony) -> None:
    statement, certificate = held.statements[0], held.certificates[0]
    again = Ceremony("f" * 32, ED25519, 2, 3)
    for ceremony, other in [
        (again, statement),
        (held.ceremony, replace(statement, index=2)),
        (held.ceremony, replace(statement, certificate=held.certificates[1].digest)),
    ]:
        with pytest.raises(BadShare) as refusal:
            check_commitment(ceremony, certificate, other)
        assert refusal.value.code == "commitment.frame"
    with pytest.raises(BadShare) as unsigned:
        check_commitment(held.ceremony, certificate, replace(statement, commitment=bytes(32)))
    assert unsigned.value.code == "statement.signature"


def test_TK_03_one_seed_gives_another_polynomial_in_another_ceremony_or_place() -> None:
    seed = new_seed()
    frames = [(Ceremony(c * 32, ED25519, 2, 3), index) for c in "01" for index in (1, 2)]
    polynomials = {Member(ceremony, index, seed).polynomial for ceremony, index in frames}
    assert len(polynomials) == len(frames)


def test_TK_04_a_share_off_the_published_polynomial_names_its_sender_and_can_be_complained_of(
    held: HeldCeremony,
) -> None:
    liar = Member(held.ceremony, 2, new_seed())
    honest = held.members[1]
    liar.signing_key, liar.opening_key = honest.signing_key, honest.opening_key
    false = decode_polynomial(held.ceremony, make_polynomial(liar, held.certificates))
    mixed = replace(held.polynomials[1], secrets=false.secrets)
    inbox = make_inbox([held.polynomials[0], mixed, held.polynomials[2]], 3)
    with pytest.raises(BadShare) as refusal:
        check_received_shares(held.members[2], held.certificates, held.statements, inbox)
    assert (refusal.value.code, refusal.value.against) == ("share.wrong", 2)
    line = make_complaint(held.members[2], refusal.value.against, refusal.value.code)
    assert check_complaint(held.ceremony, held.certificates, line) == (3, 2, "share.wrong")
    forged = line.replace(b'"against":2', b'"against":1')
    with pytest.raises(InvalidProof):
        check_complaint(held.ceremony, held.certificates, forged)


def test_TK_04_a_share_sealed_to_another_member_names_its_sender(held: HeldCeremony) -> None:
    secrets = held.polynomials[0].secrets
    swapped = replace(held.polynomials[0], secrets=(secrets[1], secrets[0], secrets[2]))
    inbox = make_inbox([swapped, *held.polynomials[1:]], 1)
    with pytest.raises(BadShare) as refusal:
        check_received_shares(held.members[0], held.certificates, held.statements, inbox)
    assert (refusal.value.code, refusal.value.against) == ("seal.broken", 1)


def test_TK_04_a_polynomial_of_another_degree_is_refused(held: HeldCeremony) -> None:
    longer = Member(Ceremony(IDENTIFIER, ED25519, 3, 3), 1, "1" * 22)
    longer.signing_key, longer.opening_key = held.members[0].signing_key, held.members[0].opening_key
    message = decode_polynomial(held.ceremony, make_polynomial(longer, held.certificates))
    with pytest.raises(BadShare) as refusal:
        check_opening(held.ceremony, held.certificates[0], held.statements[0], message.coefficients)
    assert refusal.value.code == "trustees.degree"


def test_TK_04_a_polynomial_without_its_last_coefficient_is_refused(held: HeldCeremony) -> None:
    lower = Member(held.ceremony, 1, new_seed())
    lower.polynomial = (lower.polynomial[0], 0)
    with pytest.raises(Malformed) as refusal:
        decode_polynomial(held.ceremony, make_polynomial(lower, held.certificates))
    assert refusal.value.code == "point.identity"


def test_a_wrong_public_key_is_the_doing_of_its_member(held: HeldCeremony) -> None:
    raw = make_voutput(held.members[0], held.certificates[0], held.shares[0] + 1)
    coefficients = [message.coefficients for message in held.polynomials]
    with pytest.raises(BadShare) as refusal:
        check_voutput(held.ceremony, held.certificates, coefficients, 1, raw)
    assert (refusal.value.code, refusal.value.against) == ("trustees.share", 1)


def test_the_voutput_gives_a_member_its_share_back(held: HeldCeremony) -> None:
    for member, certificate, share, raw in zip(
        held.members, held.certificates, held.shares, held.voutputs, strict=True
    ):
        sealed = str(members(parse_compact(raw), ("private_key", "public_key"))["private_key"])
        content = open_message(ED25519, member.opening_key, certificate.verification, sealed)
        assert content == {"decryption_key": str(share)}


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_no_scalar_is_drawn_twice_for_one_purpose_and_each_is_used(group: Group) -> None:
    """Every proof of a ceremony has its own commitment: a nonce used twice would give the key away."""
    source = Recorded(group.random_scalar)
    ceremony = Ceremony(IDENTIFIER, group, 2, 2)
    own = [Member(ceremony, index, new_seed()) for index in (1, 2)]
    certificates = [make_certificate(member, source) for member in own]
    lines = [make_commitment(m, c, source) for m, c in zip(own, certificates, strict=True)]
    polynomials = [decode_polynomial(ceremony, make_polynomial(m, certificates, source)) for m in own]
    statements = [decode_statement(line, group) for line in lines]
    outputs = []
    for member, certificate in zip(own, certificates, strict=True):
        inbox = make_inbox(polynomials, member.index)
        share = check_received_shares(member, certificates, statements, inbox)
        outputs.append(make_voutput(member, certificate, share, None, source))
    assert len(source.drawn) == 2 * (1 + 1 + (3 + 2 * 3 + 2) + 5)
    responses = [
        part.split('"', 1)[0] for text in (*lines, *outputs) for part in text.decode().split('response":"')[1:]
    ]
    assert len(set(responses)) == len(responses)


@pytest.mark.parametrize("seed", ["", "0" * 22, "1" * 21, "1" * 23, "é" * 22])
def test_a_seed_of_another_form_is_refused(seed: str) -> None:
    with pytest.raises(Malformed):
        Member(Ceremony(IDENTIFIER, ED25519, 1, 1), 1, seed)


def test_a_member_never_prints_its_secrets() -> None:
    seed = new_seed()
    member = Member(Ceremony(IDENTIFIER, ED25519, 1, 1), 1, seed)
    assert seed not in repr(member)
    assert str(member.signing_key) not in repr(member)


def test_seeds_are_spread_over_the_whole_alphabet() -> None:
    counter = iter(range(22))
    assert new_seed(lambda _below: next(counter)) == "123456789ABCDEFGHJKLMN"
    assert all(left != right for left, right in pairwise(new_seed() for _ in range(20)))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_malformed(raw: bytes) -> None:
    ceremony = Ceremony(IDENTIFIER, ED25519, 2, 3)
    for read in (
        lambda: decode_polynomial(ceremony, raw),
        lambda: decode_inbox(ceremony, raw),
        lambda: decode_statement(raw, ED25519),
        lambda: check_complaint(ceremony, (), raw),
    ):
        with contextlib.suppress(Malformed, InvalidProof):
            read()


def test_a_changed_byte_of_a_sealed_message_is_refused(held: HeldCeremony) -> None:
    text = held.polynomials[0].secrets[0]
    sender = held.certificates[0].verification
    open_message(ED25519, held.members[0].opening_key, sender, text)
    for position in range(0, len(text), 7):
        other = "0" if text[position] != "0" else "1"
        with pytest.raises(Flaw):
            open_message(ED25519, held.members[0].opening_key, sender, text[:position] + other + text[position + 1 :])


def test_a_message_is_not_opened_as_another_senders(held: HeldCeremony) -> None:
    text = held.polynomials[0].secrets[0]
    with pytest.raises(InvalidProof) as refusal:
        open_message(ED25519, held.members[0].opening_key, held.certificates[1].verification, text)
    assert refusal.value.code == "trustee.signature"


def test_a_statement_has_one_spelling(held: HeldCeremony) -> None:
    raw = held.statements[0].raw
    assert decode_statement(raw, ED25519).raw == raw
    with pytest.raises(Malformed):
        decode_statement(raw + b"\n", ED25519)
    with pytest.raises(Malformed):
        decode_statement(compact(json.loads(raw)).replace(b'"index":1', b'"index":0'), ED25519)


def test_scalars_are_drawn_in_the_order_the_docstrings_say(held: HeldCeremony) -> None:
    first, second = (make_polynomial(held.members[0], held.certificates, fixed_scalars(ED25519, "x")) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("identifier", "threshold", "size"),
    [("x" * 32, 2, 3), ("A" * 32, 2, 3), ("0" * 31, 2, 3), ("0" * 32, 0, 3), ("0" * 32, 4, 3), ("0" * 32, 2, 101)],
)
def test_a_frame_of_another_form_is_refused(identifier: str, threshold: int, size: int) -> None:
    with pytest.raises(Malformed):
        Ceremony(identifier, ED25519, threshold, size)


def test_a_complaint_about_another_ceremony_is_refused(held: HeldCeremony) -> None:
    line = make_complaint(held.members[0], 2, "share.wrong")
    with pytest.raises(InvalidProof) as refusal:
        check_complaint(Ceremony("f" * 32, ED25519, 2, 3), held.certificates, line)
    assert refusal.value.code == "complaint.frame"


def test_a_message_that_was_written_to_another_member_is_refused(held: HeldCeremony) -> None:
    """A member hands a message that it received on to a third, sealed anew, as if its sender had meant the third."""
    sender, first, second = held.members[1], held.certificates[0], held.certificates[2]
    group = ED25519
    content = compact({"recipient": group.encode(first.encryption), "message": '{"secret":"1"}'}).decode()
    signed = sign_message(group, sender.signing_key, content, group.random_scalar)
    assert message_inside(group, first.encryption, held.certificates[1].verification, signed.raw) == {"secret": "1"}
    with pytest.raises(InvalidProof) as refusal:
        message_inside(group, second.encryption, held.certificates[1].verification, signed.raw)
    assert refusal.value.code == "seal.recipient"


@pytest.mark.parametrize("data", ["", "0", "zz", "AB", "0b "])
def test_sealed_data_has_one_spelling(held: HeldCeremony, data: str) -> None:
    value = json.loads(held.polynomials[0].sealed)
    with pytest.raises(Malformed) as refusal:
        check_message_form(ED25519, compact({**value, "data": data}).decode())
    assert refusal.value.code == "seal.data"
