"""An honest record, made once, and the same with lies in it, for the tests of the verifier."""

import re
from dataclasses import replace
from functools import cache

from audit.record import record_of
from audit.report import Report, Verdict
from audit.verify import verify
from tests.audit.make_record import UUID, Maker
from tests.audit.record_files import log_files

ARCHIVE = f"{UUID}.bel"


@cache
def honest() -> Maker:
    return Maker()


@cache
def honest_files() -> dict[str, bytes]:
    return honest().files()


def examine(files: dict[str, bytes]) -> Report:
    return verify(record_of(files))


def failing(files: dict[str, bytes]) -> dict[str, str]:
    report = examine(files)
    assert report.verdict is Verdict.REFUSED
    return {check.name: check.code for check in report.failures}


def lied(**parts: object) -> Maker:
    """The honest record with some parts replaced; what follows from them is made again by `files()`."""
    maker = Maker(ceremony=honest().ceremony)
    for name in (
        "election",
        "credentials",
        "manifest",
        "ballots",
        "orders",
        "persons",
        "tally",
        "decryptions",
        "result",
    ):
        setattr(maker, name, getattr(honest(), name))
    for name, value in parts.items():
        setattr(maker, name, value)
    return maker


def relogged(entries: list[bytes]) -> dict[str, bytes]:
    """The honest record with other entries, in a log that signs them."""
    return {**honest_files(), **log_files(honest().entries_before, entries, 3)}


def forged(name: str) -> tuple[Maker, str]:
    """A maker who altered one side file, and the check that sees it even under a checkpoint signed again."""
    maker = lied()
    if name == "manifest.json":
        maker.manifest = maker.manifest.replace("Παιδική χαρά".encode(), "Παιδική ζώνη".encode())
        return maker, "manifest"
    if name == "order.jsonl":
        maker.orders = [altered(maker.orders[0]), *maker.orders[1:]]
        return maker, "order_signatures"
    if name == "strong.jsonl":
        owner, payload, strong = maker.decryptions[0]
        maker.decryptions = [(owner, payload, altered(strong)), *maker.decryptions[1:]]
        return maker, "strong"
    assert maker.ceremony is not None
    statement = maker.ceremony.statements[0]
    others = maker.ceremony.statements[1:]
    maker.ceremony = replace(maker.ceremony, statements=(replace(statement, commitment=bytes(32)), *others))
    return maker, "ceremony"


def altered(line: bytes) -> bytes:
    """The same with another last response."""
    start, number, end = re.fullmatch(rb'(.*"response":")([0-9]+)("[^0-9]*)', line).groups()  # type: ignore[union-attr]
    return start + str(int(number) - 1).encode() + end
