"""What a text shown to voters may be made of, so that two texts that look the same are the same (CR-15).

Only our own elections are held to it. Which words are fair is for the rule profile, not for this module.

Source: Unicode normalization form C; the skeleton follows the idea of Unicode TS 39 section 4 for the three
alphabets a Greek keyboard, a map or a copied document can bring: Greek, Latin, Cyrillic.
"""

import unicodedata

from crypto.errors import Malformed

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks without a shape; bidi controls and zero-width characters are of category Cf."""
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LOOK_ALIKE = str.maketrans(
    "αβεζηικμνορτυχϲ" + "авекмнорстухіѕј" + "ı" + "0",
    "abezhikmnoptyxc" + "abekmhopctyxisj" + "i" + "o",
)


def check_wording(text: str, *, lines: bool = False, longest: int = 1000) -> None:
    """Refuse text that is empty, not in form C, padded, or holds characters nobody sees.

    `lines` allows the line feed. Raises Malformed: text.length, text.normal_form, text.invisible, text.padding.
    """
    if not 0 < len(text) <= longest:
        raise Malformed("text.length", f"1 to {longest} characters were expected")
    for character in text:
        if character == "\n" and lines:
            continue
        if unicodedata.category(character) in _REFUSED_CATEGORIES or character in _INVISIBLE:
            raise Malformed("text.invisible", f"the character U+{ord(character):04X} cannot be seen")
    if unicodedata.normalize("NFC", text) != text:
        raise Malformed("text.normal_form", "the text is not in Unicode normalization form C")
    if text != text.strip():
        raise Malformed("text.padding", "white space before or after the text")


def skeleton(text: str) -> str:
    """Equal for texts that a reader could take for one another: case, accents, spaces and alphabet are ignored."""
    plain = unicodedata.normalize("NFKD", text).upper().casefold()
    bare = "".join(c for c in plain if not unicodedata.combining(c) and not c.isspace())
    return bare.translate(_LOOK_ALIKE)


def check_distinct(texts: tuple[str, ...]) -> None:
    """Raises Malformed (text.confusable) when two of the texts look the same."""
    if len({skeleton(text) for text in texts}) != len(texts):
        raise Malformed("text.confusable", "two of the texts cannot be told apart")
