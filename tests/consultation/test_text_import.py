"""Texts from files: what is read of TXT, HTML and DOCX, and what no file can do to us (WB-16)."""

import contextlib
import io
import tracemalloc
import zipfile

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.errors import BadFile, Incomplete
from consultation.text_import import DOCUMENT_LIMIT, FILE_LIMIT, read_file
from consultation.text_plain import (
    ARTICLES_LIMIT,
    PARAGRAPH_LIMIT,
    PARAGRAPHS_LIMIT,
    TEXT_LIMIT,
    clean,
    heading,
    read_plain,
    write_plain,
)

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BODY = f"<w:document {W}><w:body><w:p><w:r><w:t>Ένα κείμενο.</w:t></w:r></w:p></w:body></w:document>"


def archive(parts: dict[str, bytes | str]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in parts.items():
            opened.writestr(name, data)
    return raw.getvalue()


def word_file(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


def code_of(raw: bytes) -> str:
    with pytest.raises(BadFile) as refused:
        read_file(raw)
    return refused.value.code


def test_M07_a_word_document_becomes_articles() -> None:
    plain = read_file(word_file("Άρθρο 1", "Σκοπός", "Η πλατεία γίνεται πεζόδρομος.", "Άρθρο 2. Ισχύς", "Ισχύει."))
    assert plain == "Άρθρο 1. Σκοπός\n\nΗ πλατεία γίνεται πεζόδρομος.\n\nΆρθρο 2. Ισχύς\n\nΙσχύει."
    assert [(article.number, article.title) for article in read_plain(plain)] == [("1", "Σκοπός"), ("2", "Ισχύς")]


def test_M07_a_page_becomes_articles() -> None:
    page = """<!DOCTYPE html><html><head><title>Όχι</title><style>p{}</style></head><body><h2>ΑΡΘΡΟ 1</h2>
    <h3>Σκοπός</h3><p>Η <b>πλατεία</b>
    γίνεται<br>πεζόδρομος.</p><script>alert(1)</script><ul><li>Δέντρα<li>Φως</ul><!-- κρυφό --></body></html>"""
    assert read_file(page.encode()) == "ΑΡΘΡΟ 1. Σκοπός\n\nΗ πλατεία γίνεται\nπεζόδρομος.\n\nΔέντρα\n\nΦως"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1253"])
def test_M07_plain_text_is_read_in_the_spellings_of_greek_files(encoding: str) -> None:
    assert read_file("Άρθρο 1. Σκοπός\r\nΈνα.\r\n\r\nΔύο.".encode(encoding)) == "Άρθρο 1. Σκοπός\n\nΈνα.\n\nΔύο."


def test_a_file_is_judged_by_its_bytes() -> None:
    for raw in (b"%PDF-1.7 x", b"\x89PNG\r\n", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0", b"{\\rtf1", b"a\x00b", b"\x81"):
        assert code_of(raw) == "file.kind", raw
    assert code_of(archive({"content.xml": "<a/>"})) == "file.kind"
    assert code_of(b"") == "file.size"
    assert code_of(b"a" * (FILE_LIMIT + 1)) == "file.size"
    assert code_of(b"<html><body></body></html>") == "file.empty"
    assert code_of(b"PK\x03\x04 broken") == "file.broken"
    assert code_of(archive({"word/document.xml": "<w:document"})) == "file.broken"


def test_WB_16_a_document_that_unpacks_to_much_is_refused_before_it_is_unpacked() -> None:
    bomb = archive({"word/document.xml": BODY, "word/media/a.bin": b"\x00" * (40 * 1024 * 1024)})
    tracemalloc.start()
    try:
        assert code_of(bomb) == "file.archive"
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_WB_16_each_limit_of_an_archive_holds_alone() -> None:
    noise = b"".join(number.to_bytes(8, "big") for number in range(200_000))
    assert code_of(archive({"word/document.xml": b" " * (DOCUMENT_LIMIT + 1), "noise": noise})) == "file.archive"
    assert code_of(archive({"word/document.xml": BODY, **{f"p{n}": "" for n in range(1_000)}})) == "file.archive"
    twice = archive({"word/document.xml": BODY, "word/document.xmm": BODY})
    assert code_of(twice.replace(b"document.xmm", b"document.xml")) == "file.archive"


def test_WB_16_a_size_that_lies_unpacks_no_more_than_it_says() -> None:
    raw = archive({"word/document.xml": BODY + " " * 3_000_000, "noise": bytes(range(256)) * 300})
    size = (len(BODY.encode()) + 3_000_000).to_bytes(4, "little")
    assert raw.count(size) == 2
    assert code_of(raw.replace(size, (500).to_bytes(4, "little"))) == "file.broken"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_WB_16_entities_are_refused(encoding: str) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]>' + BODY.replace("Ένα", "&c;")
    declared = f'<?xml version="1.0" encoding="{encoding}"?>{bomb}'
    assert code_of(archive({"word/document.xml": declared.encode(encoding)})) == "file.entities"


def test_WB_16_a_page_with_entities_or_without_end_is_read_in_bounds() -> None:
    page = b'<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><p>&a;</p><p>words</p>'
    assert "root:" not in read_file(page)
    deep = b"<html><body><p>top</p>" + b"<div>" * 50_000 + b"deep"
    assert read_file(deep).startswith("top")


def test_of_a_document_only_words_are_read() -> None:
    body = (
        f"<w:document {W}><w:body><w:p><w:r><w:t>Μένει</w:t></w:r><w:del><w:r><w:t>Έφυγε</w:t></w:r></w:del>"
        "<w:r><w:instrText>HYPERLINK</w:instrText></w:r><w:r><w:tab/><w:t>και αυτό</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>κελί</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
    )
    assert read_file(archive({"word/document.xml": body})) == "Μένει και αυτό\n\nκελί"


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from([b"", b"<html>", b"PK\x03\x04", b"\xff\xfe"]))
def test_any_file_is_a_text_or_refused(raw: bytes, start: bytes) -> None:
    with contextlib.suppress(BadFile):
        assert read_file(start + raw)


@settings(max_examples=100)
@given(st.text(alphabet="Άρθο 1.\n-αβ \t", max_size=200))
def test_the_plain_form_of_what_was_read_is_read_as_the_same(text: str) -> None:
    articles = read_plain(text)
    assert read_plain(write_plain(articles)) == articles


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Άρθρο 1. Σκοπός", ("1", "Σκοπός")),
        ("ΑΡΘΡΟ 12Α - Τέλη", ("12Α", "Τέλη")),
        ("Άρθρο 1ο", ("1ο", "")),
        ("άρθρο 3:", ("3", "")),
        ("Άρθρο 5 του νόμου ορίζει τα εξής.", None),
        ("Το άρθρο 5. Καταργείται.", None),
        ("Άρθρο. Σκοπός", None),
        ("Άρθρο 1. " + "α" * 201, None),
    ],
)
def test_a_line_is_a_heading_or_not(line: str, found: tuple[str, str] | None) -> None:
    assert heading(line) == found


def test_what_stands_before_the_first_article_has_no_number() -> None:
    [first, second] = read_plain("Προοίμιο.\n\nΆρθρο 1\nΈνα.\nκαι άλλο\n\n\n  Δύο.")
    assert (first.number, first.paragraphs) == ("", ("Προοίμιο.",))
    assert second.paragraphs == ("Ένα.\nκαι άλλο", "Δύο.")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("α\n\n" * (TEXT_LIMIT // 3 + 1), "text.length"),
        ("α" * (PARAGRAPH_LIMIT + 1), "text.paragraph"),
        ("α\n\n" * (PARAGRAPHS_LIMIT + 1), "text.count"),
        ("Άρθρο 1\n" * (ARTICLES_LIMIT + 1), "text.count"),
    ],
)
def test_a_text_beyond_its_limits_is_refused(text: str, code: str) -> None:
    with pytest.raises(Incomplete) as refused:
        read_plain(text)
    assert refused.value.code == code


def test_marks_that_nobody_sees_are_taken_out() -> None:
    assert clean("α\u202eβ\u200b\x07\r\nγ\xa0δ") == "αβ\nγ δ"
    assert clean("ά") == "ά"
