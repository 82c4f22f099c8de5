"""Rows of the registry: who is known to the municipality. Of the registry number only a keyed hash is kept."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import insert, or_, update
from sqlmodel import Field, Session, SQLModel, col, func, select

from audit.local_time import day_of
from db import UtcDateTime
from identity.registry import RegistryPerson
from identity.store.card import CardRow

CHUNK = 500


class PersonRow(SQLModel, table=True):
    __tablename__ = "person"

    id: int | None = Field(default=None, primary_key=True)
    number_hash: bytes = Field(unique=True)
    surname: str
    given_name: str
    father_name: str = ""
    birth_date: date
    is_elector: bool = True
    is_member: bool = True
    is_resident: bool = False
    since: date | None = None
    """When the person came into the registry; None counts for every cut-off."""
    address: str = ""
    active: bool = Field(default=True, index=True)
    sought: str = Field(index=True)
    """Names without accents and case, for the registrar's search."""
    import_id: int | None = None


class ImportRow(SQLModel, table=True):
    """One import of a registry file that went through."""

    __tablename__ = "registry_import"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    digest: str
    persons: int
    added: int
    retired: int
    account_id: int | None = None


def electors(session: Session, cutoff: date) -> list[tuple[int, str | None]]:
    """Everybody with the right to vote who was in the registry on the cut-off day, with the number of their card.

    `cutoff` is a day in Athens; of a moment, the day it falls on there. Ordered by person, one row each.
    """

    if isinstance(cutoff, datetime):
        cutoff = day_of(cutoff)
    query = (
        select(PersonRow.id, CardRow.number)
        .join(CardRow, (col(CardRow.person_id) == PersonRow.id) & col(CardRow.struck_at).is_(None), isouter=True)
        .where(col(PersonRow.active), col(PersonRow.is_elector))
        .where(or_(col(PersonRow.since).is_(None), col(PersonRow.since) <= cutoff))
        .order_by(col(PersonRow.id))
    )
    return [(person_id or 0, number) for person_id, number in session.exec(query)]


def person(session: Session, person_id: int) -> PersonRow | None:
    return session.get(PersonRow, person_id)


def person_name(session: Session, person_id: int) -> str:
    """Given name and surname; empty for nobody."""
    row = session.get(PersonRow, person_id)
    return f"{row.given_name} {row.surname}" if row else ""


def is_active(session: Session, person_id: int) -> bool:
    row = session.get(PersonRow, person_id)
    return row is not None and row.active


def find_people(session: Session, text: str, number_hash: bytes, limit: int = 50) -> Sequence[PersonRow]:
    """Active and former persons whose names begin with each word of `text`, or whose registry number it is."""
    query = select(PersonRow)
    for word in folded(text).split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = query.where(col(PersonRow.sought).like(f"% {escaped}%", escape="\\"))
    by_number = select(PersonRow).where(PersonRow.number_hash == number_hash)
    found = session.exec(by_number).all()
    return found or session.exec(query.order_by(col(PersonRow.sought)).limit(limit)).all()


def count_known(session: Session, digests: list[bytes]) -> int:
    total = 0
    for start in range(0, len(digests), CHUNK):
        part = digests[start : start + CHUNK]
        total += session.exec(
            select(func.count()).select_from(PersonRow).where(col(PersonRow.number_hash).in_(part))
        ).one()
    return total


def write_registry(
    session: Session,
    chunks: Iterable[list[tuple[bytes, RegistryPerson]]],
    *,
    now: datetime,
    digest: str,
    complete: bool,
    account_id: int | None = None,
) -> ImportRow:
    """Add and change persons in the caller's transaction. `complete`: whoever is not in the file is no longer active.

    A person is recognised by the registry number, so a changed name stays the same person (ID-21).
    """
    record = ImportRow(at=now, digest=digest, persons=0, added=0, retired=0, account_id=account_id)
    session.add(record)
    session.flush()
    count = added = retired = 0
    for chunk in chunks:
        count += len(chunk)
        added += _write_chunk(session, chunk, record.id)
    if complete:
        leave = update(PersonRow).where(
            col(PersonRow.active), or_(col(PersonRow.import_id).is_(None), col(PersonRow.import_id) != record.id)
        )
        retired = session.execute(leave.values(active=False)).rowcount  # type: ignore[attr-defined]
    session.expire_all()  # the persons were written past the objects this session may hold
    record.persons, record.added, record.retired = count, added, retired
    session.add(record)
    session.flush()
    return record


def imports(session: Session, limit: int = 20) -> Sequence[ImportRow]:
    return session.exec(select(ImportRow).order_by(col(ImportRow.id).desc()).limit(limit)).all()


def folded(text: str) -> str:
    """Without case and accents; every word after a blank, so that a search can ask for beginnings of words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("ς", "σ")
    return " " + " ".join(plain.split())


def _write_chunk(session: Session, chunk: list[tuple[bytes, RegistryPerson]], import_id: int | None) -> int:
    digests = [digest for digest, _ in chunk]
    known: dict[bytes, int | None] = {}
    for start in range(0, len(digests), CHUNK):
        part = digests[start : start + CHUNK]
        rows = session.exec(select(PersonRow.number_hash, PersonRow.id).where(col(PersonRow.number_hash).in_(part)))
        known |= dict(rows.all())
    fresh = [_values(digest, person, import_id) for digest, person in chunk if digest not in known]
    if fresh:
        session.execute(insert(PersonRow), fresh)
    changed = [
        {"id": known[digest], **_values(digest, person, import_id)} for digest, person in chunk if digest in known
    ]
    if changed:
        session.execute(update(PersonRow), changed)
    return len(fresh)


def _values(digest: bytes, person: RegistryPerson, import_id: int | None) -> dict[str, object]:
    return {
        "number_hash": digest,
        "surname": person.surname,
        "given_name": person.given_name,
        "father_name": person.father_name,
        "birth_date": person.birth_date,
        "is_elector": person.elector,
        "is_member": person.member,
        "is_resident": person.resident,
        "since": person.since,
        "address": person.address,
        "active": True,
        "sought": folded(f"{person.surname} {person.given_name} {person.father_name}"),
        "import_id": import_id,
    }
