"""Writes ceremony.json, strong.json and archive.json beside itself; run from the checkout's root.

.venv/bin/python -m tests.vectors.kalpi.make_trustee_vectors

`scalars` are the random numbers drawn, in the order in which the docstrings of crypto/ say they are drawn.
"""

import base64
import hashlib
import json
from pathlib import Path

from crypto.archive import read_archive, write_archive
from crypto.assembly import assemble, check_voutput, decode_polynomial, make_inbox
from crypto.ceremony import (
    Member,
    check_received_shares,
    make_certificate,
    make_commitment,
    make_complaint,
    make_polynomial,
    make_voutput,
)
from crypto.ceremony_messages import Ceremony, decode_statement
from crypto.decryption import combine, decode_partial, make_owned, partial_decryption
from crypto.election import encode_public_credentials
from crypto.encoding import Json, compact
from crypto.group import BELENIOS_2048, ED25519, Group
from crypto.result import open_tally
from crypto.strong import strong_proofs
from crypto.tally import accumulate
from crypto.trustees import decode_trustees, single_trustee
from tests.crypto.ceremonies import election_under
from tests.crypto.elections import WORKS, YES_NO, Recorded, Voter, fixed_scalar, fixed_scalars

HERE = Path(__file__).parent
SEEDS = ("1VectorSeedVectorSeed1", "2VectorSeedVectorSeed2", "3VectorSeedVectorSeed3")
CEREMONY = "0123456789abcdef0123456789abcdef"


def ceremony_vector(group: Group, threshold: int, size: int) -> dict[str, Json]:
    ceremony = Ceremony(CEREMONY, group, threshold, size)
    own = [Member(ceremony, index, seed) for index, seed in enumerate(SEEDS[:size], 1)]
    label = f"ceremony {threshold} of {size}"
    sources = [Recorded(fixed_scalars(group, f"{label} {member.index}")) for member in own]

    def drawn(source: Recorded) -> list[Json]:
        scalars: list[Json] = [str(scalar) for scalar in source.drawn]
        source.drawn.clear()
        return scalars

    rows: list[dict[str, Json]] = []
    certificates = []
    for member, source in zip(own, sources, strict=True):
        certificate = make_certificate(member, source)
        certificates.append(certificate)
        row: dict[str, Json] = {
            "index": member.index,
            "seed": SEEDS[member.index - 1],
            "signing_key": str(member.signing_key),
            "opening_key": str(member.opening_key),
            "polynomial": [str(coefficient) for coefficient in member.polynomial],
            "certificate": {
                "scalars": drawn(source),
                "text": certificate.signed.raw.decode(),
                "digest": certificate.digest.hex(),
            },
        }
        line = make_commitment(member, certificate, source).decode()
        row["commitment"] = {"scalars": drawn(source), "text": line}
        rows.append(row)
    statements = [decode_statement(str(row["commitment"]["text"]).encode(), group) for row in rows]  # type: ignore[index,call-overload]
    polynomials = []
    for member, source, row in zip(own, sources, rows, strict=True):
        raw = make_polynomial(member, certificates, source)
        polynomials.append(decode_polynomial(ceremony, raw))
        row["sharing"] = {"scalars": drawn(source), "text": raw.decode()}
    keys = []
    for member, certificate, source, row in zip(own, certificates, sources, rows, strict=True):
        inbox = make_inbox(polynomials, member.index)
        share = check_received_shares(member, certificates, statements, inbox)
        name = f"Μέλος {member.index}"
        voutput = make_voutput(member, certificate, share, name, source)
        row |= {
            "inbox": inbox.decode(),
            "share": str(share),
            "voutput": {"name": name, "scalars": drawn(source), "text": voutput.decode()},
        }
        complaint = make_complaint(member, size, "share.wrong", source).decode()
        row["complaint"] = {
            "against": size,
            "reason": "share.wrong",
            "scalars": drawn(source),
            "text": complaint,
        }
        coefficients = [message.coefficients for message in polynomials]
        keys.append(check_voutput(ceremony, certificates, coefficients, member.index, voutput))
    trustees = assemble(ceremony, certificates, polynomials, keys)
    return {
        "group": group.name,
        "ceremony": CEREMONY,
        "threshold": threshold,
        "size": size,
        "members": [*rows],
        "trustees": trustees.decode(),
    }


