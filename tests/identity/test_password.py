"""Which passwords are accepted, and how they are kept."""

import pytest

from identity.errors import PasswordRefused
from identity.password import Passwords, check_password, check_repeated

PASSWORDS = Passwords(b"p" * 32)


@pytest.mark.parametrize(
    "password",
    [
        "four quiet herons waded",
        "τέσσερις ήσυχοι ερωδιοί",
        "k7#Vq9!tLz2$wX",
        "\u0000a strange but legal one",
        "σ" * 6 + "ολιγαρκής ζωή",
        "x1y2z3 " * 9 + "and a long tail",
    ],
)
def test_ID_19_long_odd_and_greek_passwords_are_accepted(password: str) -> None:
    check_password(password, "ada@example.org", "Άδα Παπαδοπούλου", "Δήμος Δοκιμής")
    assert PASSWORDS.verify(PASSWORDS.hash(password), password)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "password.short"),
        ("x" * 11, "password.short"),
        ("four quiet herons " * 8, "password.long"),
        ("aaaaaaaaaaaaaaaa", "password.common"),
        ("abcabcabcabcabc", "password.common"),
        ("123456789012345", "password.common"),
        ("password12345", "password.common"),
        ("Passwordpassword", "password.common"),
        ("1234567Qwerty!!", "password.common"),
        ("Κωδικός123456", "password.common"),
        ("Ολυμπιακός1925", "password.common"),
        ("ψηφοφορία2026!", "password.common"),
        ("Παπαδοπούλου80", "password.common"),
        ("ada@example.org", "password.common"),
        ("Δοκιμής20262026", "password.common"),
    ],
)
def test_ID_05_the_first_guesses_are_refused(password: str, code: str) -> None:
    with pytest.raises(PasswordRefused) as refused:
        check_password(password, "ada@example.org", "Άδα Παπαδοπούλου", "Δήμος Δοκιμής")
    assert refused.value.code == code
    assert password not in str(refused.value)


def test_ID_19_the_hash_is_argon2id_with_our_parameters_and_needs_the_pepper() -> None:
    stored = PASSWORDS.hash("four quiet herons waded")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not PASSWORDS.needs_rehash(stored)
    assert not PASSWORDS.verify(stored, "four quiet herons wade")
    assert not Passwords(b"q" * 32).verify(stored, "four quiet herons waded")


def test_ID_19_a_megabyte_is_refused_before_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PASSWORDS, "_worker", None)  # whoever hashes now fails
    assert not PASSWORDS.verify(None, "x" * 1_000_000)
    with pytest.raises(PasswordRefused):
        check_password("x" * 1_000_000)


def test_ID_19_composed_and_decomposed_letters_are_one_password() -> None:
    stored = PASSWORDS.hash("τέσσερις ήσυχοι ερωδιοί")
    import unicodedata

    assert PASSWORDS.verify(stored, unicodedata.normalize("NFD", "τέσσερις ήσυχοι ερωδιοί"))


def test_a_password_typed_differently_the_second_time_is_refused() -> None:
    check_repeated("a", "a")
    with pytest.raises(PasswordRefused):
        check_repeated("a", "b")
