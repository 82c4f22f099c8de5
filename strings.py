"""The texts of the house: found in code and templates, merged with their Greek, and judged.

`make strings` brings `templates/locale/el/LC_MESSAGES/kalpi.po` up to date: every text that is shown, its Greek from
the catalogue or from a part file in `templates/locale/parts/`, sorted. Nothing is lost: a text without Greek stays in
with an empty translation, and a test fails on it.
"""

import ast
import re
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from pages import CATALOGUE, PARTS

ROOT = Path(__file__).parent
ROOMS = ("audit", "consultation", "crypto", "identity", "voting")
_DATES = re.compile(r'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team)[^\n]*\n')
CALLS: dict[str, tuple[int, int] | None] = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
_SHOUTED = re.compile(r"\b[^\W\d_]{2,}\b")


def shown_texts(root: Path = ROOT) -> Iterator[tuple[str, int, Any]]:
    """(file, line, msgid) of every text marked in code or templates, and of every refusal's words."""
    sources = [*root.glob("*.py"), *(path for room in ROOMS for path in (root / room).rglob("*.py"))]
    trees = {path: ast.parse(path.read_text()) for path in sources}
    refusals = _refusal_names(trees)
    for path, tree in sorted(trees.items()):
        name = path.relative_to(root).as_posix()
        for line, message, _comments, _context in extract("python", BytesIO(path.read_bytes()), CALLS):
            yield name, line, message
        for line, words in _words_of_refusals(tree, refusals):
            yield name, line, words
    for path in sorted((root / "templates").rglob("*.html")):
        options = {"trimmed": "true", "newstyle_gettext": "true"}
        for line, function, text, _comments in babel_extract(BytesIO(path.read_bytes()), list(CALLS), [], options):
            forms = text if isinstance(text, tuple) else (text,)
            plural = function == "ngettext"
            yield path.relative_to(root).as_posix(), line, tuple(forms[:2]) if plural else forms[0]


def merged_catalogue(root: Path = ROOT, catalogue: Path = CATALOGUE, parts: Path = PARTS) -> Catalog:
    """Every shown text with its Greek; a part file outranks the catalogue."""
    greek: dict[str, Any] = {}
    for path in (catalogue, *sorted(parts.glob("*.po"))):
        if path.exists():
            for message in read_po(BytesIO(path.read_bytes()), locale="el"):
                if message.string:
                    greek[_key(message.id)] = message.string
    merged = Catalog(locale="el", project="kalpi", version="1", charset="utf-8", header_comment="", fuzzy=False)
    found: dict[str, tuple[str | tuple[str, ...], set[str]]] = {}
    for file, _line, text in shown_texts(root):
        msgid = tuple(form for form in text if form) if isinstance(text, tuple) else text
        if msgid:
            found.setdefault(_key(msgid), (msgid, set()))[1].add(file)
    for key, (msgid, files) in sorted(found.items()):
        empty: str | tuple[str, ...] = ("", "") if isinstance(msgid, tuple) else ""
        known = greek.get(key, empty)
        fits = isinstance(known, str) == isinstance(empty, str)
        merged.add(msgid, known if fits else empty, locations=[(file, 0) for file in sorted(files)])
    return merged


def untranslated(catalogue: Catalog) -> list[str]:
    """Texts without Greek, or whose Greek names other fields than the English."""
    faults = []
    for message in catalogue:
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        if not all(strings) or any(_fields(str(s)) != _fields(str(message.id)) for s in strings):
            faults.append(_key(message.id))
    return faults


def shouted(text: str) -> list[str]:
    """Words in capitals that carry a tonos: Greek capitals take none."""
    words = [word for word in _SHOUTED.findall(text) if word.isupper()]
    return [word for word in words if "\u0301" in unicodedata.normalize("NFD", word)]


def main() -> None:
    merged = merged_catalogue()
    out = BytesIO()
    write_po(out, merged, width=0, include_lineno=False, omit_header=False, sort_output=True)
    text = re.sub(
        r'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team)[^\n]*\n',
        "",
        out.getvalue().decode(),
    )
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(text)
    missing = untranslated(merged)
    print(f"{len(merged)} texts, {len(missing)} without Greek")
    for text in missing:
        print(f"  {text}")


def _key(msgid: str | tuple[str, ...] | list[str]) -> str:
    return msgid if isinstance(msgid, str) else msgid[0]


def _fields(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))


def _refusal_names(trees: dict[Path, ast.Module]) -> set[str]:
    """Names of all classes under Refused, found by their bases until no more turn up."""
    classes = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    names, before = {"Refused"}, 0
    while len(names) != before:
        before = len(names)
        names |= {c.name for c in classes if any(isinstance(b, ast.Name) and b.id in names for b in c.bases)}
    return names


def _words_of_refusals(tree: ast.Module, refusals: set[str]) -> Iterator[tuple[int, str]]:
    """Sentence and advice of `SomeRefusal("code", "sentence", "advice")`, and of `super().__init__` in one."""
    inside = [c for c in ast.walk(tree) if isinstance(c, ast.ClassDef) and c.name in refusals]
    supers = {
        id(call)
        for c in inside
        for call in ast.walk(c)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        named = isinstance(call.func, ast.Name) and call.func.id in refusals
        if not named and id(call) not in supers:
            continue
        words = [*call.args[1:3], *(k.value for k in call.keywords if k.arg in {"sentence", "advice"})]
        for word in words:
            if isinstance(word, ast.Constant) and isinstance(word.value, str) and word.value:
                yield word.lineno, word.value


if __name__ == "__main__":
    main()
