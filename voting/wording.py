"""Texts as the secretariat types them, brought to the one spelling and judged in words a clerk understands.

What a text may hold is `crypto.wording`'s to say (CR-15), because the verifier asks the same.
"""

import unicodedata
from collections.abc import Sequence

from audit.refusal import N_
from crypto.errors import Malformed
from crypto.wording import check_wording, skeleton
from voting.errors import BadDraft


def tidy(text: str) -> str:
    """NFC, lines ended by a newline, no white space at the ends."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def check_words(text: str, *, longest: int, lines: bool = False) -> None:
    """Raises BadDraft: words.empty, words.long, words.invisible. `text` has been through `tidy`."""
    if not text:
        raise BadDraft("words.empty", N_("a text is missing"))
    if len(text) > longest:
        raise BadDraft(
            "words.long",
            N_("a text has %(length)s characters, at most %(longest)s fit"),
            length=len(text),
            longest=longest,
        )
    try:
        check_wording(text, longest=longest, lines=lines)
    except Malformed as flaw:
        raise BadDraft(
            "words.invisible",
            N_("the text “%(start)s…” holds a character that nobody can see, or a line break in the middle"),
            N_("Type the text again instead of pasting it."),
            start="".join(character for character in text[:40] if character.isprintable()),
        ) from flaw


def check_distinct(texts: Sequence[str]) -> None:
    """Raises BadDraft (answers.alike) naming two texts that a reader could take for one another."""
    seen: dict[str, str] = {}
    for text in texts:
        shape = skeleton(text)
        if shape in seen:
            raise BadDraft(
                "answers.alike",
                N_("“%(first)s” and “%(second)s” look alike"),
                N_("Word them so that nobody can take one for the other."),
                first=seen[shape],
                second=text,
            )
        seen[shape] = text
