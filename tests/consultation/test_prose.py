"""What people write is shown as text and never runs."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.prose import LIMIT, render_prose
from pages import environment
from tests.consultation.payloads import PAYLOADS

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a", "code", "pre", "hr", "h4", "h5", "h6"}
REL = "nofollow noopener ugc"


class Reader(HTMLParser):
    """Notes every element and attribute as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment came through: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration came through: {decl}")


def check_harmless(html: str) -> None:
    for tag, attributes in Reader(html).found:
        assert tag in TAGS, html
        if tag == "a":
            assert set(attributes) <= {"href", "rel"}, html
            assert attributes["rel"] == REL
            assert (attributes.get("href") or "https://").lower().startswith(("https://", "mailto:")), html
        elif tag == "ol":
            assert set(attributes) <= {"start"}, html
        else:
            assert not attributes, html


def test_WB_01_the_corpus_holds_enough_and_no_payload_twice() -> None:
    assert len(PAYLOADS) == len(set(PAYLOADS)) >= 200


@pytest.mark.parametrize("payload", PAYLOADS)
def test_WB_01_no_payload_leaves_more_than_harmless_elements(payload: str) -> None:
    check_harmless(render_prose(payload))


def test_WB_02_all_payloads_together_in_one_text_stay_harmless() -> None:
    check_harmless(render_prose("\n\n".join(PAYLOADS)))
    check_harmless(render_prose("".join(PAYLOADS)))


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from([*PAYLOADS, "[", "]", "(", ")", "<", ">", "*", "`", "\n", "&", "\\", '"', " "]), max_size=12
    )
)
def test_WB_02_no_mixture_of_payloads_leaves_more(parts: list[str]) -> None:
    check_harmless(render_prose("".join(parts)))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_WB_02_any_text_is_shown_harmless(text: str) -> None:
    check_harmless(render_prose(text))


def test_WB_03_the_filter_of_templates_is_the_sanitizer_and_everything_else_is_escaped() -> None:
    env = environment("el")
    template = env.parse("{{ text | prose }}{{ text }}")
    shown = env.from_string(template).render(text="**α** <script>alert(1)</script>")
    assert shown == (
        "<p><strong>α</strong> &lt;script&gt;alert(1)&lt;/script&gt;</p>\n**α** &lt;script&gt;alert(1)&lt;/script&gt;"
    )


def test_paragraphs_lists_and_emphasis_are_shown_as_written() -> None:
    html = render_prose("Πρώτη\nγραμμή\n\n- **ένα**\n- *δύο*\n\n3. τρία")
    assert html == (
        "<p>Πρώτη<br>\nγραμμή</p>\n<ul>\n<li><strong>ένα</strong></li>\n<li><em>δύο</em></li>\n</ul>\n"
        '<ol start="3">\n<li>τρία</li>\n</ol>\n'
    )


def test_a_link_leads_to_a_secure_page_or_a_mail_and_is_not_recommended() -> None:
    assert render_prose("[α](https://a.example)") == f'<p><a href="https://a.example" rel="{REL}">α</a></p>\n'
    assert "href" not in render_prose("[α](http://a.example) [β](/logout) [γ](//a.example)")


def test_headings_of_a_writer_stand_below_those_of_the_page() -> None:
    assert render_prose("# α\n\n### β\n\n###### γ") == "<h4>α</h4>\n<h6>β</h6>\n<h6>γ</h6>\n"


def test_a_text_above_the_limit_is_shown_whole_with_its_end_as_plain_paragraphs() -> None:
    text = "**αρχή**\n\n" + "α" * (LIMIT - 20) + "\n\n**μέση**\n<b>x</b>\n\n**τέλος**"
    html = render_prose(text)
    assert html.startswith("<p><strong>αρχή</strong></p>")
    assert html.endswith("<p>**μέση**<br>&lt;b&gt;x&lt;/b&gt;</p>\n<p>**τέλος**</p>\n")


WORST = (
    "[", "*a_", "> ", "[a](", "`a``", "<", "- ", "**a _b ", "[a](<b", "\\", "<https://a", "![", "&amp;", "a\n\n",
    "- a\n", "    a\n", "# ", "_*",
)  # fmt: skip


@pytest.mark.parametrize("unit", WORST)
def test_WB_11_a_hundred_kilobytes_of_the_worst_do_not_take_long(unit: str) -> None:
    """Counted in processor time of this thread, so that a busy machine does not matter; without the cap it is 10 s."""
    text = (unit * 100_000)[:100_000]
    start = time.thread_time()
    check_harmless(render_prose(text))
    assert time.thread_time() - start < 1
