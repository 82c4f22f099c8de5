"""WB-12: what `kalpi import-oparl` asks of the network, on a real server of another council."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from consultation.oparl_crawl import UnusableSource, crawl
from consultation.oparl_fetch import Fetcher


class Council(http.server.BaseHTTPRequestHandler):
    """Another council's server; what it answers is in `pages`: bytes, or an address to redirect to."""

    pages: dict[str, bytes | str]
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        answer = self.pages.get(self.path)
        if answer is None:
            self.send_error(404)
        elif isinstance(answer, str):
            self.send_response(302)
            self.send_header("Location", answer)
            self.end_headers()
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def council() -> Iterator[tuple[str, type[Council]]]:
    """The address of the server, and its pages."""
    handler = type("OneCouncil", (Council,), {"pages": {}, "asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", handler
        server.shutdown()
        thread.join()


def refusal(read: Callable[[], Any]) -> str:
    with pytest.raises(UnusableSource) as caught:
        read()
    return caught.value.code


def test_pages_of_a_list_are_followed_on_the_same_host(council: tuple[str, type[Council]]) -> None:
    base, handler = council
    handler.pages["/list"] = json.dumps({"data": ["a"], "links": {"next": f"{base}/list?page=2"}}).encode()
    handler.pages["/list?page=2"] = json.dumps({"data": ["b"], "links": {}}).encode()
    assert crawl(f"{base}/list", Fetcher(f"{base}/list", {"127.0.0.1"})) == ["a", "b"]


def test_WB_12_another_host_and_an_address_inside_the_network_are_not_asked(council: tuple[str, type[Council]]) -> None:
    base, handler = council
    port = base.rpartition(":")[2]
    handler.pages["/secret"] = b"[]"
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "0.0.0.0", "[::1]",  # noqa: S104
                 "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "[64:ff9b::7f00:1]"):  # fmt: skip
        start = f"http://{host}:{port}/secret"
        assert refusal(partial(Fetcher(start), start)) in {"oparl.private", "oparl.connection"}, host
    public = "https://rat.example.de/oparl"
    for address in (f"{base}/secret", "file:///etc/passwd", "ftp://rat.example.de/", "http://rat.example.de/oparl",
                    "https://rat.example.de:8443/", "https://rat.example.de@127.0.0.1/", "https://rat.example.de.evil/",
                    "https://rat.example.de/\r\nX: y", "https://[x", "//127.0.0.1/secret"):  # fmt: skip
        assert refusal(partial(Fetcher(public), address)) == "oparl.host", address
    assert handler.asked == []


def test_WB_12_a_redirect_obeys_the_same_rules(council: tuple[str, type[Council]]) -> None:
    base, handler = council
    handler.pages |= {"/away": "http://localhost:1/x", "/here": "/there", "/there": b"[]", "/round": "/round"}
    fetch = Fetcher(f"{base}/", {"127.0.0.1"})
    assert refusal(lambda: fetch(f"{base}/away")) == "oparl.host"
    assert refusal(lambda: fetch(f"{base}/round")) == "oparl.redirect"
    assert fetch(f"{base}/here") == b"[]"


def test_WB_12_too_large_and_circular_answers_are_left(
    council: tuple[str, type[Council]], monkeypatch: pytest.MonkeyPatch
) -> None:
    base, handler = council
    monkeypatch.setattr("consultation.oparl_fetch.PAGE_BYTES", 1000)
    handler.pages["/large"] = b" " * 5000
    handler.pages["/loop"] = json.dumps({"data": [], "links": {"next": f"{base}/loop"}}).encode()
    handler.pages["/deep"] = b"[" * 900
    fetch = Fetcher(f"{base}/", {"127.0.0.1"})
    assert refusal(lambda: crawl(f"{base}/large", fetch)) == "oparl.large"
    assert refusal(lambda: crawl(f"{base}/loop", fetch)) == "oparl.loop"
    assert refusal(lambda: crawl(f"{base}/deep", fetch)) == "oparl.json"
    assert refusal(lambda: crawl(f"{base}/none", fetch)) == "oparl.status"
