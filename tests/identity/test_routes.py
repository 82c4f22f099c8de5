"""The room's pages as a browser meets them."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from db import Database
from identity.keyring import Keyring
from identity.store.account import disable_account
from identity.store.letter import issue_invitation, issue_letter
from identity.store.login import find_login, open_login
from identity.store.person import PersonRow
from identity.totp import code_at, time_step
from tests.identity.people import ADA, BO, PASSWORD, Browser, Holder
from tests.plugins.house import Clock

Opened = Callable[..., Holder]


def test_M19_password_and_one_time_code_open_the_account(browser: Browser, opened: Opened) -> None:
    ada = opened("ada@example.org", ADA)
    answer = browser.log_in(ada)
    assert answer.headers["location"] == "/account"
    assert "Άδα Παπαδοπούλου" in browser.client.get("/account").text


@pytest.mark.parametrize("page", ["/account", "/registrar", "/operator", "/account/password", "/registrar/import"])
def test_ID_08_a_half_login_opens_no_page(browser: Browser, opened: Opened, page: str) -> None:
    ada = opened("ada", ADA, "registrar", "operator")
    browser.post("/login", name=ada.login_name, password=PASSWORD)
    answer = browser.client.get(page)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


def test_ID_08_a_half_login_ends_after_five_minutes(browser: Browser, opened: Opened, clock: Clock) -> None:
    ada = opened("ada", ADA)
    browser.post("/login", name=ada.login_name, password=PASSWORD)
    clock.forward(minutes=5)
    assert browser.client.get("/login/code").headers["location"] == "/login"


def test_ID_15_the_token_changes_at_each_step_and_the_old_one_is_dead(
    browser: Browser, opened: Opened, clock: Clock
) -> None:
    ada = opened("ada", ADA)
    browser.post("/login", name=ada.login_name, password=PASSWORD)
    tokens = [browser.client.cookies["sid"]]
    browser.post("/login/code", code=ada.code(clock))
    tokens.append(browser.client.cookies["sid"])
    clock.forward(minutes=1)
    browser.post("/login/fresh", code=ada.code(clock))
    tokens.append(browser.client.cookies["sid"])
    assert len(set(tokens)) == 3
    for dead in tokens[:2]:
        browser.client.cookies.clear()
        browser.client.cookies.set("sid", dead)
        assert browser.client.get("/account").status_code == 303


def test_ID_16_logging_out_kills_the_token(browser: Browser, opened: Opened) -> None:
    browser.log_in(opened("ada", ADA))
    token = browser.client.cookies["sid"]
    assert browser.post("/account", "/logout").status_code == 303
    browser.client.cookies.set("sid", token)
    assert browser.client.get("/account").status_code == 303


def test_ID_16_an_idle_login_ends_after_thirty_minutes(browser: Browser, opened: Opened, clock: Clock) -> None:
    browser.log_in(opened("ada", ADA))
    clock.forward(minutes=29)
    assert browser.client.get("/account").status_code == 200
    clock.forward(minutes=30)
    assert browser.client.get("/account").status_code == 303


def test_ID_16_an_officials_idle_login_ends_after_fifteen_minutes(
    browser: Browser, opened: Opened, clock: Clock
) -> None:
    browser.log_in(opened("ada", ADA, "secretariat"))
    clock.forward(minutes=15)
    assert browser.client.get("/account").status_code == 303


def test_ID_16_no_login_lives_longer_than_eight_hours(browser: Browser, opened: Opened, clock: Clock) -> None:
    browser.log_in(opened("ada", ADA))
    for _ in range(23):
        clock.forward(minutes=20)
        assert browser.client.get("/account").status_code == 200
    clock.forward(minutes=20)
    assert browser.client.get("/account").status_code == 303


def test_ID_18_a_step_that_matters_asks_for_a_fresh_code(browser: Browser, opened: Opened, clock: Clock) -> None:
    registrar = opened("rania", None, "registrar")
    browser.log_in(registrar)
    assert browser.client.get("/registrar/import").status_code == 200
    clock.forward(minutes=5)
    assert browser.client.get("/registrar/import").headers["location"] == "/login/fresh?next=%2Fregistrar%2Fimport"
    refused = browser.post("/registrar", "/registrar/letters")
    assert (refused.status_code, "login.stale" in refused.text) == (403, True)
    browser.post("/login/fresh?next=/registrar/import", code=registrar.code(clock), next="/registrar/import")
    assert browser.client.get("/registrar/import").status_code == 200


def test_ID_18_a_recovery_code_is_no_step_up(browser: Browser, opened: Opened) -> None:
    browser.log_in(opened("ada", ADA))
    answer = browser.post("/login/fresh", code="ABCDE-FGHJK-0")
    assert (answer.status_code, "code.recovery" in answer.text) == (401, False)


def test_a_page_that_must_not_be_left_steps_up_by_json(browser: Browser, opened: Opened, clock: Clock) -> None:
    ada = opened("ada", ADA)
    browser.log_in(ada)
    clock.forward(minutes=11)
    shown = browser.client.get("/account").text
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', shown)
    assert token
    answer = browser.client.post("/login/fresh", json={"code": ada.code(clock)}, headers={"X-CSRF-Token": token[1]})
    assert answer.status_code == 200
    assert answer.json()["csrf"] in browser.client.get("/account").text


@pytest.mark.parametrize(
    ("page", "role"),
    [("/registrar", "registrar"), ("/registrar/import", "registrar"), ("/operator", "system operator")],
)
def test_M20_a_refusal_page_names_the_role_needed(browser: Browser, opened: Opened, page: str, role: str) -> None:
    browser.log_in(opened("ada", ADA))
    browser.client.cookies.set("language", "en")
    answer = browser.client.get(page)
    assert answer.status_code == 403
    assert role in answer.text


def test_WB_08_after_logging_in_nobody_is_sent_elsewhere(browser: Browser, opened: Opened, clock: Clock) -> None:
    ada = opened("ada", ADA)
    browser.post("/login", name=ada.login_name, password=PASSWORD, next="//evil.example")
    answer = browser.post("/login/code", code=ada.code(clock))
    assert answer.headers["location"] == "/"


def test_M18_a_letter_opens_an_account_once(browser: Browser, registry: Database, keys: Keyring, clock: Clock) -> None:
    with registry.writing() as session:
        row, code = issue_letter(session, keys.letters, clock(), person_id=ADA)
        number = row.number
    first = browser.post("/activate", letter=number, code=code.printed().lower(), birth_date="2/5/1980")
    assert first.headers["location"] == "/activate/password", first.text
    second = browser.post("/activate/password", name="Ada@Example.org", password=PASSWORD, again=PASSWORD)
    assert second.headers["location"] == "/activate/authenticator", second.text
    page = browser.client.get("/activate/authenticator").text
    assert "<svg" in page
    assert "<img" not in page
    secret = re.search(r'class="tracker">([A-Z2-7 ]+)<', page)
    assert secret
    code_now = code_at(secret[1].replace(" ", ""), time_step(clock()))
    third = browser.post("/activate/authenticator", code=code_now)
    assert third.status_code == 200
    assert len(re.findall(r"<code>[0-9A-Z]{6}-[0-9A-Z]{5}</code>", third.text)) == 10
    assert "ada@example.org" in browser.client.get("/account").text
    again = browser.post("/activate", letter=number, code=code.printed(), birth_date="2/5/1980")
    assert again.status_code == 401


def test_ID_10_the_authenticator_secret_is_shown_only_while_it_is_set_up(browser: Browser, opened: Opened) -> None:
    ada = opened("ada", ADA)
    browser.log_in(ada)
    for page in ("/account", "/account/authenticator", "/activate/authenticator"):
        assert ada.secret not in browser.client.get(page).text.replace(" ", "")


def test_ID_12_who_lost_the_phone_logs_in_with_a_recovery_code_and_sets_up_a_new_app(
    browser: Browser, opened: Opened, clock: Clock
) -> None:
    ada = opened("ada", ADA)
    browser.log_in(ada)
    page = browser.post("/account/recovery-codes")
    codes = re.findall(r"<code>([0-9A-Z-]+)</code>", page.text)
    browser.post("/account", "/logout")
    browser.post("/login", name="ada", password=PASSWORD)
    answer = browser.post("/login/code", recovery=codes[0])
    assert answer.headers["location"] == "/account/authenticator"
    shown = browser.client.get("/account/authenticator").text
    secret = re.search(r'class="tracker">([A-Z2-7 ]+)<', shown)
    sealed = re.search(r'name="sealed" value="([0-9a-f]+)"', shown)
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', shown)
    assert secret
    assert sealed
    assert token
    fields = {"csrf": token[1], "sealed": sealed[1]}
    fields["code"] = code_at(secret[1].replace(" ", ""), time_step(clock()))
    assert browser.client.post("/account/authenticator", data=fields).headers["location"] == "/account"
    browser.post("/account", "/logout")
    browser.post("/login", name="ada", password=PASSWORD)
    assert browser.post("/login/code", recovery=codes[0]).status_code == 401


def test_ID_13_a_new_password_does_not_replace_the_one_time_code(browser: Browser, opened: Opened) -> None:
    ada = opened("ada", ADA)
    browser.log_in(ada)
    changed = browser.post(
        "/account/password", old=PASSWORD, password="seven calm geese flew", again="seven calm geese flew"
    )
    assert changed.headers["location"] == "/account", changed.text
    browser.post("/account", "/logout")
    browser.post("/login", name="ada", password="seven calm geese flew")
    assert browser.client.get("/account").status_code == 303


def test_the_owner_ends_a_login_elsewhere(
    browser: Browser, opened: Opened, house_app: object, client: TestClient
) -> None:
    ada = opened("ada", ADA)
    browser.log_in(ada)
    elsewhere = client.cookies["sid"]
    client.cookies.clear()
    browser.log_in(ada)
    here = client.cookies["sid"]
    browser.post("/account", "/account/logins/ending")
    client.cookies.clear()
    client.cookies.set("sid", elsewhere)
    assert client.get("/account").status_code == 303
    client.cookies.set("sid", here)
    assert client.get("/account").status_code == 200


def test_nobody_ends_the_login_of_another(browser: Browser, opened: Opened, client: TestClient) -> None:
    ada, bo = opened("ada", ADA), opened("bodil", BO)
    browser.log_in(ada)
    hers = client.cookies["sid"]
    client.cookies.clear()
    browser.log_in(bo)
    hers_id = 2  # the first was half, and ended with the code
    browser.post("/account", f"/account/logins/{hers_id}/ending")
    client.cookies.clear()
    client.cookies.set("sid", hers)
    assert client.get("/account").status_code == 200


def test_the_registrar_hands_out_strikes_and_replaces_a_card(browser: Browser, opened: Opened) -> None:
    browser.log_in(opened("rania", None, "registrar"))
    page = f"/registrar/people/{ADA}"
    assert browser.post(page, f"{page}/cards", number=" 000017 ").status_code == 303
    assert "000017" in browser.client.get(page).text
    browser.post(page, f"{page}/cards/striking", reason="χάθηκε")
    assert browser.post(page, f"{page}/cards", number="000017").status_code == 409
    assert browser.post(page, f"{page}/cards", number="000018").status_code == 303


def test_the_registrar_finds_people_without_writing_names_into_addresses(browser: Browser, opened: Opened) -> None:
    browser.log_in(opened("rania", None, "registrar"))
    found = browser.post("/registrar", "/registrar/people", text="παπα ΑΔΑ")
    assert f"/registrar/people/{ADA}" in found.text
    assert f"/registrar/people/{BO}" not in found.text
    by_number = browser.post("/registrar", "/registrar/people", text="1002")
    assert f"/registrar/people/{BO}" in by_number.text


def test_the_registrar_prints_letters_for_all_who_wait(browser: Browser, opened: Opened) -> None:
    browser.log_in(opened("rania", ADA, "registrar"))
    answer = browser.post("/registrar/letters")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert "no-store" in answer.headers["cache-control"]
    assert browser.client.get("/registrar/letters").text.count('action="/registrar/letters"') == 0


def test_a_registry_file_is_checked_and_imported_by_the_registrar(browser: Browser, opened: Opened) -> None:
    browser.log_in(opened("rania", None, "registrar"))
    raw = "αριθμός μητρώου;επώνυμο;όνομα;ημερομηνία γέννησης\n2001;Δέλτα;Έλλη;3/4/1990\n".encode("cp1253")
    checked = browser.post("/registrar/import", files={"file": ("m.csv", raw)}, step="check")
    assert checked.status_code == 200
    assert "Δέλτα" not in browser.post("/registrar", "/registrar/people", text="Δέλτα").text.split("<h2>")[-1]
    done = browser.post("/registrar/import", files={"file": ("m.csv", raw)}, step="import")
    assert done.headers["location"] == "/registrar", done.text
    assert "Δέλτα" in browser.post("/registrar", "/registrar/people", text="δελτ").text


def test_a_file_with_a_mistake_imports_nothing_and_names_row_and_column(browser: Browser, opened: Opened) -> None:
    browser.log_in(opened("rania", None, "registrar"))
    raw = b"number,surname,given_name,birth_date\n2001,Delta,Elli,3/4/1990\n2002,Beta,,99/4/1990\n"
    answer = browser.post("/registrar/import", files={"file": ("m.csv", raw)}, step="import")
    assert answer.status_code == 422
    assert "<td>given_name</td>" in answer.text
    assert "<td>birth_date</td>" in answer.text
    assert "Delta" not in browser.post("/registrar", "/registrar/people", text="delta").text.split("<h2>")[-1]


@pytest.mark.parametrize("number", ["1000000000", "2147483648", "9" * 19, "9" * 1_000, "01", "1١"])
def test_a_number_that_no_row_can_have_is_no_address(number: str, browser: Browser, opened: Opened) -> None:
    browser.log_in(opened("rania", ADA, "registrar", "operator"))
    assert browser.client.get("/registrar/people/1").status_code == 200
    assert browser.client.get(f"/registrar/people/{number}").status_code == 404
    assert browser.post("/operator", f"/operator/confirmations/{number}").status_code == 404


def test_AC_05_one_operator_alone_makes_no_committee_member(
    browser: Browser, opened: Opened, client: TestClient
) -> None:
    ada, operator, clerk = opened("ada", ADA), opened("otto", None, "operator"), opened("sofia", None, "secretariat")
    browser.log_in(operator)
    browser.post("/operator", "/operator/roles", login_name="ada", given_role="committee")
    assert browser.post("/operator", "/operator/confirmations/3").status_code == 409
    client.cookies.clear()
    browser.log_in(ada)
    client.cookies.set("language", "en")
    assert "election committee" not in client.get("/account").text
    client.cookies.clear()
    browser.log_in(clerk)
    assert browser.post("/operator", "/operator/confirmations/3").status_code == 303
    client.cookies.clear()
    browser.log_in(ada)
    client.cookies.set("language", "en")
    assert "election committee" in client.get("/account").text


def test_AC_05_a_secretariat_of_the_operators_own_confirms_nothing_the_operator_proposed(
    browser: Browser, opened: Opened, client: TestClient
) -> None:
    otto, sofia = opened("otto", None, "operator"), opened("sofia", None, "secretariat")
    puppet, _ = opened("puppet"), opened("ada", ADA)
    browser.log_in(otto)
    browser.post("/operator", "/operator/roles", login_name="puppet", given_role="secretariat")
    browser.post("/operator", "/operator/roles", login_name="ada", given_role="committee")
    assert "kalpi official grant" in client.get("/operator").text
    client.cookies.clear()
    browser.log_in(puppet)
    assert client.get("/operator").status_code == 403
    client.cookies.clear()
    browser.log_in(sofia)
    assert browser.post("/operator", "/operator/confirmations/3").status_code == 303
    client.cookies.clear()
    browser.log_in(puppet)
    assert "/operator/confirmations/" not in client.get("/operator").text
    assert browser.post("/account", "/operator/confirmations/4").status_code == 409


def test_ID_17_a_role_taken_back_is_gone_at_the_next_request(
    browser: Browser, opened: Opened, client: TestClient
) -> None:
    clerk, operator = opened("rania", None, "registrar"), opened("otto", None, "operator")
    browser.log_in(clerk)
    hers = client.cookies["sid"]
    assert client.get("/registrar").status_code == 200
    client.cookies.clear()
    browser.log_in(operator)
    browser.post("/operator", f"/operator/accounts/{clerk.account_id}/revocations", role="registrar")
    client.cookies.clear()
    client.cookies.set("sid", hers)
    assert client.get("/registrar").status_code in {303, 403}


def test_ID_17_a_closed_account_is_out_at_the_next_request(
    browser: Browser, opened: Opened, client: TestClient
) -> None:
    clerk, operator = opened("rania", None, "registrar"), opened("otto", None, "operator")
    browser.log_in(clerk)
    hers = client.cookies["sid"]
    client.cookies.clear()
    browser.log_in(operator)
    browser.post("/operator", f"/operator/accounts/{clerk.account_id}/state", state="closed")
    client.cookies.clear()
    client.cookies.set("sid", hers)
    assert client.get("/registrar").status_code == 303
    client.cookies.clear()
    assert browser.post("/login", name="rania", password=PASSWORD).status_code == 401


def test_ID_17_a_login_that_outlived_its_accounts_closing_opens_nothing(
    registry: Database, opened: Opened, clock: Clock
) -> None:
    ada = opened("ada", ADA)
    with registry.writing() as session:
        token = open_login(session, ada.account_id, clock())
    assert find_login(registry, token, clock()) is not None
    with registry.writing() as session:
        disable_account(session, ada.account_id, clock())
    assert find_login(registry, token, clock()) is None


def test_ID_17_who_left_the_registry_is_no_citizen_at_the_next_request(
    registry: Database, opened: Opened, clock: Clock
) -> None:
    ada = opened("ada", ADA, "secretariat")
    with registry.writing() as session:
        token = open_login(session, ada.account_id, clock())
        session.get_one(PersonRow, ADA).active = False
    login = find_login(registry, token, clock())
    assert login is not None
    assert login.citizen_id is None
    assert login.roles == frozenset({"secretariat"})


def test_an_official_has_one_login_at_a_time_and_a_citizen_three(
    registry: Database, opened: Opened, clock: Clock
) -> None:
    for holder, allowed in ((opened("ada", ADA), 3), (opened("otto", None, "operator"), 1)):
        with registry.writing() as session:
            tokens = [open_login(session, holder.account_id, clock()) for _ in range(4)]
        alive = [find_login(registry, token, clock()) is not None for token in tokens]
        assert alive == [False] * (4 - allowed) + [True] * allowed


def test_an_official_enters_with_an_invitation_and_has_the_role(
    browser: Browser, registry: Database, keys: Keyring, clock: Clock
) -> None:
    with registry.writing() as session:
        row, code = issue_invitation(session, keys.letters, clock(), name="Ρένα Ρ.", role="operator")
        number = row.number
    browser.post("/activate", letter=number, code=code.printed())
    browser.post("/activate/password", name="rena", password=PASSWORD, again=PASSWORD)
    page = browser.client.get("/activate/authenticator").text
    secret = re.search(r'class="tracker">([A-Z2-7 ]+)<', page)
    assert secret
    browser.post("/activate/authenticator", code=code_at(secret[1].replace(" ", ""), time_step(clock())))
    assert browser.client.get("/operator").status_code == 200


def test_the_operator_gets_an_invitation_as_a_letter(browser: Browser, opened: Opened) -> None:
    browser.log_in(opened("otto", None, "operator"))
    answer = browser.post("/operator", "/operator/invitations", name="Τίνα Τ.", role="trustee")
    assert answer.headers["content-type"] == "application/pdf"
    assert "Τίνα Τ." in browser.client.get("/operator").text
