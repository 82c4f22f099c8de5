"""Roles and cards: who may hold what, and what the log says of it."""

import hashlib
from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError

from audit import store as log
from db import Database
from identity.errors import CardRefused, RoleRefused
from identity.roles import INCOMPATIBLE, OFFICIAL, check_grant
from identity.store.card import CardRow, assign_card, card_numbers, card_of, strike_card
from identity.store.grant import confirm_role, grant_role, propose_role, revoke_role
from identity.store.role import GrantRow, accounts_with_role, roles_of
from tests.identity.people import ADA, BO, Holder
from tests.plugins.house import Clock

Opened = Callable[..., Holder]


@pytest.mark.parametrize("pair", sorted(map(sorted, INCOMPATIBLE)))
def test_AC_09_incompatible_roles_never_meet_in_one_account(
    pair: list[str], registry: Database, clock: Clock, opened: Opened
) -> None:
    ada = opened("ada", ADA, pair[0])
    with registry.writing() as session, pytest.raises(RoleRefused) as refused:
        grant_role(session, ada.account_id, pair[1], clock())
    assert refused.value.code == "role.incompatible"


def test_AC_09_auditors_hold_no_other_office_and_operators_keep_no_key() -> None:
    assert all(frozenset({"auditor", role}) in INCOMPATIBLE for role in OFFICIAL - {"auditor"})
    assert frozenset({"operator", "trustee"}) in INCOMPATIBLE
    check_grant("trustee", {"committee"}, to_self=False)


def test_AC_09_a_role_that_waits_for_confirmation_counts_already(
    registry: Database, clock: Clock, opened: Opened
) -> None:
    ada, otto = opened("ada", ADA), opened("otto", None, "operator")
    with registry.writing() as session:
        propose_role(session, ada.account_id, "trustee", clock(), otto.account_id)
        with pytest.raises(RoleRefused):
            grant_role(session, ada.account_id, "auditor", clock())


def test_AC_05_nobody_grants_to_or_takes_from_themselves(registry: Database, clock: Clock, opened: Opened) -> None:
    otto = opened("otto", None, "operator")
    opened("olga", None, "operator")
    with registry.writing() as session:
        with pytest.raises(RoleRefused, match=r"role\.self"):
            grant_role(session, otto.account_id, "secretariat", clock(), by=otto.account_id)
        with pytest.raises(RoleRefused, match=r"role\.self"):
            revoke_role(session, otto.account_id, "operator", clock(), by=otto.account_id)


def test_AC_05_the_last_operator_stays(registry: Database, clock: Clock, opened: Opened) -> None:
    otto, olga = opened("otto", None, "operator"), opened("olga", None, "operator")
    with registry.writing() as session:
        revoke_role(session, otto.account_id, "operator", clock(), by=olga.account_id)
        with pytest.raises(RoleRefused, match=r"role\.last_operator"):
            revoke_role(session, olga.account_id, "operator", clock())


@pytest.mark.parametrize("role", ["citizen", "admin", ""])
def test_AC_05_only_known_offices_are_granted(role: str) -> None:
    with pytest.raises(RoleRefused):
        check_grant(role, set(), to_self=False)


def test_AC_05_neither_who_proposed_nor_who_gains_confirms(registry: Database, clock: Clock, opened: Opened) -> None:
    ada, otto, sofia = opened("ada", ADA), opened("otto", None, "operator"), opened("sofia", None, "secretariat")
    with registry.writing() as session:
        row = propose_role(session, ada.account_id, "committee", clock(), otto.account_id)
        for by in (otto.account_id, ada.account_id):
            with pytest.raises(RoleRefused, match=r"role\.confirmation"):
                confirm_role(session, row.id or 0, clock(), by)
        assert accounts_with_role(session, "committee") == []
        confirm_role(session, row.id or 0, clock(), sofia.account_id)
        assert accounts_with_role(session, "committee") == [ada.account_id]
        with pytest.raises(RoleRefused):
            confirm_role(session, row.id or 0, clock(), sofia.account_id)


@pytest.mark.parametrize("role", sorted(OFFICIAL))
def test_AC_05_no_role_of_the_pages_is_in_force_before_a_second_official(
    role: str, registry: Database, clock: Clock, opened: Opened
) -> None:
    ada, otto, sofia = opened("ada", ADA), opened("otto", None, "operator"), opened("sofia", None, "secretariat")
    with registry.writing() as session:
        row = propose_role(session, ada.account_id, role, clock(), otto.account_id)
        assert roles_of(session, ada.account_id) == frozenset()
        confirm_role(session, row.id or 0, clock(), sofia.account_id)
        assert roles_of(session, ada.account_id) == {role}


