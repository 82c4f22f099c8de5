"""What holds for every request whatever the page: hosts, origins, tokens, sizes, headers, transactions and refusals."""

import contextlib
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app import create_app
from audit.refusal import Refused
from body import BadRequest, unique_fields
from cli import server_options
from crypto.errors import InvalidProof, Malformed
from db import Database
from gate import JsonLines
from settings import Settings
from tests.plugins.house import ORIGIN, Clock
from visit import Visit, local_path
from web import endpoint


class Person:
    citizen_id, account_id, name = 7, 1, "Άννα"
    roles = frozenset({"citizen"})
    fresh_until: datetime | None = None


@endpoint
def note_something(visit: Visit) -> Response:
    """Writes a row, then does as the form says."""
    visit.session.execute(text("INSERT INTO note (words) VALUES (:words)"), {"words": visit.form.get("words", "")})
    if visit.form.get("then") == "refuse":
        raise Refused("note.refused", "This is refused.")
    if visit.form.get("then") == "break":
        raise RuntimeError("a secret: hunter2")
    return PlainTextResponse("noted")


@endpoint(limit=1_000)
def echo(visit: Visit) -> Response:
    return PlainTextResponse(json.dumps(visit.form) if visit.form else str(len(visit.body.raw)))


@endpoint(token=False)
def answer_json(visit: Visit) -> Response:
    return visit.json(visit.body.json())


@endpoint(token=False)
def answer_form(visit: Visit) -> Response:
    return PlainTextResponse(visit.form["a"])


@endpoint
def form(visit: Visit) -> Response:
    return PlainTextResponse(visit.csrf)


@endpoint
def only_committee(visit: Visit) -> Response:
    visit.require("committee")
    return PlainTextResponse("welcome")


@endpoint
def only_fresh(visit: Visit) -> Response:
    visit.require_fresh_totp(5)
    return PlainTextResponse("fresh")


@endpoint
def flaws(visit: Visit) -> Response:
    raise {"malformed": Malformed, "proof": InvalidProof}[visit.path["kind"]]("x.y", "what was seen")


@endpoint
def upload(visit: Visit) -> Response:
    file = visit.body.file("list")
    return PlainTextResponse(str(len(file.read())) if file else "none")


@endpoint
async def later(visit: Visit) -> Response:
    return PlainTextResponse("no session" if _raises(lambda: visit.session) else "session")


def _raises(action: object) -> bool:
    try:
        action()  # type: ignore[operator]
    except RuntimeError:
        return True
    return False


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def app(settings: Settings, database: Database, clock: Clock, person: Person) -> Starlette:
    app = create_app(settings, database, clock)
    app.state.house = replace(app.state.house, find_login=lambda _d, sid, _n: person if sid == "known" else None)
    app.router.routes += [
        Route("/t/note", note_something, methods=["POST", "GET"]),
        Route("/t/echo", echo, methods=["POST"]),
        Route("/t/json", answer_json, methods=["POST"]),
        Route("/t/open", answer_form, methods=["POST"]),
        Route("/t/form", form),
        Route("/t/committee", only_committee),
        Route("/t/fresh", only_fresh),
        Route("/t/flaw/{kind}", flaws),
        Route("/t/upload", upload, methods=["POST"]),
        Route("/t/later", later),
    ]
    with database.writing() as session:
        session.execute(text("CREATE TABLE note (words TEXT)"))
    return app


@pytest.fixture
def browser(app: Starlette) -> TestClient:
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    return TestClient(app, base_url=ORIGIN, headers=headers, follow_redirects=False)


@pytest.fixture
def token(browser: TestClient) -> str:
    return browser.get("/t/form").text


def notes(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("SELECT count(*) FROM note")).scalar_one())


def test_a_handler_that_returns_commits(browser: TestClient, token: str, database: Database) -> None:
    assert browser.post("/t/note", data={"csrf": token}).text == "noted"
    assert notes(database) == 1


@pytest.mark.parametrize(("then", "status"), [("refuse", 409), ("break", 500)])
def test_a_handler_that_raises_leaves_nothing(
    browser: TestClient, token: str, database: Database, then: str, status: int
) -> None:
    assert browser.post("/t/note", data={"csrf": token, "then": then}).status_code == status
    assert notes(database) == 0


def test_a_get_writes_nothing(browser: TestClient, database: Database) -> None:
    browser.get("/t/note")
    assert notes(database) == 0


