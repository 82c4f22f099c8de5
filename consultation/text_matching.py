"""Which paragraph of a corrected text is which of the text before it, so that what was said of it stays on it (M7).

Paragraphs are matched in their order, across articles too: the same wording first, then what lies between by
likeness. Nothing that was matched changes places; a paragraph that moved past another one counts as new. What matches
keeps its id, also in another article; what does not gets one that nobody ever had.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

from consultation.text import Article, Names, Paragraph, PlainArticle, Text

LIKENESS = 0.6
"""Of two wordings, 0 to 1, below which they are two paragraphs."""
LETTERS_LIMIT = 400
"""Letters up to which wordings are compared by letter, longer ones by word."""
CELLS_LIMIT = 10_000
"""Pairs compared in one gap: a larger gap is searched near its diagonal only."""

Old = TypeVar("Old")
New = TypeVar("New")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one paragraph. `old` is None for a new one, `new` for one that is gone."""

    old: Paragraph | None
    new: Paragraph | None

    @property
    def kind(self) -> str:
        """kept, changed, new, gone."""
        if self.old is None:
            return "new"
        if self.new is None:
            return "gone"
        return "kept" if self.old.text == self.new.text else "changed"


@dataclass(frozen=True, slots=True)
class Correction:
    """The text as it would be. `fates`: the new text's paragraphs in order; `gone`: the ones deleted."""

    text: Text
    fates: tuple[Fate, ...]
    gone: tuple[Fate, ...]

    @property
    def changes_nothing(self) -> bool:
        return not self.gone and all(fate.kind == "kept" for fate in self.fates)


def correct(before: Text, wanted: Sequence[PlainArticle], used: Iterable[str]) -> Correction:
    """`used`: every id of every version there ever was, those of `before` among them."""
    names = Names({*used, *before.ids()})
    old = list(before.paragraphs())
    new = [text for article in wanted for text in article.paragraphs]
    partner = {j: old[i] for i, j in _match_texts([paragraph.text for paragraph in old], new)}
    articles, fates, position = [], [], 0
    article_ids = _article_ids(before, wanted, partner)
    for number, article in enumerate(wanted):
        name = article_ids.get(number) or names.article()
        paragraphs = []
        for text in article.paragraphs:
            was = partner.get(position)
            paragraphs.append(Paragraph(was.id if was else names.paragraph(name), text))
            fates.append(Fate(was, paragraphs[-1]))
            position += 1
        articles.append(Article(name, article.number, article.title, tuple(paragraphs)))
    kept = {paragraph.id for paragraph in partner.values()}
    gone = tuple(Fate(paragraph, None) for paragraph in old if paragraph.id not in kept)
    return Correction(Text(tuple(articles)), tuple(fates), gone)


def _article_ids(before: Text, wanted: Sequence[PlainArticle], partner: dict[int, Paragraph]) -> dict[int, str]:
    """The article that an article was: it shares paragraphs with it, or its heading."""
    homes = {paragraph.id: index for index, article in enumerate(before.articles) for paragraph in article.paragraphs}
    shared: dict[tuple[int, int], int] = {}
    position = 0
    for number, article in enumerate(wanted):
        for _ in article.paragraphs:
            if was := partner.get(position):
                pair = (homes[was.id], number)
                shared[pair] = shared.get(pair, 0) + 1
            position += 1

    def likeness(i: int, j: int) -> float:
        was, now = before.articles[i], wanted[j]
        common = shared.get((i, j), 0)
        if not common and was.number != now.number:
            return 0
        titles = alike(was.title, now.title)
        return common + titles if common or titles >= LIKENESS else 0

    pairs = _align(len(before.articles), len(wanted), likeness, lambda _i, _j: True)
    return {j: before.articles[i].id for i, j in pairs}


def _match_texts(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of positions, rising on both sides."""
    pairs = []
    i = j = 0
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    for block in blocks:
        pairs += [(i + a, j + b) for a, b in _match_gap(old[i : block.a], new[j : block.b])]
        pairs += [(block.a + step, block.b + step) for step in range(block.size)]
        i, j = block.a + block.size, block.b + block.size
    return pairs


def _match_gap(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    rows, columns = len(old), len(new)
    reach = max(rows, columns) if rows * columns <= CELLS_LIMIT else CELLS_LIMIT // max(rows, columns, 1) // 2

    def near(i: int, j: int) -> bool:
        return abs(i * columns - j * rows) <= (reach + 1) * max(rows, 1)

    def likeness(i: int, j: int) -> float:
        found = alike(old[i], new[j])
        return found if found >= LIKENESS else 0

    return _align(rows, columns, likeness, near)


def _align(
    rows: int, columns: int, likeness: Callable[[int, int], float], near: Callable[[int, int], bool]
) -> list[tuple[int, int]]:
    """The pairs, rising on both sides, whose likenesses add up to most. Pairs of likeness 0 are none."""
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    paired = [[False] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows):
        for j in range(columns):
            apart = max(best[i][j + 1], best[i + 1][j])
            value = likeness(i, j) if near(i, j) else 0
            paired[i + 1][j + 1] = value > 0 and best[i][j] + value >= apart
            best[i + 1][j + 1] = best[i][j] + value if paired[i + 1][j + 1] else apart
    pairs = []
    i, j = rows, columns
    while i and j:
        if paired[i][j]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif best[i - 1][j] >= best[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def alike(one: str, other: str) -> float:
    """1 for the same wording, 0 for nothing in common."""
    if one == other:
        return 1.0
    if max(len(one), len(other)) <= LETTERS_LIMIT:
        matcher: SequenceMatcher[str] = SequenceMatcher(None, one, other)
    else:
        matcher = SequenceMatcher(None, one.split(), other.split())
    if matcher.real_quick_ratio() < LIKENESS or matcher.quick_ratio() < LIKENESS:
        return 0.0
    return matcher.ratio()
