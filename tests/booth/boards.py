"""Boards of a closed vote and of its rehearsal, honest and otherwise, for the trustee's tests: JSON on stdout.

{"key": what the trustee of place 1 holds, "boards": {name: {"kind", "files": {name: base64}}}}. The log signs every one
of them: what is refused is refused although the service vouches for it.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from audit.entry import decode_entry, make
from crypto.encoding import sha256_hex
from crypto.tally import accumulate
from tests.audit.make_record import UUID, Maker
from tests.audit.record_files import LOG, log_files

LOG_PART = ("entries.jsonl", "range.json", "checkpoint")
HONEST = Maker()


def main() -> None:
    assert HONEST.ceremony is not None
    key = {
        "referendum": UUID,
        "ceremony": HONEST.ceremony.ceremony.identifier,
        "share": str(HONEST.shares[0]),
        "logKey": LOG.verifier_key.encode(),
    }
    boards = {name: {"kind": "vote", "files": text(files)} for name, files in votes().items()}
    boards |= {name: {"kind": "rehearsal", "files": text(files)} for name, files in rehearsals().items()}
    print(json.dumps({"key": key, "boards": boards}))


def text(files: dict[str, bytes]) -> dict[str, str]:
    return {name: b64encode(raw).decode() for name, raw in files.items()}


def votes() -> dict[str, dict[str, bytes]]:
    """Votes that are closed and tallied."""
    honest = closed(HONEST)
    log = {name: honest[name] for name in LOG_PART}
    left_out = changed(keep(4))
    exchanged = changed(exchange(1, 3))
    first_left_out = changed(keep(4, first=1))
    own_exchanged = changed(exchange(0, 2))
    altered = changed(keep(5), recount=False)
    altered.tally = accumulate(HONEST.election, HONEST.ballots[:-1])
    other_key = Maker()
    other_key.ceremony, other_key.trustees = HONEST.ceremony, HONEST.trustees
    void = changed(keep(5))
    void.challenged = [HONEST.ballots[1].code]
    return {
        "vote": honest,
        "vote, cut": {**honest, **log_files(HONEST.entries_before, lines(honest), 3)},
        "vote, a ballot left out": {**closed(left_out), **log},
        "vote, a voter's first ballot left out, in the log too": closed(first_left_out),
        "vote, two ballots exchanged": {**closed(exchanged), **log},
        "vote, a voter's two ballots exchanged, in the log too": closed(own_exchanged),
        "vote, altered tally": closed(altered),
        "vote, altered tally entry": relogged(honest, "tallied", encrypted="00" * 32),
        "vote, a ballot that was opened": closed(void),
        "vote, not closed in the log": without(honest, "closed"),
        "vote, another ceremony": closed(Maker()),
        "vote, another ballot box key": closed(other_key),
        "vote, other trustees completed": relogged(honest, "ceremony-completed", trustees="00" * 32),
        "vote, opened with other trustees": relogged(honest, "opened", trustees="00" * 32),
    }


def rehearsals() -> dict[str, dict[str, bytes]]:
    """Boards of a rehearsal whose tally stands in the log."""
    test = Maker(ceremony=HONEST.ceremony, uuid="7RehearsaL1Test")
    before = [raw for raw in HONEST.entries() if decode_entry(raw).kind != "opened"]
    before = before[: 1 + next(n for n, raw in enumerate(before) if decode_entry(raw).kind == "ceremony-completed")]
    opened = next(raw for raw in HONEST.entries() if decode_entry(raw).kind == "opened")
    common = {"referendum": UUID, "rehearsal": test.election.uuid}
    entries = [
        *before,
        make("rehearsal-opened", **common, election=sha256_hex(test.election.raw)),
        make("rehearsal-tallied", **common, tally=sha256_hex(test.tally.raw)),
    ]
    board = {**closed(test), "manifest.json": HONEST.manifest, **log_files(HONEST.entries_before, entries, 0)}
    return {
        "rehearsal": board,
        "rehearsal, cut": {**board, **log_files(HONEST.entries_before, entries, 1)},
        "rehearsal, opened since": {**board, **log_files(HONEST.entries_before, [*entries, opened], 0)},
        "rehearsal, another election": relogged(board, "rehearsal-opened", election="00" * 32),
        "rehearsal, altered tally entry": relogged(board, "rehearsal-tallied", tally="00" * 32),
    }


def closed(maker: Maker) -> dict[str, bytes]:
    return maker.files(upto="tallied")


def changed(change: Callable[[Maker], None], *, recount: bool = True) -> Maker:
    """The honest vote with other ballots, counted again."""
    maker = Maker(ceremony=HONEST.ceremony)
    for name in ("election", "credentials", "manifest"):
        setattr(maker, name, getattr(HONEST, name))
    maker.ballots, maker.orders = list(HONEST.ballots), list(HONEST.orders)
    change(maker)
    if recount:
        maker.count()
    return maker


def keep(end: int, *, first: int = 0) -> Callable[[Maker], None]:
    def change(maker: Maker) -> None:
        maker.ballots, maker.orders = maker.ballots[first : first + end], maker.orders[first : first + end]

    return change


def exchange(one: int, other: int) -> Callable[[Maker], None]:
    def change(maker: Maker) -> None:
        ballots, orders = maker.ballots, maker.orders
        ballots[one], ballots[other] = ballots[other], ballots[one]
        orders[one], orders[other] = orders[other], orders[one]

    return change


def lines(files: dict[str, bytes]) -> list[bytes]:
    return files["entries.jsonl"].split(b"\n")[:-1]


def relogged(files: dict[str, bytes], kind: str, **values: str) -> dict[str, bytes]:
    """The same board in a log whose entry of this kind says something else."""
    entries = lines(files)
    place = next(n for n, raw in enumerate(entries) if decode_entry(raw).kind == kind)
    entries[place] = make(kind, **{**decode_entry(entries[place]).members, **values})
    return {**files, **log_files(HONEST.entries_before, entries, 0)}


def without(files: dict[str, bytes], kind: str) -> dict[str, bytes]:
    entries = [raw for raw in lines(files) if decode_entry(raw).kind != kind]
    return {**files, **log_files(HONEST.entries_before, entries, 0)}


if __name__ == "__main__":
    main()
