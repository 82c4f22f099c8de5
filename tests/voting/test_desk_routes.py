"""The desk and the trustees' room through the browser: who may do what in which phase, and what is written."""

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crypto.encoding import compact
from db import Database
from identity.keyring import make_keyring
from identity.login import Login
from identity.store.account import create_account, disable_account
from identity.store.grant import grant_role, revoke_role
from identity.totp import new_secret
from settings import Settings
from tests.plugins.house import Clock
from tests.voting.preparing import DRAFT, TRUSTEES, DeskOf, draft_on_desk
from tests.voting.visitors import browser_of
from voting.authority import answer_request
from voting.desk import ACTS, CLERKS, READERS
from voting.draft_form import write_draft
from voting.lifecycle import Phase

ROLES = {1: "secretariat", 2: "committee", 3: "committee", 4: "registrar", 5: "auditor", 6: "operator", 7: "citizen"}
COMMITTEE = (2, 3)
SEATS = dict.fromkeys(TRUSTEES, "trustee")


def let_in(app: Starlette) -> None:
    """The login cookie "fresh-2" is the login of account 2 with a fresh code, "stale-2" one without."""

    def find_login(_db: Database, token: str, now: datetime) -> Login | None:
        kind, _, number = token.partition("-")
        roles = ROLES | SEATS
        if not number.isdigit() or int(number) not in roles:
            return None
        account = int(number)
        fresh = now + timedelta(minutes=10) if kind == "fresh" else None
        person = account if roles[account] == "citizen" else None
        return Login(account, account, person, frozenset({roles[account]}), f"Person {account}", fresh)

    app.state.house = dataclasses.replace(app.state.house, find_login=find_login)


@pytest.fixture
def app(house_app: Starlette) -> Iterator[Starlette]:
    let_in(house_app)
    with TestClient(house_app):
        yield house_app


def visitor(app: Starlette, settings: Settings, account: int, kind: str = "fresh") -> TestClient:
    return browser_of(app, settings, f"{kind}-{account}" if account else "")


def put_in(on_desk: DeskOf, phase: Phase) -> None:
    """Write the phase straight into the row: the grid asks only who is let in."""
    with on_desk.writing() as preparation:
        preparation.row.phase = phase.value


FIELDS = {"closes": "2026-10-09T20:00", "reason": "Λόγος", "threshold": "2"}


@pytest.mark.parametrize("name", sorted(ACTS))
def test_each_act_is_for_its_roles_alone_in_every_phase(
    app: Starlette, settings: Settings, on_desk: DeskOf, name: str
) -> None:
    act, url = ACTS[name], f"/desk/referenda/{on_desk.slug}/{name}"
    on_desk.proclaim().freeze().list_credentials().hold_ceremony()
    for phase in Phase:
        for account, role in {0: "", **ROLES, 11: "trustee"}.items():
            put_in(on_desk, phase)
            answer = visitor(app, settings, account).post(url, data=FIELDS)
            told = answer.json()["code"] if answer.status_code >= 400 else ""
            if not role:
                assert told in {"request.token", "login.needed"}
            elif role not in act.roles:
                assert (answer.status_code, told) == (403, "role.needed")
            elif phase not in act.phases:
                assert answer.status_code == 409
                assert told in {"referendum.frozen", "phase.wrong"}
            else:
                # Let in: done, or refused by a rule of its own that knows more than role and phase.
                assert answer.status_code in {303, 409, 422}
                assert told not in {"role.needed", "referendum.frozen", "phase.wrong"}


@pytest.mark.parametrize("name", sorted(ACTS))
def test_each_act_asks_for_a_fresh_code(app: Starlette, settings: Settings, on_desk: DeskOf, name: str) -> None:
    act, url = ACTS[name], f"/desk/referenda/{on_desk.slug}/{name}"
    account = next(account for account, role in ROLES.items() if role in act.roles)
    put_in(on_desk, min(act.phases, key=list(Phase).index))
    stale = visitor(app, settings, account, "stale")
    assert stale.post(url, data=FIELDS).json()["code"] == "login.stale"
    shown = stale.get(url)
    assert (shown.status_code, shown.headers["location"]) == (303, f"/login/fresh?next={url}")


@pytest.mark.parametrize("path", ["", "/new", "/ermou", "/ermou/draft"])
def test_the_desk_is_shown_to_officials_and_to_nobody_else(
    app: Starlette, settings: Settings, on_desk: DeskOf, path: str
) -> None:
    readers = set(CLERKS if path.endswith(("new", "draft")) else READERS)
    for account, role in {0: "", **ROLES, 11: "trustee"}.items():
        expected = 401 if not role else 200 if role in readers else 403
        assert visitor(app, settings, account).get(f"/desk/referenda{path}").status_code == expected


