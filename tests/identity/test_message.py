"""What the municipality writes to whoever holds an account: on the page, by mail, never as somebody else's header."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import Database
from identity.mail import LONGEST_SUBJECT, subject_line
from identity.postman import Postman
from identity.store.account import disable_account
from identity.store.housekeeping import forget_old
from identity.store.mail import due
from identity.store.message import messages, tell, unread
from settings import Settings
from tests.identity.people import ADA, BO, Browser, Holder
from tests.plugins.house import ORIGIN, Clock

Opened = Callable[..., Holder]
SMUGGLED = "Πλατεία\r\nBcc: all@example.gr\r\n\r\nΚερδίσατε"
DISGUISED = "Απόκρυψη \u202etxt.exe\u2066 \u200b\x00\x1b[31m\u2028Subject: x"


def write(
    database: Database, clock: Clock, holder: Holder, subject: str = "Απόφαση", url: str = "/my/messages"
) -> None:
    with database.writing() as session:
        tell(session, holder.account_id, clock(), subject=subject, body="Πρώτα.\n\nΎστερα.", url=url)


def test_a_message_is_unread_until_its_owner_says_so(
    browser: Browser, opened: Opened, database: Database, clock: Clock
) -> None:
    ada = opened("ada", ADA)
    write(database, clock, ada, "Η τοποθέτησή σας αποκρύφθηκε", "/contributions/ab/appeal")
    browser.log_in(ada)
    assert "1" in re.findall(r'href="/my/messages">([^<]*)', browser.client.get("/account").text)[-1]
    shown = browser.client.get("/my/messages").text
    assert "Η τοποθέτησή σας αποκρύφθηκε" in shown
    assert 'href="/contributions/ab/appeal"' in shown
    assert shown.count("badge waiting") == 1
    write(database, clock, ada, "Δεύτερο")
    upto = re.search(r'name="upto" value="(\d+)"', shown)
    assert upto
    browser.post("/my/messages", "/my/messages/reading", upto=upto[1])
    with database.reading() as session:
        assert [row.subject for row in messages(session, ada.account_id) if row.read_at is None] == ["Δεύτερο"]


def test_AC_02_nobody_sees_or_reads_the_messages_of_somebody_else(
    browser: Browser, opened: Opened, database: Database, clock: Clock
) -> None:
    ada, bo = opened("ada", ADA), opened("bo-b", BO)
    write(database, clock, ada, "Για την Άδα")
    write(database, clock, bo, "Για τον Μπο")
    browser.log_in(bo)
    assert "Για την Άδα" not in browser.client.get("/my/messages").text
    browser.post("/my/messages", "/my/messages/reading", upto="999999")
    with database.reading() as session:
        assert unread(session, ada.account_id) == 1
        assert unread(session, bo.account_id) == 0


def test_a_mail_goes_to_an_address_only_and_leads_to_the_page(
    opened: Opened, database: Database, settings: Settings, clock: Clock
) -> None:
    write(database, clock, opened("ada", ADA))
    write(database, clock, opened("bo@example.gr", BO), url="/topics/0a?kind=comment#reply")
    with database.reading() as session:
        (row,) = due(session, clock(), 10)
    assert row.recipient == "bo@example.gr"
    postman = Postman(database, replace(settings, mail_from="kalpi@example.gr"), clock)
    assert postman.letter(row, clock()).get_content().endswith(f"Ύστερα.\n\n{ORIGIN}/topics/0a?kind=comment#reply\n")


def test_a_disabled_account_gets_no_mail(opened: Opened, database: Database, clock: Clock) -> None:
    bo = opened("bo@example.gr", BO)
    with database.writing() as session:
        disable_account(session, bo.account_id, clock())
    write(database, clock, bo)
    with database.reading() as session:
        assert due(session, clock(), 10) == []
        assert unread(session, bo.account_id) == 1


@pytest.mark.parametrize("typed", [SMUGGLED, DISGUISED])
def test_WB_20_a_title_that_somebody_typed_adds_no_header_and_hides_nothing(
    opened: Opened, database: Database, settings: Settings, clock: Clock, typed: str
) -> None:
    bo = opened("bo@example.gr", BO)
    write(database, clock, bo, f"Νέα για το «{typed}»")
    with database.reading() as session:
        (row,) = due(session, clock(), 10)
        assert messages(session, bo.account_id)[0].subject == row.subject
    assert row.subject.isprintable()
    letter = Postman(database, replace(settings, mail_from="kalpi@example.gr"), clock).letter(row, clock())
    assert letter["Subject"] == row.subject
    assert letter["Bcc"] is None
    assert [name for name, _ in letter.items()].count("Subject") == 1
    assert letter["To"] == "bo@example.gr"


@given(st.text(max_size=400))
def test_WB_20_any_text_becomes_one_printable_line(text: str) -> None:
    line = subject_line(text)
    assert line.isprintable()
    assert len(line) <= LONGEST_SUBJECT
    assert subject_line(line) == line


@pytest.mark.parametrize("url", ["https://elsewhere.gr/", "//elsewhere.gr", "javascript:alert(1)", "", "/a b", "/a\nb"])
def test_WB_08_a_message_leads_to_our_own_pages_only(
    opened: Opened, database: Database, clock: Clock, url: str
) -> None:
    with pytest.raises(ValueError, match="path of this site"):
        write(database, clock, opened("ada", ADA), url=url)


def test_messages_and_mails_that_nobody_sends_end_by_themselves(
    opened: Opened, database: Database, clock: Clock
) -> None:
    bo = opened("bo@example.gr", BO)
    write(database, clock, bo)
    for later, mails, kept in ((timedelta(days=6), 1, 1), (timedelta(days=8), 0, 1), (timedelta(days=731), 0, 0)):
        with database.writing() as session:
            forget_old(session, clock() + later)
        with database.reading() as session:
            assert len(due(session, clock() + later, 10)) == mails
            assert len(messages(session, bo.account_id)) == kept
