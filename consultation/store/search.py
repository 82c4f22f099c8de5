"""The search index: rewritten with every change of what is public, and asked.

Whoever changes, shows or hides something calls `refresh_topic` or `refresh_contribution` in the same transaction. A
question joins the objects once more, so that what is not public now is not found even if somebody forgot (AC-06).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, text
from sqlmodel import Session, col, select

from consultation import search
from consultation.search import Question
from consultation.store import search_source as source
from consultation.store.council_tables import BodyRow, SessionRow, TopicRow
from consultation.store.once_public import shown_contribution
from consultation.store.participation_tables import ConsultationRow, ContributionRow
from consultation.store.search_tables import SearchDocumentRow, SearchTermRow
from consultation.store.visibility import PUBLIC_CONSULTATIONS, PUBLIC_SESSIONS

PAGE = 20
"""Hits of one page."""
PATIENCE = "2s"
"""After which PostgreSQL gives a question up (WB-10)."""
_TOPICS, _CONTRIBUTIONS = 0x6B70, 0x6B71  # the first half of the advisory locks' keys
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Hit:
    kind: str
    url: str
    title: str
    topic: str
    body: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits; `counts` by kind are those of all pages and of every kind."""

    hits: tuple[Hit, ...]
    counts: dict[str, int]
    total: int


def refresh_topic(session: Session, topic_id: int) -> None:
    """Rewrite what can be found of a topic: itself, its consultation, decision and extract of the minutes."""
    _take_turn(session, _TOPICS, topic_id)
    mine = and_(col(SearchDocumentRow.topic_id) == topic_id, col(SearchDocumentRow.contribution_id).is_(None))
    _rewrite(session, mine, source.of_topic(session, topic_id))


def refresh_contribution(session: Session, contribution_id: int) -> None:
    """Rewrite what can be found of a contribution and its reply; nothing unless it is published."""
    _take_turn(session, _CONTRIBUTIONS, contribution_id)
    mine = col(SearchDocumentRow.contribution_id) == contribution_id
    _rewrite(session, mine, source.of_contribution(session, contribution_id))


def rebuild(session: Session) -> int:
    """Make the whole index again from what is public now; returns the number of documents."""
    session.execute(delete(SearchTermRow))
    session.execute(delete(SearchDocumentRow))
    for topic_id in session.exec(select(TopicRow.id).order_by(col(TopicRow.id))).all():
        refresh_topic(session, topic_id or 0)
    for contribution_id in session.exec(select(ContributionRow.id).order_by(col(ContributionRow.id))).all():
        refresh_contribution(session, contribution_id or 0)
    return session.exec(select(func.count()).select_from(SearchDocumentRow)).one()


def find(session: Session, question: Question, *, kind: str = "", body: str = "", page: int = 1) -> Found:
    """The documents that have every word, best first, of equal ones the newest; `body` is a body's key."""
    if not question.words:
        return Found((), {}, 0)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL statement_timeout = '{PATIENCE}'"))
    matching, score = _matching(question)
    if body:
        matching = matching.where(col(BodyRow.key) == body)
    of_kind = matching.with_only_columns(col(SearchDocumentRow.kind), func.count()).group_by(
        col(SearchDocumentRow.kind)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in session.execute(of_kind)}
    if kind:
        matching = matching.where(col(SearchDocumentRow.kind) == kind)
    best = matching.order_by(score.desc(), col(SearchDocumentRow.at).desc(), col(SearchDocumentRow.id).desc())
    rows = session.execute(best.limit(PAGE).offset((page - 1) * PAGE)).all()
    total = counts.get(kind, 0) if kind else sum(counts.values())
    return Found(tuple(Hit(*row) for row in rows), counts, total)


def bodies(session: Session) -> list[tuple[str, str]]:
    """Key and name of each body, by name."""
    query = select(BodyRow.key, BodyRow.name).where(col(BodyRow.deleted_at).is_(None)).order_by(col(BodyRow.name))
    return [(key, name) for key, name in session.exec(query)]


def _matching(question: Question) -> tuple[Select[Any], ColumnElement[int]]:
    """A query of all public documents with every word, and the expression of their weight."""
    query: Select[Any] = (
        select(  # type: ignore[call-overload]
            SearchDocumentRow.kind,
            SearchDocumentRow.url,
            SearchDocumentRow.title,
            TopicRow.title,
            BodyRow.name,
            SearchDocumentRow.at,
            SearchDocumentRow.text,
        )
        .join(TopicRow, col(TopicRow.id) == SearchDocumentRow.topic_id)
        .join(SessionRow, col(SessionRow.id) == TopicRow.session_id)
        .join(BodyRow, col(BodyRow.id) == SessionRow.body_id)
        .outerjoin(ContributionRow, col(ContributionRow.id) == SearchDocumentRow.contribution_id)
        .outerjoin(ConsultationRow, col(ConsultationRow.id) == ContributionRow.consultation_id)
        .where(
            col(SessionRow.state).in_(PUBLIC_SESSIONS),
            col(SessionRow.deleted_at).is_(None),
            col(TopicRow.deleted_at).is_(None),
            or_(
                col(SearchDocumentRow.contribution_id).is_(None),
                and_(
                    *shown_contribution(),
                    col(ConsultationRow.state).in_(PUBLIC_CONSULTATIONS),
                    col(ConsultationRow.deleted_at).is_(None),
                ),
            ),
        )
    )
    weights: list[ColumnElement[int]] = []
    for word in question.words:
        terms = [col(SearchTermRow.term) == term for term in word.terms]
        if word is question.words[-1] and (start := question.unfinished):
            # A range, not LIKE: it uses the index on both databases, and no letter means more than itself.
            terms.append(and_(col(SearchTermRow.term) >= start, col(SearchTermRow.term) < start + _LAST))
        having = (
            select(SearchTermRow.document_id, func.max(SearchTermRow.weight).label("weight"))
            .where(or_(*terms))
            .group_by(col(SearchTermRow.document_id))
            .subquery()
        )
        query = query.join(having, having.c.document_id == col(SearchDocumentRow.id))
        weights.append(having.c.weight)
    return query, sum(weights[1:], start=weights[0])


def _rewrite(session: Session, mine: ColumnElement[bool], documents: Sequence[source.Document]) -> None:
    old = select(SearchDocumentRow.id).where(mine)
    session.execute(delete(SearchTermRow).where(col(SearchTermRow.document_id).in_(old)))
    session.execute(delete(SearchDocumentRow).where(mine))
    for document in documents:
        row = SearchDocumentRow(
            kind=document.kind,
            key=document.key,
            topic_id=document.topic_id,
            contribution_id=document.contribution_id,
            url=document.url,
            title=document.title,
            text=document.text,
            at=document.at if isinstance(document.at, datetime) else datetime.combine(document.at, time(), UTC),
        )
        session.add(row)
        session.flush()
        terms = search.weigh(document.parts)
        values = [{"term": term, "document_id": row.id, "weight": weight} for term, weight in terms.items()]
        if values:
            session.execute(insert(SearchTermRow), values)


def _take_turn(session: Session, what: int, number: int) -> None:
    """Two transactions never rewrite the same documents at once; on SQLite there is one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:what, :number)"), {"what": what, "number": number})
    session.flush()