def strong_vector(group: Group, trustees_text: str, shares: dict[int, int]) -> dict[str, Json]:
    """Two questions, three voters, the first of whom votes twice; the trustees given decrypt."""
    trustees = decode_trustees(trustees_text.encode(), group)
    election = election_under(trustees, YES_NO, WORKS)
    voters = [Voter(election, fixed_scalar(group, f"voter {number}")) for number in range(3)]
    source = fixed_scalars(group, "ballots")
    choices = [(0, ((0, 1, 0), (1, 0, 0))), (1, ((1, 0, 0), (1, 1, 0))), (2, ((0, 0, 1), (0, 1, 1)))]
    ballots = [voters[who].seal(*selections, random_scalar=source) for who, selections in choices]
    ballots.append(voters[0].seal((0, 0, 1), (1, 1, 0), random_scalar=source))
    tally = accumulate(election, ballots)
    rows: list[Json] = []
    partials = {}
    for owner, key in shares.items():
        plain, strong = (Recorded(fixed_scalars(group, f"{kind} {owner}")) for kind in ("plain", "strong"))
        payload = partial_decryption(election, tally, key, plain)
        line = strong_proofs(election, tally, owner, key, strong)
        partials[owner] = decode_partial(payload, election)
        rows.append(
            {
                "owner": owner,
                "key": str(key),
                "plain": {"scalars": [str(scalar) for scalar in plain.drawn], "text": payload.decode()},
                "strong": {"scalars": [str(scalar) for scalar in strong.drawn], "text": line.decode()},
                "owned": make_owned(owner, payload).decode(),
            }
        )
    return {
        "group": group.name,
        "election": election.raw.decode(),
        "trustees": trustees_text,
        "credentials": encode_public_credentials(group, [voter.credential for voter in voters]).decode(),
        "ballots": [ballot.raw.decode() for ballot in ballots],
        "encrypted_tally": tally.raw.decode(),
        "sized_encrypted_tally": tally.sized.decode(),
        "decryptions": rows,
        "result": open_tally(election, tally, combine(election, trustees, partials)).encode().decode(),
    }


def archive_vector(vector: dict[str, Json]) -> dict[str, Json]:
    election, trustees, credentials = (str(vector[name]).encode() for name in ("election", "trustees", "credentials"))
    digests = {
        name: hashlib.sha256(raw).hexdigest()
        for name, raw in (("election", election), ("trustees", trustees), ("credentials", credentials))
    }
    events: list[tuple[str, list[bytes]]] = [("Setup", [election, trustees, credentials, compact({**digests})])]
    events += [("Ballot", [str(ballot).encode()]) for ballot in vector["ballots"]]  # type: ignore[union-attr]
    events.append(("EndBallots", []))
    tally = [str(vector[name]).encode() for name in ("encrypted_tally", "sized_encrypted_tally")]
    events.append(("EncryptedTally", tally))
    for row in vector["decryptions"]:  # type: ignore[union-attr]
        payload = str(row["plain"]["text"]).encode()  # type: ignore[index,call-overload]
        events.append(("PartialDecryption", [payload, str(row["owned"]).encode()]))  # type: ignore[index,call-overload]
    events.append(("Result", [str(vector["result"]).encode()]))
    raw = write_archive("1750000000", events)
    assert len(read_archive(raw).events) == len(events)
    return {
        "timestamp": "1750000000",
        "events": [{"kind": kind, "bodies": [body.decode() for body in bodies]} for kind, bodies in events],
        "archive": base64.b64encode(raw).decode(),
    }


def main() -> None:
    ceremonies = [ceremony_vector(ED25519, 2, 3), ceremony_vector(BELENIOS_2048, 2, 3), ceremony_vector(ED25519, 1, 1)]
    elections: list[dict[str, Json]] = []
    for vector in ceremonies[:2]:
        group = ED25519 if vector["group"] == "Ed25519" else BELENIOS_2048
        shares = {i: int(str(vector["members"][i - 1]["share"])) for i in (1, 3)}  # type: ignore[index,call-overload]
        elections.append(strong_vector(group, str(vector["trustees"]), shares))
    key = fixed_scalar(ED25519, "single")
    text = single_trustee(ED25519, key, "Δήμος", fixed_scalars(ED25519, "single proof")).decode()
    elections.append(strong_vector(ED25519, text, {1: key}))
    contents = {"ceremony": ceremonies, "strong": elections, "archive": [archive_vector(v) for v in elections[::2]]}
    for name, content in contents.items():
        (HERE / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
