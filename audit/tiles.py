"""Tiles: the tree's hashes kept 256 at a time, so that appending and proving touch a handful of rows.

Pure: a tile is read through a callable. Tile (level, index) holds up to 256 hashes, 32 bytes each, of complete subtrees
with 256 ** level leaves; the last tile of a level grows until it is full, then one hash of it goes one level up.

Source: c2sp.org/tlog-tiles, whose files a later export writes from the same bytes.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from audit.tree import HASH_LENGTH, Nodes, root

ReadTile: TypeAlias = Callable[[int, int], bytes]
"""(level, index) -> the tile's bytes so far, a multiple of 32."""

HEIGHT = 8
WIDTH = 1 << HEIGHT


def extend(read: ReadTile, size: int, leaves: Iterable[bytes]) -> dict[tuple[int, int], bytes]:
    """The new bytes of every tile that changes when leaf hashes are appended to a tree of `size`."""
    changed = {}
    level, added, filled = 0, list(leaves), size
    while added:
        index = filled // WIDTH
        data = read(level, index) if filled % WIDTH else b""
        data += b"".join(added)
        added = []
        for start in range(0, len(data), WIDTH * HASH_LENGTH):
            tile = data[start : start + WIDTH * HASH_LENGTH]
            changed[level, index] = tile
            index += 1
            if len(tile) == WIDTH * HASH_LENGTH:
                added.append(root(_hashes(tile)))
        level, filled = level + 1, filled // WIDTH
    return changed


def nodes(read: ReadTile) -> Nodes:
    """Hashes of complete subtrees, folded from tiles; each tile is read once. Raises KeyError for a missing hash."""
    tiles: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        tile_index, start = divmod(index << height, WIDTH)
        if (tile_level, tile_index) not in tiles:
            tiles[tile_level, tile_index] = read(tile_level, tile_index)
        wanted = tiles[tile_level, tile_index][start * HASH_LENGTH : (start + (1 << height)) * HASH_LENGTH]
        if len(wanted) != HASH_LENGTH << height:
            raise KeyError((level, index))
        return root(_hashes(wanted))

    return node


def _hashes(tile: bytes) -> list[bytes]:
    return [tile[start : start + HASH_LENGTH] for start in range(0, len(tile), HASH_LENGTH)]
