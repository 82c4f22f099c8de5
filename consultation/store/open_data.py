"""The rows of the open datasets. What is or was public has a row; of what was removed only its key and its dates.

Each reader takes the number of rows to skip and gives at most `export.ROWS`, in the order they were stored.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlmodel import Session, col, func, select

from consultation.export import ROWS, Record, day, instant_or_none, record
from consultation.store.council_tables import (
    BodyRow,
    CouncillorRow,
    CouncilVoteRow,
    DecisionRow,
    FactionRow,
    MeasureNoteRow,
    MeasureRow,
    SessionRow,
    TopicRow,
)
from consultation.store.once_public import (
    consultation_once,
    contribution_once,
    decision_once,
    measure_once,
    session_once,
    shown_contribution,
    topic_once,
)
from consultation.store.oparl_stamps import Ledger
from consultation.store.participation_tables import (
    AppealRow,
    CollectiveRow,
    ConsultationRow,
    ContributionRow,
    RemovalRow,
    ReplyLinkRow,
    ReplyRow,
    SupportRow,
)
from consultation.store.visibility import is_public_contribution
from crypto.encoding import Json


def sessions(session: Session, skip: int) -> list[Record]:
    query = select(SessionRow, BodyRow).where(col(SessionRow.body_id) == BodyRow.id, *session_once())
    return [
        _record(row, row.published_at, [row], {
            "body": body.key, "body_name": body.name, "kind": row.kind, "state": row.state, "title": row.title,
            "place": row.place, "starts": instant_or_none(row.starts_at), "urgent_reason": row.urgent_reason,
            "version": row.version, "url": f"/sessions/{row.key}",
        })
        for row, body in _page(session, query, SessionRow, skip)
    ]  # fmt: skip


def topics(session: Session, skip: int) -> list[Record]:
    numbers = Ledger(session).numbers
    query = select(TopicRow, SessionRow).where(*topic_once())
    return [
        _record(row, owner.published_at, [row, owner], {
            "session": owner.key, "number": numbers.get(row.id or 0), "mark": row.mark, "state": row.state,
            "title": row.title, "plain_summary": row.plain_summary, "motion": row.motion, "proposer": row.proposer,
            "url": f"/topics/{row.key}",
        })
        for row, owner in _page(session, query, TopicRow, skip)
    ]  # fmt: skip


def consultations(session: Session, skip: int) -> list[Record]:
    query = select(ConsultationRow, TopicRow, SessionRow).where(*consultation_once())
    return [
        _record(row, owner.published_at, [row, topic, owner], {
            "topic": topic.key, "state": row.state, "purpose": row.purpose, "can_change": row.can_change,
            "decides": row.decides, "answer_by": day(row.answer_by), "plain_summary": row.plain_summary,
            "opens": instant_or_none(row.opens_at), "closes": instant_or_none(row.closes_at),
            "url": f"/topics/{topic.key}/consultation",
        })
        for row, topic, owner in _page(session, query, ConsultationRow, skip)
    ]  # fmt: skip


def contributions(session: Session, skip: int) -> list[Record]:
    """Nothing of drafts and of what waits for a moderator; of a person only the name that the page shows."""
    query = select(ContributionRow, TopicRow, ConsultationRow, SessionRow).where(*contribution_once())
    page = _page(session, query, ContributionRow, skip)
    ids = [row.id or 0 for row, *_ in page]
    supports = _counts(session, SupportRow.contribution_id, ids)
    answered = select(ReplyLinkRow.contribution_id, ReplyRow.key).where(
        col(ReplyLinkRow.contribution_id).in_(ids), ReplyLinkRow.reply_id == ReplyRow.id
    )
    replied = dict(session.exec(answered).all())
    parents = _keys(session, ContributionRow, {row.parent_id for row, *_ in page})
    names = _names(session, CollectiveRow, {row.collective_id for row, *_ in page})
    shown = shown_contribution()
    sides = {
        stance: _counts(session, ContributionRow.parent_id, ids, *shown, ContributionRow.stance == stance)
        for stance in ("pro", "con")
    }
    return [
        _record(row, row.submitted_at, [row, topic, consultation, owner], {
            "topic": topic.key, "kind": row.kind, "paragraph": row.paragraph,
            "parent": parents.get(row.parent_id or 0), "stance": row.stance, "title": row.title, "text": row.text,
            "name": row.name, "collective": names.get(row.collective_id or 0),
            "supports": supports.get(row.id or 0, 0), "arguments_for": sides["pro"].get(row.id or 0, 0),
            "arguments_against": sides["con"].get(row.id or 0, 0), "reply": replied.get(row.id or 0),
            "submitted": instant_or_none(row.submitted_at), "commitment": row.commitment,
            "url": f"/contributions/{row.key}",
        } if is_public_contribution(row) else None)
        for row, topic, consultation, owner in page
    ]  # fmt: skip


def replies(session: Session, skip: int) -> list[Record]:
    """A reply is shown at what it answers, so one whose contributions are all hidden counts as removed."""
    query = select(ReplyRow, TopicRow, ConsultationRow, SessionRow).where(
        *consultation_once(), col(ReplyRow.consultation_id) == ConsultationRow.id
    )
    page = _page(session, query, ReplyRow, skip)
    links = select(ReplyLinkRow.reply_id, ContributionRow.key).where(
        col(ReplyLinkRow.reply_id).in_([row.id for row, *_ in page]),
        ReplyLinkRow.contribution_id == ContributionRow.id,
        *shown_contribution(),
    )
    answered: dict[int, list[Json]] = {}
    for reply_id, key in session.exec(links.order_by(col(ContributionRow.key))):
        answered.setdefault(reply_id, []).append(key)
    return [
        _record(row, None, [row, topic, consultation, owner], {
            "topic": topic.key, "outcome": row.outcome, "text": row.text, "signed_by": row.signed_by,
            "contributions": answered[row.id or 0], "version": row.version,
        } if row.id in answered else None)
        for row, topic, consultation, owner in page
    ]  # fmt: skip


def decisions(session: Session, skip: int) -> list[Record]:
    query = select(DecisionRow, TopicRow, SessionRow).where(*decision_once())
    return [
        _record(row, owner.published_at, [row, topic, owner], {
            "topic": topic.key, "session": owner.key, "outcome": row.outcome, "number": row.number,
            "decided_on": day(row.decided_on), "text": row.text, "ada": row.ada, "vote_noted": row.noted_vote,
            "version": row.version, "url": f"/topics/{topic.key}#decision",
        })
        for row, topic, owner in _page(session, query, DecisionRow, skip)
    ]  # fmt: skip


def votes(session: Session, skip: int) -> list[Record]:
    """One row for each member and decision; its key joins theirs, its dates are the decision's."""
    tables: Any = (CouncilVoteRow, DecisionRow, CouncillorRow, TopicRow, SessionRow)
    query = select(*tables).where(
        *decision_once(),
        CouncilVoteRow.decision_id == DecisionRow.id,
        CouncilVoteRow.councillor_id == CouncillorRow.id,
    )
    order = (col(CouncilVoteRow.decision_id), col(CouncilVoteRow.councillor_id))
    page = session.exec(query.order_by(*order).offset(skip).limit(ROWS + 1)).all()
    factions = _names(session, FactionRow, {person.faction_id for _vote, _decision, person, *_ in page})
    found: list[Record] = []
    for vote, decision, person, topic, owner in page:
        values: Record = {
            "decision": decision.key, "topic": topic.key, "councillor": person.key, "councillor_name": person.name,
            "faction": factions.get(person.faction_id), "choice": vote.choice,
        }  # fmt: skip
        one = _record(decision, owner.published_at, [decision, topic, owner], values)
        found.append({**one, "key": f"{decision.key}-{person.key}"})
    return found


