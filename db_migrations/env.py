"""Alembic's door: `db.create_tables` hands over an open connection; nothing is configured here."""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

from db import UtcDateTime


def plain_type(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Write our column types into scripts in their plainest spelling."""
    if kind == "type" and isinstance(value, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(value, UtcDateTime):
        return "UtcDateTime()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    render_item=plain_type,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
