"""Long documents on paper: text set line by line, fast enough for a thousand contributions.

`audit.document` lays out short documents; its paragraphs measure each character anew, here each word is measured once.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from fpdf.enums import XPos, YPos

from audit.document import FAMILY, MARGIN, Document


class Leaflet(Document):
    """A document with running text of any length; words that are wider than a line are cut."""

    def __init__(self, title: str, *, made_at: datetime, language: str = "el", footer: str = "") -> None:
        super().__init__(title, made_at=made_at, language=language, footer=footer)
        self._widths: dict[tuple[str, float, str], float] = {}

    def flow(self, text: str, *, size: float = 10, bold: bool = False, indent: float = 0, after: float = 1.5) -> None:
        """Paragraphs of `text`, one for each line of it; `indent` and `after` in millimetres."""
        style = "B" if bold else ""
        self.set_font(FAMILY, style, size)
        self.set_left_margin(MARGIN + indent)
        for line in wrap(text, lambda word: self._width(style, size, word), self.epw - 2 * self.c_margin):
            self.set_x(MARGIN + indent)
            self.cell(0, size * 0.48, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_left_margin(MARGIN)
        self.set_x(MARGIN)
        self.ln(after)

    def keep_together(self, height: float) -> None:
        """A new page unless so many millimetres are left on this one."""
        if self.will_page_break(height):
            self.add_page()

    def _width(self, style: str, size: float, word: str) -> float:
        known = self._widths.get((style, size, word))
        if known is None:
            known = self._widths[style, size, word] = self.get_string_width(word)
        return known


def wrap(text: str, width: Callable[[str], float], limit: float) -> Iterator[str]:
    """Lines of at most `limit`; a word that is wider is cut, so that nothing leaves the page."""
    space = width(" ")
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for word in paragraph.split():
            needed = width(word)
            while needed > limit:
                if line:
                    yield line
                    line, used = "", 0.0
                head = _fitting(word, width, limit)
                yield word[:head]
                word = word[head:]
                needed = width(word)
            if line and used + space + needed > limit:
                yield line
                line, used = "", 0.0
            used += needed + (space if line else 0)
            line = f"{line} {word}" if line else word
        if line or not paragraph.strip():
            yield line


def _fitting(word: str, width: Callable[[str], float], limit: float) -> int:
    """How many characters of a too wide word fit on a line; at least one."""
    low, high = 1, len(word)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if width(word[:middle]) <= limit else (low, middle)
    return low
