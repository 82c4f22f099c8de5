"""Minutes of sessions: every save is a row of its own, and an entry of the log."""

from datetime import datetime

from sqlmodel import Session, col, select

from audit import entry
from audit import store as log
from consultation.minutes import Minutes, decode_minutes, minutes_content
from consultation.store.council_tables import FileRow, MinutesRow, SessionRow, TopicRow
from consultation.store.search import refresh_topic
from consultation.store.topic import topics
from crypto.encoding import sha256_hex


def all_minutes(session: Session, session_id: int) -> list[MinutesRow]:
    """Every version, newest first."""
    query = select(MinutesRow).where(MinutesRow.session_id == session_id, col(MinutesRow.deleted_at).is_(None))
    return list(session.exec(query.order_by(col(MinutesRow.number).desc())))


def minutes_of(session: Session, session_id: int) -> MinutesRow | None:
    """The newest version."""
    return next(iter(all_minutes(session, session_id)), None)


def extract_of(session: Session, topic: TopicRow) -> tuple[MinutesRow, str] | None:
    """The newest minutes of the topic's session and what they say on it, which may be nothing."""
    row = minutes_of(session, topic.session_id)
    return (row, decode_minutes(row.content).extracts.get(topic.key, "")) if row else None


def minutes_file(session: Session, row: MinutesRow | None) -> FileRow | None:
    """The file of a version, unless it was removed since."""
    file = session.get(FileRow, row.file_id) if row and row.file_id else None
    return file if file and file.deleted_at is None else None


def save_minutes(
    session: Session, council_session: SessionRow, minutes: Minutes, file: FileRow | None, by: int | None, now: datetime
) -> MinutesRow | None:
    """Keep a new version, with its entry in the log. None when nothing differs from the newest one.

    `council_session` is locked by `session.session_for_change`; `file` is the file of this version, new or as before.
    """
    newest = minutes_of(session, council_session.id or 0)
    digest = file.digest if file else ""
    if newest and minutes_content(minutes, council_session.key, newest.number, digest) == newest.content:
        return None
    number = newest.number + 1 if newest else 1
    content = minutes_content(minutes, council_session.key, number, digest)
    row = MinutesRow(
        session_id=council_session.id or 0, number=number, state=minutes.state.value, content=content,
        digest=sha256_hex(content), file_id=file.id if file else None, made_by=by, created_at=now, modified_at=now,
    )  # fmt: skip
    council_session.modified_at = now
    session.add_all([row, council_session])
    session.flush()
    log.append(
        session,
        entry.make("minutes", session=council_session.key, version=number, state=row.state, minutes=row.digest),
    )
    for topic in topics(session, council_session.id or 0):
        refresh_topic(session, topic.id or 0)
    return row
