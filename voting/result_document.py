"""The result sheet on paper: a PDF made from the same object as the page, signed with the municipality's certificate.

The certificate is self-signed and made here; the signature proves that the file is this service's and unchanged. The
counts are proved by the record, not by this signature.
"""

import io
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from audit.document import Document
from audit.local_time import ATHENS
from audit.refusal import N_
from voting.result import QuestionResult, ResultSheet

Translate = Callable[..., str]
CERTIFICATE_YEARS = 10


def signed_result(sheet: ResultSheet, data_directory: Path, language: str, gettext: Translate) -> bytes:
    """The signed PDF, made once per process and language; its date is the closing of the tally."""
    return _signed(sheet, data_directory, language, gettext)


def make_document(sheet: ResultSheet, language: str, gettext: Translate) -> bytes:
    """The PDF before it is signed."""
    document = Document(
        sheet.title, made_at=sheet.counted_at, language=language, footer=f"{sheet.municipality} · {sheet.title}"
    )
    document.add_page()
    document.paragraph(sheet.municipality, bold=True)
    document.heading(gettext(N_("Result sheet")))
    document.heading(sheet.title, size=14)
    document.paragraph(sheet.profile.label)
    document.facts(
        [
            (gettext(N_("Counted at")), moment(sheet.counted_at, language)),
            (gettext(N_("Registered")), number(sheet.registered, language)),
            (gettext(N_("Voted")), number(sheet.voted, language)),
            (gettext(N_("Turnout")), format_percent(float(sheet.turnout), format="#,##0.0%", locale=language)),
        ]
    )
    for place, question in enumerate(sheet.questions, 1):
        _write_question(document, place, question, language, gettext)
    document.paragraph(gettext(sheet.turnout_sentence))
    document.paragraph(sheet.profile.winner_text)
    document.facts(
        [
            (gettext(N_("Fingerprint of the vote")), sheet.fingerprint),
            (gettext(N_("Hash of the result in the record")), sheet.result_digest),
        ],
        size=8,
    )
    return document.to_bytes()


def sign_document(raw: bytes, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    """Add one signature over the whole file."""
    container = pkcs12.serialize_key_and_certificates(None, key, certificate, None, serialization.NoEncryption())
    signer = signers.SimpleSigner.load_pkcs12_data(container, [], None)
    subject = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    about = signers.PdfSignatureMetadata(field_name="Result", md_algorithm="sha256", name=str(subject))
    out = io.BytesIO()
    signers.PdfSigner(about, signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(raw)), output=out)
    return out.getvalue()


def signing_certificate(
    data_directory: Path, municipality: str, now: datetime
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """The key and self-signed certificate in `<data>/result-signing.pem`, mode 0600; made the first time."""
    path = data_directory / "result-signing.pem"
    if not path.exists():
        _write_once(path, _make_certificate(municipality, now))
    raw = path.read_bytes()
    key = serialization.load_pem_private_key(raw, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key, x509.load_pem_x509_certificate(raw)


def moment(value: datetime, language: str) -> str:
    return format_datetime(value, "d MMMM y, HH:mm", tzinfo=ATHENS, locale=language)


def number(value: int, language: str) -> str:
    return format_decimal(value, locale=language)


@lru_cache(maxsize=16)
def _signed(sheet: ResultSheet, data_directory: Path, language: str, gettext: Translate) -> bytes:
    key, certificate = signing_certificate(data_directory, sheet.municipality, sheet.counted_at)
    return sign_document(make_document(sheet, language, gettext), key, certificate)


def _write_question(
    document: Document, place: int, question: QuestionResult, language: str, gettext: Translate
) -> None:
    document.heading(f"{place}. {question.question}", size=12)
    rows = [
        (gettext(N_("Valid")), number(question.valid, language)),
        (gettext(N_("Blank ballots")), number(question.blank, language)),
        (gettext(N_("Invalid")), number(question.invalid, language)),
    ]
    rows += [(answer.answer, number(answer.votes, language)) for answer in question.answers]
    rows.append((gettext(N_("Prevails")), question.winner or gettext(N_("no answer"))))
    document.facts(rows)


def _make_certificate(municipality: str, now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, municipality[:64])])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    start = now.astimezone(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * CERTIFICATE_YEARS))
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret + certificate.public_bytes(serialization.Encoding.PEM)


def _write_once(path: Path, raw: bytes) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass  # another worker was first; its certificate holds
    finally:
        fresh.unlink()