def test_AC_06_a_draft_is_nowhere_to_be_seen_from_outside(app: Starlette, settings: Settings, on_desk: DeskOf) -> None:
    stranger = visitor(app, settings, 0)
    for path in ("/", "/referenda", "/log"):
        assert DRAFT.title not in stranger.get(path).text
    for path in ("", "/manifest.json", "/record/", "/tracker"):
        assert stranger.get(f"/referenda/{on_desk.slug}{path}").status_code == 404


def test_a_clerk_drafts_keeps_and_changes_a_vote(app: Starlette, settings: Settings, database: Database) -> None:
    dee = visitor(app, settings, 1)
    kept = dee.post("/desk/referenda", data=write_draft(DRAFT))
    assert kept.headers["location"] == "/desk/referenda/pezodromos-ermou"
    changed = replace(DRAFT, summary="Άλλη περίληψη.")
    assert dee.post("/desk/referenda/pezodromos-ermou/draft", data=write_draft(changed)).status_code == 303
    page = dee.get("/desk/referenda/pezodromos-ermou")
    assert "Άλλη περίληψη." in page.text
    assert "Να γίνει πεζόδρομος η οδός Ερμού;" in page.text


def test_a_draft_that_cannot_be_read_keeps_what_was_typed(app: Starlette, settings: Settings) -> None:
    answer = visitor(app, settings, 1).post("/desk/referenda", data=write_draft(DRAFT) | {"opens": "αύριο"})
    assert answer.status_code == 422
    assert "Να γίνει πεζόδρομος η οδός Ερμού;" in answer.text


def test_M24_the_desk_shows_the_article_that_a_draft_breaks(
    app: Starlette, settings: Settings, database: Database
) -> None:
    draft = replace(DRAFT, profile="gr-4555-2018", calendar=replace(DRAFT.calendar, election_years=frozenset({2026})))
    draft_on_desk(database, settings, draft, "nomiko")
    assert "ν. 4555/2018, άρθρο 135" in visitor(app, settings, 1).get("/desk/referenda/nomiko").text


def test_AC_08_a_proclaimed_draft_cannot_be_changed(app: Starlette, settings: Settings, on_desk: DeskOf) -> None:
    on_desk.proclaim()
    dee = visitor(app, settings, 1)
    for answer in (
        dee.get("/desk/referenda/ermou/draft"),
        dee.post("/desk/referenda/ermou/draft", data=write_draft(DRAFT)),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "phase.wrong")


def test_from_the_proclamation_to_the_opening_through_the_browser(
    app: Starlette, settings: Settings, on_desk: DeskOf, clock: Clock
) -> None:
    eva, fay = visitor(app, settings, 2), visitor(app, settings, 3)
    base = "/desk/referenda/ermou"

    def done(answer: object) -> None:
        assert getattr(answer, "status_code", 0) == 303, getattr(answer, "text", "")

    done(eva.post(f"{base}/proclamation"))
    on_desk.freeze(3)
    request = eva.get(f"{base}/credentials/request.json")
    answer = answer_request(on_desk.authority, request.content)
    done(eva.post(f"{base}/credentials", files={"answer": ("answer.json", answer)}))
    make_trustees(on_desk, settings)
    seats = {f"seat_{place}": str(account) for place, account in enumerate(TRUSTEES, 1)}
    done(eva.post(f"{base}/ceremony", data={"threshold": "2", **seats}))
    rooms = {account: visitor(app, settings, account) for account in TRUSTEES}
    for _ in range(3):
        for account, room in rooms.items():
            step, message = on_desk.message(account)
            sent = room.post("/trustee/ermou/messages", json={"step": step, "message": message})
            assert sent.status_code == 200, sent.text
    assert rooms[11].get("/trustee/ermou/state").json()["step"] == "completed"
    done(eva.post(f"{base}/rehearsal"))
    for account, room in rooms.items():
        told = room.get("/trustee/ermou/state").json()
        assert (told["rehearsal"]["state"], told["rehearsal"]["sent"]) == ("open", False)
        payload, strong = on_desk.decryption(account)
        body = {"election": "rehearsal", "payload": payload.decode(), "strong": strong.decode()}
        assert room.post("/trustee/ermou/decryptions", json=body).status_code == 200
    shown = eva.get(f"{base}/openings")
    assert shown.status_code == 200
    done(eva.post(f"{base}/openings"))
    assert eva.post(f"{base}/openings").json()["code"] == "approval.twice"
    assert on_desk.phase == "rehearsed"
    done(fay.post(f"{base}/openings"))
    assert on_desk.phase == "open"


