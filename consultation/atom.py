"""Atom feeds (RFC 4287), with what was removed as deleted entries (RFC 6721): values in, bytes out, no clock."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml.etree import Element, SubElement, tostring

from audit.local_time import instant

ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONE = "http://purl.org/atompub/tombstones/1.0"
RIGHTS = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""When an empty feed was updated: the moment must not change by itself."""
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """`ident`: stable for ever; `summary`: plain text. Of a deleted one only `ident` and `updated` are shown."""

    ident: str
    title: str
    url: str
    updated: datetime
    summary: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """`url` is its own address, `page` the page for people, `author` the municipality, `language` el or en."""

    ident: str
    title: str
    url: str
    page: str
    author: str
    language: str


def tag(origin: str, kind: str, key: str) -> str:
    """An id that does not change when addresses do (RFC 4151). `origin`: the log's name, "vote.example.org/log"."""
    return f"tag:{origin.partition('/')[0]},2026:{kind}/{key}"


def write_feed(feed: Feed, entries: Sequence[Entry]) -> bytes:
    root = Element(f"{{{ATOM}}}feed", nsmap={None: ATOM, "at": TOMBSTONE})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", feed.language)
    _text(root, "id", feed.ident)
    _text(root, "title", feed.title)
    _text(root, "updated", instant(max((entry.updated for entry in entries), default=BEGINNING)))
    _text(root, "rights", RIGHTS)
    SubElement(root, f"{{{ATOM}}}link", rel="self", type="application/atom+xml", href=feed.url)
    SubElement(root, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=feed.page)
    author = SubElement(root, f"{{{ATOM}}}author")
    _text(author, "name", feed.author)
    for entry in entries:
        if entry.deleted:
            moment = instant(entry.updated)
            SubElement(root, f"{{{TOMBSTONE}}}deleted-entry", ref=entry.ident, when=moment)
        else:
            _write_entry(root, entry)
    return bytes(tostring(root, xml_declaration=True, encoding="UTF-8"))


def _write_entry(root: Element, entry: Entry) -> None:
    node = SubElement(root, f"{{{ATOM}}}entry")
    _text(node, "id", entry.ident)
    _text(node, "title", entry.title)
    _text(node, "updated", instant(entry.updated))
    SubElement(node, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=entry.url)
    if entry.summary:
        _text(node, "summary", entry.summary)


def _text(parent: Element, name: str, text: str) -> None:
    """Characters that XML cannot hold are left out (control characters, lone surrogates)."""
    SubElement(parent, f"{{{ATOM}}}{name}").text = _NO_XML.sub("", text)
