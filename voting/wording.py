"""Words that people will read on a ballot: one spelling, nothing invisible, no two answers that look the same.

Source: security catalogue CR-15. The look-alikes covered are those between Greek, Latin and Cyrillic letters, which is
what a Greek ballot can be written with; it is not the whole table of Unicode TS 39.
"""

import unicodedata
from collections.abc import Sequence

from audit.refusal import N_
from voting.errors import BadDraft

_LOOK_ALIKE = str.maketrans(
    # Folded Greek and Cyrillic letters that are drawn like a Latin one in some usual face, then that letter.
    "αβεζηικμνορτυχγωϲϳ" + "авеккмнорстухіѕјһԁԛԝѵ",
    "abezhikmnoptuxywcj" + "abekkmhopctyxisjhdqwv",
)
# Capitals differ from their small letters in what they resemble: Η is like H, η is not; both are folded, which only
# makes the comparison stricter.
_BY_NAME = {"0": "o", "1": "l", "|": "l", "і": "i", "ı": "i", "ʼ": "'", "’": "'"}


def tidy(text: str) -> str:
    """The one spelling kept: NFC, lines ended by a newline, no white space at the ends."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def check_words(text: str, *, longest: int, lines: bool = False) -> None:
    """Raises BadDraft for text that is empty, too long or holds characters a reader cannot see (CR-15).

    `longest` counts characters; `lines` allows newlines. The text has been through `tidy`.
    """
    if not text:
        raise BadDraft("words.empty", N_("a text is missing"))
    if len(text) > longest:
        raise BadDraft(
            "words.long",
            N_("a text has %(length)s characters, at most %(longest)s fit"),
            length=len(text),
            longest=longest,
        )
    for character in text:
        # Cc controls, Cf bidi controls and zero-width, Cs lone surrogates, Co private use, Cn unassigned, Zl Zp
        # separators. Zero-width joiners have no work in Greek.
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and not (
            lines and character == "\n"
        ):
            raise BadDraft(
                "words.invisible",
                N_("a text holds the invisible character U+%(point)s"),
                N_("Type the text again instead of pasting it."),
                point=f"{ord(character):04X}",
            )
    if text != tidy(text):
        raise BadDraft("words.spelling", N_("a text is not in its one Unicode spelling"))


def skeleton(text: str) -> str:
    """What is left of a text when case, accents, spaces and the differences between look-alike letters are ignored."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    letters = (character for character in plain if not unicodedata.category(character).startswith(("M", "Z", "P", "C")))
    folded = "".join(_BY_NAME.get(character, character) for character in letters)
    return folded.translate(_LOOK_ALIKE).replace("ς", "σ")


def check_distinct(answers: Sequence[str]) -> None:
    """Raises BadDraft when two answers would look alike to a reader (CR-15)."""
    seen: dict[str, str] = {}
    for answer in answers:
        shape = skeleton(answer)
        if shape in seen:
            raise BadDraft(
                "answers.alike",
                N_("the answers “%(first)s” and “%(second)s” look alike"),
                N_("Word them so that nobody can take one for the other."),
                first=seen[shape],
                second=answer,
            )
        seen[shape] = answer
