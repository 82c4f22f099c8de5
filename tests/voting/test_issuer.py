"""Service mode: codes made by the service, sealed at rest, and only where a profile allows it."""

import secrets
from dataclasses import replace

import pytest

from audit import store as log
from crypto.card import parse_code, voting_key
from crypto.encoding import parse_json
from crypto.group import ED25519
from db import Database
from identity.errors import SealBroken
from identity.vault import Vault
from settings import Settings
from tests.voting.preparing import DRAFT, EVA, FAY, LEGAL, DeskOf, draft_on_desk
from voting.errors import BadCredentials, BrokenProfile, NotFound
from voting.issuer import make_service_credentials, open_service_code
from voting.opening import make_election

SERVICE = replace(DRAFT, issuer="service", credential_authority="")
VAULT = Vault(b"v" * 32)


def make_codes(on_desk: DeskOf) -> None:
    with on_desk.writing() as preparation:
        make_service_credentials(preparation, VAULT, secrets.token_bytes)


def test_every_elector_gets_a_code_that_signs_for_a_listed_credential(database: Database, settings: Settings) -> None:
    on_desk = draft_on_desk(database, settings, SERVICE).proclaim().freeze(3)
    make_codes(on_desk)
    with on_desk.reading() as preparation:
        uuid, listed = preparation.row.uuid, parse_json(preparation.row.credentials or b"")
        codes = [open_service_code(preparation, VAULT, person) for person in (1, 2, 3)]
    keys = [voting_key(ED25519, parse_code(code), uuid) for code in codes]
    assert sorted(ED25519.encode(ED25519.generator_power(key)) for key in keys) == listed


def test_a_code_at_rest_is_sealed_for_its_one_elector(database: Database, settings: Settings) -> None:
    on_desk = draft_on_desk(database, settings, SERVICE).proclaim().freeze(2)
    make_codes(on_desk)
    with on_desk.reading() as preparation:
        code = open_service_code(preparation, VAULT, 1)
        sealed = preparation.service_code(1)
        assert sealed is not None
        assert code.encode() not in sealed
        with pytest.raises(SealBroken):
            VAULT.open(sealed, f"service-code/{preparation.row.uuid}/2")
        with pytest.raises(NotFound, match=r"code\.none"):
            open_service_code(preparation, VAULT, 9)


def test_a_referendum_never_has_codes_made_by_the_service(database: Database, settings: Settings) -> None:
    with pytest.raises(BrokenProfile, match=r"profile\.issuer"):
        draft_on_desk(database, settings, replace(LEGAL, issuer="service")).proclaim()


def test_where_the_authority_makes_the_cards_the_service_makes_no_codes(on_desk: DeskOf) -> None:
    on_desk.proclaim().freeze(2)
    with pytest.raises(BadCredentials, match=r"credentials\.authority"):
        make_codes(on_desk)


def test_codes_are_made_once_for_a_roll(database: Database, settings: Settings) -> None:
    on_desk = draft_on_desk(database, settings, SERVICE).proclaim().freeze(2)
    make_codes(on_desk)
    with pytest.raises(BadCredentials, match=r"credentials\.made"):
        make_codes(on_desk)
    on_desk.freeze(3)
    make_codes(on_desk)


def test_service_mode_is_written_in_the_election_and_in_the_opening_entry(
    database: Database, settings: Settings
) -> None:
    on_desk = draft_on_desk(database, settings, SERVICE).proclaim().freeze(2)
    make_codes(on_desk)
    on_desk.hold_ceremony().rehearse()
    with on_desk.reading() as preparation:
        assert make_election(preparation.row).endswith(b'"kalpi":{"rules":1,"credentials":"service"}}')
    on_desk.approve(EVA)
    on_desk.approve(FAY)
    assert on_desk.phase == "open"
    on_desk.sequence()
    with on_desk.db.reading() as session:
        (opened,) = log.find(session, "opened")
    assert opened.entry.members["issuer"] == "service"
