"""Files: typed by content, images painted anew, archives looked into, names kept as text only."""

import io
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from consultation.errors import BadFile
from consultation.upload import DOCX, JPEG, ODT, PDF, PNG, SIZE_LIMIT, clean_name, disposition, read_upload

A_PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ODT_PARTS = {"mimetype": ODT.encode(), "content.xml": b"<office:document-content/>"}


def archive(parts: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", method) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return raw.getvalue()


def a_docx() -> bytes:
    raw = io.BytesIO()
    document = Document()
    document.add_paragraph("Εισήγηση")
    document.save(raw)
    return raw.getvalue()


def a_photo() -> bytes:
    raw = io.BytesIO()
    image = Image.new("RGB", (40, 20), "red")
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ada"
    exif[0x0112] = 6  # lies on its side
    image.save(raw, "JPEG", exif=exif, comment=b"Heroes' Square 5")
    return raw.getvalue()


def code_of(raw: bytes, name: str = "a.pdf") -> str:
    with pytest.raises(BadFile) as refused:
        read_upload(name, raw)
    return refused.value.code


@pytest.mark.parametrize(
    ("raw", "media_type", "extension"),
    [(A_PDF, PDF, "pdf"), (archive(ODT_PARTS), ODT, "odt"), (a_docx(), DOCX, "docx"), (a_photo(), JPEG, "jpg")],
)
def test_WB_15_the_content_says_what_a_file_is(raw: bytes, media_type: str, extension: str) -> None:
    upload = read_upload("holiday.exe", raw)
    assert (upload.media_type, upload.name) == (media_type, f"holiday.{extension}")


@pytest.mark.parametrize(
    "raw",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<!doctype html><script>alert(1)</script>",
        b"<?xml version='1.0'?><a/>",
        b"GIF89a" + A_PDF,
        b"MZ\x90\x00",
        b"plain words",
        b"\n" + A_PDF,
    ],
)
def test_WB_05_WB_15_what_a_browser_could_run_is_no_accepted_kind(raw: bytes) -> None:
    assert code_of(raw) == "file.kind"


def test_WB_15_an_image_keeps_its_pixels_and_nothing_else() -> None:
    painted = read_upload("a.jpg", a_photo() + b"<script>alert(1)</script>").data
    assert b"Camera of Ada" not in painted
    assert b"Heroes" not in painted
    assert b"<script>" not in painted
    with Image.open(io.BytesIO(painted)) as image:
        assert image.size == (20, 40)  # upright without the tag that said so
        assert not image.getexif()
    raw, words = io.BytesIO(), PngInfo()
    words.add_text("Author", "Ada of Heroes' Square")
    Image.new("RGBA", (5, 5), "blue").save(raw, "PNG", pnginfo=words, icc_profile=b"profile of Ada")
    png = read_upload("a.png", raw.getvalue() + b"PK\x03\x04trailing")
    assert png.media_type == PNG
    assert b"Ada" not in png.data
    assert b"trailing" not in png.data
    assert b"iCCP" not in png.data


def test_WB_15_a_damaged_file_is_refused() -> None:
    assert code_of(a_photo()[:60]) == "file.broken"
    assert code_of(b"%PDF-1.7 cut") == "file.broken"
    assert code_of(archive(ODT_PARTS)[:-30]) == "file.broken"


def test_WB_16_the_size_of_a_file_is_capped() -> None:
    assert code_of(A_PDF + bytes(SIZE_LIMIT)) == "file.size"
    assert code_of(b"") == "file.size"


def a_huge_png(side: int) -> bytes:
    """Black on `side` times `side` pixels, written row by row so that the test itself stays small."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + side // 8)) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_WB_16_an_image_of_too_many_pixels_is_not_even_decoded() -> None:
    raw = a_huge_png(50_000)
    assert len(raw) < SIZE_LIMIT
    assert code_of(raw, "a.png") == "file.pixels"
    assert read_upload("a.png", a_huge_png(80)).media_type == PNG


MEMORY = """
import io
from PIL import Image
from consultation.upload import read_upload
raw = io.BytesIO()
exif = Image.Exif()
exif[0x0112] = 6
Image.effect_noise((4000, 4000), 60).convert("RGB").save(raw, "JPEG", quality=60, exif=exif)
read_upload("a.jpg", raw.getvalue())
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
"""


def test_WB_16_the_largest_image_stays_within_200_megabytes() -> None:
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 200


@pytest.mark.parametrize(
    ("parts", "method"),
    [
        ({**ODT_PARTS, "bomb.xml": bytes(50_000_000)}, zipfile.ZIP_DEFLATED),
        ({**ODT_PARTS, "nested.zip": archive({"a": b"a"})}, zipfile.ZIP_STORED),
        ({**ODT_PARTS, "Basic/Standard/Module1.xml": b"x"}, zipfile.ZIP_STORED),
        ({**ODT_PARTS, "word/vbaProject.bin": b"x"}, zipfile.ZIP_STORED),
        ({**ODT_PARTS, "../../etc/passwd": b"x"}, zipfile.ZIP_STORED),
        ({**ODT_PARTS, **{f"part{number}": b"" for number in range(2001)}}, zipfile.ZIP_STORED),
    ],
    ids=["ratio", "nested", "macro-odt", "macro-docx", "traversal", "parts"],
)
def test_WB_16_an_archive_that_explodes_or_carries_programs_is_refused(parts: dict[str, bytes], method: int) -> None:
    assert code_of(archive(parts, method)) == "file.archive"


def test_WB_15_nothing_stands_before_or_behind_an_archive() -> None:
    assert code_of(archive(ODT_PARTS) + b"<script>") == "file.archive"
    assert code_of(b"PK\x03\x04" + archive(ODT_PARTS)) == "file.archive"


def test_WB_15_an_archive_of_something_else_is_no_document() -> None:
    assert code_of(archive({"index.html": b"<script>"})) == "file.kind"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\temp\\Εισήγηση 5.docx", "Εισήγηση 5.pdf"),
        ("report.pdf.exe", "report-pdf.pdf"),
        ("..", "document.pdf"),
        ("", "document.pdf"),
        ("a\r\nSet-Cookie: x\u202e.pdf", "aSet-Cookie: x.pdf"),
        ("α" * 300, "α" * 120 + ".pdf"),
    ],
)
def test_WB_17_a_name_is_the_last_part_of_a_path_with_one_extension(sent: str, kept: str) -> None:
    assert clean_name(sent, "pdf") == kept


@given(st.text(max_size=200))
def test_WB_17_WB_20_any_name_fits_into_one_header_line(name: str) -> None:
    header = disposition(clean_name(name, "pdf"))
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="document.pdf"; filename*=UTF-8')


@given(st.binary(max_size=300))
def test_any_bytes_are_a_file_or_refused(raw: bytes) -> None:
    for start in (b"", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04"):
        try:
            read_upload("a", start + raw)
        except BadFile:
            continue
