"""Words as the search compares them: folded, stemmed, and the places where they stand in a text. No SQL, no HTTP.

A word is looked for in two ways: by its stem, so that «πλατεια», «ΠΛΑΤΕΊΑΣ» and «πλατειών» are one, and as typed, so
that the last word of a question may be unfinished. Numbers and codes (12/2026, ΨΘ82ΩΡΦ-7ΑΙ) have no stem.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, takewhile
from types import MappingProxyType

import snowballstemmer

from audit.refusal import N_

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "topic": N_("Topics"),
        "consultation": N_("Texts under consultation"),
        "contribution": N_("Contributions"),
        "decision": N_("Decisions"),
        "minutes": N_("Minutes"),
    }
)
"""The kinds of document, in the order they are offered."""

QUESTION_LIMIT = 200
"""Characters of a question that are read."""
WORDS_LIMIT = 8
PREFIX = 3
"""Letters from which on an unfinished word is completed."""
WORD_LIMIT = 60
"""Letters of a word that are kept."""
SNIPPET, BEFORE = 240, 80
"""Characters shown around the first hit, and of these before it."""
SCANNED = 20_000
"""Characters of a text in which a hit is looked for to be shown."""
AS_TYPED = "="
"""First character of the terms that are whole words and codes; the others are stems."""

_RUN = re.compile(r"[\w/-]+")
_WORD = re.compile(r"[^\W_]+")
_LATIN = str.maketrans("abehikmnoptxyz", "αβεηικμνορτχυζ")
_LITTLE = (
    "ο η το οι τα του τησ των τον την στο στον στη στην στουσ στισ στα τουσ τισ τη ενασ ενα μια ενοσ μιασ και κι"
    " ειναι να θα δεν δε μη μην με σε για απο που πωσ οτι αν ωσ προσ κατα μετα ανα εωσ μεχρι αλλα ουτε ειτε"
    " αυτο αυτη αυτοσ αυτα αυτων μου σου μασ σασ"
)
_STOP = frozenset(_LITTLE.split())
_GREEK = snowballstemmer.stemmer("greek")
_TURN = threading.Lock()  # the stemmer keeps the word it works on in itself


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: `folded` as compared, [start, end) its place. A code is or holds a number: it has no stem."""

    folded: str
    is_code: bool
    start: int
    end: int

    @property
    def typed(self) -> str:
        """The term of the word itself."""
        return AS_TYPED + self.folded

    @property
    def terms(self) -> tuple[str, ...]:
        """What the index holds of it."""
        return (self.typed,) if self.is_code else (stem(self.folded), self.typed)


@dataclass(frozen=True, slots=True)
class Question:
    """All words must be found; the last one may be unfinished."""

    words: tuple[Word, ...]

    @property
    def unfinished(self) -> str:
        """The term that the last word may be the beginning of; empty when it is too short."""
        last = self.words[-1] if self.words else None
        return last.typed if last and len(last.folded) >= PREFIX else ""


def fold(text: str) -> str:
    """Without accents and case, final sigma as any other: «Πλατείας» → «πλατειασ»."""
    bare = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare.casefold()).replace("ς", "σ")


@lru_cache(maxsize=50_000)
def stem(folded: str) -> str:
    """What the forms of a Greek word share.

    The Snowball stemmer takes more from some forms of a word than from others (συμβούλιο, συμβουλίου; παιδικός,
    παιδικό; σκουπίδι, σκουπίδια), so what it left in those is taken as well.
    """
    with _TURN:
        left: str = _GREEK.stemWord(folded)
    for ending in ("ι", "ικ", "ιδ"):
        shorter = left.removesuffix(ending)
        if shorter != left and len(shorter) >= 3 and shorter[-1] not in "αεηιουω":
            left = shorter
    return left


def words_of(text: str) -> Iterator[Word]:
    """Every word in order; a code is one word, followed by its parts. `text` must be in NFC (`plain` makes it)."""
    for run in _RUN.finditer(text):
        whole = run.group()
        code = whole.strip("-/_")
        if ("-" in code or "/" in code) and any(letter.isdigit() for letter in code):
            start = run.start() + whole.index(code)
            yield Word(_code(code), True, start, start + len(code))
        for part in _WORD.finditer(text, run.start(), run.end()):
            folded = fold(part.group())[:WORD_LIMIT]
            if folded not in _STOP:
                yield Word(folded, any(letter.isdigit() for letter in folded), part.start(), part.end())


def ask(text: str) -> Question:
    """What somebody typed, as a question. It has no words when nothing in it can be looked for."""
    words: list[Word] = []
    covered = 0
    for word in words_of(plain(text[:QUESTION_LIMIT])):
        if word.end > covered:  # the parts of a code are not asked for beside the code
            words.append(word)
            covered = word.end
    return Question(tuple(words[:WORDS_LIMIT]))


def is_cut(text: str) -> bool:
    """Whether a question has more words than are looked for."""
    return len({word.start for word in words_of(plain(text[:QUESTION_LIMIT]))}) > WORDS_LIMIT


def plain(text: str) -> str:
    """In the one spelling in which places are counted, white space as single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def weigh(parts: Sequence[tuple[int, str]]) -> dict[str, int]:
    """The weight of every term of a document made of (weight, text); a word said again and again weighs a bit more."""
    best: dict[str, int] = {}
    times: dict[str, int] = {}
    for weight, text in parts:
        for word in words_of(plain(text)):
            for term in word.terms:
                best[term] = max(best.get(term, 0), weight)
                times[term] = times.get(term, 0) + 1
    return {term: weight * 4 + min(times[term], 4) - 1 for term, weight in best.items()}


def snippet(text: str, question: Question) -> list[tuple[str, bool]]:
    """A piece of `text` around the first hit, cut into (words, is a hit) so that a page can mark them."""
    text = plain(text[:SCANNED])
    words = words_of(text)
    first = next((word for word in words if _is_hit(word, question)), None)
    place = first.start if first else 0
    start = text.rfind(" ", 0, place - BEFORE) + 1 if place > BEFORE else 0
    end = len(text) if len(text) <= start + SNIPPET else text.rfind(" ", start, start + SNIPPET)
    end = max(end, first.end if first else start + 1)
    pieces, done = [("… " if start else "", False)], start
    for word in chain([first] if first else [], takewhile(lambda word: word.end <= end, words)):
        if word.start >= done and _is_hit(word, question):
            pieces += [(text[done : word.start], False), (text[word.start : word.end], True)]
            done = word.end
    pieces += [(text[done:end], False), (" …" if end < len(text) else "", False)]
    return [piece for piece in pieces if piece[0]]


def _is_hit(word: Word, question: Question) -> bool:
    if question.unfinished and word.typed.startswith(question.unfinished):
        return True
    # Words of one stem begin alike; most words of a text need no stemming to be told apart.
    alike = [asked for asked in question.words if asked.folded[:2] == word.folded[:2]]
    return any(asked.terms[0] == word.terms[0] or asked.folded == word.folded for asked in alike)


def _code(text: str) -> str:
    """A code in one spelling: Latin letters that look like Greek ones are taken for those beside any Greek letter."""
    folded = fold(text)[:WORD_LIMIT]
    is_greek = any("α" <= letter <= "ω" for letter in folded)
    return folded.translate(_LATIN) if is_greek else folded
