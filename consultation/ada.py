"""The ADA, the number under which Diavgeia posts an act: one spelling, and the letters that only look Greek.

Whether Diavgeia really holds it is not asked here.

Source: the ADAs seen in decisions of municipalities, such as ΨΘ82ΩΡΦ-7ΑΙ: capitals and digits, a hyphen, three more.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

from audit.refusal import N_
from consultation.errors import Incomplete

PAGE = "https://diavgeia.gov.gr/doc/"
EXAMPLE = "ΨΘ82ΩΡΦ-7ΑΙ"
_PATTERN = re.compile(r"[Α-ΡΣ-Ω0-9]{4,12}-[Α-ΡΣ-Ω0-9]{3}")
_ALLOWED = re.compile(r"[Α-ΡΣ-Ω0-9-]*")
_LATIN: Mapping[str, str] = MappingProxyType(dict(zip("ABEHIKMNOPTXYZ", "ΑΒΕΗΙΚΜΝΟΡΤΧΥΖ", strict=True)))
"""Latin capitals and the Greek ones that look the same."""


def read_ada(text: str) -> str:
    """An ADA as Diavgeia spells it, from what was typed or pasted; empty when nothing was.

    Raises Incomplete: ada.latin, ada.letter (both name the character and its place, from 1), ada.spelling.
    """
    typed = unicodedata.normalize("NFC", text.strip())
    for place, letter in enumerate(typed, 1):
        _check_letter(letter.upper(), letter, place)
    ada = typed.upper()
    if ada and not _PATTERN.fullmatch(ada):
        raise Incomplete(
            "ada.spelling",
            N_("An ADA is capitals and digits, a hyphen and three more, such as %(example)s."),
            N_("Copy it from the act on Diavgeia."),
            field="ada",
            example=EXAMPLE,
        )
    return ada


def ada_url(ada: str) -> str:
    """The page of the act on Diavgeia."""
    return PAGE + quote(ada, safe="")


def _check_letter(capital: str, letter: str, place: int) -> None:
    if _ALLOWED.fullmatch(capital):
        return
    if capital in _LATIN:
        raise Incomplete(
            "ada.latin",
            N_("Character %(place)s of the ADA, “%(letter)s”, is a Latin letter. The Greek %(greek)s looks the same."),
            N_("Change the keyboard to Greek and type it again."),
            field="ada",
            place=place,
            letter=letter,
            greek=_LATIN[capital],
        )
    raise Incomplete(
        "ada.letter",
        N_("Character %(place)s of the ADA, “%(letter)s” (%(point)s), cannot be in an ADA."),
        N_("An ADA has Greek capitals without accents, digits and one hyphen."),
        field="ada",
        place=place,
        letter=letter if letter.isprintable() else " ",
        point=f"U+{ord(letter):04X}",
    )
