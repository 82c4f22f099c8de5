"""Records whose archive is well formed and says something else; the log is not asked here."""

import json
from collections.abc import Callable
from typing import TypeAlias

from audit.report import Verdict
from crypto.archive import write_archive
from crypto.decryption import make_owned
from crypto.election import encode_election
from crypto.encoding import compact, sha256_hex
from crypto.trustees import single_trustee
from tests.audit.make_record import Maker
from tests.audit.records import ARCHIVE, examine, failing, honest, honest_files, lied
from tests.crypto.elections import YES_NO, fixed_scalar

Events: TypeAlias = list[tuple[str, list[bytes]]]


def changed(change: Callable[[Events], None]) -> dict[str, bytes]:
    """The honest record with other events in its archive."""
    events = [(kind, list(bodies)) for kind, bodies in honest().events()]
    change(events)
    return {**honest_files(), ARCHIVE: write_archive("1800000000", events)}


def with_setup(*bodies: bytes) -> dict[str, bytes]:
    """Election, trustees, credentials and perhaps a certificate, under a setup that names them."""
    names = ("election", "trustees", "credentials", "credentials_certificate")
    setup = compact({name: sha256_hex(body) for name, body in zip(names, bodies, strict=False)})

    def change(events: Events) -> None:
        events[0] = ("Setup", [*bodies, setup])

    return changed(change)


def parts() -> tuple[bytes, bytes, bytes]:
    return honest().election.raw, honest().trustees.encode(), honest().credentials


def test_an_archive_begins_with_its_setup() -> None:
    def behead(events: Events) -> None:
        del events[0]

    for change in (behead, list.clear):
        assert failing(changed(change))["grammar"] == "board.setup"


def test_a_setup_of_ours_has_no_certificate_of_credentials() -> None:
    assert failing(with_setup(*parts(), b"{}"))["election"] == "setup.certificate"


def test_trustees_of_ours_have_one_spelling() -> None:
    election, trustees, credentials = parts()
    spaced = json.dumps(json.loads(trustees), ensure_ascii=False).encode()
    assert failing(with_setup(election, spaced, credentials))["trustees"] == "trustees.noncanonical"


def test_TK_05_an_election_under_another_key_than_its_trustees_is_refused() -> None:
    election, trustees, credentials = honest().election, honest().trustees, honest().credentials
    group = election.group
    other = single_trustee(group, fixed_scalar(group, "another trustee"))
    assert failing(with_setup(election.raw, other, credentials))["trustees"] == "trustees.election_key"
    swapped = encode_election(
        name=election.name,
        description=election.description,
        group=group,
        public_key=group.generator,
        questions=election.questions,
        uuid=election.uuid,
    )
    assert failing(with_setup(swapped, trustees.encode(), credentials))["trustees"] == "trustees.election_key"


def test_a_decryption_event_names_its_own_payload() -> None:
    def exchange(events: Events) -> None:
        first, second = (i for i, (kind, _) in enumerate(events) if kind == "PartialDecryption")
        events[first][1][0], events[second][1][0] = events[second][1][0], events[first][1][0]

    assert failing(changed(exchange))["decryptions"] == "decryption.hash"


def test_TK_07_the_same_trustee_twice_is_refused() -> None:
    maker = lied()
    maker.decryptions = [maker.decryptions[0]] * 2
    assert failing(maker.files())["decryptions"] == "decryption.twice"


def test_a_decryption_under_another_owner_is_refused() -> None:
    def rename(events: Events) -> None:
        place = next(i for i, (kind, _) in enumerate(events) if kind == "PartialDecryption")
        payload = events[place][1][0]
        events[place] = ("PartialDecryption", [payload, make_owned(1, payload)])

    assert failing(changed(rename))["decryptions"] == "decryption.proof"


def test_strong_proofs_stand_beside_their_own_decryption() -> None:
    maker = lied()
    (one, first, strong), (two, second, other) = maker.decryptions
    maker.decryptions = [(one, first, other), (two, second, strong)]
    assert failing(maker.files()) == {"strong": "strong.owner"}
    lines = honest_files()["strong.jsonl"]
    found = failing({**honest_files(), "strong.jsonl": lines + lines})
    assert (found["strong"], found["stages"], found["decryption_entries"]) == (
        "strong.number",
        "strong.number",
        "decryption.number",
    )


def test_a_record_with_more_decryptions_than_needed_verifies_with_all_of_them() -> None:
    maker = Maker(threshold=2, size=3, questions=(YES_NO,), choices=((0, ((0, 1, 0),)),))
    maker.threshold = 3
    maker.count()
    maker.threshold = 2
    assert len(maker.decryptions) == 3
    files = maker.files()
    assert examine(files).verdict is Verdict.VERIFIED
