"""The key ceremony as the service sees it: TK-01 to TK-05, TK-12, TK-13, and who may sit in it (AC-09)."""

import json
import secrets
from dataclasses import replace

import pytest

from audit import store as log
from crypto.ceremony import Member, make_certificate, make_commitment, make_polynomial, new_seed
from crypto.ceremony_messages import BadShare
from crypto.encoding import Json, compact
from crypto.errors import InvalidProof
from crypto.group import ED25519
from crypto.trustees import decode_trustees
from tests.voting.preparing import NOW, TRUSTEES, DeskOf, appointees
from voting.appointment import check_appointment, open_ceremony
from voting.errors import BadCeremony, NotFound, WrongPhase
from voting.trustee_device import complaint_message, read_state, share_message
from voting.trustees import end_ceremony


def failed(on_desk: DeskOf) -> dict[str, Json]:
    told = on_desk.state(11)["failed"]
    assert isinstance(told, dict)
    return told


def test_a_ceremony_of_three_gives_a_key_that_two_hold(on_desk: DeskOf) -> None:
    on_desk.proclaim().hold_ceremony()
    assert on_desk.phase == "keyed"
    with on_desk.reading() as preparation:
        assert preparation.row.trustees is not None
        trustees = decode_trustees(preparation.row.trustees, ED25519)
    trustees.check()
    assert (trustees.threshold, len(trustees.members)) == (2, 3)
    assert on_desk.kinds() == [
        "proclaimed", "ceremony-opened", *["ceremony-commitment"] * 3, "ceremony-completed",
    ]  # fmt: skip


