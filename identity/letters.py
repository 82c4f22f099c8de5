"""Activation letters on paper: one sheet each, with number and code. Never in one envelope with a voting card."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from audit.document import Document
from audit.refusal import N_
from identity.codes import Code

BATCH = 200
"""Letters in one file from the browser; the command line prints any number."""


@dataclass(frozen=True, slots=True)
class PrintedLetter:
    """`role` is its translated name, empty for citizens; `until` is a written day."""

    name: str
    address: str
    number: str
    code: Code = field(repr=False)
    until: str
    role: str = ""


def print_letters(
    letters: Iterable[PrintedLetter],
    *,
    municipality: str,
    base_url: str,
    language: str,
    gettext: Callable[[str], str],
    made_at: datetime,
) -> bytes:
    """A PDF with one page for each letter."""
    title = gettext(N_("Activation letter"))
    document = Document(title, made_at=made_at, language=language, footer=municipality, page_word="")
    for letter in letters:
        document.add_page()
        document.paragraph(municipality, bold=True)
        document.paragraph("\n".join(line for line in (letter.name, letter.address) if line), size=12)
        document.ln(8)
        document.heading(title)
        _explain(document, letter, gettext)
        document.facts(
            [
                (gettext(N_("Address on the internet")), f"{base_url}/activate"),
                (gettext(N_("Letter number")), letter.number),
                (gettext(N_("Valid until")), letter.until),
            ]
        )
        document.paragraph(gettext(N_("Activation code")), bold=True)
        document.code(letter.code.printed())
        document.qr(f"{base_url}/activate?letter={letter.number}", width=35)
        document.ln(37)
        document.paragraph(
            gettext(N_("The symbol opens the page. The code is not in it: you type it yourself.")), size=9
        )
    return document.to_bytes()


def _explain(document: Document, letter: PrintedLetter, gettext: Callable[[str], str]) -> None:
    if letter.role:
        sentence = gettext(N_("With this code you open your account for the role: %(role)s."))
        document.paragraph(sentence % {"role": letter.role})
        document.paragraph(gettext(N_("Leave the birth date empty.")))
    else:
        document.paragraph(
            gettext(N_("With this code and your birth date you open your account for the municipality's votes."))
        )
    document.paragraph(
        gettext(
            N_(
                "You also need a phone or computer with an authenticator app. The code works once. Give it to nobody:"
                " the municipality never asks for it."
            )
        )
    )
