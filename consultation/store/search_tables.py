"""The tables of the search: an inverted index of our own, so that SQLite and PostgreSQL find the same."""

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db import UtcDateTime

BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte on both databases: the beginnings of words are looked up as a range."""


class SearchDocumentRow(SQLModel, table=True):
    """One thing that can be found. `kind` is a key of consultation.search.LABELS, `key` that of its object."""

    __tablename__ = "search_document"
    __table_args__ = (UniqueConstraint("kind", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    key: str
    topic_id: int = Field(foreign_key="topic.id", index=True)
    contribution_id: int | None = Field(default=None, foreign_key="contribution.id", index=True)
    url: str
    title: str
    text: str
    """What is public of it, for the piece shown with a hit."""
    at: datetime = Field(sa_type=UtcDateTime)


class SearchTermRow(SQLModel, table=True):
    """A stem, or `=` and a word as written (consultation.search). `weight` grows with where and how often it stands."""

    __tablename__ = "search_term"

    term: str = Field(primary_key=True, sa_type=BYTEWISE)
    document_id: int = Field(primary_key=True, foreign_key="search_document.id", index=True)
    weight: int
