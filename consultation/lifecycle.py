"""The life of a consultation: the only place where its state changes, each change with its log entry.

Every function is called inside a writing transaction on a row that `locked_consultation` gave.
"""

from datetime import datetime

from sqlmodel import Session

from audit import entry
from audit import store as log
from audit.local_time import instant
from audit.refusal import N_
from consultation.consultation import (
    check_closing,
    check_extension,
    check_step,
    encode_terms,
    missing,
    opens_later,
    terms_of,
)
from consultation.errors import Incomplete, WrongState
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow
from consultation.store.search import refresh_topic
from consultation.store.text import keep_version, newest_version
from consultation.store.visibility import is_public_session
from consultation.text import Text
from crypto.encoding import sha256_hex


class NotReady(Incomplete):
    """It cannot open; `faults` is everything that is missing."""

    def __init__(self, faults: list[Incomplete]) -> None:
        super().__init__("consultation.incomplete", N_("The consultation cannot open yet: something is missing."))
        self.faults = faults


def faults_of(row: ConsultationRow, topic: TopicRow, council_session: SessionRow, now: datetime) -> list[Incomplete]:
    """Everything that keeps it from opening; `field` empty is not about its own form."""
    faults = missing(terms_of(row), now)
    if council_session.state != "published" or not is_public_session(council_session):
        sentence = N_("The agenda with this topic is not published.")
        faults.append(Incomplete("consultation.session", sentence))
    if topic.state != "listed" or topic.deleted_at is not None:
        faults.append(Incomplete("consultation.topic", N_("The topic was withdrawn from the agenda.")))
    return faults


def open_or_announce(
    session: Session, row: ConsultationRow, topic: TopicRow, council_session: SessionRow, now: datetime
) -> None:
    """What the clerk's press does: it opens now, or the clock opens it at the hour set. Raises NotReady, WrongState."""
    if faults := faults_of(row, topic, council_session, now):
        raise NotReady(faults)
    if opens_later(terms_of(row), now):
        _advance(session, row, "scheduled", now)
    else:
        check_step(row, "open")
        row.opens_at = now.replace(microsecond=0)
        _open(session, row, topic, now)


def open_scheduled(
    session: Session, row: ConsultationRow, topic: TopicRow, council_session: SessionRow, now: datetime
) -> None:
    """What the clock does at the hour that was announced, or later if it was down. Raises WrongState, NotReady.

    The hours were judged when it was announced: being late does not take them back, but one that would be over by now
    or whose topic has gone does not open.
    """
    if row.state != "scheduled" or row.opens_at is None or now < row.opens_at:
        raise WrongState("consultation.state", N_("The consultation is not due to open."))
    faults = [fault for fault in faults_of(row, topic, council_session, now) if fault.code != "consultation.short"]
    if faults:
        raise NotReady(faults)
    _open(session, row, topic, now)


def take_back(session: Session, row: ConsultationRow, now: datetime) -> None:
    """One that was announced and has not opened is a draft again. Raises WrongState."""
    _advance(session, row, "draft", now)


def _open(session: Session, row: ConsultationRow, topic: TopicRow, now: datetime) -> None:
    check_step(row, "open")
    assert row.id is not None
    text = newest_version(session, row.id) or keep_version(
        session, row.id, 1, topic.key, Text(), reason="", now=now, account_id=None
    )
    terms = terms_of(row)
    assert terms.closes_at is not None
    row.terms, row.opened_at = encode_terms(topic.key, terms), now
    members = {"terms": sha256_hex(row.terms), "text": text.digest, "closes": instant(terms.closes_at)}
    log.append(session, entry.make("consultation-opened", topic=topic.key, consultation=row.key, **members))
    _advance(session, row, "open", now)


def extend(
    session: Session, row: ConsultationRow, topic: TopicRow, closes_at: datetime, reason: str, now: datetime
) -> None:
    """Raises WrongState, Incomplete."""
    check_extension(row, closes_at, now)
    row.closes_at = closes_at
    raw = entry.make(
        "consultation-extended", topic=topic.key, consultation=row.key, closes=instant(closes_at), reason=reason
    )
    log.append(session, raw)
    _keep(session, row, now)


def correct_text(
    session: Session,
    row: ConsultationRow,
    topic: TopicRow,
    text: Text,
    *,
    reason: str,
    now: datetime,
    account_id: int,
) -> int:
    """Keep the text and return its number: a draft's is replaced, an open one's gets a version more and an entry.

    Raises WrongState (consultation.text), Incomplete (text.length).
    """
    assert row.id is not None
    newest = newest_version(session, row.id)
    if row.state == "draft":
        keep_version(session, row.id, 1, topic.key, text, reason="", now=now, account_id=account_id)
        _keep(session, row, now)
        return 1
    if row.state != "open" or row.closes_at is None or now >= row.closes_at or newest is None:
        raise WrongState(
            "consultation.text",
            N_("The text can be changed in a draft and corrected while the consultation is open."),
            N_("An announced consultation can be taken back; after the closing the text stays as it was."),
        )
    kept = keep_version(
        session, row.id, newest.number + 1, topic.key, text, reason=reason, now=now, account_id=account_id
    )
    raw = entry.make("consultation-text", topic=topic.key, consultation=row.key, version=kept.number, text=kept.digest)
    log.append(session, raw)
    _keep(session, row, now)
    return kept.number


def close(session: Session, row: ConsultationRow, topic: TopicRow, now: datetime) -> None:
    """At its hour or later. A second closing writes nothing. Raises WrongState."""
    check_closing(row, now)
    row.closed_at = now
    log.append(session, entry.make("consultation-closed", topic=topic.key, consultation=row.key))
    _advance(session, row, "in_review", now)


def finish(session: Session, row: ConsultationRow, now: datetime, due: int, answered: int) -> None:
    """The town has answered. `due`: proposals and objections that had to be answered. Raises WrongState.

    That none of them is unanswered is checked by the caller (consultation.reply).
    """
    check_step(row, "finished")
    if answered < due:
        raise WrongState("consultation.unanswered", N_("Some proposals or objections are not answered yet."))
    row.finished_at = now
    topic = session.get_one(TopicRow, row.topic_id)
    raw = entry.make("consultation-finished", topic=topic.key, consultation=row.key, due=due, answered=answered)
    log.append(session, raw)
    _advance(session, row, "finished", now)


def _advance(session: Session, row: ConsultationRow, state: str, now: datetime) -> None:
    check_step(row, state)
    row.state = state
    _keep(session, row, now)


def _keep(session: Session, row: ConsultationRow, now: datetime) -> None:
    """The row, its revision and what can be found of it."""
    row.revision += 1
    row.modified_at = now
    session.add(row)
    session.flush()
    refresh_topic(session, row.topic_id)
