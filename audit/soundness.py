"""Is the stored log fit to be signed? Asked at every start, after every database fault, and of every restored copy.

Reads only. The first thing that is wrong is raised as LogUnfit; silence means that head, tiles, entries, the last
checkpoint and the keeper's memory agree.
"""

from functools import partial

from sqlmodel import Session

from audit import store, tree
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.entry import decode_entry
from audit.errors import LogUnfit
from audit.keeper import check_extends, check_memory
from audit.note import VerifierKey
from audit.tiles import WIDTH
from crypto.errors import Flaw


def check_log(session: Session, kept: Checkpoint | None, key: VerifierKey, *, every_entry: bool = False) -> None:
    """Raises LogUnfit. `every_entry` hashes all entries instead of the last 256 at most."""
    head = store.head(session)
    _check_entries(session, head.size)
    root_at = partial(store.root_at, session)
    try:
        root = root_at(head.size)
    except KeyError:
        raise LogUnfit("log.root", "hashes of the tree are missing") from None
    if root != head.root:
        raise LogUnfit("log.root", "the hashes of the tree do not give the root of the head")
    _check_hashes(session, 0 if every_entry else head.size - 1 - (head.size - 1) % WIDTH, head.size)
    latest = store.latest_checkpoint(session)
    if latest is not None:
        check_extends(_opened(latest, key), head.size, root_at, "the last stored checkpoint")
    check_memory(kept, head.size, root_at)


def _check_entries(session: Session, size: int) -> None:
    count, last = store.entry_count(session), store.newest_index(session)
    if count != size or last != size - 1:
        raise LogUnfit("log.entries", f"the head counts {size} entries, there are {count} with indices up to {last}")


def _check_hashes(session: Session, start: int, size: int) -> None:
    """The stored leaf hashes from `start`, a multiple of 256, are those of the stored entries."""
    leaves: list[bytes] = []
    try:
        for raw in store.entries(session, max(start, 0), size):
            decode_entry(raw)
            leaves.append(tree.leaf_hash(raw))
    except (Flaw, KeyError) as flaw:
        raise LogUnfit("log.entries", f"entry {max(start, 0) + len(leaves)} cannot be read") from flaw
    for first in range(0, len(leaves), WIDTH):
        stored = store.tile(session, 0, (start + first) // WIDTH)
        if stored != b"".join(leaves[first : first + WIDTH]):
            raise LogUnfit("log.entries", f"an entry from {start + first} on is not the one that was logged")


def _opened(stored: store.Signed, key: VerifierKey) -> Checkpoint:
    try:
        checkpoint = open_checkpoint(stored.note, key)
    except Flaw as flaw:
        raise LogUnfit("log.key", f"the last stored checkpoint is not signed by {key.name} with this key") from flaw
    if checkpoint.tree_size != stored.size:
        raise LogUnfit("log.key", f"the checkpoint stored for {stored.size} entries speaks of {checkpoint.tree_size}")
    return checkpoint
