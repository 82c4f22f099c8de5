"""What people write, as HTML that runs nothing (WB-01, WB-02). Leaves out who may write and where it is shown.

Two independent barriers: Markdown is read with HTML and images switched off, and the result passes an allow-list.
"""

import html

import nh3
from markdown_it import MarkdownIt

LIMIT = 10_000
"""Characters given to the Markdown reader, whose worst cases grow with the square of the length (WB-11)."""
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a", "code", "pre", "hr", "h4", "h5", "h6"}
_SCHEMES = ("https://", "mailto:")
_READER = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20}).disable(
    ["html_block", "html_inline", "image", "reference"]
)


def render_prose(text: str) -> str:
    """Markdown as sanitized HTML: paragraphs, emphasis, lists, quotations, code, https and mailto links.

    What goes beyond LIMIT, from the nearest blank line before it, is shown as plain paragraphs; nothing is lost.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    end = len(text)
    if end > LIMIT:
        end = max(text.rfind("\n\n", 0, LIMIT), 0)
    return _markdown(text[:end]) + _plain(text[end:])


def _markdown(text: str) -> str:
    tokens = _READER.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            # the page has headings of its own; a writer's stand below them
            token.tag = f"h{min(int(token.tag[1]) + 3, 6)}"
    return nh3.clean(
        _READER.renderer.render(tokens, _READER.options, {}),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_attribute,
        url_schemes={"https", "mailto"},
        link_rel="nofollow noopener ugc",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """A link leads to another site or to a mail; one into our own pages could pass for a button of ours."""
    if (tag, name) == ("a", "href"):
        return value if value.lower().startswith(_SCHEMES) else None
    return value if (tag, name) in {("a", "rel"), ("ol", "start")} else None  # rel is the cleaner's own


def _plain(text: str) -> str:
    blocks = (block.strip("\n") for block in text.split("\n\n"))
    return "".join(f"<p>{html.escape(block).replace(chr(10), '<br>')}</p>\n" for block in blocks if block)
