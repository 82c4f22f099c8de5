"""Copies of what citizens said that councillors' files hold, and forgetting them (GD-02)."""

from sqlmodel import Session, col, delete, select

from consultation.councillor_file import decode_content, encode_content, keys_in, without
from consultation.store.council_tables import CouncillorFileRow, FileBytesRow, TopicRow


def forget_in_files(session: Session, topic_key: str, key: str) -> None:
    """A contribution was erased: no version of its topic's file holds it any more, and their PDFs are deleted.

    The rows stay, with the digests that the log holds.
    """
    query = select(CouncillorFileRow).where(CouncillorFileRow.topic_id == TopicRow.id, TopicRow.key == topic_key)
    for row in session.exec(query.with_for_update(of=CouncillorFileRow)):
        content = decode_content(row.content)
        if key in keys_in(content):
            row.content = encode_content(without(content, {key}))
            session.add(row)
            session.execute(delete(FileBytesRow).where(col(FileBytesRow.file_id) == row.file_id))
    session.flush()
