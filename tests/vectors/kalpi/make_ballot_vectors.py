"""Writes hash_to_field.json, card.json, order.json and ballot.json beside itself; run from the checkout's root.

.venv/bin/python -m tests.vectors.kalpi.make_ballot_vectors
"""

import json
from pathlib import Path

from crypto.ballot import check_ballot, decode_ballot, unsigned_bytes
from crypto.card import (
    credential_factor,
    master_public,
    master_secret,
    new_code,
    parse_code,
    public_credential,
    voting_key,
)
from crypto.election import Question
from crypto.encoding import Json, compact
from crypto.group import BELENIOS_2048, ED25519
from crypto.order import FIRST, decode_order, sign_order
from crypto.sealing import PreparedBallot, prepare_ballot, sign_ballot
from crypto.transcript import CARD, CREDENTIAL, ORDER, expand_message_xmd, hash_to_field
from tests.crypto.elections import WORKS, YES_NO, Recorded, Voter, fixed_scalar, fixed_scalars, listed, make_election

HERE = Path(__file__).parent
GROUPS = (ED25519, BELENIOS_2048)
CODES = (bytes(17), bytes([255] * 17), bytes(range(17)), bytes.fromhex("c0ffee00112233445566778899aabbccdd"))
UUIDS = ("1AtestTestTest", "zZtestTestTest")
GRADES = Question("Ποιες ώρες;", ("Πρωί", "Μεσημέρι", "Βράδυ"), blank=True, minimum=0, maximum=3)


def hash_to_field_vectors() -> Json:
    xmd_tag = b"QUUX-V01-CS02-with-expander-SHA256-128"
    expanded: list[Json] = [
        {
            "tag": xmd_tag.decode(),
            "message": message.decode(),
            "length": length,
            "bytes": expand_message_xmd(message, xmd_tag, length).hex(),
        }
        for length in (32, 128)
        for message in (b"", b"abc", b"abcdef0123456789")
    ]
    parts: tuple[list[bytes], ...] = (
        [],
        [b""],
        [b"", b""],
        [b"ab", b"c"],
        [b"a", b"bc"],
        ["κάλπη".encode(), bytes(300)],
    )
    fields: list[Json] = [
        {
            "group": group.name,
            "tag": tag.decode(),
            "parts": [part.hex() for part in pieces],
            "scalar": str(hash_to_field(group, tag, *pieces)),
        }
        for group in GROUPS
        for tag in (CARD, CREDENTIAL, ORDER)
        for pieces in parts
    ]
    return {
        "about": "expand_message_xmd: RFC 9380 appendix K.1 values. hash_to_field: each part (hex) is preceded by its "
        "length in 8 bytes, big endian; 48 bytes are expanded and read big endian modulo q.",
        "expand_message_xmd": expanded,
        "hash_to_field": fields,
    }


def card_vectors() -> Json:
    given = iter(CODES)
    printed = [new_code(lambda _length: next(given)) for _ in CODES]
    keys: list[Json] = []
    for text in printed:
        code = parse_code(text)
        for group in GROUPS:
            point = master_public(group, code)
            keys.extend(
                {
                    "code": code.decode(),
                    "group": group.name,
                    "uuid": uuid,
                    "master_secret": str(master_secret(group, code)),
                    "master_public": group.encode(point),
                    "credential_factor": str(credential_factor(group, point, uuid)),
                    "public_credential": group.encode(public_credential(group, point, uuid)),
                    "voting_key": str(voting_key(group, code, uuid)),
                }
                for uuid in UUIDS
            )
    last = printed[-1]
    bare = last.replace("-", "")
    accepted: list[Json] = [
        {"typed": typed, "code": parse_code(typed).decode()}
        for typed in (
            *printed,
            bare,
            last.lower(),
            " " + bare[:13] + "\u00a0" + bare[13:] + "\n",
            last.replace("-", " – "),
            printed[0].replace("0", "O"),
            printed[0].replace("0", "o"),
            printed[2].replace("1", "l"),
            printed[2].replace("1", "I"),
            bare.replace("A", "Α").replace("B", "Β").replace("E", "ε").replace("X", "χ"),
        )
    ]
    wrong = ("0" if bare[4] != "0" else "1").join((bare[:4], bare[5:]))
    refused: list[Json] = [
        {"typed": typed, "error": error}
        for typed, error in (
            ("", "card.length"),
            (bare[:-1], "card.length"),
            (bare + "0", "card.length"),
            (bare[:-1] + "U", "card.characters"),
            (bare[:-1] + "٣", "card.characters"),
            (bare[:-1] + "ſ", "card.characters"),
            (bare[:-1] + "\u200b", "card.characters"),
            (wrong, "card.check"),
            (bare[:2] + bare[3] + bare[2] + bare[4:], "card.check"),
            ("0" * 300, "card.length"),
            ("0" * 27, "card.check"),
        )
    ]
    return {
        "about": "new_code takes the first 130 bits of 17 random bytes; 26 characters and a check character, nine "
        "groups of three. parse_code gives the 26 characters; keys are made from their ASCII bytes.",
        "printed": [{"random": raw.hex(), "printed": text} for raw, text in zip(CODES, printed, strict=True)],
        "accepted": accepted,
        "refused": refused,
        "keys": keys,
    }