def test_one_trustee_alone_makes_a_single_key(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony((11,), 1)
    step, message = on_desk.message(11)
    assert (step, on_desk.send(11, step, message)) == ("key", "completed")
    assert on_desk.phase == "keyed"


def test_TK_01_a_key_without_a_valid_proof_of_knowledge_is_refused(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony((11,), 1)
    _, message = on_desk.message(11)
    assert isinstance(message, dict)
    rogue = ED25519.encode(ED25519.generator_power(5))
    with pytest.raises(InvalidProof):
        on_desk.send(11, "key", {**message, "public_key": rogue})
    assert on_desk.phase == "proclaimed"


def test_TK_02_a_certificate_of_another_place_is_refused(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony()
    step, message = on_desk.message(11)
    on_desk.send(11, step, message)
    with pytest.raises(BadShare):
        on_desk.send(12, step, message)
    assert on_desk.state(12)["waiting"] == [2, 3]


def test_TK_02_the_same_key_at_two_places_is_refused(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony()
    seed = new_seed()
    around = read_state(compact(on_desk.state(11))).ceremony

    def message(index: int) -> Json:
        member = Member(around, index, seed)
        certificate = make_certificate(member)
        return {"cert": certificate.signed.encode(), "statement": make_commitment(member, certificate).decode()}

    on_desk.send(11, "commitment", message(1))
    with pytest.raises(BadCeremony, match=r"ceremony\.copied"):
        on_desk.send(12, "commitment", message(2))


def test_TK_03_no_polynomial_is_taken_before_every_commitment_is_in_the_log(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony()
    for account in TRUSTEES[:2]:
        on_desk.send(account, *on_desk.message(account))
    with pytest.raises(BadCeremony, match=r"ceremony\.step"):
        on_desk.send(11, "polynomial", {})
    assert on_desk.kinds().count("ceremony-commitment") == 2
    assert on_desk.state(11)["step"] == "commitment"


def test_TK_03_a_polynomial_other_than_the_committed_one_ends_the_ceremony_by_name(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony()
    other = new_seed()
    told = read_state(compact(on_desk.state(11)))
    # Member 1 commits to one polynomial and, having the same signing key, opens another.
    honest = Member(told.ceremony, 1, other)
    certificate = make_certificate(honest)
    rushed = Member(told.ceremony, 1, other)
    rushed.polynomial = tuple(coefficient + 1 for coefficient in honest.polynomial)
    committed = {"cert": certificate.signed.encode(), "statement": make_commitment(honest, certificate).decode()}
    on_desk.send(11, "commitment", committed)
    for account in TRUSTEES[1:]:
        on_desk.send(account, *on_desk.message(account))
    certificates = read_state(compact(on_desk.state(11))).certificates
    assert on_desk.send(11, "polynomial", json.loads(make_polynomial(rushed, certificates))) == "failed"
    assert failed(on_desk)["index"] == 1
    assert on_desk.kinds()[-1] == "ceremony-failed"
    assert on_desk.phase == "proclaimed"


def test_a_polynomial_that_its_sender_did_not_sign_ends_nothing(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony()
    for account in TRUSTEES:
        on_desk.send(account, *on_desk.message(account))
    _, message = on_desk.message(11)
    _, foreign = on_desk.message(12)
    assert isinstance(message, dict)
    assert isinstance(foreign, dict)
    with pytest.raises(BadShare):
        on_desk.send(11, "polynomial", {**message, "coefexps": foreign["coefexps"]})
    assert on_desk.state(11)["step"] == "polynomial"


def test_TK_04_a_wrong_share_becomes_a_signed_complaint_that_ends_the_ceremony_by_name(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony()
    for account in TRUSTEES:
        on_desk.send(account, *on_desk.message(account))
    messages = {account: on_desk.message(account)[1] for account in TRUSTEES}
    lie = messages[12]
    assert isinstance(lie, dict)
    sealed = lie["secrets"]
    assert isinstance(sealed, list)
    # Trustee 2 sends trustee 1 the share that was meant for trustee 3.
    lie = {**lie, "secrets": [sealed[2], sealed[1], sealed[2]]}
    for account, message in {**messages, 12: lie}.items():
        on_desk.send(account, "polynomial", message)
    told = read_state(compact(on_desk.state(11)))
    with pytest.raises(BadShare) as bad:
        share_message(on_desk.keys[11], told)
    assert bad.value.against == 2
    assert on_desk.send(11, "complaint", complaint_message(on_desk.keys[11], told, bad.value)) == "failed"
    assert failed(on_desk)["index"] == 2
    assert "complaint by trustee 1 against trustee 2" in str(failed(on_desk)["reason"])


def test_TK_04_a_complaint_signed_by_another_trustee_is_refused(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony()
    for _ in range(2):
        for account in TRUSTEES:
            on_desk.send(account, *on_desk.message(account))
    told = read_state(compact(on_desk.state(11)))
    complaint = complaint_message(on_desk.keys[11], told, BadShare(2, "share.wrong", "…"))
    with pytest.raises(BadCeremony, match=r"complaint\.other"):
        on_desk.send(12, "complaint", complaint)
    assert on_desk.state(11)["step"] == "share"


def test_TK_04_a_public_key_that_does_not_follow_from_the_polynomials_is_refused(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony()
    for _ in range(2):
        for account in TRUSTEES:
            on_desk.send(account, *on_desk.message(account))
    _, one = on_desk.message(11)
    with pytest.raises(BadShare):
        on_desk.send(12, "share", one)


def test_TK_05_a_message_once_taken_cannot_be_exchanged(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony()
    step, message = on_desk.message(11)
    on_desk.send(11, step, message)
    assert on_desk.send(11, step, message) == "commitment"
    on_desk.keys.clear()
    with pytest.raises(BadCeremony, match=r"ceremony\.sent"):
        on_desk.send(11, *on_desk.message(11))


def test_an_absence_ends_a_ceremony_by_name_and_a_restart_has_a_new_id(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony()
    first = on_desk.state(11)["ceremony"]
    with pytest.raises(BadCeremony, match=r"ceremony\.running"):
        on_desk.open_ceremony()
    with on_desk.writing() as preparation:
        end_ceremony(preparation, "Δεν ήρθε", 3)
    assert failed(on_desk) == {"reason": "Δεν ήρθε", "index": 3}
    on_desk.open_ceremony()
    assert on_desk.state(11)["ceremony"] != first


def test_a_restart_after_the_keys_gives_up_keys_and_rehearsal(on_desk: DeskOf) -> None:
    on_desk.proclaim().freeze().list_credentials().hold_ceremony().rehearse()
    on_desk.hold_ceremony()
    assert on_desk.phase == "keyed"
    with on_desk.reading() as preparation:
        rehearsal = preparation.rehearsal()
        assert rehearsal is not None
        assert rehearsal.trustees != preparation.row.trustees
    on_desk.rehearse()
    assert on_desk.phase == "rehearsed"


def test_TK_13_no_seed_and_no_share_reaches_the_service(on_desk: DeskOf) -> None:
    on_desk.proclaim().hold_ceremony().rehearse()
    on_desk.sequence()
    with on_desk.db.reading() as session:
        kept = b"".join(log.entries(session, 0, log.log_size(session)))
    assert on_desk.db.file is not None
    for path in on_desk.db.file.parent.rglob("*"):
        kept += path.read_bytes() if path.is_file() else b""
    for key in on_desk.keys.values():
        assert key.share is not None
        assert key.seed.encode() not in kept
        assert str(key.share).encode() not in kept


def test_whoever_has_no_seat_sees_and_sends_nothing(on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony()
    with pytest.raises(NotFound, match=r"ceremony\.seat"):
        on_desk.state(14)
    with pytest.raises(NotFound, match=r"ceremony\.seat"):
        on_desk.send(14, "commitment", {})


def test_a_draft_has_no_ceremony(on_desk: DeskOf) -> None:
    with pytest.raises(WrongPhase):
        on_desk.open_ceremony()


@pytest.mark.parametrize(
    ("people", "threshold", "binding", "code"),
    [
        (appointees(), 4, False, "appointment.threshold"),
        (appointees(), 1, False, "appointment.threshold"),
        (appointees(), 3, True, "appointment.spare"),
        ([], 1, False, "appointment.size"),
        ([*appointees(), appointees()[0]], 2, False, "appointment.twice"),
        ([appointees()[0], replace(appointees()[1], person_id=11)], 2, False, "appointment.twice"),
        ([replace(appointees()[0], roles=frozenset()), appointees()[1]], 2, False, "appointment.role"),
        ([replace(appointees()[0], roles=frozenset({"trustee", "operator"})), appointees()[1]], 2, False,
         "appointment.separation"),
        ([replace(appointees()[0], roles=frozenset({"trustee", "auditor"})), appointees()[1]], 2, False,
         "appointment.separation"),
        ([replace(one, roles=frozenset({"trustee", "committee"})) for one in appointees()], 3, False,
         "appointment.committee"),
    ],
)  # fmt: skip
def test_AC_09_who_may_not_sit_in_a_ceremony(people: list, threshold: int, binding: bool, code: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(BadCeremony) as refused:
        check_appointment(people, threshold, binding=binding)
    assert refused.value.code == code


def test_AC_09_a_refused_appointment_writes_nothing(on_desk: DeskOf) -> None:
    on_desk.proclaim()
    people = [replace(one, roles=frozenset({"trustee", "operator"})) for one in appointees()]
    with pytest.raises(BadCeremony), on_desk.writing() as preparation:
        open_ceremony(preparation, people, 2, NOW, secrets.token_hex)
    assert on_desk.kinds() == ["proclaimed"]
