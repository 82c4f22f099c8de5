"""What a council asks, measured in one run: ballots made, verified and cast, against the real belenios-tool.

`make bench` prints a table and writes out/bench.json. Ratios are of figures from the same run on the same machine; the
only stated limit is marked as such.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from audit.record import read_record
from audit.verify import verify
from crypto.archive import read_archive
from crypto.ballot import check_ballot, decode_ballot
from crypto.election import decode_election
from voting.rehearse import rehearse
from voting.rehearse_plan import Plan

BALLOTS = 100
CASTING_GOAL = 50.0  # ballots a second, security.md 4.1 G-L1; with one process and no HTTP here


def main() -> int:
    rows: list[tuple[str, float, str, float, str]] = []
    with tempfile.TemporaryDirectory() as directory:
        big = _election(Path(directory) / "big", "BELENIOS-2048")
        small = _election(Path(directory) / "small", "Ed25519")
        ours_big, ours_small = _per_ballot(big), _per_ballot(small)
        tool = _tool_per_ballot(big)
        rows.append(("verify, BELENIOS-2048, one core", ours_big * 1e3, "belenios-tool 2.0", tool * 1e3, "ms a ballot"))
        rows.append(
            ("verify, Ed25519, one core", ours_small * 1e3, "ours, BELENIOS-2048", ours_big * 1e3, "ms a ballot")
        )
        record = small.parent
        whole = _seconds(lambda: verify(read_record(record))) / BALLOTS
        rows.append(
            ("whole record, Ed25519, all cores", whole * 1e3, "its ballots alone", ours_small * 1e3, "ms a ballot")
        )
        casting = _casting_rate(Path(directory) / "casting")
        rows.append(("make, check and record, Ed25519", casting, "goal (limit)", CASTING_GOAL, "ballots/s"))
    print_rows(rows)
    out = Path("out")
    out.mkdir(exist_ok=True)
    names = ("what", "ours", "peer", "theirs", "unit")
    (out / "bench.json").write_text(json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=1))
    return 0


def _election(out: Path, group: str) -> Path:
    """The archive of a rehearsed election with BALLOTS yes/no/blank ballots."""
    rehearse(Plan(BALLOTS, group, 1, 1, recasts=0, challenges=0), out)
    (archive,) = (out / "record").glob("*.bel")
    return archive


def _per_ballot(archive: Path) -> float:
    read = read_archive(archive.read_bytes())
    election = decode_election(read.events[0].bodies[0])
    raws = [event.payload for event in read.of_kind("Ballot")]

    def check_all() -> None:
        for raw in raws:
            check_ballot(decode_ballot(raw, election), election)

    return _seconds(check_all) / len(raws)


def _tool_per_ballot(archive: Path) -> float:
    with tempfile.TemporaryDirectory() as alone:
        shutil.copy(archive, alone)
        command = [shutil.which("belenios-tool") or "belenios-tool", "election", "verify"]
        run = lambda: subprocess.run(command, cwd=alone, check=True, capture_output=True)  # noqa: E731
        return _seconds(run) / BALLOTS


def _casting_rate(out: Path) -> float:
    report = rehearse(Plan(BALLOTS, "Ed25519", 1, 1, recasts=0, challenges=0), out)
    return report.ballots / report.stages["casting"]


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def print_rows(rows: list[tuple[str, float, str, float, str]]) -> None:
    table = Table("what", "ours", "compared with", "theirs", "unit", "ours / theirs")
    for what, ours, peer, theirs, unit in rows:
        table.add_row(what, f"{ours:.2f}", peer, f"{theirs:.2f}", unit, f"{ours / theirs:.2f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    sys.exit(main())
