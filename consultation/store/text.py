"""Rows of the text under consultation: one for each state it has had, the newest is the one that stands."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from consultation.store.participation_tables import TextVersionRow
from consultation.text import Text, decode_text, encode_text
from crypto.encoding import sha256_hex


def text_versions(session: Session, consultation_id: int) -> Sequence[TextVersionRow]:
    """The oldest first."""
    query = select(TextVersionRow).where(TextVersionRow.consultation_id == consultation_id)
    return session.exec(query.order_by(col(TextVersionRow.number))).all()


def newest_version(session: Session, consultation_id: int) -> TextVersionRow | None:
    query = select(TextVersionRow).where(TextVersionRow.consultation_id == consultation_id)
    return session.exec(query.order_by(col(TextVersionRow.number).desc()).limit(1)).first()


def text_now(session: Session, consultation_id: int) -> Text:
    """Empty when the consultation is about the topic itself."""
    row = newest_version(session, consultation_id)
    return decode_text(row.content) if row else Text()


def keep_version(
    session: Session,
    consultation_id: int,
    number: int,
    topic_key: str,
    text: Text,
    *,
    reason: str,
    now: datetime,
    account_id: int | None,
) -> TextVersionRow:
    """Add a version; with the number of one that nobody has seen yet, replace it. Raises Incomplete (text.length)."""
    query = select(TextVersionRow).where(
        TextVersionRow.consultation_id == consultation_id, TextVersionRow.number == number
    )
    content = encode_text(topic_key, number, text)
    row = session.exec(query).first() or TextVersionRow(
        consultation_id=consultation_id, number=number, content=content, digest="", made_at=now
    )
    row.content, row.digest, row.reason = content, sha256_hex(content), reason
    row.made_at, row.made_by = now, account_id
    session.add(row)
    session.flush()
    return row
