"""Files that officials upload: what they are is read from their bytes, never from their name or declared type.

Images are decoded and written anew, so that nothing but pixels is left (WB-15); office documents are looked at as
archives, because that is what can explode in the hands of whoever opens them (WB-16). A PDF is passed on as it came:
it is only ever served as a download in a sandbox.
"""

import hashlib
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote

from PIL import ImageOps
from PIL.Image import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from audit.refusal import N_
from consultation.errors import BadFile

SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes of one file."""
PIXEL_LIMIT = 16_000_000
"""Decoding needs 4 bytes a pixel and turning an image upright as much again."""
UNPACKED_LIMIT = 100 * 1024 * 1024
RATIO_LIMIT = 100
PART_LIMIT = 2_000
NAME_LIMIT = 120

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
EXTENSIONS = {PDF: "pdf", PNG: "png", JPEG: "jpg", DOCX: "docx", ODT: "odt"}
ACCEPT = ".pdf,.png,.jpg,.jpeg,.docx,.odt"
"""For `<input type="file" accept="…">`; a hint to the browser only."""


@dataclass(frozen=True, slots=True)
class Upload:
    """`data` is what is stored and served; `digest` is its SHA-256 in hexadecimal."""

    name: str
    media_type: str
    data: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read_upload(name: str, raw: bytes) -> Upload:
    """`name` as the browser sent it, which is shown as text and nothing else.

    Raises BadFile: file.size, file.kind, file.pixels, file.broken, file.archive.
    """
    if not raw or len(raw) > SIZE_LIMIT:
        raise BadFile(
            "file.size", N_("A file may have at most %(megabytes)s MB."), megabytes=SIZE_LIMIT // (1024 * 1024)
        )
    if raw.startswith(b"%PDF-1.") or raw.startswith(b"%PDF-2."):
        if b"%%EOF" not in raw[-2048:]:
            raise _broken()
        media_type, data = PDF, raw
    elif raw.startswith(b"\x89PNG\r\n\x1a\n"):
        media_type, data = PNG, _repainted(raw, PNG)
    elif raw.startswith(b"\xff\xd8\xff"):
        media_type, data = JPEG, _repainted(raw, JPEG)
    elif raw.startswith(b"PK\x03\x04"):
        media_type, data = _office_type(raw), raw
    else:
        raise BadFile(
            "file.kind",
            N_("This kind of file is not accepted."),
            N_("Accepted are PDF, PNG, JPEG, ODT and DOCX. What counts is the content, not the name."),
        )
    return Upload(clean_name(name, EXTENSIONS[media_type]), media_type, data)


def clean_name(name: str, extension: str) -> str:
    """The last part of a path without control or direction marks, with the one extension its content deserves."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    last = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    stem = " ".join(re.sub(r"\.[^.]{1,5}$", "", last).replace(".", "-").split())
    return f"{stem[:NAME_LIMIT].strip(' -') or 'document'}.{extension}"


def disposition(name: str) -> str:
    """The value of Content-Disposition for a download (RFC 6266): one line of ASCII whatever the name is."""
    extension = re.search(r"\.[a-z0-9]{1,5}$", name)
    plain = f"document{extension[0] if extension else ''}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _broken() -> BadFile:
    return BadFile("file.broken", N_("The file is damaged or incomplete."), N_("Save it again and send it once more."))


def _repainted(raw: bytes, media_type: str) -> bytes:
    """The same picture without comments, places, profiles or anything behind its end."""
    try:
        # The two classes by name: no other decoder is ever tried, and the size is known before a pixel is read.
        image: Image = PngImageFile(BytesIO(raw)) if media_type == PNG else JpegImageFile(BytesIO(raw))
        if image.width * image.height > PIXEL_LIMIT:
            raise BadFile(
                "file.pixels",
                N_("The image has more than %(millions)s million pixels."),
                N_("Make it smaller and send it again."),
                millions=PIXEL_LIMIT // 1_000_000,
            )
        image.load()
        upright = ImageOps.exif_transpose(image)
        if upright.mode not in {"L", "RGB", "RGBA"} or (media_type == JPEG and upright.mode == "RGBA"):
            upright = upright.convert("RGB" if media_type == JPEG else "RGBA")
        upright.info = {}
        painted = BytesIO()
        if media_type == PNG:
            upright.save(painted, "PNG")
        else:
            upright.save(painted, "JPEG", quality=88)
        return painted.getvalue()
    except (OSError, SyntaxError, ValueError, zlib.error) as error:
        raise _broken() from error


def _office_type(raw: bytes) -> str:
    """DOCX or ODT. Raises BadFile."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            parts = {part.filename: part for part in archive.infolist()}
            _check_archive(archive, raw)
            kind = archive.read("mimetype") if "mimetype" in parts and parts["mimetype"].file_size < 100 else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, zlib.error) as error:
        raise _broken() from error
    if kind == ODT.encode() and "content.xml" in parts:
        return ODT
    if "[Content_Types].xml" in parts and "word/document.xml" in parts:
        return DOCX
    raise BadFile(
        "file.kind",
        N_("This kind of file is not accepted."),
        N_("Accepted are PDF, PNG, JPEG, ODT and DOCX. What counts is the content, not the name."),
    )


def _check_archive(archive: zipfile.ZipFile, raw: bytes) -> None:
    """Neither a bomb nor a carrier of programs or other archives."""
    parts = archive.infolist()
    names = [part.filename for part in parts]
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    suspicious = (
        len(parts) > PART_LIMIT
        or len(set(names)) != len(names)
        or unpacked > UNPACKED_LIMIT
        or packed > len(raw)  # parts that overlap count the same bytes many times
        or unpacked > RATIO_LIMIT * max(packed, 1)
        or min((part.header_offset for part in parts), default=1) != 0  # something else stands before the archive
        or not raw.endswith(b"PK\x05\x06" + raw[-18:])  # or behind it
        or any(part.flag_bits & 1 for part in parts)  # encrypted: nobody can look inside
        or any(_is_dangerous(name) for name in names)
    )
    if suspicious:
        raise BadFile(
            "file.archive",
            N_("The document holds more than text and pictures, or unpacks to an unreasonable size."),
            N_("Save it as PDF and send that."),
        )


def _is_dangerous(name: str) -> bool:
    """Macros, archives inside the archive, and names that lead out of a directory."""
    lower = name.lower()
    return (
        ".." in lower.split("/")
        or lower.startswith(("/", "basic/", "scripts/"))
        or "\\" in lower
        or lower.endswith((".zip", ".7z", ".rar", ".gz", ".jar", ".exe", ".js", "vbaproject.bin"))
    )
