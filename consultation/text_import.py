"""A file with the text of a regulation or a plan as the plain form that a clerk then corrects: TXT, HTML or DOCX.

What a file is, is read from its bytes. Only words are taken: no script, style, picture, field code, deleted passage or
entity (WB-16). Numbers that a word processor adds by itself are not in the words; the clerk adds them.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lxml import etree

from audit.refusal import N_
from consultation.errors import BadFile
from consultation.text_plain import blocks_of, clean, heading

FILE_LIMIT = 3 * 1024 * 1024
"""Bytes as uploaded."""
UNPACKED_LIMIT = 60 * 1024 * 1024
"""Bytes of all parts of a DOCX."""
DOCUMENT_LIMIT = 12 * 1024 * 1024
"""Bytes of the one part that is read; its tree takes about ten times as much memory."""
RATIO_LIMIT = 100
PARTS_LIMIT = 1_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_UNSEEN_WORD = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_W}pict", f"{_W}drawing"}
_UNSEEN_WORD |= {f"{_MC}Fallback", f"{_W}txbxContent"}
_SIGNS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}tab": " ", f"{_W}noBreakHyphen": "-"}
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SPACES = re.compile(r"\s+")
_UNSEEN_HTML = {
    "script",
    "style",
    "head",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "select",
    "button",
}
_BLOCKS = {"p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "tr", "table", "blockquote", "pre"}
_BLOCKS |= {"section", "article", "ul", "ol", "dl", "dt", "dd", "hr", "body", "main", "header", "footer", "center"}
_MARKUP = re.compile(rb"<(!doctype|html|head|body|p|div|h[1-6]|table|ul|ol|span|br)\b", re.IGNORECASE)


def read_file(raw: bytes) -> str:
    """The plain form, see text_plain; what is wrong in it is said when it is read.

    Raises BadFile (file.size, .kind, .broken, .archive, .entities, .empty).
    """
    if not raw or len(raw) > FILE_LIMIT:
        raise BadFile("file.size", N_("A file may have at most %(megabytes)s MB."), megabytes=FILE_LIMIT // 1024**2)
    if raw.startswith(b"PK\x03\x04"):
        text = _docx_text(_document_part(raw))
    elif raw.startswith((b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\x89PNG", b"\xff\xd8")):
        raise _unknown_kind()
    elif _MARKUP.search(raw[:4096].replace(b"\x00", b"")):
        text = _html_text(raw)
    else:
        text = _decode(raw)
    plain = "\n\n".join(_joined_titles(blocks_of(clean(text))))
    if not plain:
        raise BadFile("file.empty", N_("No text was found in this file."), N_("Copy the text and paste it instead."))
    return plain


def _joined_titles(blocks: list[str]) -> list[str]:
    """Greek laws print the title under the number: "Άρθρο 1", then "Σκοπός"."""
    joined: list[str] = []
    untitled = False
    for block in blocks:
        found = heading(block)
        if untitled and found is None and _looks_like_title(block):
            joined[-1] += f". {block}"
        else:
            joined.append(block)
        untitled = found is not None and not found[1]
    return joined


def _looks_like_title(block: str) -> bool:
    return len(block) <= 120 and "\n" not in block and block[-1] not in ".;:·," and not block[0].isdigit()


def _decode(raw: bytes) -> str:
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1253"]:  # the last one: Greek files of old
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROLS.search(text):
            return text
    raise _unknown_kind()


def _html_text(raw: bytes) -> str:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(_decode(raw).encode(), parser)
    except (etree.LxmlError, ValueError) as error:
        raise _broken() from error
    return "" if root is None else "".join(_html_words(root))


def _html_words(root: Any) -> Iterator[str]:
    """Walked without recursion: a file may nest as deep as it likes."""
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if element.tag in _BLOCKS:
            yield "\n\n"
        if event == "end":
            yield _flowing(element.tail)
        elif element.tag in _UNSEEN_HTML:
            walk.skip_subtree()
        else:
            yield "\n" if element.tag == "br" else _flowing(element.text)


def _docx_text(raw: bytes) -> str:
    """The words of each paragraph of `word/document.xml`, in tables too."""
    if any(word in raw.replace(b"\x00", b"") for word in (b"<!DOCTYPE", b"<!ENTITY")):
        raise BadFile("file.entities", N_("The document holds definitions that no text needs, so it was not read."))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.LxmlError, ValueError) as error:
        raise _broken() from error
    words = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if element.tag == f"{_W}p":
            words.append("\n\n")
        elif event == "start" and element.tag in _UNSEEN_WORD:
            walk.skip_subtree()
        elif event == "start" and element.tag == f"{_W}t":
            words.append(_flowing(element.text))
        elif event == "start":
            words.append(_SIGNS.get(str(element.tag), ""))
    return "".join(words)


def _flowing(text: str | None) -> str:
    """Line ends in the source of a page are spaces."""
    return _SPACES.sub(" ", text or "")


def _document_part(raw: bytes) -> bytes:
    """`word/document.xml`, after a look at all parts: none is unpacked before their sizes are judged."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            document = next((part for part in parts if part.filename == "word/document.xml"), None)
            if (
                len(parts) > PARTS_LIMIT
                or unpacked > UNPACKED_LIMIT
                or unpacked > RATIO_LIMIT * len(raw)
                or len({part.filename for part in parts}) != len(parts)
                or (document is not None and document.file_size > DOCUMENT_LIMIT)
            ):
                raise BadFile(
                    "file.archive",
                    N_("The document unpacks to an unreasonable size, so it was not read."),
                    N_("Copy the text and paste it instead."),
                )
            if document is None or document.flag_bits & 1:
                raise _unknown_kind()
            with archive.open(document) as part:
                return part.read(DOCUMENT_LIMIT)  # never more than was announced
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as error:
        raise _broken() from error


def _unknown_kind() -> BadFile:
    return BadFile(
        "file.kind",
        N_("This kind of file cannot be read as text."),
        N_("Accepted are DOCX, HTML and plain text; of anything else copy the text and paste it."),
    )


def _broken() -> BadFile:
    return BadFile("file.broken", N_("The file is damaged or incomplete."), N_("Save it again and send it once more."))
