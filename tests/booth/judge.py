"""The server's judgement of ballots made elsewhere, for the JavaScript tests: cases in on stdin, verdicts on stdout.

One JSON object per line, {"election": text, "ballot": text, "order": text | null}; answers {"ok": true, "code": …} or
{"ok": false, "flaw": code}.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from crypto.ballot import check_ballot, decode_ballot
from crypto.election import decode_election
from crypto.errors import Flaw
from crypto.order import check_order, decode_order


def judge(case: dict[str, str]) -> dict[str, object]:
    try:
        election = decode_election(case["election"].encode())
        ballot = decode_ballot(case["ballot"].encode(), election)
        check_ballot(ballot, election)
        if case.get("order"):
            statement = decode_order(case["order"].encode(), election.group)
            check_order(statement, election)
            if statement.ballot != ballot.digest or statement.credential != ballot.credential:
                return {"ok": False, "flaw": "order.ballot"}
    except Flaw as flaw:
        return {"ok": False, "flaw": flaw.code}
    return {"ok": True, "code": ballot.code}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(judge(json.loads(line))))
