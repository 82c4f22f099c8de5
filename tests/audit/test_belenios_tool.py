"""The archive of a record of ours, judged by Debian's belenios-tool."""

import subprocess
from pathlib import Path

import pytest

from audit.record import record_of
from audit.report import Verdict
from audit.verify import verify
from crypto.election import Question
from crypto.group import BELENIOS_2048
from tests.audit.make_record import CHOICES, UUID, Maker
from tests.audit.record_files import write_record
from tests.crypto.elections import WORKS, YES_NO

PLACES = Question("Πού;", ("Πλατεία", "Λιμάνι", "Άλσος"), True, 0, 2)
MAKERS = {
    "one trustee, three questions, a second vote": {
        "threshold": 1,
        "size": 1,
        "questions": (YES_NO, WORKS, PLACES),
        "choices": [(who, (*selections, (0, 1, 0, 1))) for who, selections in CHOICES[:3]],
    },
    "two of three, an answer nobody chose": {"choices": CHOICES[:2]},
    "no ballots": {"choices": ()},
}


@pytest.mark.parametrize("name", MAKERS)
def test_an_archive_of_ours_is_accepted(name: str, tmp_path: Path) -> None:
    files = Maker(group=BELENIOS_2048, **MAKERS[name]).files()  # type: ignore[arg-type]
    assert verify(record_of(files)).verdict is Verdict.VERIFIED
    write_record(tmp_path, {f"{UUID}.bel": files[f"{UUID}.bel"]})
    answer = subprocess.run(
        ["belenios-tool", "election", "verify"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert "all checks passed" in answer.stderr
