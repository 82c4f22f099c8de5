"""The log's Merkle tree: leaf and node hashes, roots, proofs that an entry, a range or an older tree is inside.

Pure. Where the hashes of complete subtrees are kept is somebody else's business: makers of proofs are handed a `Nodes`.
A tree of size n covers the leaves [0, n); the complete subtree (level, index) covers 1 << level of them.

Source: RFC 6962 section 2.1, RFC 9162 section 2.1; SHA-256.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from crypto.encoding import sha256
from crypto.errors import InvalidProof

Nodes: TypeAlias = Callable[[int, int], bytes]
"""(level, index) -> the 32-byte hash of that complete subtree."""

EMPTY_ROOT = sha256(b"")
HASH_LENGTH = 32
SIZE_LIMIT = 1 << 63
"""No tree is larger; so no proof has more than 63 hashes on one side."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry: SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right)


def cover(start: int, end: int) -> list[tuple[int, int]]:
    """The fewest complete subtrees (level, index) that tile the leaves [start, end), from left to right."""
    subtrees = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        subtrees.append((level, start >> level))
        start += 1 << level
    return subtrees


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over the hashes of `cover(0, size)`: a lone right subtree moves up unchanged."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    return _Peaks().extend(leaves).root()


def subtree(nodes: Nodes, start: int, end: int) -> bytes:
    """MTH(D[start:end]) for a range the tree is cut into: `start` is a multiple of a power of two >= end - start."""
    return fold([nodes(level, index) for level, index in cover(start, end)])


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]), the leaf's sibling first. Needs 0 <= index < size."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in this tree")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_half(end - start)
        if index < middle:
            proof.append(subtree(nodes, middle, end))
            end = middle
        else:
            proof.append(subtree(nodes, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """PROOF(old, D[new]). Needs 0 <= old <= new; empty when old is 0 or new."""
    if not 0 <= old <= new:
        raise ValueError("the old tree is not the smaller one")
    if old in (0, new):
        return []
    proof: list[bytes] = []
    start, end, known = 0, new, True
    while end != old:
        middle = start + _left_half(end - start)
        if old <= middle:
            proof.append(subtree(nodes, middle, end))
            end = middle
        else:
            proof.append(subtree(nodes, start, middle))
            start, known = middle, False
    if not known:
        proof.append(subtree(nodes, start, end))
    return proof[::-1]


def range_proof(nodes: Nodes, start: int, end: int, size: int) -> tuple[list[bytes], list[bytes]]:
    """The hashes left and right of the leaves [start, end): those of `cover(0, start)` and of `cover(end, size)`."""
    if not 0 <= start <= end <= size:
        raise ValueError("the range is not inside the tree")
    return [nodes(*place) for place in cover(0, start)], [nodes(*place) for place in cover(end, size)]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> None:
    """Raises InvalidProof (log.inclusion) unless the leaf hash stands at `index` of the tree of this size and root."""
    if not 0 <= index < size <= SIZE_LIMIT:
        raise InvalidProof("log.inclusion", "the index is not inside the tree")
    inner = (index ^ (size - 1)).bit_length()
    if len(proof) != inner + (index >> inner).bit_count() or not _are_hashes([leaf, root_hash, *proof]):
        raise InvalidProof("log.inclusion", "the proof has the wrong length")
    computed = leaf
    for level, sibling in enumerate(proof):
        if level >= inner or index >> level & 1:
            computed = node_hash(sibling, computed)
        else:
            computed = node_hash(computed, sibling)
    if computed != root_hash:
        raise InvalidProof("log.inclusion", "the entry is not in the log under this root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raises InvalidProof (log.consistency) unless the new tree extends the old one without changing it."""
    if not 0 <= old <= new <= SIZE_LIMIT or not _are_hashes([old_root, new_root, *proof]):
        raise InvalidProof("log.consistency", "the sizes or hashes are out of range")
    if old in (0, new):
        same = old_root == new_root if old == new else old_root == EMPTY_ROOT
        if proof or not same:
            raise InvalidProof("log.consistency", "an empty proof and an equal or empty root were expected")
        return
    old_peak, new_peak = old - 1, new - 1
    while old_peak & 1:
        old_peak, new_peak = old_peak >> 1, new_peak >> 1
    path = list(proof) if old_peak else [old_root, *proof]
    inner = (old_peak ^ new_peak).bit_length()
    if len(path) != 1 + inner + (old_peak >> inner).bit_count():
        raise InvalidProof("log.consistency", "the proof has the wrong length")
    old_computed = new_computed = path[0]
    for level, sibling in enumerate(path[1:]):
        if level >= inner or old_peak >> level & 1:
            old_computed = node_hash(sibling, old_computed)
            new_computed = node_hash(sibling, new_computed)
        else:
            new_computed = node_hash(new_computed, sibling)
    if (old_computed, new_computed) != (old_root, new_root):
        raise InvalidProof("log.consistency", "the new tree is not an extension of the old one")


def verify_range(
    leaves: Sequence[bytes], start: int, size: int, left: Sequence[bytes], right: Sequence[bytes], root_hash: bytes
) -> None:
    """Raises InvalidProof (log.range) unless the leaf hashes are exactly [start, start + len(leaves)) of that tree."""
    end = start + len(leaves)
    if not 0 <= start <= end <= size <= SIZE_LIMIT or not _are_hashes([root_hash, *leaves, *left, *right]):
        raise InvalidProof("log.range", "the range is not inside the tree")
    before, after = cover(0, start), cover(end, size)
    if len(left) != len(before) or len(right) != len(after):
        raise InvalidProof("log.range", "the proof has the wrong length")
    peaks = _Peaks()
    for (level, _), hashed in zip(before, left, strict=True):
        peaks.push(level, hashed)
    peaks.extend(leaves)
    for (level, _), hashed in zip(after, right, strict=True):
        peaks.push(level, hashed)
    if peaks.root() != root_hash:
        raise InvalidProof("log.range", "the entries are not that range of the log")


class _Peaks:
    """Complete subtrees pushed from left to right, two equal neighbours merged at once."""

    def __init__(self) -> None:
        self._stack: list[tuple[int, bytes]] = []

    def push(self, level: int, hashed: bytes) -> None:
        while self._stack and self._stack[-1][0] == level:
            hashed = node_hash(self._stack.pop()[1], hashed)
            level += 1
        self._stack.append((level, hashed))

    def extend(self, leaves: Iterable[bytes]) -> "_Peaks":
        for leaf in leaves:
            self.push(0, leaf)
        return self

    def root(self) -> bytes:
        return fold([hashed for _, hashed in self._stack])


def _left_half(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2."""
    return int(1 << (size - 1).bit_length() - 1)


def _are_hashes(hashes: Sequence[bytes]) -> bool:
    return all(len(hashed) == HASH_LENGTH for hashed in hashes)
