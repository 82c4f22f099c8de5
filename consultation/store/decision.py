"""Decisions, their versions and the votes by name; each save is a version and an entry of the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, extract, func
from sqlmodel import Session, col, delete, or_, select

from audit import entry
from audit import store as log
from audit.refusal import N_
from consultation.council_vote import Choice, Member, Outcome
from consultation.decision import Decision, decision_content
from consultation.errors import Incomplete
from consultation.store.council_tables import (
    BodyRow,
    CouncillorRow,
    CouncilVoteRow,
    DecisionRow,
    DecisionVersionRow,
    FileRow,
    MembershipRow,
    SessionRow,
    TopicRow,
)
from consultation.store.search import refresh_topic
from consultation.store.visibility import PUBLIC_SESSIONS, nothing_here
from crypto.encoding import sha256_hex

PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of decisions."""

    decision: DecisionRow
    topic: TopicRow
    body: BodyRow


def decision_of(session: Session, topic_id: int) -> DecisionRow | None:
    query = select(DecisionRow).where(DecisionRow.topic_id == topic_id, col(DecisionRow.deleted_at).is_(None))
    return session.exec(query).first()


def as_value(session: Session, row: DecisionRow) -> Decision:
    """The newest version."""
    query = (
        select(CouncillorRow.key, CouncilVoteRow.choice)
        .where(CouncilVoteRow.decision_id == row.id, col(CouncilVoteRow.councillor_id) == CouncillorRow.id)
        .order_by(CouncillorRow.key)
    )
    votes = {key: Choice(choice) for key, choice in session.exec(query)}
    return Decision(Outcome(row.outcome), row.number, row.decided_on, row.text, row.ada, row.noted_vote, votes)


def members_on(session: Session, body_id: int, day: date) -> list[Member]:
    """Who votes in the body on a day, the chair first, then by name. A mayor attends without a vote."""
    query = (
        select(CouncillorRow, MembershipRow.role)
        .where(MembershipRow.body_id == body_id, col(MembershipRow.councillor_id) == CouncillorRow.id)
        .where(
            col(MembershipRow.since) <= day, or_(col(MembershipRow.until).is_(None), col(MembershipRow.until) >= day)
        )
        .where(col(MembershipRow.deleted_at).is_(None), MembershipRow.role != "mayor")
    )
    found: dict[str, Member] = {}
    for row, role in session.exec(query):
        chairs = role == "chair" or (row.key in found and found[row.key].chairs)
        found[row.key] = Member(row.key, row.name, chairs)
    return sorted(found.values(), key=lambda member: (not member.chairs, member.name))


def councillor_names(session: Session, keys: Sequence[str]) -> dict[str, str]:
    query = select(CouncillorRow.key, CouncillorRow.name).where(col(CouncillorRow.key).in_(keys))
    return dict(session.exec(query).all())


def check_number_free(session: Session, body_id: int, number: str, topic_id: int) -> None:
    """No other topic of the body has this number; the body stays locked, so that nobody takes it meanwhile.

    Raises Incomplete (decision.taken).
    """
    session.exec(select(BodyRow.id).where(BodyRow.id == body_id).with_for_update()).one()
    query = (
        select(DecisionRow.id)
        .where(col(DecisionRow.topic_id) == TopicRow.id, col(TopicRow.session_id) == SessionRow.id)
        .where(SessionRow.body_id == body_id, DecisionRow.number == number, DecisionRow.topic_id != topic_id)
        .where(col(DecisionRow.deleted_at).is_(None))
    )
    if number and session.exec(query).first() is not None:
        raise Incomplete("decision.taken", N_("Another decision of this body has this number."), field="number")


def save_decision(
    session: Session, topic: TopicRow, decision: Decision, file: FileRow | None, by: int | None, now: datetime
) -> DecisionRow | None:
    """Keep a new version, with its entry in the log. None when nothing differs from the newest one.

    `topic` is locked by `topic.topic_for_change`; `file` is the file of this version, new or as before.
    """
    row = decision_of(session, topic.id or 0)
    digest = file.digest if file else ""
    if row is not None and decision_content(decision, topic.key, row.version, digest) == _newest(session, row):
        return None
    if row is None:
        row = DecisionRow(
            topic_id=topic.id or 0,
            outcome="",
            decided_on=decision.decided_on,
            version=0,
            created_at=now,
            modified_at=now,
        )
    row.version += 1
    row.outcome, row.number, row.decided_on = decision.outcome.value, decision.number, decision.decided_on
    row.text, row.ada, row.noted_vote = decision.text, decision.ada, decision.noted_vote
    row.file_id, row.modified_at = file.id if file else None, now
    topic.modified_at = now
    session.add_all([row, topic])
    session.flush()
    content = decision_content(decision, topic.key, row.version, digest)
    session.add(
        DecisionVersionRow(
            decision_id=row.id or 0, number=row.version, content=content, digest=sha256_hex(content), made_at=now,
            made_by=by,
        )
    )  # fmt: skip
    _write_votes(session, row, decision.votes)
    session.flush()
    log.append(session, entry.make("decision", topic=topic.key, version=row.version, decision=sha256_hex(content)))
    refresh_topic(session, topic.id or 0)
    return row


