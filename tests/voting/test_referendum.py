"""Drafts: what is missing in them, statements of equal length, and the form they are kept in."""

import contextlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Malformed
from tests.voting.preparing import DRAFT, LEGAL, NOW
from voting.draft_form import read_draft, write_draft
from voting.errors import BadDraft
from voting.manifest import decode_manifest, make_manifest
from voting.profile import Window
from voting.referendum import Draft, check_statements, decode_draft, draft_faults, encode_draft
from voting.slug import make_slug

DAY = DRAFT.roll_cutoff
FULL = replace(
    LEGAL,
    questions=(
        replace(LEGAL.questions[0], statement_for="Υπέρ γιατί ναι.", statement_against="Κατά γιατί όχι."),
        replace(LEGAL.questions[0], question="Και η Σταδίου;", answers=("Α", "Β", "Γ"), blank=False, maximum=2),
    ),
    calendar=replace(
        LEGAL.calendar, windows=(Window(DRAFT.roll_cutoff, DRAFT.roll_cutoff),), previous=DRAFT.roll_cutoff
    ),
)


def codes(draft: Draft) -> list[str]:
    return [fault.code for fault in draft_faults(draft, draft.calendar, NOW)]


def with_question(**change: object) -> Draft:
    return replace(DRAFT, questions=(replace(DRAFT.questions[0], **change),))  # type: ignore[arg-type]


@pytest.mark.parametrize(("pro", "con", "fine"), [(0, 0, True), (100, 90, True), (100, 89, False), (90, 100, True)])
def test_statements_are_of_equal_length_within_a_tenth_of_the_longer(pro: int, con: int, fine: bool) -> None:
    with contextlib.nullcontext() if fine else pytest.raises(BadDraft, match=r"statements\.length"):
        check_statements("α" * pro, "β" * con)


def test_one_side_alone_is_not_published() -> None:
    with pytest.raises(BadDraft, match=r"statements\.one_sided"):
        check_statements("υπέρ", "")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"question": ""}, "words.empty"),
        ({"question": "Τι;\nΚι άλλο"}, "words.invisible"),
        ({"answers": ("Ναι", "Όχι\u200b")}, "words.invisible"),
        ({"answers": ("Ναι", "\u202eιαΝ")}, "words.invisible"),
        ({"answers": ("NAI", "ΝΑΙ")}, "answers.alike"),
        ({"answers": ("Ναι", "ναί")}, "answers.alike"),
        ({"answers": ("Ναι",)}, "answers.count"),
        ({"answers": tuple(f"Πρόταση {n}" for n in range(51))}, "answers.count"),
        ({"minimum": 2}, "answers.range"),
        ({"maximum": 3}, "answers.range"),
        ({"maximum": 0, "minimum": 0}, "answers.range"),
        ({"answers": ("Ναι", "α" * 301)}, "words.long"),
    ],
)
def test_CR_15_what_keeps_a_question_from_a_ballot(change: dict[str, object], code: str) -> None:
    assert code in codes(with_question(**change))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"questions": ()}, "questions.count"),
        ({"questions": DRAFT.questions * 2}, "answers.alike"),
        ({"title": "  "}, "words.invisible"),
        ({"credential_authority": ""}, "words.empty"),
        ({"closes": DRAFT.opens}, "dates.order"),
        ({"opens": NOW - timedelta(days=3), "closes": NOW - timedelta(days=2)}, "dates.past"),
        ({"opens": NOW - timedelta(days=9)}, "dates.cutoff"),
    ],
)
def test_what_keeps_a_draft_from_its_proclamation(change: dict[str, object], code: str) -> None:
    assert code in codes(replace(DRAFT, **change))  # type: ignore[arg-type]


def test_a_ballot_too_large_to_be_cast_is_refused_in_the_draft() -> None:
    questions = tuple(
        replace(DRAFT.questions[0], question=f"Ερώτημα {n};", answers=tuple(f"Πρόταση {m}" for m in range(50)))
        for n in range(20)
    )
    assert codes(replace(DRAFT, questions=questions, group="BELENIOS-2048")) == ["questions.size"]


def test_a_draft_survives_its_keeping() -> None:
    assert decode_draft(encode_draft(FULL)) == FULL


def test_a_draft_survives_the_form() -> None:
    assert read_draft(write_draft(FULL)) == FULL


@pytest.mark.parametrize("name", ["opens", "roll_cutoff", "minimum_1", "windows", "election_years", "group", "issuer"])
def test_a_field_that_cannot_be_read_is_named(name: str) -> None:
    with pytest.raises(BadDraft) as refused:
        read_draft(write_draft(FULL) | {name: "+7"})
    assert refused.value.fields["field"] == name


@pytest.mark.parametrize("year", ["0001", "1999", "2200", "9999"])
def test_a_year_that_is_a_slip_of_the_keyboard_is_refused(year: str) -> None:
    for slip in (
        {"opens": f"{year}-01-01T08:00"},
        {"previous": f"{year}-12-31"},
        {"windows": f"{year}-01-01 2028-01-01"},
    ):
        with pytest.raises(BadDraft, match=r"draft\.field"):
            read_draft(write_draft(FULL) | slip)


@given(st.dictionaries(st.sampled_from(sorted(write_draft(FULL))), st.text(max_size=40)))
def test_any_fields_are_a_draft_or_refused(fields: dict[str, str]) -> None:
    with contextlib.suppress(BadDraft):
        draft = read_draft(write_draft(FULL) | fields)
        assert decode_draft(encode_draft(draft)) == draft
        draft_faults(draft, draft.calendar, NOW)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_draft_or_malformed(raw: bytes) -> None:
    for decode in (decode_draft, decode_manifest):
        with contextlib.suppress(Malformed):
            decode(raw)


def test_a_manifest_is_read_back_as_it_was_made() -> None:
    manifest = decode_manifest(make_manifest(FULL, "a" * 14, "Δήμος"))
    assert manifest["title"] == FULL.title
    assert manifest["roll"] == {"cutoff": "2026-10-01", "objections_until": "2026-10-04"}


def test_an_address_is_made_of_latin_letters_and_is_free() -> None:
    assert make_slug("Πεζόδρομος Ερμού: ναι ή όχι;", lambda _: False) == "pezodromos-ermou-nai-i-ochi"
    assert make_slug("Πλατεία", {"plateia"}.__contains__) == "plateia-2"
    assert make_slug("New", lambda _: False) == "new-1"
    assert make_slug("¿?", lambda _: False) == "vote"
