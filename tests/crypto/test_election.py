"""election.json and the list of credentials: ours in one spelling, those of others as they are."""

import contextlib
from dataclasses import replace
from pathlib import Path as File

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.archive import read_archive
from crypto.ballot import check_ballot, decode_ballot
from crypto.election import (
    BALLOT_LIMIT,
    BASE58,
    Question,
    decode_election,
    decode_public_credentials,
    encode_election,
    largest_ballot,
    new_uuid,
)
from crypto.encoding import Json, parse_json
from crypto.errors import InvalidProof, Malformed
from crypto.group import BELENIOS_2048, ED25519, GROUPS, Group
from tests.crypto.elections import WORKS, YES_NO, Voter, make_election
from tests.crypto.places import Path, inner_paths, paths, replaced
from tests.crypto.test_encoding import EXTREMES

KNOWN = {
    "b20-2048-approval-s3": (1, 6, None),
    "b33-2048-mixed-weighted-s1-2of3": (2, 3, None),
    "b33-ed25519-referendum-s1": (1, 3, "v5VAUI2TpXeDgFvnLCuF0QMOKK3e2/lol84Bq7AnUFY"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_an_election_made_by_belenios_is_read(name: str) -> None:
    archive = read_archive(next(File("tests/vectors/belenios", name).glob("*.bel")).read_bytes())
    election = decode_election(archive.events[0].bodies[0])
    credentials = decode_public_credentials(archive.events[0].bodies[2], election)
    questions, width, fingerprint = KNOWN[name]
    assert (len(election.questions), election.questions[0].width) == (questions, width)
    assert fingerprint in (None, election.fingerprint)
    assert not election.has_rules
    weights = [credential.weight for credential in credentials]
    assert (max(weights) > 1) == ("weighted" in name)


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
def test_an_election_of_ours_written_and_read_is_the_same(group: Group) -> None:
    first = make_election(YES_NO, WORKS, group=group, credentials="service")
    raw = encode_election(
        name=first.name,
        description=first.description,
        group=first.group,
        public_key=first.public_key,
        questions=first.questions,
        uuid=first.uuid,
        administrator="Δήμος Δοκιμής",
        credential_authority="Αρχή",
        credentials=first.credentials,
    )
    election = decode_election(raw)
    assert replace(election, raw=first.raw, administrator=None, credential_authority=None) == first
    assert raw.endswith(b'"kalpi":{"rules":1,"credentials":"service"}}')
    assert (election.rules, election.credentials, election.has_rules) == (1, "service", True)


def test_our_member_stands_last_and_names_rules_that_we_know() -> None:
    raw = make_election().raw
    assert raw.endswith(b'"kalpi":{"rules":1}}')
    values: list[Json] = [None, 1, [], {}, {"rules": 2}, {"rules": True}, {"rules": "1"}]
    values += [{"rules": 1, "extra": 1}, {"rules": 1, "credentials": "authority"}]
    values += [{"credentials": "service", "rules": 1}]
    for value in values:
        with pytest.raises(Malformed, match=r"election\.(rules|noncanonical)"):
            decode_election(replaced(raw, ("kalpi",), value))
    moved = raw.replace(b',"kalpi":{"rules":1}', b"").replace(b'{"version"', b'{"kalpi":{"rules":1},"version"')
    with pytest.raises(Malformed, match=r"json\.members"):
        decode_election(moved)


def test_CR_13_an_election_of_ours_has_one_spelling() -> None:
    raw = make_election(YES_NO, WORKS).raw
    for other in (raw + b"\n", raw.replace(b":", b": ", 1), raw.replace(b'"blank":true,', b'"blank":true ,')):
        with pytest.raises(Malformed, match=r"election\.noncanonical"):
            decode_election(other)
    value = parse_json(raw)
    for path in inner_paths(value):
        for name in ("extra", "type"):
            with contextlib.suppress(TypeError), pytest.raises(Malformed):
                decode_election(replaced(raw, (*path, name), 1))
    with pytest.raises(Malformed, match=r"election\.noncanonical"):
        decode_election(replaced(raw, ("questions", 1, "blank"), False))


def test_an_election_of_others_may_be_laid_out_otherwise_and_say_more() -> None:
    raw = make_election().raw.replace(b',"kalpi":{"rules":1}', b"")
    loose = raw.replace(b",", b" ,\n").replace(b'"uuid"', b'"language":["el","ltr"],"uuid"')
    election = decode_election(loose)
    assert (election.uuid, election.rules) == ("1AtestTestTest", None)
    assert election.fingerprint != decode_election(raw).fingerprint


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("version",), 2, "election.version"),
        (("version",), True, "election.version"),
        (("version",), "1", "election.version"),
        (("group",), "RFC-3526-2048", "group.unsupported"),
        (("group",), "Ed448", "group.unknown"),
        (("group",), None, "group.unknown"),
        (("uuid",), "1234567890123", "election.uuid"),
        (("uuid",), "../../../etc/passwd", "election.uuid"),
        (("uuid",), "0OIl0OIl0OIl0OIl", "election.uuid"),
        (("uuid",), "z" * 65, "election.uuid"),
        (("uuid",), 7, "json.shape"),
        (("questions",), [], "election.questions"),
        (("questions",), {}, "json.shape"),
        (("questions", 0), "ΝΑΙ;", "question.shape"),
        (("questions", 0), {"type": "NonHomomorphic", "value": {}}, "question.unsupported"),
        (("questions", 0), {"type": "Lists", "value": {}}, "question.unsupported"),
        (("questions", 0), {"type": [], "value": {}}, "question.unsupported"),
        (("questions", 0), {"answers": ["a"], "min": 0, "max": 1}, "question.shape"),
        (("questions", 0, "blank"), 1, "question.shape"),
        (("questions", 0, "max"), 3, "json.shape"),
        (("questions", 0, "max"), 0, "question.bounds"),
        (("questions", 0, "min"), 2, "json.shape"),
        (("questions", 0, "min"), -1, "json.shape"),
        (("questions", 0, "min"), True, "json.shape"),
        (("questions", 0, "answers", 0), 1, "json.shape"),
        (("name",), 1, "json.shape"),
    ],
)
@pytest.mark.parametrize("ours", [True, False])
def test_an_election_we_cannot_hold_is_refused_by_name(path: Path, value: Json, code: str, ours: bool) -> None:
    raw = make_election().raw if ours else make_election().raw.replace(b',"kalpi":{"rules":1}', b"")
    with pytest.raises(Malformed) as refusal:
        decode_election(replaced(raw, path, value))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("questions", "code"),
    [
        ((replace(YES_NO, answers=("ΝΑΙ", "NAI")),), "text.confusable"),
        ((replace(YES_NO, answers=("ΝΑΙ", "ΟΧΙ\u200b")),), "text.invisible"),
        ((replace(YES_NO, answers=("ΝΑΙ", "Ο\u0301ΧΙ")),), "text.normal_form"),
        ((replace(YES_NO, question="\u202eΝΑΙ;"),), "text.invisible"),
        ((replace(YES_NO, answers=("ΝΑΙ",)),), "question.answers"),
        ((replace(YES_NO, answers=tuple(f"α{i}" for i in range(51))),), "question.answers"),
        ((YES_NO,) * 51, "election.questions"),
        ((), "election.questions"),
    ],
)
def test_CR_15_an_election_of_ours_has_plain_words_and_bounds(questions: tuple[Question, ...], code: str) -> None:
    with pytest.raises(Malformed) as refusal:
        encode_election(
            name="Ψηφοφορία",
            description="Περιγραφή\nσε δύο γραμμές",
            group=ED25519,
            public_key=ED25519.generator,
            questions=questions,
            uuid="1AtestTestTest",
        )
    assert refusal.value.code == code


