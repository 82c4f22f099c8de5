"""Passwords at the door: nothing is told about who exists, and an attacker tires before the owner is kept out."""

import threading
import time
from collections.abc import Callable
from statistics import median

import pytest

from db import Database
from identity.errors import LoginRefused, TooBusy, TooManyAttempts
from identity.keyring import Keyring
from identity.password import Passwords
from identity.store.account import account, change_password
from identity.store.admission import Source, check_password
from identity.throttle import device_mark, neighbourhood
from tests.identity.people import ADA, BO, PASSWORD, Holder
from tests.plugins.house import Clock

Opened = Callable[..., Holder]
AWAY = Source("198.51.100.7")


def enter(database: Database, keys: Keyring, clock: Clock, name: str, password: str, source: Source = AWAY) -> str:
    try:
        check_password(database, keys, name, password, source, clock())
    except (LoginRefused, TooManyAttempts) as refused:
        return refused.code
    return "right"


def test_ID_01_an_unknown_name_is_answered_like_a_wrong_password(
    registry: Database, keys: Keyring, clock: Clock, opened: Opened
) -> None:
    opened("ada", ADA)
    times: dict[str, list[float]] = {"ada": [], "nobody": []}
    for place in range(8):
        for name, spent in times.items():
            began = time.perf_counter()
            assert enter(registry, keys, clock, name, "wrong", Source(f"203.0.113.{place}")) == "login.refused"
            spent.append(time.perf_counter() - began)
    assert 0.5 < median(times["ada"]) / median(times["nobody"]) < 2


def test_ID_01_an_unknown_name_is_throttled_like_a_known_one(
    registry: Database, keys: Keyring, clock: Clock, opened: Opened
) -> None:
    opened("ada", ADA)
    for name in ("ada", "nobody"):
        answers = [enter(registry, keys, clock, name, "wrong", Source(f"203.0.113.{p}")) for p in range(11)]
        assert answers == ["login.refused"] * 10 + ["login.throttled"]


def test_ID_05_spraying_from_one_address_is_throttled(registry: Database, keys: Keyring, clock: Clock) -> None:
    answers = [enter(registry, keys, clock, f"name{place}", "wrong") for place in range(32)]
    assert answers == ["login.refused"] * 30 + ["login.throttled"] * 2


def test_ID_05_an_ipv6_neighbourhood_is_one_address() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff")
    assert neighbourhood("2001:db8:0:1::1") != neighbourhood("2001:db8::1")
    assert neighbourhood("::ffff:192.0.2.1") == "192.0.2.1"


def test_ID_05_what_succeeds_is_not_counted(registry: Database, keys: Keyring, clock: Clock, opened: Opened) -> None:
    opened("ada", ADA)
    assert {enter(registry, keys, clock, "ADA ", PASSWORD) for _ in range(12)} == {"right"}


def test_ID_14_the_owner_enters_from_a_known_browser_while_strangers_hammer_the_account(
    registry: Database, keys: Keyring, clock: Clock, opened: Opened
) -> None:
    ada = opened("ada", ADA)
    known = Source("192.0.2.80", device_mark(keys.throttle, ada.account_id, "d1"))
    for place in range(60):
        enter(registry, keys, clock, "ada", "wrong", Source(f"203.0.113.{place}"))
    assert enter(registry, keys, clock, "ada", PASSWORD) == "login.throttled"
    assert enter(registry, keys, clock, "ada", PASSWORD, known) == "right"
    clock.forward(minutes=15, seconds=1)
    assert enter(registry, keys, clock, "ada", PASSWORD) == "right", "nobody is kept out for ever"


def test_ID_14_the_mark_of_another_account_or_a_made_up_one_helps_nobody(
    registry: Database, keys: Keyring, clock: Clock, opened: Opened
) -> None:
    opened("ada", ADA)
    bo = opened("bodil", BO)
    marks = [device_mark(keys.throttle, bo.account_id, "d1"), "d1." + "0" * 64, "é"]
    for _ in range(10):
        enter(registry, keys, clock, "ada", "wrong")
    for mark in marks:
        assert enter(registry, keys, clock, "ada", PASSWORD, Source("192.0.2.1", mark)) == "login.throttled"


def test_ID_05_tries_at_the_same_moment_do_not_outrun_the_counter(
    registry: Database, keys: Keyring, clock: Clock, opened: Opened
) -> None:
    opened("ada", ADA)
    answers: list[str] = []

    def attempt(place: int) -> None:
        try:
            answers.append(enter(registry, keys, clock, "ada", "wrong", Source(f"203.0.113.{place}")))
        except TooBusy:
            answers.append("busy")

    threads = [threading.Thread(target=attempt, args=(place,)) for place in range(18)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("login.refused") <= 10
    assert "right" not in answers


def test_ID_19_a_hash_with_older_parameters_is_renewed_at_login(
    registry: Database, keys: Keyring, clock: Clock, opened: Opened
) -> None:
    from argon2 import PasswordHasher

    ada = opened("ada", ADA)
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(keys.passwords._peppered(PASSWORD))
    with registry.writing() as session:
        row = account(session, ada.account_id)
        assert row
        change_password(session, row, old)
    assert enter(registry, keys, clock, "ada", PASSWORD) == "right"
    with registry.reading() as session:
        row = account(session, ada.account_id)
        assert row
        assert "m=19456,t=2,p=1" in row.password_hash


def test_ID_20_more_logins_than_places_are_told_to_come_back() -> None:
    passwords = Passwords(bytes(32), workers=1, waiting=0)
    inside, leave = threading.Event(), threading.Event()

    def occupy() -> None:
        inside.set()
        leave.wait(10)

    thread = threading.Thread(target=passwords.verify, args=(None, "x", occupy))
    thread.start()
    inside.wait(10)
    try:
        with pytest.raises(TooBusy) as busy:
            passwords.verify(None, "x")
        assert busy.value.status == 503
    finally:
        leave.set()
        thread.join()
    assert passwords.verify(passwords.hash("x"), "x")
