"""The verifier on elections of belenios-tool, honest and tampered with."""

import json
import shutil
from pathlib import Path

import pytest

from audit.record import read_record
from audit.rendering import render, sentences
from audit.report import Verdict
from audit.verify import verify

VECTORS = Path("tests/vectors/belenios")
TAMPERED = json.loads((VECTORS / "tampered/expected.json").read_text())
HONEST = sorted(path.parent for path in VECTORS.glob("b*/*.bel"))
OLD_FORM = "b20-2048-threshold-2of3"
DUE = {"accept": {0, 3}, "refuse": {1}, "refuse (policy)": {1}}


@pytest.mark.parametrize("folder", [path for path in HONEST if path.name != OLD_FORM], ids=lambda path: path.name)
def test_an_election_of_belenios_tool_verifies(folder: Path, tmp_path: Path) -> None:
    """A folder with nothing but the archive, and the archive alone."""
    (archive,) = folder.glob("*.bel")
    shutil.copy(archive, tmp_path)
    for path in (tmp_path, archive):
        report = verify(read_record(path))
        assert report.verdict is Verdict.VERIFIED
        assert report.result is not None
        assert sentences(report, "en")[0].startswith("Rules applied: Belenios alone")


def test_the_old_trustee_form_is_refused_by_name() -> None:
    report = verify(read_record(VECTORS / OLD_FORM))
    assert report.verdict is Verdict.REFUSED
    assert [(check.name, check.code) for check in report.failures] == [("trustees", "trustees.old_form")]
    assert "παλιά μορφή" in render(report, "el")


@pytest.mark.parametrize("name", sorted(TAMPERED))
def test_a_tampered_archive_gets_its_due_verdict_with_the_failing_check_named(name: str) -> None:
    expected = TAMPERED[name]
    report = verify(read_record(VECTORS / "tampered" / name))
    assert report.verdict in DUE[expected["should"]]
    assert report.verdict == expected["exit"]
    assert {check.name: check.code for check in report.failures} == expected["failing"]
    if not report.failures:
        assert report.missing == expected["missing"]
    for language in ("el", "en"):
        text = render(report, language)
        assert all(check.code in text for check in report.failures)


def test_every_tampered_archive_has_an_expectation() -> None:
    assert sorted(path.name for path in (VECTORS / "tampered").iterdir() if path.is_dir()) == sorted(TAMPERED)
