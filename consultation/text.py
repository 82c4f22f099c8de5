"""The text under consultation: articles and paragraphs whose ids last, however often the wording is corrected (M7).

An id such as `a3.p2` says where a paragraph stood when it came; it never changes and is never given again. Leaves out
how a file becomes articles (text_import) and which paragraph of a correction is which (text_matching).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from audit.refusal import N_
from consultation.errors import Incomplete
from crypto.encoding import SIZE_LIMIT, array, compact, members, parse_compact, string


@dataclass(frozen=True, slots=True)
class Paragraph:
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """`number` as printed, "3" or "12Α"; empty for what stands before the first article."""

    id: str
    number: str
    title: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Without articles the consultation is about the topic itself."""

    articles: tuple[Article, ...] = ()

    def paragraphs(self) -> Iterator[Paragraph]:
        for article in self.articles:
            yield from article.paragraphs

    def paragraph_ids(self) -> list[str]:
        """In the order of the text."""
        return [paragraph.id for paragraph in self.paragraphs()]

    def ids(self) -> set[str]:
        """Of articles and paragraphs."""
        return {article.id for article in self.articles} | set(self.paragraph_ids())

    def paragraph(self, wanted: str) -> Paragraph | None:
        return next((paragraph for paragraph in self.paragraphs() if paragraph.id == wanted), None)

    def wording(self, place: str) -> str:
        """Of a paragraph, or the title of an article; empty when there is no such place."""
        if paragraph := self.paragraph(place):
            return paragraph.text
        return next((article.title or article.number for article in self.articles if article.id == place), "")


@dataclass(frozen=True, slots=True)
class PlainArticle:
    """An article as a clerk writes it, without ids."""

    number: str
    title: str
    paragraphs: tuple[str, ...]


def encode_text(topic: str, version: int, text: Text) -> bytes:
    """Canonical JSON whose SHA-256 the log holds. `topic`: public key. Raises Incomplete (text.length)."""
    raw = compact(
        {
            "text": 1,
            "topic": topic,
            "version": version,
            "articles": [
                {
                    "id": article.id,
                    "number": article.number,
                    "title": article.title,
                    "paragraphs": [{"id": paragraph.id, "text": paragraph.text} for paragraph in article.paragraphs],
                }
                for article in text.articles
            ],
        }
    )
    if len(raw) > SIZE_LIMIT:
        raise Incomplete("text.length", N_("The text is too long for one consultation."), field="text")
    return raw


def decode_text(raw: bytes) -> Text:
    """Raises Malformed."""
    value = members(parse_compact(raw), ["text", "topic", "version", "articles"])
    articles = []
    for item in array(value["articles"], longest=SIZE_LIMIT):
        article = members(item, ["id", "number", "title", "paragraphs"])
        paragraphs = []
        for part in array(article["paragraphs"], longest=SIZE_LIMIT):
            paragraph = members(part, ["id", "text"])
            paragraphs.append(Paragraph(_string(paragraph["id"]), _string(paragraph["text"])))
        articles.append(
            Article(
                _string(article["id"]), _string(article["number"]), _string(article["title"]), tuple(paragraphs)
            )
        )  # fmt: skip
    return Text(tuple(articles))


def _string(value: object) -> str:
    return string(value, longest=SIZE_LIMIT)  # type: ignore[arg-type]


class Names:
    """Gives ids that nobody ever had. `used`: every id of every earlier version."""

    def __init__(self, used: Iterable[str]) -> None:
        self._last: dict[str, int] = {}
        for name in used:
            article, _, paragraph = name.partition(".")
            self._last["a"] = max(self._last.get("a", 0), int(article[1:]))
            if paragraph:
                self._last[article] = max(self._last.get(article, 0), int(paragraph[1:]))

    def article(self) -> str:
        self._last["a"] = self._last.get("a", 0) + 1
        return f"a{self._last['a']}"

    def paragraph(self, article: str) -> str:
        self._last[article] = self._last.get(article, 0) + 1
        return f"{article}.p{self._last[article]}"


def first_text(articles: Sequence[PlainArticle]) -> Text:
    """The text as it is first shown."""
    names = Names(())
    made = []
    for article in articles:
        name = names.article()
        paragraphs = tuple(Paragraph(names.paragraph(name), text) for text in article.paragraphs)
        made.append(Article(name, article.number, article.title, paragraphs))
    return Text(tuple(made))
