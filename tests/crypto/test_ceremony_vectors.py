"""Ceremonies with given scalars, and messages made by belenios-tool."""

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from crypto.assembly import (
    assemble,
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
)
from crypto.ceremony_messages import (
    Ceremony,
    Share,
    decode_inbox,
    decode_statement,
)
from crypto.encoding import decimal, members, parse_json
from crypto.group import Group, group_named
from crypto.pedersen import check_certificates, decode_certificate
from crypto.sealed_message import message_inside, open_message
from tests.crypto.ceremonies import IDENTIFIER
from tests.crypto.elections import listed

VECTORS = Path("tests/vectors/belenios")


OURS = json.loads(Path("tests/vectors/kalpi/ceremony.json").read_text())


@pytest.mark.parametrize("vector", OURS, ids=lambda v: f"{v['group']}-{v['threshold']}of{v['size']}")
def test_ceremonies_with_given_scalars_give_the_vectors_bytes(vector: dict) -> None:  # type: ignore[type-arg]
    group = group_named(vector["group"])
    ceremony = Ceremony(vector["ceremony"], group, vector["threshold"], vector["size"])
    rows = vector["members"]
    own = [Member(ceremony, row["index"], row["seed"]) for row in rows]
    certificates = []
    for member, row in zip(own, rows, strict=True):
        assert str(member.signing_key) == row["signing_key"]
        assert str(member.opening_key) == row["opening_key"]
        assert [str(coefficient) for coefficient in member.polynomial] == row["polynomial"]
        certificates.append(make_certificate(member, listed(row["certificate"]["scalars"])))
        assert certificates[-1].signed.raw.decode() == row["certificate"]["text"]
        assert certificates[-1].digest.hex() == row["certificate"]["digest"]
        line = make_commitment(member, certificates[-1], listed(row["commitment"]["scalars"]))
        assert line.decode() == row["commitment"]["text"]
    statements = [decode_statement(row["commitment"]["text"].encode(), group) for row in rows]
    for member, row in zip(own, rows, strict=True):
        raw = make_polynomial(member, certificates, listed(row["sharing"]["scalars"]))
        assert raw.decode() == row["sharing"]["text"]
    polynomials = [decode_polynomial(ceremony, row["sharing"]["text"].encode()) for row in rows]
    for member, certificate, row in zip(own, certificates, rows, strict=True):
        inbox = make_inbox(polynomials, member.index)
        assert inbox.decode() == row["inbox"]
        share = check_received_shares(member, certificates, statements, inbox)
        assert str(share) == row["share"]
        voutput = row["voutput"]
        made = make_voutput(member, certificate, share, voutput["name"], listed(voutput["scalars"]))
        assert made.decode() == voutput["text"]
        complaint = row["complaint"]
        line = make_complaint(member, complaint["against"], complaint["reason"], listed(complaint["scalars"]))
        assert line.decode() == complaint["text"]
    keys = [
        check_voutput(ceremony, certificates, [p.coefficients for p in polynomials], i, row["voutput"]["text"].encode())
        for i, row in enumerate(rows, 1)
    ]
    assert assemble(ceremony, certificates, polynomials, keys).decode() == vector["trustees"]


@pytest.mark.parametrize("name", ["b30-ed25519-threshold-2of3", "b33-2048-threshold-2of3"])
def test_messages_of_belenios_tool_are_opened_and_checked(name: str) -> None:
    folder = VECTORS / name / "trustees"
    lines = (folder / "certs.jsons").read_text().split()
    group = group_named(json.loads(json.loads(lines[0])["message"])["context"]["group"])
    certificates = [decode_certificate(group, parse_json(line.encode())) for line in lines]
    check_certificates(group, certificates, 2)
    ceremony = Ceremony(IDENTIFIER, group, 2, 3)
    for index, certificate in enumerate(certificates, 1):
        member = Member(ceremony, index, (folder / f"member{index}.key").read_text().strip())
        assert group.generator_power(member.signing_key) == certificate.verification
        inbox = decode_inbox(ceremony, (folder / f"member{index}.vinput").read_bytes().strip())
        share = 0
        for sender, sealed, coefficients in zip(certificates, inbox.secrets, inbox.coefficients, strict=True):
            content = members(_open(group, member, sender.verification, sealed), ("secret",))
            secret = decimal(content["secret"], below=group.order)
            Share(index, secret).check(group, coefficients)
            share = (share + secret) % group.order
        voutput = json.loads((folder / f"member{index}.voutput").read_text())
        content = members(_open(group, member, certificate.verification, voutput["private_key"]), ("decryption_key",))
        assert int(str(content["decryption_key"])) % group.order == share
        if name.startswith("b33"):
            raw = (folder / f"member{index}.voutput").read_bytes().strip()
            check_voutput(ceremony, certificates, inbox.coefficients, index, raw)


def _open(group: Group, member: Member, sender, sealed: str):  # type: ignore[no-untyped-def]
    if "algorithm" in json.loads(sealed):
        return open_message(group, member.opening_key, sender, sealed)
    # Release 3.0 encrypts with AES-CCM, which we do not write.
    value = json.loads(sealed)
    alpha = group.decode(value["alpha"])
    one_time = group.divide(group.decode(value["beta"]), group.power(alpha, member.opening_key))
    key = hashlib.sha256(f"key|{group.encode(one_time)}".encode()).digest()
    iv = hashlib.sha256(f"iv|{value['alpha']}".encode()).digest()
    raw = AESCCM(key, tag_length=8).decrypt(iv[:13], bytes.fromhex(value["data"]), None)
    return message_inside(group, group.generator_power(member.opening_key), sender, raw)