def test_an_asynchronous_handler_gets_no_transaction(browser: TestClient) -> None:
    assert browser.get("/t/later").text == "no session"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "https://evil.example"}, "request.origin"),
        ({"Origin": "null"}, "request.origin"),
        ({"Origin": ""}, "request.origin"),
        ({"Origin": ORIGIN + ".evil.example"}, "request.origin"),
        ({"Sec-Fetch-Site": "cross-site"}, "request.origin"),
        ({"Sec-Fetch-Site": "same-site"}, "request.origin"),
        ({"Sec-Fetch-Site": "none"}, "request.origin"),
        ({"X-CSRF-Token": "0" * 40}, "request.token"),
        ({"X-HTTP-Method-Override": "GET", "Origin": "https://evil.example"}, "request.origin"),
    ],
)
def test_WB_07_a_request_from_elsewhere_is_refused(
    browser: TestClient, token: str, database: Database, headers: dict[str, str], code: str
) -> None:
    answer = browser.post("/t/note", data={"csrf": token}, headers={**headers, "Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert notes(database) == 0


def test_WB_07_a_request_without_origin_is_refused(app: Starlette, database: Database) -> None:
    script = TestClient(app, base_url=ORIGIN)
    token = script.get("/t/form").text
    assert script.post("/t/note", data={"csrf": token}).status_code == 403
    assert notes(database) == 0


def test_WB_07_a_form_without_token_is_refused(browser: TestClient, database: Database) -> None:
    assert browser.post("/t/note", data={"words": "x"}).status_code == 403
    assert notes(database) == 0


def test_WB_07_the_token_of_one_login_is_worthless_to_another(browser: TestClient, token: str) -> None:
    browser.cookies.set("sid", "known")
    assert browser.post("/t/note", data={"csrf": token}).status_code == 403
    mine = browser.get("/t/form").text
    assert browser.post("/t/note", data={"csrf": mine}).status_code == 200


def test_WB_07_json_without_a_token_must_be_declared_as_json(browser: TestClient) -> None:
    assert browser.post("/t/json", content=b'{"a":1}', headers={"Content-Type": "application/json"}).json() == {"a": 1}
    for media_type in ("text/plain", "application/x-www-form-urlencoded"):
        answer = browser.post("/t/json", content=b'{"a":1}', headers={"Content-Type": media_type})
        assert answer.status_code in {403, 415}
    assert browser.post("/t/open", data={"a": "1"}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        [("Host", "evil.example")],
        [("Host", "127.0.0.1:8000.evil.example")],
        [("Host", "127.0.0.1")],
        [("Host", "127.0.0.1:8000"), ("Host", "evil.example")],
        [],
    ],
)
def test_WB_09_another_host_is_not_served(app: Starlette, headers: list[tuple[str, str]]) -> None:
    sent = _raw_request(app, [(n.lower().encode(), v.encode()) for n, v in headers])
    assert sent["status"] == 400


def _raw_request(app: Starlette, headers: list[tuple[bytes, bytes]], path: str = "/health") -> dict[str, Any]:
    """One GET straight into the application, with exactly these headers."""
    seen: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            seen["status"], seen["headers"] = message["status"], message["headers"]

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    thread = threading.Thread(target=anyio.run, args=(app, scope, receive, send))  # a loop of its own
    thread.start()
    thread.join()
    return seen


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"])
@pytest.mark.parametrize(
    "path",
    [
        "/t/committee",
        "/t/committee/",
        "//t/committee",
        "/t//committee",
        "/T/COMMITTEE",
        "/t/%63ommittee",
        "/t/x/../committee",
    ],
)
def test_AC_12_no_spelling_of_a_method_or_path_opens_a_page(browser: TestClient, method: str, path: str) -> None:
    browser.cookies.set("sid", "known")
    answer = browser.request(method, ORIGIN + path, headers={"X-HTTP-Method-Override": "GET"})
    assert answer.status_code in {403, 404, 405}
    assert "welcome" not in answer.text


def test_a_page_for_a_role_names_the_role(browser: TestClient) -> None:
    browser.cookies.set("sid", "known")
    answer = browser.get("/t/committee")
    assert answer.status_code == 403
    assert "επιτροπή ψηφοφορίας" in answer.text


def test_a_page_for_a_role_sends_strangers_to_the_login(browser: TestClient) -> None:
    answer = browser.get("/t/committee")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/t/committee")


@pytest.mark.parametrize(("age_minutes", "status"), [(0, 200), (4.9, 200), (5, 403), (11, 403), (None, 403)])
def test_a_step_up_asks_for_a_code_of_the_last_minutes(
    browser: TestClient, person: Person, clock: Clock, age_minutes: float | None, status: int
) -> None:
    browser.cookies.set("sid", "known")
    person.fresh_until = (
        None if age_minutes is None else clock() - timedelta(minutes=age_minutes) + timedelta(minutes=10)
    )
    assert browser.get("/t/fresh").status_code == status


@pytest.mark.parametrize("raw", [b"a=1&a=2", b"a=1&b=2&a=", b"csrf=x&csrf=y"])
def test_WB_22_a_field_that_comes_twice_is_refused(browser: TestClient, raw: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    answer = browser.post("/t/echo", content=raw, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "request.duplicate")


def test_WB_22_a_query_field_that_comes_twice_is_refused(browser: TestClient) -> None:
    assert browser.get("/t/form?a=1&a=2").status_code == 400


def test_WB_22_a_multipart_field_that_comes_twice_is_refused(browser: TestClient, token: str) -> None:
    parts = [("a", (None, "1")), ("a", (None, "2")), ("csrf", (None, token))]
    assert browser.post("/t/upload", files=parts).status_code == 400


def test_a_form_sends_its_fields(browser: TestClient, token: str) -> None:
    assert browser.post("/t/echo", data={"csrf": token, "a": "Ναι"}).json() == {"a": "Ναι"}


def test_an_uploaded_file_arrives(browser: TestClient, token: str) -> None:
    answer = browser.post("/t/upload", data={"csrf": token}, files={"list": ("roll.csv", b"a;b\n" * 100)})
    assert answer.text == "400"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_form_or_refused(raw: bytes) -> None:
    with contextlib.suppress(BadRequest):
        unique_fields(raw)


@pytest.mark.parametrize("chunked", [False, True])
def test_IN_03_a_body_over_the_limit_is_refused_while_it_arrives(browser: TestClient, chunked: bool) -> None:
    read = 0

    def chunks() -> Iterator[bytes]:
        nonlocal read
        for _ in range(1_000):
            read += 1
            yield b"x" * 100

    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    content = chunks() if chunked else b"x" * 100_000
    answer = browser.post("/t/echo", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "request.size")
    assert answer.headers["connection"] == "close"


def test_IN_03_an_upload_over_the_limit_is_refused(browser: TestClient, token: str) -> None:
    answer = browser.post("/t/upload", data={"csrf": token}, files={"list": ("roll.csv", b"x" * 70_000)})
    assert answer.status_code == 413


def test_IN_03_an_upload_without_a_declared_length_is_counted(browser: TestClient) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="list"; filename="a.csv"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Accept": "application/json"}
    content = iter([head, *[b"y" * 1_000] * 100, b"\r\n--x--\r\n"])
    answer = browser.post("/t/upload", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "request.size")


def test_IN_05_a_header_bomb_is_refused(browser: TestClient) -> None:
    assert browser.get("/health", headers={"X-Bomb": "x" * 20_000}).status_code == 431
    assert browser.get("/health?" + "x" * 5_000).status_code == 414


WANTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "origin-agent-cluster": "?1",
}


@pytest.mark.parametrize(
    "path",
    ["/", "/health", "/software", "/static/town.css", "/nowhere", "/t/committee", "/t/flaw/proof", "/language/en"],
)
def test_every_answer_carries_the_headers(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert {name: answer.headers.get(name) for name in WANTED} == WANTED
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "cache-control" in answer.headers
    assert "server" not in answer.headers


def test_a_refused_host_gets_the_headers_too(app: Starlette) -> None:
    sent = _raw_request(app, [(b"host", b"evil.example")])
    names = {name.decode() for name, _ in sent["headers"]}
    assert set(WANTED) <= names


def test_each_page_has_a_nonce_of_its_own(browser: TestClient) -> None:
    nonces = {re.findall(r"'nonce-([^']+)'", browser.get("/").headers["content-security-policy"])[0] for _ in range(5)}
    assert len(nonces) == 5


def test_WB_19_pages_are_not_kept_by_caches(browser: TestClient) -> None:
    assert browser.get("/").headers["cache-control"] == "no-store"


def test_https_marks_cookies_and_asks_to_stay_on_https(settings: Settings, database: Database, clock: Clock) -> None:
    secure = replace(settings, base_url="https://vote.example.org")
    app = create_app(secure, database, clock)
    app.router.routes.append(Route("/t/form", form))
    answer = TestClient(app, base_url="https://vote.example.org").get("/t/form")
    assert answer.headers["strict-transport-security"].startswith("max-age=63072000")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-form=")
    assert all(word in cookie for word in ("secure", "httponly", "samesite=strict", "path=/"))
    assert "domain" not in cookie


@pytest.mark.parametrize(("kind", "status"), [("malformed", 400), ("proof", 422)])
def test_flaws_are_told_by_code(browser: TestClient, kind: str, status: int) -> None:
    answer = browser.get(f"/t/flaw/{kind}", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, "x.y")


def test_a_crash_tells_nothing_to_anybody(browser: TestClient, token: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        answer = browser.post("/t/note", data={"csrf": token, "then": "break"})
    assert answer.status_code == 500
    shown = answer.text + "".join(JsonLines().format(record) for record in caplog.records)
    assert "hunter2" not in shown
    assert "Traceback" not in shown
    assert any("test_web.py" in JsonLines().format(record) for record in caplog.records)


def test_WB_18_log_lines_are_json_without_addresses_paths_or_controls(
    browser: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        browser.get("/referenda/secret-tracker-4711%1b%5b31m?code=4711")
    lines = [JsonLines().format(record) for record in caplog.records if record.name == "kalpi.web"]
    assert lines
    for line in lines:
        assert json.loads(line)["event"] == "request"
        assert "4711" not in line
        assert "\x1b" not in line
        assert "testclient" not in line


ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "javascript:1",
    "\t/x",
    "",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_WB_08_a_redirect_stays_here(target: str, browser: TestClient) -> None:
    assert browser.get("/language/el", params={"back": target}).headers["location"] == "/"
    assert local_path(target) == "/"


@given(st.text(max_size=30))
def test_WB_08_a_local_path_begins_with_one_slash_and_no_control(text: str) -> None:
    path = local_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isprintable()


def test_a_notice_is_shown_once_and_only_if_we_wrote_it(app: Starlette, browser: TestClient) -> None:
    @endpoint
    def leave(visit: Visit) -> Response:
        return visit.redirect("/", "Έγινε.")

    app.router.routes.append(Route("/t/leave", leave))
    browser.get("/t/leave")
    assert "Έγινε." in browser.get("/").text
    assert "Έγινε." not in browser.get("/").text
    browser.cookies.set("notice", "zobXpM65zr3OtS4=.00")
    assert 'role="status"' not in browser.get("/").text


@pytest.fixture
def served(app: Starlette, settings: Settings) -> Iterator[int]:
    """The application behind the real server, on a free port; the Host header must still be the settings' own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(app, **server_options(settings, "127.0.0.1", port)))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    yield port
    server.should_exit = True
    thread.join()


POST = b"POST /t/echo HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n"


def _exchange(port: int, raw: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(raw)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65_536):
                received += chunk
    return received


def test_WB_18_clients_that_hang_up_leave_no_tracebacks(served: int, caplog: pytest.LogCaptureFixture) -> None:
    head = POST + b"Content-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    with caplog.at_level(logging.INFO):
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", served)) as connection:
                connection.sendall(head + b"{")
        deadline = time.monotonic() + 10
        while len([r for r in caplog.records if r.name == "kalpi.web"]) < 20 and time.monotonic() < deadline:
            time.sleep(0.05)
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]
    assert len([record for record in caplog.records if record.name == "kalpi.web"]) <= 20


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nHost: evil\r\n\r\n",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET http://evil/health HTTP/1.1\r\nHost: evil\r\n\r\n",
        POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nX: " + b"y" * 40_000 + b"\r\n\r\n",
    ],
)
def test_IN_02_doubtful_requests_are_refused_by_the_server_we_run(served: int, raw: bytes) -> None:
    answer = _exchange(served, raw.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
    assert re.match(rb"HTTP/1.1 4\d\d ", answer), answer[:80]
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"server:" not in answer.lower()


def test_IN_01_forwarded_addresses_are_not_believed_without_a_proxy(settings: Settings) -> None:
    assert server_options(settings, "127.0.0.1", 1)["proxy_headers"] is False


def test_moments_without_a_zone_are_not_stored(clock: Clock) -> None:
    assert clock().tzinfo is UTC


def test_a_text_with_a_zero_byte_is_refused() -> None:
    with pytest.raises(BadRequest):
        unique_fields(b"name=a%00b")
