"""The only SQL that touches the log: queueing, appending under the one head, reading, proving.

An entry is first queued in the transaction of the act it records, without an index; `sequence` gives indices, in
one transaction with the tiles and the head. Signing is `audit.keeper`'s; a row here is never changed but the head and
the tiles at the right edge.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, insert, text
from sqlmodel import Session, col, select, update

from audit import tiles, tree
from audit.batch import Waiting, order_batch
from audit.entry import Entry, decode_entry
from audit.errors import HeadMoved, LogHalted
from audit.store_tables import CheckpointRow, EntryRow, HeadRow, OutboxRow, TileRow
from crypto.errors import Malformed
from db import Database

SEQUENCER_LOCK = 0x6B616C7069
"""The PostgreSQL advisory lock of whoever appends ("kalpi")."""
CHUNK = 1000
"""Rows read at a time when many entries are walked."""


class Head(NamedTuple):
    size: int
    root: bytes
    changed_at: datetime | None
    halted: str


@dataclass(frozen=True, slots=True)
class Logged:
    index: int
    entry: Entry


class Signed(NamedTuple):
    """A stored checkpoint: the note's bytes and the size it speaks of."""

    size: int
    note: bytes


def append(session: Session, raw: bytes) -> None:
    """Queue a control entry in the caller's transaction; it enters the log at once after the commit.

    Raises Malformed for bytes that are not an entry of a known kind, LogHalted (503).
    """
    _queue(session, raw, credential=None, sequence=None)


def append_ballot(session: Session, raw: bytes, credential: str, sequence: int) -> None:
    """Queue a ballot's entry; it waits for the ballots' cadence or the end of casting. Raises as `append`."""
    _queue(session, raw, credential=credential, sequence=sequence)


def sequence(db: Database, now: datetime, *, ballots: bool) -> int:
    """Give indices to what waits: control entries, and ballots when their cadence has come. Returns how many.

    Zero also when another process is at it. Raises HeadMoved when somebody wrote the head without the lock.
    """
    with db.writing() as session:
        if not _sole_sequencer(session):
            return 0
        # The head is read before the outbox: whoever empties the outbox in between has moved the head.
        _insert_head(session)
        old = head(session)
        batch = order_batch(_waiting(session), ballots=ballots)
        if batch:
            _write_batch(session, old, batch, now)
        return len(batch)


def has_waiting(session: Session, *, ballots: bool) -> bool:
    """Whether `sequence` would find something."""
    query = select(OutboxRow.id).limit(1)
    if not ballots:
        query = query.where(col(OutboxRow.credential).is_(None))
    return session.exec(query).first() is not None


def waiting_count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(OutboxRow)).one()


def begin_log(session: Session, opening: bytes) -> bool:
    """Make the head of an empty log and queue its first entry. False when there is a head already."""
    begun = _insert_head(session)
    if begun:
        append(session, opening)
    return begun


def head(session: Session) -> Head:
    row = session.get(HeadRow, 1, populate_existing=True)
    return Head(row.size, row.root, row.changed_at, row.halted) if row else Head(0, tree.EMPTY_ROOT, None, "")


def halt(session: Session, reason: str) -> None:
    """Refuse every append from now on; an empty reason lifts it."""
    session.execute(update(HeadRow).where(col(HeadRow.id) == 1).values(halted=reason))


def keep_checkpoint(session: Session, signed: Signed) -> None:
    """Store a note; the one already there for this size stays."""
    session.execute(
        text("INSERT INTO log_checkpoint (size, note) VALUES (:size, :note) ON CONFLICT DO NOTHING"), signed._asdict()
    )


def latest_checkpoint(session: Session) -> Signed | None:
    row = session.exec(select(CheckpointRow).order_by(col(CheckpointRow.size).desc()).limit(1)).first()
    return Signed(row.size, row.note) if row else None


def log_size(session: Session) -> int:
    """Entries with an index; waiting ones are not among them."""
    return head(session).size


def entry(session: Session, index: int) -> Logged | None:
    row = session.get(EntryRow, index) if 0 <= index < tree.SIZE_LIMIT else None
    return Logged(row.idx, decode_entry(row.data)) if row else None


def entries(session: Session, start: int, end: int) -> Iterator[bytes]:
    """The bytes of the entries [start, end), which must all be there, in order. Raises KeyError at a gap."""
    for first in range(start, end, CHUNK):
        last = min(first + CHUNK, end)
        rows = session.exec(
            select(EntryRow.idx, EntryRow.data)
            .where(col(EntryRow.idx) >= first, col(EntryRow.idx) < last)
            .order_by(col(EntryRow.idx))
        ).all()
        if [idx for idx, _ in rows] != list(range(first, last)):
            raise KeyError(f"an entry from {first} to {last - 1}")
        yield from (data for _, data in rows)


def find(session: Session, kind: str, referendum: str | None = None) -> list[Logged]:
    """Entries of a kind, of one vote if a uuid is given, in log order."""
    query = select(EntryRow).where(EntryRow.kind == kind).order_by(col(EntryRow.idx))
    if referendum is not None:
        query = query.where(EntryRow.referendum == referendum)
    return [Logged(row.idx, decode_entry(row.data)) for row in session.exec(query)]


def entries_about(session: Session, subject: str) -> list[Logged]:
    """Entries about one topic or session, by its key, in log order."""
    query = select(EntryRow).where(EntryRow.subject == subject).order_by(col(EntryRow.idx))
    return [Logged(row.idx, decode_entry(row.data)) for row in session.exec(query)]


