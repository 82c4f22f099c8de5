"""One look for everything the house prints: letters, card sheets, the result sheet.

A4, a font with Greek letters, a title, a footer with page numbers. What is printed is the caller's business; strings
arrive translated. Not used by the verifier.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import segno
import ttf_opensans
from fpdf import FPDF
from fpdf.enums import XPos, YPos

FAMILY = "OpenSans"
MARGIN = 20.0
"""Millimetres on every side."""
QUIET = 4
"""Light modules around a QR symbol (ISO/IEC 18004)."""


def document_font_path(*, bold: bool = False) -> Path:
    """A TrueType file with Latin and Greek letters, shipped inside the Python package `ttf-opensans`."""
    font = ttf_opensans.OPENSANS_BOLD if bold else ttf_opensans.OPENSANS_REGULAR
    return Path(font.path)


class Document(FPDF):
    """An A4 document that knows its title and footer; add pages and write with the methods below.

    `made_at` is the only time inside it, so the same calls give the same bytes. `page_word` is how the footer says
    "page 1 of 2": two `%s` fields, empty for single sheets. The cursor moves down by itself; lengths are millimetres,
    sizes of type are points.
    """

    def __init__(
        self, title: str, *, made_at: datetime, language: str = "el", footer: str = "", page_word: str = "%s / %s"
    ) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.footer_text, self.page_word = footer, page_word
        self.add_font(FAMILY, "", document_font_path())
        self.add_font(FAMILY, "B", document_font_path(bold=True))
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.set_title(title)
        self.set_lang(language)
        self.set_creator("kalpi")
        self.set_producer("kalpi")
        self.set_creation_date(made_at)
        self.set_font(FAMILY, size=11)

    def footer(self) -> None:
        """Called by fpdf2 at the end of each page."""
        self.set_y(-15)
        self.set_font(FAMILY, size=8)
        width = self.epw / 4
        self.cell(self.epw - width, 5, self.footer_text)
        self.cell(width, 5, self.page_word and self.page_word % (self.page_no(), "{nb}"), align="R")

    def heading(self, text: str, *, size: float = 18) -> None:
        self.set_font(FAMILY, "B", size)
        self._lines(text, size * 0.5)
        self.ln(2)

    def paragraph(self, text: str, *, size: float = 11, bold: bool = False, align: str = "L") -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self._lines(text, size * 0.5, align)
        self.ln(2)

    def code(self, text: str, *, size: float = 16) -> None:
        """A code to be typed: large, wide, framed."""
        self.set_font(FAMILY, "B", size)
        self.set_char_spacing(1)
        self.multi_cell(0, size * 0.8, text, border=1, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_char_spacing(0)
        self.ln(3)

    def facts(self, rows: Iterable[tuple[str, str]], *, size: float = 11, share: float = 0.4) -> None:
        """Two columns, label and value, with a line under each; `share` of the width is the label's."""
        self.set_font(FAMILY, size=size)
        with self.table(
            col_widths=(round(share * 100), round((1 - share) * 100)),
            first_row_as_headings=False,
            borders_layout="HORIZONTAL_LINES",
            text_align="LEFT",
            line_height=size * 0.5,
            padding=1.2,
        ) as table:
            for label, value in rows:
                row = table.row()
                row.cell(label)
                row.cell(value)
        self.ln(3)

    def qr(self, content: str, *, width: float = 35, x: float | None = None, y: float | None = None) -> None:
        """A QR symbol of error level M drawn as vectors, by default at the cursor, which does not move."""
        symbol = segno.make(content, error="m", micro=False)
        module = width / (len(symbol.matrix) + 2 * QUIET)
        left = (self.get_x() if x is None else x) + QUIET * module
        top = (self.get_y() if y is None else y) + QUIET * module
        self.set_fill_color(0, 0, 0)
        for line, modules in enumerate(symbol.matrix):
            for start, end in _dark_runs(modules):
                # a hair of overlap, so that viewers draw no light seams between rows
                self.rect(left + start * module, top + line * module, (end - start) * module, module + 0.01, style="F")

    def to_bytes(self) -> bytes:
        """The finished file."""
        return bytes(self.output())

    def _lines(self, text: str, height: float, align: str = "L") -> None:
        self.multi_cell(0, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _dark_runs(modules: bytearray) -> Iterable[tuple[int, int]]:
    """Neighbouring dark modules of one row as [start, end)."""
    start = None
    for place, dark in enumerate((*modules, 0)):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            yield start, place
            start = None
