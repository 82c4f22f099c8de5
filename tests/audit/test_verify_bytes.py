"""Every byte of every file of a record matters."""

import os
import random
from functools import cache

import pytest

from audit.phrases_flaws import greek_flaw
from audit.record import SIDE_FILES
from audit.report import Verdict
from tests.audit.make_record import Maker
from tests.audit.records import ARCHIVE, examine, failing
from tests.crypto.elections import YES_NO

SOAK = bool(os.environ.get("KALPI_SOAK"))


@cache
def small_files() -> dict[str, bytes]:
    """One voter, one question, two trustees: quick to verify."""
    maker = Maker(threshold=2, size=2, voters=1, choices=((0, ((0, 1, 0),)),), questions=(YES_NO,))
    maker.challenged = ["A" * 43]
    return maker.files()


@pytest.mark.parametrize("name", [*SIDE_FILES, ARCHIVE])
def test_every_byte_of_every_file_matters(name: str) -> None:
    """All positions of the small files; of the others, and of the archive, a spread of them (all under soak)."""
    raw = small_files()[name]
    step = 1 if SOAK or len(raw) < 400 else max(1, len(raw) // 150)
    start = random.Random(name).randrange(step)  # noqa: S311 (positions, not secrets)
    for position in range(start, len(raw), step):
        for flip in (1, 0x20) if SOAK else (1 << position % 7,):
            changed = bytearray(raw)
            changed[position] ^= flip
            report = examine({**small_files(), name: bytes(changed)})
            assert report.verdict is Verdict.REFUSED, f"{name}: byte {position} changed unnoticed"
            assert all(check.code for check in report.failures)
            for check in report.failures:
                greek_flaw(check.code)


@pytest.mark.parametrize("name", [*SIDE_FILES, ARCHIVE])
def test_bytes_added_or_cut_at_the_end_of_any_file_are_noticed(name: str) -> None:
    for changed in (small_files()[name] + b"\n", small_files()[name] + b" ", small_files()[name][:-1]):
        assert failing({**small_files(), name: changed})
