"""One-time codes: which steps count, and never twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from db import Database
from identity.errors import CodeRefused, CodeReplayed, TooManyAttempts
from identity.keyring import Keyring
from identity.store.account import accept_step, account
from identity.store.admission import Source, check_second_factor
from identity.totp import code_at, new_secret, setup_uri, time_step, verify_code
from identity.vault import Vault
from tests.identity.people import ADA, open_account
from tests.plugins.house import Clock

NOW = datetime(2026, 10, 5, 9, 0, 7, tzinfo=UTC)
SECRET = new_secret()
HOME = Source("192.0.2.1")


@pytest.mark.parametrize("step", [0, -1])
def test_ID_09_this_step_and_the_one_before_are_accepted(step: int) -> None:
    present = time_step(NOW)
    assert verify_code(SECRET, code_at(SECRET, present + step), NOW, 0) == present + step


@pytest.mark.parametrize("step", [1, 2, -2, -3])
def test_ID_09_any_other_step_is_refused(step: int) -> None:
    with pytest.raises(CodeRefused):
        verify_code(SECRET, code_at(SECRET, time_step(NOW) + step), NOW, 0)


def test_ID_06_a_code_does_not_count_twice_in_its_window() -> None:
    code = code_at(SECRET, time_step(NOW))
    last = verify_code(SECRET, code, NOW, 0)
    with pytest.raises(CodeReplayed):
        verify_code(SECRET, code, NOW + timedelta(seconds=20), last)
    with pytest.raises(CodeReplayed):
        verify_code(SECRET, code_at(SECRET, last - 1), NOW, last)


@pytest.mark.parametrize("spelling", ["fullwidth", "arabic", "newline", "plus", "seven", "empty"])
def test_ID_06_only_six_ascii_digits_are_a_code(spelling: str) -> None:
    code = code_at(SECRET, time_step(NOW))
    spelled = {
        "fullwidth": code.translate({ord("0") + i: chr(0xFF10 + i) for i in range(10)}),
        "arabic": code.translate({ord("0") + i: chr(0x0660 + i) for i in range(10)}),
        "newline": code + "\n",
        "plus": "+" + code[1:],
        "seven": "0" + code,
        "empty": "",
    }[spelling]
    with pytest.raises(CodeRefused):
        verify_code(SECRET, spelled, NOW, 0)


def test_a_code_may_be_pasted_with_the_space_apps_show() -> None:
    code = code_at(SECRET, time_step(NOW))
    assert verify_code(SECRET, f" {code[:3]} {code[3:]} ", NOW, 0) == time_step(NOW)


def test_ID_10_a_secret_has_160_bits_and_two_differ() -> None:
    assert len(SECRET) == 32
    assert new_secret() != new_secret()
    assert f"secret={SECRET}" in setup_uri(SECRET, "ada", "Δήμος")


def test_ID_10_a_copy_of_the_database_alone_gives_no_code(registry: Database, keys: Keyring, clock: Clock) -> None:
    ada = open_account(registry, keys, clock, "ada", ADA)
    with registry.reading() as session:
        row = account(session, ada.account_id)
        assert row
        assert ada.secret.encode() not in row.totp_secret
        with pytest.raises(Exception, match="does not open"):
            Vault(bytes(32)).open(row.totp_secret, f"account/{row.id}/totp")
        with pytest.raises(Exception, match="does not open"):
            keys.vault.open(row.totp_secret, "account/99/totp")


def test_ID_06_of_fifty_logins_at_once_with_one_code_one_succeeds(
    any_database: Database, keys: Keyring, clock: Clock
) -> None:
    ada = open_account(any_database, keys, clock, "ada")
    code = ada.code(clock)

    def attempt(_place: int) -> str:
        with any_database.writing() as session:
            try:
                check_second_factor(session, keys, ada.account_id, code, HOME, clock())
            except CodeRefused as refused:
                return refused.code
            return "opened"

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(attempt, range(50)))
    assert sorted(set(answers)) == ["code.replayed", "opened"]
    assert answers.count("opened") == 1


def test_ID_06_the_step_is_compared_and_set_by_the_database(registry: Database, keys: Keyring, clock: Clock) -> None:
    ada = open_account(registry, keys, clock, "ada", ADA)
    with registry.writing() as session:
        assert accept_step(session, ada.account_id, 100)
        assert not accept_step(session, ada.account_id, 100)
        assert not accept_step(session, ada.account_id, 99)
        assert accept_step(session, ada.account_id, 101)


def wrong(database: Database, keys: Keyring, clock: Clock, account_id: int, source: Source = HOME) -> str:
    with database.writing() as session:
        try:
            check_second_factor(session, keys, account_id, "000000", source, clock())
        except (CodeRefused, TooManyAttempts) as refused:
            return refused.code
    return "opened"


def test_ID_07_wrong_codes_are_counted_for_the_account_whatever_login_tries_them(
    registry: Database, keys: Keyring, clock: Clock
) -> None:
    ada = open_account(registry, keys, clock, "ada", ADA)
    answers = [wrong(registry, keys, clock, ada.account_id, Source(f"192.0.2.{place}")) for place in range(7)]
    assert answers == ["code.wrong"] * 5 + ["login.throttled"] * 2
    clock.forward(minutes=15, seconds=1)
    answers = [wrong(registry, keys, clock, ada.account_id) for _ in range(6)]
    assert answers == ["code.wrong"] * 5 + ["login.throttled"]
    clock.forward(minutes=16)
    assert wrong(registry, keys, clock, ada.account_id) == "login.throttled", "ten in a day"
    clock.forward(hours=24)
    with registry.writing() as session:
        assert check_second_factor(session, keys, ada.account_id, ada.code(clock), HOME, clock())


def test_ID_07_after_a_hundred_wrong_codes_in_a_row_no_code_counts(
    registry: Database, keys: Keyring, clock: Clock
) -> None:
    ada = open_account(registry, keys, clock, "ada", ADA)
    for _ in range(10):
        for _ in range(2):
            for _ in range(5):
                assert wrong(registry, keys, clock, ada.account_id) == "code.wrong"
            clock.forward(minutes=16)
        clock.forward(days=1)
    with registry.writing() as session, pytest.raises(CodeRefused) as refused:
        check_second_factor(session, keys, ada.account_id, ada.code(clock), HOME, clock())
    assert refused.value.code == "code.exhausted"