@pytest.mark.parametrize("name", ["name", "description", "administrator", "credential_authority"])
def test_CR_15_names_shown_to_voters_are_plain(name: str) -> None:
    words = {"name": "α", "description": "α", "administrator": "α", "credential_authority": "α"}
    for text in ("", "a\u202eb", "\u2126", " a"):
        with pytest.raises(Malformed, match=r"^text\."):
            encode_election(
                group=ED25519,
                public_key=ED25519.generator,
                questions=(YES_NO,),
                uuid="1AtestTestTest",
                **(words | {name: text}),
            )


def fifty(group: Group) -> Question:
    return Question("Ποια;", tuple(f"Έργο {i}" for i in range(50)), blank=True, minimum=1, maximum=50)


def test_questions_whose_ballots_would_be_too_large_are_refused() -> None:
    with pytest.raises(Malformed, match=r"election\.size"):
        make_election(*[fifty(BELENIOS_2048)] * 3, group=BELENIOS_2048)


@pytest.mark.parametrize("group", GROUPS.values(), ids=[*GROUPS])
def test_a_question_of_fifty_answers_fits_and_the_bound_holds(group: Group) -> None:
    election = make_election(fifty(group), group=group)
    ballot = Voter(election, group.order - 1).seal((0, *([1, 0] * 25)))
    check_ballot(ballot, election)
    assert len(ballot.raw) <= largest_ballot(group, election.questions) <= BALLOT_LIMIT


