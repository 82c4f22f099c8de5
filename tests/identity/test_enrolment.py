"""Letters: valid once, for fourteen days, for five tries, for one person."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from db import Database
from identity.codes import Code
from identity.enrolment import LIFE, Letter, check_letter, login_name, new_letter, parse_birth_date
from identity.errors import AccountRefused, ActivationRefused, NameTaken, TooManyAttempts
from identity.keyring import Keyring
from identity.letters import PrintedLetter, print_letters
from identity.roles import OFFICIAL
from identity.store.account import account_of, create_account
from identity.store.enrolling import choose_name, enrolled_secret, open_account, show_letter
from identity.store.letter import enrolment, find_letter, issue_invitation, issue_letter
from identity.store.role import roles_of, waiting_grants
from identity.totp import code_at, new_secret, time_step
from tests.identity.people import ADA, BO, PASSWORD
from tests.plugins.house import Clock

KEY, NOW, BORN = b"k" * 32, datetime(2026, 10, 5, 9, 0, tzinfo=UTC), date(1980, 5, 21)


@pytest.fixture
def letter() -> tuple[Letter, Code]:
    return new_letter(KEY, BORN, NOW)


def test_ID_02_only_code_and_birth_date_together_open(letter: tuple[Letter, Code]) -> None:
    shown, code = letter
    check_letter(shown, KEY, code.printed(), BORN, NOW)
    for wrong_code, born in ((code.printed(), date(1980, 5, 22)), (code.printed(), None), ("", BORN), ("x", BORN)):
        with pytest.raises(ActivationRefused):
            check_letter(shown, KEY, wrong_code, born, NOW)
    with pytest.raises(ActivationRefused):
        check_letter(None, KEY, code.printed(), BORN, NOW)


def test_ID_03_a_letter_ends_after_fourteen_days(letter: tuple[Letter, Code]) -> None:
    shown, code = letter
    check_letter(shown, KEY, code.printed(), BORN, NOW + LIFE - timedelta(seconds=1))
    with pytest.raises(ActivationRefused):
        check_letter(shown, KEY, code.printed(), BORN, NOW + LIFE)


def try_letter(database: Database, keys: Keyring, clock: Clock, number: str, code: str, address: str) -> str:
    with database.writing() as session:
        try:
            return show_letter(session, keys, number, code, date(1980, 5, 2), address, clock())
        except (ActivationRefused, TooManyAttempts) as refused:
            return refused.code


def test_ID_03_five_wrong_tries_void_the_letter(registry: Database, keys: Keyring, clock: Clock) -> None:
    with registry.writing() as session:
        row, code = issue_letter(session, keys.letters, clock(), person_id=ADA)
        number = row.number
    for place in range(5):
        assert try_letter(registry, keys, clock, number, "wrong", f"192.0.2.{place}") == "activation.refused"
    assert try_letter(registry, keys, clock, number, code.printed(), "192.0.2.9") == "activation.refused"


def test_ID_03_a_thousand_guesses_from_many_addresses_find_nothing(
    registry: Database, keys: Keyring, clock: Clock
) -> None:
    with registry.writing() as session:
        row, _ = issue_letter(session, keys.letters, clock(), person_id=ADA)
        number = row.number
    answers = [
        try_letter(registry, keys, clock, number, new_letter(KEY, None, NOW)[1].printed(), f"198.51.100.{place % 100}")
        for place in range(1000)
    ]
    assert answers.count("activation.refused") == 500, "five for each address"
    assert answers.count("login.throttled") == 500


def test_ID_01_the_refusal_is_the_same_whatever_is_wrong(registry: Database, keys: Keyring, clock: Clock) -> None:
    with registry.writing() as session:
        row, code = issue_letter(session, keys.letters, clock(), person_id=BO)
        number = row.number
    answers = set()
    for place, (shown, typed) in enumerate([("99999999", code.printed()), (number, "x"), (number, code.printed())]):
        with registry.writing() as session:
            try:
                show_letter(session, keys, shown, typed, date(1950, 1, 1), f"192.0.2.{place}", clock())
            except ActivationRefused as refused:
                answers.add((refused.code, refused.sentence, refused.advice, refused.status))
    assert len(answers) == 1


def test_ID_04_a_new_letter_makes_the_old_one_void(registry: Database, keys: Keyring, clock: Clock) -> None:
    with registry.writing() as session:
        first, code = issue_letter(session, keys.letters, clock(), person_id=ADA)
        issue_letter(session, keys.letters, clock(), person_id=ADA)
        number = first.number
    assert try_letter(registry, keys, clock, number, code.printed(), "192.0.2.1") == "activation.refused"


def begin(database: Database, keys: Keyring, clock: Clock, number: str, code: Code, name: str) -> tuple[str, str]:
    token = try_letter(database, keys, clock, number, code.printed(), "192.0.2.1")
    with database.writing() as session:
        row = enrolment(session, token, clock())
        assert row
        choose_name(session, keys, row, name, keys.passwords.hash(PASSWORD))
        return token, enrolled_secret(keys, row)


def finish(database: Database, keys: Keyring, clock: Clock, token: str, secret: str) -> int:
    with database.writing() as session:
        row = enrolment(session, token, clock())
        assert row
        account, codes = open_account(session, keys, row, code_at(secret, time_step(clock())), clock())
        assert len(codes) == 10
        return account.id or 0


def test_ID_04_a_letter_voided_in_the_meantime_opens_nothing(registry: Database, keys: Keyring, clock: Clock) -> None:
    with registry.writing() as session:
        row, code = issue_letter(session, keys.letters, clock(), person_id=ADA)
        number = row.number
    token, secret = begin(registry, keys, clock, number, code, "ada")
    with registry.writing() as session:
        issue_letter(session, keys.letters, clock(), person_id=ADA)
    with pytest.raises(ActivationRefused):
        finish(registry, keys, clock, token, secret)
    with registry.reading() as session:
        assert account_of(session, ADA) is None


def test_ID_21_a_person_never_gets_a_second_account(registry: Database, keys: Keyring, clock: Clock) -> None:
    with registry.writing() as session:
        row, code = issue_letter(session, keys.letters, clock(), person_id=ADA)
        number = row.number
    token, secret = begin(registry, keys, clock, number, code, "ada")
    finish(registry, keys, clock, token, secret)
    with registry.writing() as session, pytest.raises(AccountRefused):
        issue_letter(session, keys.letters, clock(), person_id=ADA)
    with registry.writing() as session, pytest.raises(AccountRefused):
        create_account(session, ADA, "ada-two", "x", new_secret(), vault=keys.vault, now=clock())
    with registry.writing() as session, pytest.raises(NameTaken):
        create_account(session, BO, "ADA", "x", new_secret(), vault=keys.vault, now=clock())


def test_who_stops_half_way_begins_again_with_the_same_letter(registry: Database, keys: Keyring, clock: Clock) -> None:
    with registry.writing() as session:
        row, code = issue_letter(session, keys.letters, clock(), person_id=ADA)
        number = row.number
    abandoned, _ = begin(registry, keys, clock, number, code, "ada")
    clock.forward(days=2)
    token, secret = begin(registry, keys, clock, number, code, "ada")
    with registry.reading() as session:
        assert enrolment(session, abandoned, clock()) is None
    assert finish(registry, keys, clock, token, secret)


@pytest.mark.parametrize("role", sorted(OFFICIAL))
def test_AC_05_an_invitation_of_the_pages_waits_for_a_second_official(
    role: str, registry: Database, keys: Keyring, clock: Clock
) -> None:
    with registry.writing() as session:
        row, code = issue_invitation(session, keys.letters, clock(), name="Τίνα Τ.", role=role, by=77)
        number = row.number
    token, secret = begin(registry, keys, clock, number, code, "tina")
    account_id = finish(registry, keys, clock, token, secret)
    with registry.reading() as session:
        assert roles_of(session, account_id) == frozenset()
        assert [grant.role for grant in waiting_grants(session)] == [role]


def test_the_database_never_holds_a_code(registry: Database, keys: Keyring, clock: Clock) -> None:
    with registry.writing() as session:
        row, code = issue_letter(session, keys.letters, clock(), person_id=ADA)
        kept = find_letter(session, row.number)
        assert kept
        assert code.characters.encode() not in kept.digest + kept.salt


@pytest.mark.parametrize("name", ["ab", "with space", "a" * 101, "x@y z", "\x00abc", "-abc", ""])
def test_a_login_name_is_a_word_or_an_address(name: str) -> None:
    with pytest.raises(AccountRefused):
        login_name(name)


def test_login_names_have_one_spelling() -> None:
    assert login_name(" Ada@Example.ORG ") == login_name("ada@example.org")
    assert login_name("Μαρία") == login_name("μαρία")


@pytest.mark.parametrize(
    ("text", "day"),
    [("21/5/1980", BORN), ("21.05.1980", BORN), ("1980-05-21", BORN), ("31/2/1980", None), ("٢١/٥/١٩٨٠", None)],
)
def test_birth_dates_are_read_as_people_write_them(text: str, day: date | None) -> None:
    assert parse_birth_date(text) == day


def test_a_printed_letter_has_number_and_code_and_the_symbol_has_no_code(letter: tuple[Letter, Code]) -> None:
    shown, code = letter
    sheet = PrintedLetter("Άδα Παπαδοπούλου", "Οδός 1", shown.number, code, "19 Οκτωβρίου 2026")
    pdf = print_letters(
        [sheet, sheet], municipality="Δήμος Δοκιμής", base_url="https://vote.example", language="el",
        gettext=lambda text: text, made_at=NOW,
    )  # fmt: skip
    reader = PdfReader(BytesIO(pdf))
    text = reader.pages[0].extract_text()
    assert len(reader.pages) == 2
    assert all(piece in text for piece in ("Άδα Παπαδοπούλου", shown.number, code.printed(), "vote.example/activate"))
    assert code.characters not in repr(sheet)