def versions(session: Session, decision_id: int) -> list[DecisionVersionRow]:
    """Newest first."""
    query = select(DecisionVersionRow).where(DecisionVersionRow.decision_id == decision_id)
    return list(session.exec(query.order_by(col(DecisionVersionRow.number).desc())))


def version(session: Session, topic_id: int, number: int) -> DecisionVersionRow:
    """Raises NotFound."""
    row = decision_of(session, topic_id)
    found = session.get(DecisionVersionRow, (row.id, number)) if row else None
    if found is None:
        raise nothing_here()
    return found


def file_of(session: Session, topic_id: int, digest: str) -> FileRow | None:
    """The file of a version, unless it was removed since."""
    query = (
        select(FileRow)
        .where(FileRow.topic_id == topic_id, FileRow.purpose == "decision", FileRow.digest == digest)
        .where(col(FileRow.deleted_at).is_(None))
        .order_by(col(FileRow.id).desc())
    )
    return session.exec(query).first() if digest else None


def public_decisions(session: Session, *, body: str = "", year: int | None = None, page: int = 1) -> list[Listed]:
    """Newest first, PAGE of them; one more tells that there is another page. `body` is a body's key."""
    query = select(DecisionRow, TopicRow, BodyRow).where(*_public())
    if body:
        query = query.where(BodyRow.key == body)
    if year:
        query = query.where(col(DecisionRow.decided_on) >= date(year, 1, 1))
        query = query.where(col(DecisionRow.decided_on) <= date(year, 12, 31))
    newest = query.order_by(col(DecisionRow.decided_on).desc(), col(DecisionRow.id).desc())
    return [Listed(*row) for row in session.exec(newest.offset((page - 1) * PAGE).limit(PAGE + 1))]


def years_of_decisions(session: Session) -> list[int]:
    """Newest first."""
    year = extract("year", col(DecisionRow.decided_on))
    return sorted({int(found) for found in session.execute(select(year).where(*_public())).scalars()}, reverse=True)


def bodies_with_decisions(session: Session) -> list[tuple[str, str, int]]:
    """Key, name and how many decisions, by name."""
    query = select(BodyRow.key, BodyRow.name, func.count()).where(*_public()).group_by(BodyRow.key, BodyRow.name)
    return [(row[0], row[1], row[2]) for row in session.exec(query.order_by(BodyRow.name))]


def topic_noting(session: Session, vote_uuid: str) -> TopicRow | None:
    """The public topic whose decision took note of this vote's result (M36); of several the newest."""
    query = (
        select(TopicRow)
        .join(DecisionRow, col(DecisionRow.topic_id) == TopicRow.id)
        .join(SessionRow, col(SessionRow.id) == TopicRow.session_id)
        .join(BodyRow, col(BodyRow.id) == SessionRow.body_id)
        .where(*_public(), DecisionRow.noted_vote == vote_uuid)
        .order_by(col(DecisionRow.id).desc())
    )
    return session.exec(query).first() if vote_uuid else None


def _public() -> list[ColumnElement[bool]]:
    """The tables joined, and nothing that the public may not know."""
    return [
        col(DecisionRow.topic_id) == col(TopicRow.id),
        col(TopicRow.session_id) == col(SessionRow.id),
        col(SessionRow.body_id) == col(BodyRow.id),
        col(SessionRow.state).in_(PUBLIC_SESSIONS),
        *(col(row.deleted_at).is_(None) for row in (DecisionRow, TopicRow, SessionRow)),
    ]


def _newest(session: Session, row: DecisionRow) -> bytes:
    return session.get_one(DecisionVersionRow, (row.id, row.version)).content


def _write_votes(session: Session, row: DecisionRow, votes: Mapping[str, Choice]) -> None:
    session.exec(delete(CouncilVoteRow).where(col(CouncilVoteRow.decision_id) == row.id))
    ids = select(CouncillorRow.key, CouncillorRow.id).where(col(CouncillorRow.key).in_([*votes]))
    for key, councillor_id in session.exec(ids).all():
        session.add(CouncilVoteRow(decision_id=row.id or 0, councillor_id=councillor_id or 0, choice=votes[key].value))