def measures(session: Session, skip: int) -> list[Record]:
    query = select(MeasureRow, DecisionRow, TopicRow, SessionRow).where(*measure_once())
    page = _page(session, query, MeasureRow, skip)
    notes = _counts(session, MeasureNoteRow.measure_id, [row.id or 0 for row, *_ in page])
    return [
        _record(row, None, [row, decision, topic, owner], {
            "topic": topic.key, "title": row.title, "owner": row.owner, "budget_cents": row.budget_cents,
            "horizon": row.horizon, "status": row.status, "due_on": day(row.due_on),
            "notes": notes.get(row.id or 0, 0), "version": row.version, "url": f"/measures/{row.key}",
        })
        for row, decision, topic, owner in page
    ]  # fmt: skip


def removals(session: Session, skip: int) -> list[Record]:
    """Without the contribution's key: once it is shown again, that would lead to its author."""
    query = (
        select(RemovalRow, ContributionRow.kind, TopicRow, AppealRow)
        .join(AppealRow, col(AppealRow.removal_id) == RemovalRow.id, isouter=True)
        .where(
            *consultation_once(),
            col(ContributionRow.consultation_id) == ConsultationRow.id,
            RemovalRow.contribution_id == ContributionRow.id,
        )
    )
    found = []
    for row, kind, topic, appeal in _page(session, query, RemovalRow, skip):
        values: Record = {
            "topic": topic.key, "kind": kind, "reason": row.reason, "stage": row.stage, "state": row.state,
            "appeal_until": instant_or_none(row.appeal_until),
            "appeal_due": instant_or_none(appeal.due_at) if appeal else None,
            "appeal_outcome": appeal.outcome if appeal else "",
            "appeal_decided": instant_or_none(appeal.decided_at) if appeal else None,
        }  # fmt: skip
        changed = max(row.modified_at, appeal.modified_at) if appeal else row.modified_at
        found.append(record(row.key, row.created_at, changed, values))
    return found


READERS: Mapping[str, Callable[[Session, int], list[Record]]] = MappingProxyType(
    {
        "sessions": sessions,
        "topics": topics,
        "consultations": consultations,
        "contributions": contributions,
        "replies": replies,
        "decisions": decisions,
        "votes": votes,
        "measures": measures,
        "removals": removals,
    }
)


def _record(row: Any, since: datetime | None, owners: Iterable[Any], values: Record | None) -> Record:
    """`since`: when it became public. Gone when it or one of its owners is deleted, or without values."""
    ends = [owner.deleted_at for owner in owners if owner.deleted_at is not None]
    created = max(row.created_at, since) if since else row.created_at
    return record(row.key, created, max(created, row.modified_at, *ends), None if ends else values)


def _page(session: Session, query: Any, table: Any, skip: int) -> Sequence[Any]:
    """One row more than ROWS tells that there is another page."""
    return list(session.exec(query.order_by(table.id).offset(skip).limit(ROWS + 1)))


def _counts(session: Session, column: Any, ids: Sequence[int], *conditions: Any) -> dict[int, int]:
    query = select(column, func.count()).where(column.in_(ids), *conditions).group_by(column)
    return dict(session.exec(query).all())


def _keys(session: Session, table: Any, ids: set[int | None]) -> dict[int, str]:
    return dict(session.exec(select(table.id, table.key).where(table.id.in_(ids))).all())


def _names(session: Session, table: Any, ids: set[int | None]) -> dict[int | None, str]:
    return dict(session.exec(select(table.id, table.name).where(table.id.in_(ids))).all())
