"""Rows of reply templates, shared by everybody who answers."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from audit.refusal import N_
from consultation.errors import Incomplete
from consultation.reply import Template
from consultation.store.participation_tables import ReplyTemplateRow
from consultation.store.visibility import nothing_here


def templates(session: Session) -> Sequence[ReplyTemplateRow]:
    """By name."""
    return session.exec(select(ReplyTemplateRow).order_by(col(ReplyTemplateRow.name))).all()


def template(session: Session, template_id: int) -> ReplyTemplateRow:
    """Locked when the session writes. Raises NotFound."""
    query = select(ReplyTemplateRow).where(ReplyTemplateRow.id == template_id).with_for_update()
    row = session.exec(query).first()
    if row is None:
        raise nothing_here()
    return row


def keep_template(session: Session, row: ReplyTemplateRow, given: Template) -> None:
    """Add or change one. Raises Incomplete (template.taken) for the name of another, kept before or at this moment."""
    try:
        with session.begin_nested():
            row.name, row.outcome, row.text = given.name, given.outcome, given.text
            row.revision += 1
            session.add(row)
            session.flush()
    except IntegrityError:
        raise Incomplete("template.taken", N_("Another template has this name."), field="name") from None


def delete_template(session: Session, row: ReplyTemplateRow) -> None:
    """Replies made from it stay."""
    session.delete(row)
    session.flush()
