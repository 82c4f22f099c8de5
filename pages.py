"""Pages: templates, their language, and how moments and numbers are written.

Templates only show; this module hands them translated text and finished words.
"""

import gettext
import re
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from audit.local_time import ATHENS
from audit.refusal import N_
from consultation.prose import render_prose

TEMPLATES = Path(__file__).parent / "templates"
CATALOGUE = TEMPLATES / "locale" / "el" / "LC_MESSAGES" / "kalpi.po"
PARTS = TEMPLATES / "locale" / "parts"
LANGUAGES = {"el": "Ελληνικά", "en": "English"}
ROLE_NAMES = {
    "citizen": N_("certified citizen"),
    "secretariat": N_("secretariat"),
    "committee": N_("election committee"),
    "registrar": N_("registrar"),
    "trustee": N_("trustee"),
    "auditor": N_("auditor"),
    "moderator": N_("moderator"),
    "service": N_("service that replies"),
    "councillor": N_("councillor"),
    "representative": N_("representative of a collective"),
    "operator": N_("system operator"),
}


class English(gettext.NullTranslations):
    """The msgids themselves, without the word in brackets that keeps two meanings of one short text apart."""

    _MEANING = re.compile(r" \((?:consultations?|decision|measures?|minutes|role|vote)\)$")

    def gettext(self, message: str) -> str:
        return self._MEANING.sub("", message)


@lru_cache
def translations(language: str) -> gettext.NullTranslations:
    """English is the language of the msgids; the Greek catalogue is compiled in memory when first asked for."""
    if language == "en":
        return English()
    merged = gettext.NullTranslations()
    for path in (CATALOGUE, *sorted(PARTS.glob("*.po"))):
        if path.exists():
            part = _compiled(path)
            part.add_fallback(merged)
            merged = part
    return merged


def _compiled(path: Path) -> gettext.GNUTranslations:
    raw = path.read_bytes()
    header = b"" if b"Plural-Forms" in raw else _HEADER
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(header + raw), locale="el"))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


_HEADER = b"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


@lru_cache
def environment(language: str) -> Environment:
    """Jinja for one language; autoescape is on for every file (WB-03)."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = translations(language)
    env.install_gettext_callables(catalogue.gettext, catalogue.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.filters.update(
        when=lambda moment: when(moment, language),
        day=lambda moment: day(moment, language),
        number=lambda value: format_decimal(value, locale=language),
        percent=lambda share: format_percent(share, format="#,##0.0%", locale=language),
        iso=lambda moment: moment.astimezone(ATHENS).isoformat(timespec="seconds"),
        prose=lambda text: Markup(render_prose(text)),  # noqa: S704  left an allow-list of elements
    )
    env.globals.update(language=language, languages=LANGUAGES)
    return env


def when(moment: datetime, language: str) -> str:
    """Day and hour in Athens: «Κυριακή 22 Νοεμβρίου 2026, 20:15»."""
    return format_datetime(moment, "EEEE d MMMM y, HH:mm", tzinfo=ATHENS, locale=language)


def day(moment: date, language: str) -> str:
    """A day, or the day a moment belongs to in Athens: «22 Νοεμβρίου 2026»."""
    local = moment.astimezone(ATHENS) if isinstance(moment, datetime) else moment
    return format_date(local, "d MMMM y", locale=language)


def render(language: str, template: str, context: dict[str, Any]) -> str:
    return environment(language).get_template(template).render(context)
