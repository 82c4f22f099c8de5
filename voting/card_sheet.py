"""Voting cards on paper: number, code in groups of three, and a QR that opens the card page with the code in it.

The code stands in the fragment of the address, which no browser sends to any server.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from audit.document import FAMILY, MARGIN, Document
from audit.refusal import N_
from crypto.card import parse_code
from voting.authority import PrintedCard

CARDS_A_PAGE = 3
HEIGHT = 85.0
"""Millimetres of one card."""
QR_WIDTH = 42.0
GROUPS_A_LINE = 3
_KEEP = N_("You need this card and your one-time code to vote. Keep it sealed and tell the code to nobody.")
_LOST = N_("The card holds for all votes. If it is lost, ask the municipality for another one at once.")


def card_address(base_url: str, code: str) -> str:
    """What the QR holds: the 27 characters without dashes."""
    parse_code(code)
    return f"{base_url}/card#c={code.replace('-', '')}"


def print_cards(
    cards: Sequence[PrintedCard], base_url: str, gettext: Callable[[str], str], made_at: datetime, language: str
) -> bytes:
    """A PDF with three cards a page, to be cut along the lines, folded and sealed."""
    title = gettext(N_("Voting card"))
    document = Document(title, made_at=made_at, language=language, page_word="")
    document.set_auto_page_break(False)
    for place, card in enumerate(cards):
        if place % CARDS_A_PAGE == 0:
            document.add_page()
        _print_card(document, card, base_url, gettext, MARGIN + (place % CARDS_A_PAGE) * HEIGHT)
    return document.to_bytes()


def _print_card(
    document: Document, card: PrintedCard, base_url: str, gettext: Callable[[str], str], top: float
) -> None:
    document.set_draw_color(120)
    document.set_line_width(0.2)
    document.line(MARGIN, top, document.w - MARGIN, top)
    document.set_xy(MARGIN, top + 4)
    document.set_font(FAMILY, "B", 15)
    document.cell(document.epw, 8, f"{gettext(N_('Voting card'))} {card.number}")
    document.qr(card_address(base_url, card.code), width=QR_WIDTH, x=document.w - MARGIN - QR_WIDTH, y=top + 10)
    groups = card.code.split("-")
    document.set_font(FAMILY, "B", 17)
    document.set_char_spacing(1)
    for line, start in enumerate(range(0, len(groups), GROUPS_A_LINE)):
        document.set_xy(MARGIN, top + 18 + line * 10)
        document.cell(100, 9, "  ".join(groups[start : start + GROUPS_A_LINE]))
    document.set_char_spacing(0)
    document.set_xy(MARGIN, top + 52)
    document.set_font(FAMILY, "", 9)
    document.multi_cell(
        document.epw,
        4.5,
        " ".join((gettext(_KEEP), gettext(_LOST))),
    )