def promised(session: Session, kind: str) -> list[Entry]:
    """Control entries of a kind that wait for their index, in order: read together with `find`, none is missed."""
    query = select(OutboxRow.data).where(OutboxRow.kind == kind, col(OutboxRow.credential).is_(None))
    return [decode_entry(data) for data in session.exec(query.order_by(col(OutboxRow.id)))]


def newest_acts(session: Session, count: int) -> list[Logged]:
    """The last entries that are not ballots, newest first."""
    query = select(EntryRow).where(EntryRow.kind != "ballot").order_by(col(EntryRow.idx).desc()).limit(count)
    return [Logged(row.idx, decode_entry(row.data)) for row in session.exec(query)]


def count_by_kind(session: Session) -> dict[str, int]:
    return dict(session.exec(select(EntryRow.kind, func.count()).group_by(EntryRow.kind)).all())


def entry_count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(EntryRow)).one()


def newest_index(session: Session) -> int:
    """-1 when there is no entry."""
    last = session.exec(select(func.max(EntryRow.idx))).one()
    return -1 if last is None else last


def ballot_index(session: Session, digest: str) -> int | None:
    """Where the ballot with this SHA-256 (hex) stands; None while it waits or was never accepted."""
    try:
        wanted = bytes.fromhex(digest)
    except ValueError:
        return None
    return session.exec(select(EntryRow.idx).where(EntryRow.ballot == wanted).order_by(col(EntryRow.idx))).first()


def root_at(session: Session, size: int) -> bytes:
    """The root the log had at this size, folded from the tiles. Raises KeyError for a size never reached."""
    return tree.subtree(_nodes(session), 0, size)


def tile(session: Session, level: int, index: int) -> bytes:
    """The hashes of a tile so far; empty when there is none."""
    found = session.exec(select(TileRow.data).where(TileRow.level == level, TileRow.idx == index)).first()
    return found or b""


def inclusion(session: Session, index: int, size: int) -> list[bytes]:
    """The proof that entry `index` is in the tree of `size`. Raises ValueError, KeyError for a size never reached."""
    return tree.inclusion_proof(_nodes(session), index, size)


def consistency(session: Session, old: int, new: int) -> list[bytes]:
    return tree.consistency_proof(_nodes(session), old, new)


def range_proof(session: Session, start: int, end: int, size: int) -> tuple[list[bytes], list[bytes]]:
    """The hashes left and right of the entries [start, end), as `tree.verify_range` wants them."""
    return tree.range_proof(_nodes(session), start, end, size)


def _nodes(session: Session) -> tree.Nodes:
    return tiles.nodes(lambda level, index: tile(session, level, index))


def _queue(session: Session, raw: bytes, *, credential: str | None, sequence: int | None) -> None:
    decoded = decode_entry(raw)
    if not decoded.known or (decoded.kind == "ballot") != (credential is not None):
        raise Malformed("entry.kind", f"{decoded.kind} cannot be appended this way")
    if session.exec(select(HeadRow.halted).where(HeadRow.id == 1)).first():
        raise LogHalted
    row = {"data": raw, "kind": decoded.kind, "referendum": decoded.referendum}
    session.execute(insert(OutboxRow), {**row, "credential": credential, "sequence": sequence})


def _waiting(session: Session) -> list[Waiting]:
    rows = session.exec(select(OutboxRow).order_by(col(OutboxRow.id))).all()
    return [Waiting(row.id or 0, row.kind, row.referendum, row.data, row.credential, row.sequence) for row in rows]


def _write_batch(session: Session, old: Head, batch: list[Waiting], now: datetime) -> None:
    changed = tiles.extend(
        lambda level, index: tile(session, level, index), old.size, [tree.leaf_hash(item.raw) for item in batch]
    )
    session.execute(
        text(
            "INSERT INTO log_tile (level, idx, data) VALUES (:level, :idx, :data) "
            "ON CONFLICT (level, idx) DO UPDATE SET data = excluded.data"
        ),
        [{"level": level, "idx": index, "data": data} for (level, index), data in changed.items()],
    )
    session.execute(insert(EntryRow), [_entry_values(index, item) for index, item in enumerate(batch, old.size)])
    session.execute(text("DELETE FROM log_outbox WHERE id = :place"), [{"place": item.place} for item in batch])
    size = old.size + len(batch)
    swapped = session.execute(
        update(HeadRow)
        .where(col(HeadRow.id) == 1, col(HeadRow.size) == old.size, col(HeadRow.root) == old.root)
        .values(size=size, root=root_at(session, size), changed_at=now)
    )
    if swapped.rowcount != 1:  # type: ignore[attr-defined]
        raise HeadMoved


def _entry_values(index: int, item: Waiting) -> dict[str, object]:
    """Every waiting entry is read once more: bytes that are no entry never get an index. Raises Malformed."""
    decoded = decode_entry(item.raw)
    ballot = decoded.members["ballot"] if item.is_ballot else None
    digest = bytes.fromhex(ballot) if isinstance(ballot, str) else None
    return {
        "idx": index,
        "kind": item.kind,
        "referendum": item.referendum,
        "subject": decoded.subject,
        "ballot": digest,
        "data": item.raw,
    }


def _insert_head(session: Session) -> bool:
    """False when it is there already."""
    inserted = session.execute(
        text("INSERT INTO log_head (id, size, root, halted) VALUES (1, 0, :root, '') ON CONFLICT DO NOTHING"),
        {"root": tree.EMPTY_ROOT},
    )
    return bool(inserted.rowcount)  # type: ignore[attr-defined]


def _sole_sequencer(session: Session) -> bool:
    if session.get_bind().dialect.name != "postgresql":
        return True  # on SQLite the writing transaction itself excludes every other
    return bool(session.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": SEQUENCER_LOCK}).scalar())
