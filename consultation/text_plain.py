"""The plain form in which a clerk writes and corrects a text, and how it becomes articles.

    Άρθρο 1. Σκοπός

    The first paragraph, of one or more lines.

    The second one.

A line "Άρθρο", a number and, after a full stop, a title begins an article; an empty line ends a paragraph. What stands
before the first article has no number. Reading what `write_plain` wrote gives the same articles.
"""

import re
import unicodedata
from collections.abc import Sequence

from audit.refusal import N_
from consultation.errors import Incomplete
from consultation.text import PlainArticle, Text

TEXT_LIMIT = 120_000
"""Characters of the whole text."""
PARAGRAPH_LIMIT = 10_000
PARAGRAPHS_LIMIT = 1_000
ARTICLES_LIMIT = 200
TITLE_LIMIT = 200
_HEADING = re.compile(
    rf"[ΆΑάα][ρΡ][θΘ][ρΡ][οόΟΌ][ \t]+([0-9]{{1,4}}[Α-Ωα-ω]{{0,2}})[΄'’]?[ \t]*(?:[.:–—-][ \t]*(.{{0,{TITLE_LIMIT}}}))?"
)


def read_plain(text: str) -> list[PlainArticle]:
    """Raises Incomplete (text.length, .paragraph, .count); an empty text is no article."""
    text = clean(text)
    if len(text) > TEXT_LIMIT:
        sentence = N_("The text has %(count)s characters; at most %(limit)s are accepted.")
        raise Incomplete("text.length", sentence, field="text", count=len(text), limit=TEXT_LIMIT)
    articles: list[tuple[str, str, list[str]]] = []
    for block in blocks_of(text):
        if found := heading(block):
            articles.append((*found, []))
            continue
        if not articles:
            articles.append(("", "", []))
        if len(block) > PARAGRAPH_LIMIT:
            sentence = N_("A paragraph has at most %(limit)s characters; this one is longer: %(start)s")
            raise Incomplete("text.paragraph", sentence, field="text", limit=PARAGRAPH_LIMIT, start=block[:60])
        articles[-1][2].append(block)
    if len(articles) > ARTICLES_LIMIT or sum(len(each[2]) for each in articles) > PARAGRAPHS_LIMIT:
        sentence = N_("A text has at most %(articles)s articles and %(paragraphs)s paragraphs.")
        raise Incomplete("text.count", sentence, field="text", articles=ARTICLES_LIMIT, paragraphs=PARAGRAPHS_LIMIT)
    return [PlainArticle(number, title, tuple(paragraphs)) for number, title, paragraphs in articles]


def heading(line: str) -> tuple[str, str] | None:
    """Number and title if the line begins an article: not "Άρθρο 5 του νόμου …"."""
    match = _HEADING.fullmatch(line)
    if match is None:
        return None
    title = (match[2] or "").strip()
    return match[1], title


def write_plain(articles: Sequence[PlainArticle]) -> str:
    """The plain form, with "\\n" as line end."""
    blocks = []
    for article in articles:
        if article.number:
            blocks.append(f"Άρθρο {article.number}" + (f". {article.title}" if article.title else ""))
        blocks += article.paragraphs
    return "\n\n".join(blocks)


def plain_articles(text: Text) -> list[PlainArticle]:
    """A text without its ids."""
    return [
        PlainArticle(article.number, article.title, tuple(paragraph.text for paragraph in article.paragraphs))
        for article in text.articles
    ]


def clean(text: str) -> str:
    """One spelling: composed letters, "\\n" as line end, no control characters and no marks that turn direction."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\xa0", " ")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n\n")
    seen = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter) not in _UNSEEN)
    return unicodedata.normalize("NFC", seen)


_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def blocks_of(text: str) -> list[str]:
    """Headings, and the parts between empty lines; inside a part line ends stay, spaces at the ends of lines go."""
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        squeezed = " ".join(line.split())
        if squeezed and heading(squeezed):
            blocks += [[squeezed], []]
        elif squeezed:
            blocks[-1].append(squeezed)
        elif blocks[-1]:
            blocks.append([])
    return ["\n".join(lines) for lines in blocks if lines]
