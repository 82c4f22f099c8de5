"""Rows of councillors' files: what goes into a version, the versions there are, and what of them is public still."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from audit import entry
from audit import store as log
from audit.local_time import instant
from consultation.councillor_file import Content, Voice, make_content, total
from consultation.store.collective import collective_names
from consultation.store.contribution import arguments, form_numbers, published
from consultation.store.council_tables import (
    BodyRow,
    CouncillorFileRow,
    FileBytesRow,
    FileRow,
    SessionRow,
    TopicRow,
)
from consultation.store.participation_tables import ConsultationRow, ContributionRow
from consultation.store.reply import replies_of, share_answered
from consultation.store.support import supports
from consultation.store.visibility import nothing_here
from crypto.encoding import Json, sha256_hex


def collect(
    session: Session,
    topic: TopicRow,
    council_session: SessionRow,
    consultation: ConsultationRow | None,
    now: datetime,
    place: Callable[[str], str],
) -> Content:
    """Everything public about the topic now, as the next version. `consultation`: the public one, if any.

    `place` says in words which paragraph a lasting id means.
    """
    body = session.get_one(BodyRow, council_session.body_id)
    number = consultation.id or 0 if consultation else 0
    head: dict[str, Json] = {
        "topic": topic.key,
        "number": len(versions(session, topic.id or 0)) + 1,
        "made": instant(now),
        "after_session": now >= council_session.starts_at,
        "session": {
            "session": council_session.key,
            "body": body.name,
            "title": council_session.title,
            "starts": instant(council_session.starts_at),
        },
        "title": topic.title,
        "proposer": topic.proposer,
        "plain_summary": topic.plain_summary,
        "motion": topic.motion,
        "consultation": _terms(session, consultation) if consultation else None,
    }
    return make_content(head, voices(session, number, place), hidden=_hidden(session, number))


def voices(session: Session, consultation_id: int, place: Callable[[str], str]) -> list[Voice]:
    """Public contributions with their public arguments, the oldest first."""
    rows = [*reversed(published(session, consultation_id, size=0))]
    ids = [row.id or 0 for row in rows]
    hanging = arguments(session, ids)
    supported, replied = supports(session, ids), replies_of(session, ids)
    everyone = [*rows, *(one for some in hanging.values() for one in some)]
    groups = collective_names(session, (row.collective_id for row in everyone))
    forms = form_numbers(session, (row.form_id for row in rows))

    def voice(row: ContributionRow) -> Voice:
        mine = hanging.get(row.id or 0, [])
        group = groups.get(row.collective_id or 0)
        reply = replied.get(row.id or 0)
        answer: dict[str, Json] | None = None
        if reply is not None:
            answer = {
                "reply": reply.key,
                "version": reply.version,
                "outcome": reply.outcome,
                "text": reply.text,
                "signed_by": reply.signed_by,
                "given": instant(reply.modified_at),
            }
        return Voice(
            key=row.key,
            kind=row.kind,
            title=row.title,
            text=row.text,
            author=row.name,
            collective=group.name if group else "",
            paragraph=row.paragraph,
            place=place(row.paragraph),
            form=forms.get(row.form_id or 0, ""),
            submitted_at=row.submitted_at or row.created_at,
            supports=supported.get(row.id or 0, 0),
            pro=tuple(voice(one) for one in mine if one.stance == "pro"),
            con=tuple(voice(one) for one in mine if one.stance == "con"),
            answer=answer,
        )

    return [voice(row) for row in rows]


def keep_version(
    session: Session, topic: TopicRow, content: Content, raw: bytes, pdf: bytes, *, by: int, now: datetime
) -> CouncillorFileRow:
    """One more version, with its log entry. The topic's row must be locked."""
    # Neither topic nor session: such a file has no address of its own, the page of the councillors' file serves it.
    file = FileRow(
        purpose="councillor_file",
        name=f"councillor-file-{topic.key[:8]}-{content['number']}.pdf",
        media_type="application/pdf",
        size=len(pdf),
        digest=sha256_hex(pdf),
        created_at=now,
        modified_at=now,
    )
    session.add(file)
    session.flush()
    session.add(FileBytesRow(file_id=file.id or 0, data=pdf))
    row = CouncillorFileRow(
        topic_id=topic.id or 0,
        number=content["number"],
        file_id=file.id or 0,
        content=raw,
        contributions=total(content),
        made_by=by,
        created_at=now,
        modified_at=now,
    )
    session.add(row)
    session.flush()
    log.append(
        session, entry.make("councillor-file", topic=topic.key, file=file.digest, contributions=row.contributions)
    )
    return row


def versions(session: Session, topic_id: int) -> Sequence[CouncillorFileRow]:
    """The newest first."""
    query = select(CouncillorFileRow).where(CouncillorFileRow.topic_id == topic_id)
    return session.exec(query.order_by(col(CouncillorFileRow.number).desc())).all()


def topics_with_file(session: Session, topic_ids: Iterable[int]) -> set[int]:
    """Which of these topics have one."""
    query = select(CouncillorFileRow.topic_id).where(col(CouncillorFileRow.topic_id).in_([*topic_ids]))
    return set(session.exec(query))


def version(session: Session, topic_id: int, number: int | None) -> CouncillorFileRow:
    """None: the newest. Raises NotFound."""
    for row in versions(session, topic_id):
        if number is None or row.number == number:
            return row
    raise nothing_here()


def digests(session: Session, rows: Iterable[CouncillorFileRow]) -> dict[int, str]:
    """SHA-256 of each version's PDF, hexadecimal, by the id of its file."""
    query = select(FileRow.id, FileRow.digest).where(col(FileRow.id).in_([row.file_id for row in rows]))
    return {number or 0: digest for number, digest in session.exec(query)}


def pdf_of(session: Session, row: CouncillorFileRow) -> tuple[FileRow, bytes]:
    """Raises NotFound when its bytes were erased."""
    data = session.get(FileBytesRow, row.file_id)
    if data is None:
        raise nothing_here()
    return session.get_one(FileRow, row.file_id), data.data


def still_public(session: Session, keys: Iterable[str]) -> set[str]:
    """Those of these contributions whose text may be shown now."""
    query = select(ContributionRow.key).where(
        col(ContributionRow.key).in_([*keys]),
        ContributionRow.state == "published",
        col(ContributionRow.deleted_at).is_(None),
    )
    return set(session.exec(query).all())


def _terms(session: Session, row: ConsultationRow) -> dict[str, Json]:
    answered, due = share_answered(session, row.id or 0)
    return {
        "state": row.state,
        "purpose": row.purpose,
        "can_change": row.can_change,
        "decides": row.decides,
        "opens": instant(row.opens_at) if row.opens_at else "",
        "closes": instant(row.closes_at) if row.closes_at else "",
        "answered": answered,
        "due": due,
    }


def _hidden(session: Session, consultation_id: int) -> int:
    query = select(func.count()).select_from(ContributionRow)
    return session.exec(
        query.where(ContributionRow.consultation_id == consultation_id, ContributionRow.state == "hidden")
    ).one()
