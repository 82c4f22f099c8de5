"""The keeper's memory: never smaller, never another root, and a signature only over what agrees with it."""

from pathlib import Path

import pytest

from audit import tree
from audit.checkpoint import open_checkpoint
from audit.errors import LogUnfit
from audit.keeper import Keeper
from audit.note import Signer

LEAVES = [tree.leaf_hash(b"entry %d\n" % index) for index in range(20)]
SIGNER = Signer("vote.example.org/log", bytes(range(32)))


def root_at(size: int) -> bytes:
    return tree.root(LEAVES[:size])


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    keeper = Keeper(SIGNER, tmp_path / "kalpi-data.log-head")
    keeper.sign(0, tree.EMPTY_ROOT, root_at)
    return keeper


def test_what_is_signed_is_remembered_and_signing_it_again_gives_the_same_bytes(keeper: Keeper) -> None:
    note = keeper.sign(5, root_at(5), root_at)
    assert open_checkpoint(note, keeper.verifier_key) == keeper.kept()
    assert keeper.path.read_bytes() == note
    assert keeper.sign(5, root_at(5), root_at) == note


def test_the_memory_is_readable_by_its_owner_alone_and_leaves_no_half_file(keeper: Keeper) -> None:
    keeper.sign(5, root_at(5), root_at)
    assert keeper.path.stat().st_mode & 0o077 == 0
    assert {path.name for path in keeper.path.parent.iterdir()} == {keeper.path.name, f"{keeper.path.name}.lock"}


def test_BB_20_a_database_with_fewer_entries_is_not_signed(keeper: Keeper) -> None:
    keeper.sign(9, root_at(9), root_at)
    with pytest.raises(LogUnfit, match=r"log\.behind.* 9 entries and the database has 8"):
        keeper.sign(8, root_at(8), root_at)
    kept = keeper.kept()
    assert kept is not None
    assert kept.tree_size == 9


@pytest.mark.parametrize("size", [9, 12])
def test_BB_20_a_database_with_another_past_is_not_signed(keeper: Keeper, size: int) -> None:
    keeper.sign(9, root_at(9), root_at)

    def other_root_at(size: int) -> bytes:
        return tree.root([LEAVES[1], LEAVES[0], *LEAVES[2:size]])

    with pytest.raises(LogUnfit, match=r"log\.fork"):
        keeper.sign(size, other_root_at(size), other_root_at)


def test_a_memory_that_is_gone_is_not_taken_for_a_new_log(keeper: Keeper) -> None:
    keeper.path.unlink()
    with pytest.raises(LogUnfit, match=r"log\.head_missing"):
        keeper.sign(3, root_at(3), root_at)


@pytest.mark.parametrize("damage", [b"", b"garbage", SIGNER.sign("vote.example.org/log\n5\nAAAA\n")])
def test_a_memory_that_cannot_be_read_stops_the_signing(keeper: Keeper, damage: bytes) -> None:
    keeper.path.write_bytes(damage)
    with pytest.raises(LogUnfit, match=r"log\.head_unreadable"):
        keeper.sign(5, root_at(5), root_at)


def test_a_memory_signed_by_another_key_stops_the_signing(keeper: Keeper) -> None:
    other = Keeper(Signer("vote.example.org/log", bytes(32)), keeper.path)
    with pytest.raises(LogUnfit, match=r"log\.head_unreadable"):
        other.sign(5, root_at(5), root_at)


def test_a_backup_s_head_starts_a_memory_and_never_replaces_one(keeper: Keeper, tmp_path: Path) -> None:
    older, newer = keeper.sign(5, root_at(5), root_at), keeper.sign(9, root_at(9), root_at)
    keeper.remember(older)
    assert keeper.path.read_bytes() == newer
    elsewhere = Keeper(SIGNER, tmp_path / "elsewhere")
    elsewhere.remember(older)
    assert elsewhere.path.read_bytes() == older
