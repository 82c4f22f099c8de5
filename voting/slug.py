"""Addresses of referenda: Latin letters from a Greek title, fixed when the draft is made."""

import re
import unicodedata
from collections.abc import Callable

LONGEST = 60
# ELOT 743, letter by letter; pairs such as ου and αυ first.
_PAIRS = {"ου": "ou", "αυ": "av", "ευ": "ev", "γγ": "ng", "γκ": "gk", "μπ": "b", "ντ": "nt"}
_LETTERS = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)) | {
    "θ": "th",
    "χ": "ch",
    "ψ": "ps",
}


def make_slug(title: str, is_taken: Callable[[str], bool]) -> str:
    """`Πεζόδρομος Ερμού` → `pezodromos-ermou`, with a number when that is taken."""
    bare = "".join(
        letter for letter in unicodedata.normalize("NFD", title.casefold()) if not unicodedata.combining(letter)
    )
    for greek, latin in (_PAIRS | _LETTERS).items():
        bare = bare.replace(greek, latin)
    slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:LONGEST].strip("-") or "vote"
    # Addresses that belong to the list of votes itself.
    candidates = (slug if turn == 1 and slug != "new" else f"{slug}-{turn}" for turn in range(1, 10_000))
    return next(candidate for candidate in candidates if not is_taken(candidate))