def order_vectors() -> Json:
    cases: list[Json] = []
    for group in GROUPS:
        election = make_election(group=group)
        key = fixed_scalar(group, "order voter")
        previous = FIRST
        for sequence in range(3):
            nonce = fixed_scalar(group, f"order nonce {sequence}")
            digest = bytes([sequence + 1]) * 32
            raw = sign_order(election, key, sequence, previous, digest, listed([nonce]))
            cases.append(
                {
                    "group": group.name,
                    "election": election.raw.decode(),
                    "key": str(key),
                    "sequence": sequence,
                    "previous": previous.hex(),
                    "ballot": digest.hex(),
                    "scalars": [str(nonce)],
                    "statement": raw.decode(),
                    "digest": decode_order(raw, group).digest.hex(),
                }
            )
            previous = digest
    return {
        "about": "sign_order draws one scalar, the nonce. The challenge is hash_to_field under kalpi-order-v1 of: "
        "group name, fingerprint, credential, sequence in decimal, previous (32 bytes), ballot (32 bytes), commitment.",
        "cases": cases,
    }


def ballot_vectors() -> Json:
    cases: list[Json] = []
    for group in GROUPS:
        plans = [
            ((YES_NO,), ((0, 1, 0),)),
            ((YES_NO,), ((0, 0, 1),)),
            ((YES_NO,), ((1, 0, 0),)),
            ((YES_NO, WORKS, GRADES), ((0, 1, 0), (1, 0, 1), (0, 0, 0, 0))),
            ((YES_NO, WORKS, GRADES), ((1, 0, 0), (0, 1, 0), (1, 0, 0, 0))),
            ((GRADES,), ((0, 1, 1, 1),)),
        ]
        for number, (questions, selections) in enumerate(plans):
            election = make_election(*questions, group=group)
            voter = Voter(election, fixed_scalar(group, f"ballot voter {number}"))
            preparing = Recorded(fixed_scalars(group, f"ballot {number}"))
            prepared = prepare_ballot(election, voter.credential, selections, preparing)
            nonce = fixed_scalar(group, f"ballot nonce {number}")
            raw = sign_ballot(election, prepared, voter.key, listed([nonce]))
            cases.append(ballot_case(voter, prepared, raw, preparing.drawn, nonce))
    return {
        "about": "Scalars are consumed in list order. prepare_ballot, question by question: one r per ciphertext; then "
        "(w, c) for each branch, 0 before 1, of each ciphertext's individual proof; then (w, c) for each branch of the "
        "overall proof (the blank branch first); then, with blank, (w, c) for the branch of the blank ciphertext and "
        "for that of the sum. The true branch's c is drawn and set aside. sign_ballot: one nonce. Every response is "
        "w - r c, every commitment pair g^w, y^w g^(d c) with d the branch's plaintext minus the value it claims.",
        "cases": cases,
    }


def ballot_case(voter: Voter, prepared: PreparedBallot, raw: bytes, drawn: list[int], nonce: int) -> Json:
    ballot = decode_ballot(raw, voter.election)
    check_ballot(ballot, voter.election)
    return {
        "group": voter.election.group.name,
        "election": voter.election.raw.decode(),
        "fingerprint": voter.election.fingerprint,
        "key": str(voter.key),
        "credential": ballot.credential_text,
        "selections": [list(selection) for selection in prepared.selections],
        "prepare_scalars": [str(scalar) for scalar in drawn],
        "sign_scalars": [str(nonce)],
        "randomness": [[str(exponent) for exponent in row] for row in prepared.randomness],
        "unsigned": unsigned_bytes(raw).decode(),
        "code": ballot.code,
        "ballot": raw.decode(),
        "tracker": ballot.tracker,
        "digest": ballot.digest.hex(),
    }


def main() -> None:
    for name, make in (
        ("hash_to_field", hash_to_field_vectors),
        ("card", card_vectors),
        ("order", order_vectors),
        ("ballot", ballot_vectors),
    ):
        value = make()
        compact(value)
        text = json.dumps(value, ensure_ascii=False, indent=1)
        (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
