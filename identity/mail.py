"""What may stand in a mail: one plain address, and a subject of one line (WB-20)."""

import re

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}", re.ASCII)
LONGEST_SUBJECT = 200


def can_be_mailed(login_name: str) -> bool:
    """Whether a login name is one e-mail address and nothing else."""
    return _ADDRESS.fullmatch(login_name) is not None


def subject_line(text: str) -> str:
    """`text` as one line that shows what it says: line ends, control and direction marks become blanks (WB-20).

    At most LONGEST_SUBJECT characters; a longer one ends with an ellipsis. Titles that people typed come in here.
    """
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1].rstrip() + "…"
