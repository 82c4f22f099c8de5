"""Uploaded files: rows that name and describe them, and their bytes apart from them."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, delete, select

from consultation.store.council_tables import FileBytesRow, FileRow
from consultation.store.visibility import nothing_here
from consultation.upload import Upload


def keep_file(
    session: Session,
    upload: Upload,
    purpose: str,
    now: datetime,
    *,
    session_id: int | None = None,
    topic_id: int | None = None,
) -> FileRow:
    """Store a file of a topic or of a session; it is as public as that is."""
    row = FileRow(
        purpose=purpose,
        session_id=session_id,
        topic_id=topic_id,
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.data),
        digest=upload.digest,
        created_at=now,
        modified_at=now,
    )
    session.add(row)
    session.flush()
    session.add(FileBytesRow(file_id=row.id or 0, data=upload.data))
    session.flush()
    return row


def file_row(session: Session, key: str) -> FileRow:
    """Public or not: ask `visibility.is_public_file`. Raises NotFound."""
    row = session.exec(select(FileRow).where(FileRow.key == key)).first()
    if row is None or row.deleted_at is not None:
        raise nothing_here()
    return row


def file_bytes(session: Session, row: FileRow) -> bytes:
    return session.get_one(FileBytesRow, row.id).data


def files_of_topics(session: Session, topic_ids: Iterable[int]) -> dict[int, list[FileRow]]:
    """By topic, oldest first; a topic without files has no key. Motions stand before attachments."""
    query = select(FileRow).where(col(FileRow.topic_id).in_([*topic_ids]), col(FileRow.deleted_at).is_(None))
    found: dict[int, list[FileRow]] = {}
    for row in session.exec(query.order_by(col(FileRow.purpose).desc(), col(FileRow.id))):
        found.setdefault(row.topic_id or 0, []).append(row)
    return found


def files_of_session(session: Session, session_id: int) -> list[FileRow]:
    """Those of the session itself: its summons."""
    query = select(FileRow).where(FileRow.session_id == session_id, col(FileRow.deleted_at).is_(None))
    return list(session.exec(query.order_by(col(FileRow.id))))


def mark_file_removed(session: Session, row: FileRow, now: datetime) -> None:
    """Of something the public has seen: the row stays, so that feeds can say that it is gone."""
    row.deleted_at = row.modified_at = now
    session.add(row)
    session.flush()


def delete_file(session: Session, row: FileRow) -> None:
    """Of a draft, which nobody has seen."""
    session.exec(delete(FileBytesRow).where(col(FileBytesRow.file_id) == row.id))
    session.delete(row)
    session.flush()
