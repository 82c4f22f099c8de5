"""Tiles hold the tree's hashes in pieces that appending and proving can use at every size."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import tiles, tree

LEAVES = [tree.leaf_hash(b"entry %d\n" % index) for index in range(70_000)]


class Shelf:
    """Tiles as the store keeps them."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.reads = 0

    def read(self, level: int, index: int) -> bytes:
        self.reads += 1
        return self.tiles.get((level, index), b"")

    def append(self, count: int) -> None:
        self.tiles |= tiles.extend(self.read, self.size, LEAVES[self.size : self.size + count])
        self.size += count


@given(st.lists(st.integers(0, 300), max_size=12))
def test_appending_in_batches_gives_the_tiles_of_appending_at_once(batches: list[int]) -> None:
    in_batches, at_once = Shelf(), Shelf()
    for count in batches:
        in_batches.append(count)
    at_once.append(sum(batches))
    assert in_batches.tiles == at_once.tiles
    assert tree.subtree(tiles.nodes(in_batches.read), 0, in_batches.size) == tree.root(LEAVES[: in_batches.size])


def test_a_tile_goes_one_level_up_only_when_it_is_full() -> None:
    shelf = Shelf()
    shelf.append(255)
    assert sorted(shelf.tiles) == [(0, 0)]
    shelf.append(1)
    assert sorted(shelf.tiles) == [(0, 0), (1, 0)]
    assert shelf.tiles[1, 0] == tree.root(LEAVES[:256])
    assert [len(data) for data in shelf.tiles.values()] == [8192, 32]


def test_at_70000_entries_each_level_has_the_tiles_of_the_specification() -> None:
    """Source: c2sp.org/tlog-tiles, the example of 70,000 entries."""
    shelf = Shelf()
    shelf.append(70_000)
    assert len([1 for level, _ in shelf.tiles if level == 0]) == 274
    assert len(shelf.tiles[0, 273]) == 112 * 32
    assert len(shelf.tiles[1, 1]) == 17 * 32
    assert len(shelf.tiles[2, 0]) == 32


def test_a_proof_at_70000_entries_reads_a_handful_of_tiles_and_verifies() -> None:
    shelf = Shelf()
    shelf.append(70_000)
    root = tree.root(LEAVES)
    dice = random.Random(7)  # noqa: S311  only chooses which leaves are tried
    for index in [0, 69_999, *dice.sample(range(70_000), 20)]:
        shelf.reads = 0
        proof = tree.inclusion_proof(tiles.nodes(shelf.read), index, 70_000)
        tree.verify_inclusion(LEAVES[index], index, 70_000, proof, root)
        assert shelf.reads <= 6


def test_a_tile_that_is_missing_or_too_short_is_an_error_and_never_a_hash() -> None:
    shelf = Shelf()
    shelf.append(300)
    for place in ((0, 300), (9, 0), (3, 40)):
        with pytest.raises(KeyError):
            tiles.nodes(shelf.read)(*place)


def test_the_tiles_at_the_right_edge_are_those_of_the_reference() -> None:
    """Paths of full and partial tiles at the sizes where they change, from the Go reference."""
    vectors = json.loads((Path(__file__).parents[1] / "vectors" / "tlog" / "tiles.json").read_text())
    for case in vectors["edges"]:
        shelf = Shelf()
        shelf.append(case["size"])
        expected = [path for path in case["edge"] if "entries" not in path]
        last = {level: max(index for at, index in shelf.tiles if at == level) for level, _ in shelf.tiles}
        made = [path_of(level, index, len(shelf.tiles[level, index]) // 32) for level, index in sorted(last.items())]
        assert made == expected


def path_of(level: int, index: int, width: int) -> str:
    """The file a tile will be exported to; the vectors stay below index 1000."""
    return f"tile/{level}/{index:03d}" + (f".p/{width}" if width < tiles.WIDTH else "")
