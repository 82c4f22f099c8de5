"""Hands waiting mails to the municipality's mail server; a thread of `kalpi serve` when one is set.

A server that is down only delays: each message is tried again, ever more rarely, and given up after some days.
"""

import logging
import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from audit.rounds import Rounds
from db import Database
from identity.store.mail import MailRow, due, postpone, remove
from settings import Settings

TURN_SECONDS = 2.0
AT_ONCE = 50
TRIES = 12
"""With pauses that double from one minute: about three days."""
TIMEOUT_SECONDS = 20

journal = logging.getLogger("kalpi.mail")


class Postman:
    def __init__(self, db: Database, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._db, self._settings, self._clock = db, settings, clock
        self._rounds = Rounds("postman", TURN_SECONDS, self.turn, journal)
        self.stop = self._rounds.stop

    def turn(self) -> int:
        """Try every message that is due; returns how many were taken."""
        now = self._clock()
        with self._db.reading() as session:
            waiting = due(session, now, AT_ONCE)
        return sum(self._deliver(row, now) for row in waiting)

    def start(self) -> None:
        """Does nothing without a mail server: then they stay in «Τα μηνύματά μου» and «Οι ψηφοφορίες μου» alone."""
        if self._settings.mail_host:
            self._rounds.start()

    def _deliver(self, row: MailRow, now: datetime) -> bool:
        try:
            self._send(row, now)
        except (OSError, smtplib.SMTPException, ValueError) as fault:  # ValueError: an address no header can hold
            journal.warning("a message waits: %s", type(fault).__name__)
            with self._db.writing() as session:
                if row.tries + 1 >= TRIES:
                    remove(session, row.id)
                else:
                    postpone(session, row.id, now + timedelta(minutes=2**row.tries))
            return False
        with self._db.writing() as session:
            remove(session, row.id)
        return True

    def letter(self, row: MailRow, now: datetime) -> EmailMessage:
        """What is sent for a row. Raises ValueError for an address or a subject that no header can hold (WB-20)."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._settings.mail_from, row.recipient, row.subject
        message["Date"], message["Message-ID"] = format_datetime(now), make_msgid(domain="kalpi.invalid")
        address = f"\n\n{self._settings.base_url}{row.path}\n" if row.path else ""
        message.set_content(row.body + address)
        return message

    def _send(self, row: MailRow, now: datetime) -> None:
        message = self.letter(row, now)
        with smtplib.SMTP(self._settings.mail_host, self._settings.mail_port, timeout=TIMEOUT_SECONDS) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            server.send_message(message)