def test_CR_17_every_byte_of_the_election_is_under_every_proof() -> None:
    election = make_election()
    voter = Voter(election, 5)
    ballot = voter.seal((0, 1, 0))
    read = 0
    for position in range(0, len(election.raw), 3):
        changed = bytearray(election.raw.replace(b',"kalpi":{"rules":1}', b""))
        changed[position % len(changed)] ^= 1
        with contextlib.suppress(Malformed):
            other = decode_election(bytes(changed))
            read += 1
            assert other.fingerprint != election.fingerprint
            with pytest.raises((Malformed, InvalidProof)):
                check_ballot(decode_ballot(ballot.raw, other), other)
    assert read > 50


def test_CR_17_the_key_and_the_bounds_are_under_the_fingerprint() -> None:
    election = make_election()
    changes: list[tuple[Path, Json]] = [
        (("public_key",), ED25519.encode(ED25519.generator_power(3))),
        (("questions", 0, "min"), 0),
        (("questions", 0, "max"), 2),
        (("questions", 0, "question"), "Διαφωνείτε;"),
        (("kalpi",), {"rules": 1, "credentials": "service"}),
    ]
    for path, value in changes:
        other = decode_election(replaced(election.raw, path, value))
        assert other.fingerprint != election.fingerprint


def test_a_new_identifier_is_one_that_we_read() -> None:
    made = {new_uuid() for _ in range(50)}
    assert len(made) == 50
    assert all(make_election(uuid=uuid).uuid == uuid and set(uuid) <= set(BASE58) for uuid in made)


@pytest.mark.parametrize("raw", EXTREMES.values(), ids=EXTREMES)
def test_CR_14_a_json_extreme_is_no_election(raw: bytes) -> None:
    with pytest.raises(Malformed):
        decode_election(raw)


LEAVES = st.none() | st.booleans() | st.integers(-5, 10**15) | st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.binary())
def test_any_bytes_are_an_election_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        decode_election(raw)


@given(data=st.data(), leaf=LEAVES | st.lists(LEAVES, max_size=2) | st.dictionaries(st.text(max_size=3), LEAVES))
def test_an_election_with_anything_in_any_place_is_an_election_or_malformed(data: st.DataObject, leaf: Json) -> None:
    raw = make_election(YES_NO, WORKS).raw.replace(b',"kalpi":{"rules":1}', data.draw(st.sampled_from([b"", KALPI])))
    value = parse_json(raw)
    places = [*paths(value), *inner_paths(value)]
    with contextlib.suppress(Malformed):
        changed = decode_election(replaced(raw, data.draw(st.sampled_from(places)), leaf))
        assert all(question.sums for question in changed.questions)


KALPI = b',"kalpi":{"rules":1}'
