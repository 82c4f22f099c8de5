"""The dated versions of published agendas: bytes that never change."""

from datetime import datetime

from sqlmodel import Session, col, select

from consultation.store.council_tables import AgendaVersionRow, SessionRow
from consultation.store.visibility import nothing_here


def add_version(
    session: Session, row: SessionRow, content: bytes, digest: str, reason: str, now: datetime, account_id: int | None
) -> AgendaVersionRow:
    """The next version; the caller has counted `row.version`."""
    version = AgendaVersionRow(
        session_id=row.id or 0,
        number=row.version,
        content=content,
        digest=digest,
        reason=reason,
        made_at=now,
        made_by=account_id,
    )
    session.add(version)
    session.flush()
    return version


def versions(session: Session, session_id: int) -> list[AgendaVersionRow]:
    """The newest first."""
    query = select(AgendaVersionRow).where(AgendaVersionRow.session_id == session_id)
    return list(session.exec(query.order_by(col(AgendaVersionRow.number).desc())))


def newest_version(session: Session, session_id: int) -> AgendaVersionRow | None:
    return next(iter(versions(session, session_id)), None)


def version(session: Session, session_id: int, number: int) -> AgendaVersionRow:
    """Raises NotFound."""
    query = select(AgendaVersionRow).where(AgendaVersionRow.session_id == session_id, AgendaVersionRow.number == number)
    row = session.exec(query).first()
    if row is None:
        raise nothing_here()
    return row
