"""An agenda becomes public, changes in public, or its session is cancelled or held: rows and log entry together.

Every function works in the caller's transaction, in which the session's row is locked.
"""

from datetime import datetime

from sqlmodel import Session

from audit import entry
from audit import store as log
from audit.refusal import N_
from consultation.agenda import check_notice, encode_agenda
from consultation.errors import Incomplete, WrongState
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.search import refresh_topic
from consultation.store.session import save_session
from consultation.store.topic import agenda_of, topics
from consultation.store.version import add_version, newest_version
from crypto.encoding import sha256_hex


def publish(session: Session, row: SessionRow, urgent_reason: str, now: datetime, account_id: int) -> None:
    """From draft to published. Raises WrongState, Incomplete (urgent_reason.missing, session.empty)."""
    check_state(row, "draft")
    if now >= row.starts_at:
        raise WrongState(
            "session.over", N_("The session's hour has passed."), N_("Correct the day and the hour before publishing.")
        )
    listed = topics(session, row.id or 0)
    if not listed:
        raise WrongState("session.empty", N_("The agenda has no topic yet."), N_("Add the topics first."))
    for topic in listed:
        if not topic.plain_summary:
            raise WrongState(
                "topic.summary",
                N_("A topic has no summary in plain language: %(title)s"),
                N_("People must be able to read in a sentence what will be decided."),
                title=topic.title,
            )
    check_notice(now, row.starts_at, urgent_reason)
    row.urgent_reason = urgent_reason
    row.state, row.published_at = "published", now
    _write_version(session, row, "agenda-published", "", now, account_id)
    save_session(session, row, now)
    _refresh(session, row)


def record_change(session: Session, row: SessionRow, reason: str, now: datetime, account_id: int) -> bool:
    """After an edit of a public agenda: a dated version, if anything that readers see is different.

    Raises Incomplete (change_reason.missing).
    """
    session.flush()
    newest = newest_version(session, row.id or 0)
    if newest is not None and newest.content == encode_agenda(agenda_of(session, row)):
        return False
    if not reason:
        raise Incomplete(
            "change_reason.missing",
            N_("The agenda is public: write in a sentence why it changes."),
            field="change_reason",
        )
    _write_version(session, row, "agenda-changed", reason, now, account_id)
    session.add(row)
    session.flush()
    _refresh(session, row)
    return True


def withdraw_topic(
    session: Session, row: SessionRow, topic: TopicRow, reason: str, now: datetime, account_id: int
) -> None:
    """The topic stays on the page with its reason. Raises WrongState."""
    check_state(row, "published")
    if topic.state != "listed":
        raise WrongState("topic.withdrawn", N_("This topic has been withdrawn already."))
    topic.state, topic.withdrawn_reason = "withdrawn", reason
    topic.modified_at = now
    topic.revision += 1
    session.add(topic)
    record_change(session, row, reason, now, account_id)


def cancel(session: Session, row: SessionRow, reason: str, now: datetime) -> None:
    """The page stays and says so; the calendar entry is cancelled. Raises WrongState."""
    check_state(row, "published")
    row.state, row.cancelled_reason = "cancelled", reason
    save_session(session, row, now)
    log.append(session, entry.make("session-cancelled", session=row.key, reason=reason))
    _refresh(session, row)


def hold(session: Session, row: SessionRow, now: datetime) -> None:
    """It took place. Raises WrongState: not published, or not begun yet."""
    check_state(row, "published")
    if now < row.starts_at:
        raise WrongState("session.early", N_("The session has not begun yet."))
    row.state = "held"
    save_session(session, row, now)


def check_state(row: SessionRow, *states: str) -> None:
    """Raises WrongState."""
    if row.state not in states:
        raise WrongState(
            "session.state",
            N_("This step does not fit the state the session is in now."),
            N_("Load the page of the session again to see what can be done."),
        )


def _write_version(session: Session, row: SessionRow, kind: str, reason: str, now: datetime, account_id: int) -> None:
    session.flush()
    content = encode_agenda(agenda_of(session, row))
    digest = sha256_hex(content)
    row.version += 1
    row.modified_at = now
    session.add(row)
    add_version(session, row, content, digest, reason, now, account_id)
    log.append(session, entry.make(kind, session=row.key, version=row.version, agenda=digest))


def _refresh(session: Session, row: SessionRow) -> None:
    for topic in topics(session, row.id or 0):
        refresh_topic(session, topic.id or 0)
