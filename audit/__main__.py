"""`python -m audit verify PATH`, `… council PATH` and `… evidence ACCEPTANCE --record PATH`.

Needs no account, no database and no web framework. Exit codes of `verify` and `council`: 0 verified, 1 refused,
2 usage, and of `verify` 3 sound but unfinished. Of `evidence`: 0 the promise was kept, 1 it was broken, 2 usage,
3 nothing is proved.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress as Bar

from audit.council_record import read_council_record
from audit.evidence import Outcome, weigh
from audit.note import VerifierKey, decode_verifier_key
from audit.phrases import ENGLISH, GREEK, LANGUAGES, say
from audit.record import Record, read_record
from audit.rendering import as_json, render
from audit.report import Check, Report, Status
from audit.verify import verify
from audit.verify_ballots import Progress
from audit.verify_council import verify_council
from crypto.errors import Flaw, Malformed
from crypto.group import check_library

USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    language: str = options.language
    check_library()
    try:
        expected = _log_key(options.log_key)
    except Flaw:
        return _usage(say(language, "usage.key"))
    path: Path = options.record if options.command == "evidence" else options.path
    if not path.exists():
        return _usage(say(language, "usage.path", path=str(path)))
    if options.command == "evidence":
        return _evidence(options.acceptance, path, expected, language)
    judge = _verify_council if options.command == "council" else _verify
    report = judge(path, expected, language)
    if options.json:
        sys.stdout.write(json.dumps(as_json(report, language), ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(render(report, language))
    return int(report.verdict)


def _verify(path: Path, expected: VerifierKey | None, language: str) -> Report:
    try:
        record = read_record(path)
    except Malformed as flaw:
        return Report(checks=[Check("record", Status.FAIL, flaw.code, flaw.sentence)])
    with _bar(language) as progress:
        return verify(record, expected_key=expected, progress=progress)


def _verify_council(path: Path, expected: VerifierKey | None, _language: str) -> Report:
    try:
        record = read_council_record(path)
    except Flaw as flaw:
        place = getattr(flaw, "place", None)
        return Report(checks=[Check("layout", Status.FAIL, flaw.code, flaw.sentence, place)], council={})
    return verify_council(record, expected_key=expected)


def _evidence(acceptance: Path, path: Path, expected: VerifierKey | None, language: str) -> int:
    if not acceptance.is_file():
        return _usage(say(language, "usage.path", path=str(acceptance)))
    record: Record
    try:
        record = read_record(path)
    except Malformed as flaw:
        sys.stdout.write(say(language, "evidence.none", code=flaw.code) + "\n")
        return int(Outcome.NOTHING)
    found = weigh(acceptance.read_bytes(), record, expected)
    sys.stdout.write(say(language, found.word, index=found.index, code=found.code) + "\n")
    for text in (found.acceptance, found.checkpoint):
        if text:
            sys.stdout.write("\n" + text.decode())
    return int(found.outcome)


@contextmanager
def _bar(language: str) -> Iterator[Progress | None]:
    """A progress bar on standard error when people are looking."""
    if not sys.stderr.isatty():
        yield None
        return
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say(language, "progress"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _log_key(text: str | None) -> VerifierKey | None:
    """A vkey, or the name of a file that holds one. Raises Malformed."""
    if text is None:
        return None
    path = Path(text)
    return decode_verifier_key(path.read_text(encoding="utf-8").strip() if path.is_file() else text)


def _usage(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return USAGE


def _parser() -> argparse.ArgumentParser:
    default = GREEK if os.environ.get("LANG", "").startswith("el") else ENGLISH
    parser = argparse.ArgumentParser(prog="python -m audit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    verifier = commands.add_parser("verify", help="verify the record of a vote")
    verifier.add_argument("path", type=Path, help="a record's folder, or a .bel file of Belenios")
    council = commands.add_parser("council", help="verify the council's record")
    council.add_argument("path", type=Path, help="council.zip as downloaded, or a folder with its files")
    for command in (verifier, council):
        command.add_argument("--json", action="store_true", help="print the report as JSON")
    evidence = commands.add_parser("evidence", help="what an acceptance proves against a record")
    evidence.add_argument("acceptance", type=Path, help="the acceptance, a signed note")
    evidence.add_argument("--record", type=Path, required=True, help="a record's folder")
    for command in (verifier, council, evidence):
        command.add_argument("--language", choices=LANGUAGES, default=default)
        command.add_argument("--log-key", help="the key of the log as published elsewhere: a vkey or a file with one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