def test_AC_05_whom_the_proposer_appointed_does_not_confirm(registry: Database, clock: Clock, opened: Opened) -> None:
    ada, bo, otto = opened("ada", ADA), opened("bob", BO), opened("otto", None, "operator")
    puppet, sofia = opened("puppet"), opened("sofia", None, "secretariat")
    with registry.writing() as session:
        seat = propose_role(session, puppet.account_id, "operator", clock(), otto.account_id)
        confirm_role(session, seat.id or 0, clock(), sofia.account_id)
        row = propose_role(session, ada.account_id, "committee", clock(), otto.account_id)
        other = propose_role(session, bo.account_id, "committee", clock(), puppet.account_id)
        for grant, by in ((row, puppet), (other, otto)):
            with pytest.raises(RoleRefused, match=r"role\.confirmation"):
                confirm_role(session, grant.id or 0, clock(), by.account_id)
        revoke_role(session, puppet.account_id, "operator", clock())
        grant_role(session, puppet.account_id, "secretariat", clock())
        with pytest.raises(RoleRefused, match=r"role\.confirmation"):
            confirm_role(session, row.id or 0, clock(), puppet.account_id)
        confirm_role(session, row.id or 0, clock(), sofia.account_id)


def test_a_proposed_second_operator_can_be_withdrawn_by_the_only_one(
    registry: Database, clock: Clock, opened: Opened
) -> None:
    ada, otto = opened("ada", ADA), opened("otto", None, "operator")
    with registry.writing() as session:
        propose_role(session, ada.account_id, "operator", clock(), otto.account_id)
        with pytest.raises(RoleRefused, match=r"role\.last_operator"):
            revoke_role(session, otto.account_id, "operator", clock())
        revoke_role(session, ada.account_id, "operator", clock(), otto.account_id)
        assert roles_of(session, otto.account_id) == {"operator"}


def test_every_grant_and_revocation_is_in_the_log_without_a_name(
    registry: Database, clock: Clock, opened: Opened
) -> None:
    ada = opened("adelaide", ADA, "secretariat")
    with registry.writing() as session:
        revoke_role(session, ada.account_id, "secretariat", clock())
        salt = session.get_one(GrantRow, 1).salt
    log.sequence(registry, clock(), ballots=False)
    with registry.reading() as session:
        granted, revoked = log.find(session, "role-granted"), log.find(session, "role-revoked")
    assert [entry.entry.members["role"] for entry in (*granted, *revoked)] == ["secretariat"] * 2
    raw = b"kalpi-role-v1" + salt + ada.account_id.to_bytes(8, "big") + b"secretariat"
    assert granted[0].entry.members["subject"] == hashlib.sha256(raw).hexdigest()
    assert b"adelaide" not in granted[0].entry.raw


def test_a_refused_grant_leaves_no_entry(registry: Database, clock: Clock, opened: Opened) -> None:
    ada = opened("ada", ADA, "auditor")
    with pytest.raises(RoleRefused), registry.writing() as session:
        grant_role(session, ada.account_id, "trustee", clock())
    log.sequence(registry, clock(), ballots=False)
    with registry.reading() as session:
        assert len(log.find(session, "role-granted")) == 1
        assert roles_of(session, ada.account_id) == {"auditor"}


def test_ID_21_a_card_has_one_holder_and_a_person_one_card(registry: Database, clock: Clock) -> None:
    with registry.writing() as session:
        assign_card(session, "000017", ADA, clock())
        for number, person_id, code in (
            ("000017", BO, "card.taken"),
            ("000018", ADA, "card.second"),
            ("000017", ADA, "card.given"),
            ("../1", BO, "card.number"),
            ("", BO, "card.number"),
        ):
            with pytest.raises(CardRefused) as refused:
                assign_card(session, number, person_id, clock())
            assert refused.value.code == code
        assert card_numbers(session, [ADA, BO]) == {ADA: "000017"}


def test_ID_21_the_database_itself_refuses_a_second_card_in_force(any_database: Database, clock: Clock) -> None:
    with any_database.writing() as session:
        from identity.store.person import PersonRow

        born = clock().date()
        session.add(PersonRow(number_hash=b"1", surname="Α", given_name="Β", birth_date=born, sought=""))
        session.flush()
        assign_card(session, "1", 1, clock())
        strike_card(session, "1", clock(), "χάθηκε")
        assign_card(session, "2", 1, clock())
        assert card_of(session, 1) == "2"
    with pytest.raises(IntegrityError), any_database.writing() as session:
        session.add(CardRow(number="3", person_id=1, given_at=clock()))


def test_a_struck_card_never_returns(registry: Database, clock: Clock) -> None:
    with registry.writing() as session:
        assign_card(session, "000017", ADA, clock())
        strike_card(session, "000017", clock(), "χάθηκε")
        assert card_of(session, ADA) is None
        for number, person_id in (("000017", ADA), ("000017", BO)):
            with pytest.raises(CardRefused, match=r"card\.struck"):
                assign_card(session, number, person_id, clock())
        for number in ("000017", "000099"):
            with pytest.raises(CardRefused):
                strike_card(session, number, clock(), "")