@pytest.mark.parametrize("number", ["9" * 10, "9" * 5_000, "-1", "١", "two"])
def test_a_number_in_a_form_has_nine_digits_at_most(
    number: str, app: Starlette, settings: Settings, on_desk: DeskOf
) -> None:
    on_desk.proclaim()
    eva = visitor(app, settings, 2)
    for path, field in (("ceremony", "threshold"), ("ceremony/end", "index")):
        answer = eva.post(f"/desk/referenda/ermou/{path}", data={field: number})
        assert (answer.status_code, answer.json()["code"]) == (400, "request.number"), path


def test_an_approval_of_a_closed_account_or_a_lost_role_cancels_nothing(
    app: Starlette, settings: Settings, on_desk: DeskOf
) -> None:
    on_desk.proclaim()
    make_trustees(on_desk, settings)
    eva, fay = visitor(app, settings, 2), visitor(app, settings, 3)
    where = "/desk/referenda/ermou/cancellation"
    assert eva.post(where, data={"reason": "Λάθος"}).status_code == 303
    with on_desk.db.writing() as session:
        revoke_role(session, 2, "committee", on_desk.now)
    assert fay.post(where, data={"reason": "Λάθος"}).status_code == 303
    assert on_desk.phase == "proclaimed"
    with on_desk.db.writing() as session:
        grant_role(session, 2, "committee", on_desk.now)
        disable_account(session, 3, on_desk.now)
    assert eva.post(where, data={"reason": "Άλλο"}).status_code == 303
    assert on_desk.phase == "proclaimed"
    with on_desk.db.writing() as session:
        disable_account(session, 3, None)
    assert fay.post(where, data={"reason": "Άλλο"}).status_code == 303
    assert on_desk.phase == "cancelled"


def make_trustees(on_desk: DeskOf, settings: Settings) -> None:
    """Accounts 11 to 13 hold the role, 2 and 3 are the committee; the other ids are taken."""
    keys = make_keyring(settings.key)
    with on_desk.db.writing() as session:
        for number in range(1, 14):
            row = create_account(
                session, None, f"official-{number}", "x", new_secret(), vault=keys.vault, now=on_desk.now,
                official_name=f"Μέλος {number}",
            )  # fmt: skip
            if row.id in TRUSTEES or row.id in COMMITTEE:
                grant_role(session, row.id, "trustee" if row.id in TRUSTEES else "committee", on_desk.now)


def test_a_trustee_sees_the_own_rooms_only(app: Starlette, settings: Settings, on_desk: DeskOf) -> None:
    on_desk.proclaim().open_ceremony((11, 12), 2)
    assert "ermou" in visitor(app, settings, 11).get("/trustee").text
    assert visitor(app, settings, 11).get("/trustee/ermou").status_code == 200
    outsider = visitor(app, settings, 13)
    assert "ermou" not in outsider.get("/trustee").text
    for path in ("", "/state", "/files", "/board/vote/checkpoint", "/board/vote.zip"):
        assert outsider.get(f"/trustee/ermou{path}").status_code == 404
        assert visitor(app, settings, 2).get(f"/trustee/ermou{path}").status_code == 403
    assert outsider.post("/trustee/ermou/messages", json={"step": "commitment", "message": {}}).status_code == 404


def test_a_message_brought_on_a_file_counts_as_one_from_the_page(
    app: Starlette, settings: Settings, on_desk: DeskOf
) -> None:
    on_desk.proclaim().open_ceremony()
    step, message = on_desk.message(11)
    raw = compact({"step": step, "message": message})
    room = visitor(app, settings, 11)
    assert room.get("/trustee/ermou/files").status_code == 200
    assert room.post("/trustee/ermou/files", files={"message": ("message.json", raw)}).status_code == 303
    assert json.loads(room.get("/trustee/ermou/state").content)["waiting"] == [2, 3]
    refused = room.post("/trustee/ermou/files", files={"message": ("message.json", b"[]")})
    assert refused.status_code == 400


def test_a_board_is_served_file_by_file_to_its_trustees(app: Starlette, settings: Settings, on_desk: DeskOf) -> None:
    on_desk.proclaim().hold_ceremony().open_rehearsal()
    on_desk.sequence()
    room = visitor(app, settings, 11)
    uuid = room.get("/trustee/ermou/state").json()["rehearsal"]["uuid"]
    for name in (f"{uuid}.bel", "order.jsonl", "entries.jsonl", "range.json", "checkpoint", "log.vkey"):
        assert room.get(f"/trustee/ermou/board/rehearsal/{name}").status_code == 200, name
    assert room.get("/trustee/ermou/board/rehearsal/nothing").status_code == 404
    log_key = room.get("/trustee/ermou/board/rehearsal/log.vkey").text.strip()
    assert f'<span class="code" id="log-key">{log_key}</span>' in room.get("/trustee/ermou").text
    assert room.get("/trustee/ermou/board/other.zip").status_code == 404
    assert room.get("/trustee/ermou/board/rehearsal.zip").content[:2] == b"PK"
