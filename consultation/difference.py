"""Two wordings side by side: which words went and which came, for a reader and not for a program."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
ALIKE = 0.3
"""Below this share of common letters a passage was rewritten; word by word it would be a riddle."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind`: same, deleted, inserted."""

    kind: str
    text: str


def word_differences(old: str, new: str) -> list[Piece]:
    """Joined without the deleted pieces they are `new`, without the inserted ones `old`.

    Lines are matched first and words only inside lines that changed, so a long text costs little.
    """
    pieces: list[Piece] = []
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for change, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if change == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
        else:
            pieces += _words_of("".join(before[a:b]), "".join(after[c:d]))
    return _joined(pieces)


def _words_of(old: str, new: str) -> list[Piece]:
    pieces: list[Piece] = []
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    changes = SequenceMatcher(None, before, after).get_opcodes()
    common = sum(len(word) for change, a, b, *_ in changes if change == "equal" for word in before[a:b] if word.strip())
    if common < ALIKE * max(len(old), len(new)):
        return [Piece("deleted", old), Piece("inserted", new)]
    for change, a, b, c, d in changes:
        if change == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
            continue
        pieces.append(Piece("deleted", "".join(before[a:b])))
        pieces.append(Piece("inserted", "".join(after[c:d])))
    return pieces


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined
