"""Greek first: every text that is shown stands in the Greek catalogue, in its own words and never shouted."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from pages import CATALOGUE, TEMPLATES, translations
from strings import merged_catalogue, shouted, shown_texts, untranslated

ROOT = Path(__file__).parents[1]


def greek() -> list[tuple[str, str]]:
    """(msgid, Greek) of the catalogue, plural forms one by one."""
    pairs = []
    for message in read_po(BytesIO(CATALOGUE.read_bytes()), locale="el"):
        if message.id:
            forms = message.string if isinstance(message.string, tuple | list) else [message.string]
            pairs += [(str(message.id), str(form)) for form in forms]
    return pairs


def test_M43_no_text_lacks_its_greek() -> None:
    assert untranslated(merged_catalogue()) == []


def test_M43_the_catalogue_holds_every_text_that_is_shown() -> None:
    held = {key for key, _ in greek()}
    missing = {str(m.id) for m in merged_catalogue() if m.id} - held
    assert not missing, "run `make strings`"


def test_M43_no_greek_word_in_capitals_carries_a_tonos() -> None:
    shouting = {text: words for _, text in greek() if (words := shouted(text))}
    for path in TEMPLATES.rglob("*.html"):
        if words := shouted(path.read_text()):
            shouting[path.name] = words
    assert not shouting


def test_M43_pages_are_never_put_into_capitals_by_style() -> None:
    for path in (TEMPLATES / "static").rglob("*.css"):
        assert "text-transform" not in path.read_text(), path.name


@pytest.mark.parametrize("text", ["ΨΗΦΟΦΟΡΊΑ", "η ΚΆΛΠΗ μας"])
def test_a_shouted_word_is_found(text: str) -> None:
    assert shouted(text)


@pytest.mark.parametrize("text", ["ΨΗΦΟΦΟΡΙΑ", "Ή όχι", "Άννα", "ΚΕΠ", "ΑΔΑ", "ΡΟΛΟΪ"])
def test_a_quiet_word_is_not(text: str) -> None:
    assert not shouted(text)


def test_greek_texts_speak_to_people_in_the_formal_plural() -> None:
    """A few endings of the familiar singular that must not appear."""
    familiar = ("σου ", "πάτησε ", "κάνε ", "επίλεξε ", "γράψε ")
    assert not [text for _, text in greek() if any(f" {word}" in f" {text.lower()}" for word in familiar)]


def test_templates_hold_no_greek_of_their_own() -> None:
    """Text is marked in English; a Greek literal in a template would never be English for anybody."""
    names = {path.name for path in TEMPLATES.rglob("*.html") if any("α" <= c <= "ω" for c in _shown(path.read_text()))}
    assert not names


def _shown(text: str) -> str:
    while "{#" in text:
        before, _, rest = text.partition("{#")
        text = before + rest.partition("#}")[2]
    return text


def test_refusals_are_found_by_the_extraction() -> None:
    texts = {text for _, _, text in shown_texts(ROOT)}
    assert "This request did not come from a page of this service." in texts
    assert "The service cannot write to its database at the moment." in texts


def test_plural_forms_follow_greek() -> None:
    catalogue = translations("el")
    assert catalogue.info()["plural-forms"].startswith("nplurals=2")


def test_a_percent_sign_in_a_template_text_cannot_break_the_page() -> None:
    """Jinja formats every translated text, so a bare `%` in one raises when the page is shown."""
    bare = re.compile(r"%(?!\(\w+\)[sd]|%)")
    faults = {text for file, _, text in shown_texts(ROOT) if file.startswith("templates/") and bare.search(str(text))}
    greek_of = dict(greek())
    faults |= {msgid for msgid, text in greek_of.items() if "%%" in msgid and bare.search(text)}
    assert not faults
