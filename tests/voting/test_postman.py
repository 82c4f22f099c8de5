"""BB-08 and RL-17: the voter hears of every recorded ballot, through a real mail server or a later one."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from db import Database
from identity.mail import can_be_mailed
from identity.postman import TRIES, Postman
from identity.store.mail import due
from pages import translations
from settings import Settings
from tests.plugins.house import Clock
from tests.voting.box import NO, OPENED, OpenVote
from voting.casting import Envelope as Cover
from voting.casting import record
from voting.notice import Message, recorded_message
from voting.store.casting import BallotRow

ADDRESS = "ada@example.gr"


class Sink(socketserver.ThreadingTCPServer):
    """A mail server that takes every message and keeps it (RFC 5321, what a client without extensions needs)."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.messages: list[tuple[str, str]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Conversation(socketserver.StreamRequestHandler):
    server: Sink

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        recipient = ""
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                self.server.messages.append((recipient, message.get_content()))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 taken\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        thread = threading.Thread(target=sink.serve_forever)
        thread.start()
        yield sink
        sink.shutdown()
        thread.join()


def cast_with_mail(vote: OpenVote, *, sequence: int = 0, after: BallotRow | None = None) -> BallotRow:
    previous = None if after is None else vote.check_again(after)
    cast = vote.check(vote.seal(vote.ada, NO, sequence=sequence, after=previous))

    def tell(row: BallotRow) -> Message:
        say = translations("el").gettext
        return recorded_message(
            ADDRESS,
            "Πεζόδρομος",
            "https://v/t",
            row.code,
            row.sequence + 1,
            lambda text, **fields: say(text) % fields if fields else say(text),
        )

    with vote.db.writing() as session:
        return record(vote.box(session), cast, vote.mark(vote.ada), vote.signer, OPENED, tell)


def test_BB_08_every_recorded_ballot_is_mailed_with_its_code_and_number_and_then_forgotten(
    vote: OpenVote, settings: Settings, database: Database, clock: Clock, sink: Sink
) -> None:
    first = cast_with_mail(vote)
    second = cast_with_mail(vote, sequence=1, after=first)
    settings = replace(
        settings,
        mail_host="127.0.0.1",
        mail_port=sink.port,
        mail_from="kalpi@example.gr",
    )
    postman = Postman(database, settings, clock)
    assert postman.turn() == 2
    assert postman.turn() == 0
    bodies = {body for _to, body in sink.messages}
    assert {to for to, _body in sink.messages} == {ADDRESS}
    for row in (first, second):
        (body,) = (body for body in bodies if row.code in body)
        assert f"υπ' αριθμόν {row.sequence + 1}" in body
        assert "Ναι" not in body
        assert "Όχι" not in body
    with database.reading() as session:
        assert due(session, clock() + timedelta(days=99), 10) == []


def test_RL_17_a_mail_server_that_is_down_delays_and_is_given_up_in_the_end(
    vote: OpenVote, settings: Settings, database: Database, clock: Clock
) -> None:
    cast_with_mail(vote)
    settings = replace(settings, mail_host="127.0.0.1", mail_port=1, mail_from="kalpi@example.gr")
    postman = Postman(database, settings, clock)
    for attempt in range(TRIES):
        assert postman.turn() == 0
        assert postman.turn() == 0, "not before its time"
        with database.reading() as session:
            waiting = due(session, clock() + timedelta(days=99), 10)
        assert len(waiting) == (attempt + 1 < TRIES)
        clock.forward(days=3)


def test_RL_22_an_address_that_no_header_can_hold_stops_no_other_message(
    vote: OpenVote, settings: Settings, database: Database, clock: Clock, sink: Sink
) -> None:
    first = cast_with_mail(vote)
    with database.writing() as session:
        for row in due(session, clock() + timedelta(days=99), 10):
            session.merge(row).recipient = "ada@example.gr\nBcc: all@example.gr"
    cast_with_mail(vote, sequence=1, after=first)
    settings = replace(settings, mail_host="127.0.0.1", mail_port=sink.port, mail_from="kalpi@example.gr")
    assert Postman(database, settings, clock).turn() == 1
    assert [to for to, _body in sink.messages] == [ADDRESS]


def test_a_ballot_sent_again_is_not_mailed_again(vote: OpenVote, database: Database, clock: Clock) -> None:
    row = cast_with_mail(vote)
    again = vote.check(Cover(row.raw, row.statement))
    with database.writing() as session:
        record(vote.box(session), again, vote.mark(vote.ada), vote.signer, OPENED, _unexpected)
    with database.reading() as session:
        assert len(due(session, clock() + timedelta(days=99), 10)) == 1


def _unexpected(_row: BallotRow) -> Message:
    raise AssertionError("a message about a ballot that was recorded before")


@pytest.mark.parametrize("name", ["ada", "a@b", "a@b.gr, c@d.gr", "a@b.gr\nBcc: x@y.gr", "<a@b.gr>", "α@δήμος.gr", ""])
def test_a_login_name_that_is_not_one_plain_address_gets_no_mail(name: str) -> None:
    assert not can_be_mailed(name)


def test_a_plain_address_gets_mail() -> None:
    assert can_be_mailed(ADDRESS)
