"""M7: ids of articles and paragraphs last through every correction, are unique and are never given twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.difference import word_differences
from consultation.text import Names, PlainArticle, Text, decode_text, encode_text, first_text
from consultation.text_matching import Correction, alike, correct
from consultation.text_plain import plain_articles, read_plain, write_plain
from crypto.errors import Malformed
from tests.consultation.consulting import LAW

BEFORE = first_text(read_plain(LAW))
WORDS = st.sampled_from(
    ["πλατεία", "δέντρο", "δρόμος", "κάτοικος", "λεωφορείο", "στάση", "φως", "νερό", "παγκάκι", "ώρα"]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
ARTICLES = st.lists(
    st.builds(
        PlainArticle,
        st.integers(1, 9).map(str),
        st.sampled_from(["", "Σκοπός", "Κυκλοφορία"]),
        st.lists(SENTENCES, max_size=5).map(tuple),
    ),
    max_size=4,
)


def corrected(law: str) -> Correction:
    return correct(BEFORE, read_plain(law), BEFORE.ids())


def test_M07_ids_name_article_and_paragraph() -> None:
    assert [article.id for article in BEFORE.articles] == ["a1", "a2"]
    assert BEFORE.paragraph_ids() == ["a1.p1", "a1.p2", "a2.p1", "a2.p2"]


def test_M07_a_corrected_paragraph_keeps_its_id() -> None:
    made = corrected(LAW.replace("από τον Μάιο", "από την 1η Ιουνίου 2027"))
    assert made.text.paragraph_ids() == BEFORE.paragraph_ids()
    assert [fate.kind for fate in made.fates] == ["changed", "kept", "kept", "kept"]


def test_M07_a_new_paragraph_in_front_moves_no_id() -> None:
    made = corrected(LAW.replace("Τα δέντρα", "Ο φωτισμός γίνεται οικονομικός και χαμηλός.\n\nΤα δέντρα"))
    assert made.text.paragraph_ids() == ["a1.p1", "a1.p3", "a1.p2", "a2.p1", "a2.p2"]
    assert [fate.kind for fate in made.fates] == ["kept", "new", "kept", "kept", "kept"]


def test_M07_a_deleted_paragraph_is_named_and_its_id_stays_empty() -> None:
    first = corrected(LAW.replace("Οι κάτοικοι έχουν δικαίωμα στάθμευσης.", ""))
    assert [fate.old.id for fate in first.gone if fate.old] == ["a2.p2"]
    again = correct(first.text, read_plain(LAW), BEFORE.ids() | first.text.ids())
    assert again.text.paragraph_ids() == ["a1.p1", "a1.p2", "a2.p1", "a2.p3"]


def test_M07_renumbering_an_article_keeps_its_id_and_its_paragraphs() -> None:
    law = "Άρθρο 1. Ορισμοί\n\nΠεζόδρομος είναι δρόμος χωρίς αυτοκίνητα.\n\n" + LAW.replace("Άρθρο 2", "Άρθρο 3")
    made = corrected(law.replace("Άρθρο 1. Σκοπός", "Άρθρο 2. Σκοπός"))
    assert [(article.id, article.number) for article in made.text.articles] == [("a3", "1"), ("a1", "2"), ("a2", "3")]
    assert made.text.paragraph_ids() == ["a3.p1", "a1.p1", "a1.p2", "a2.p1", "a2.p2"]


def test_M07_a_paragraph_that_moves_into_a_new_article_keeps_its_id() -> None:
    made = corrected(LAW.replace("Τα δέντρα", "Άρθρο 1Α. Πράσινο\n\nΤα δέντρα"))
    assert made.text.paragraph_ids() == BEFORE.paragraph_ids()
    assert [article.id for article in made.text.articles] == ["a1", "a3", "a2"]


def test_M07_another_paragraph_in_the_same_place_is_a_new_one() -> None:
    made = corrected(LAW.replace("Τα δέντρα μένουν στη θέση τους.", "Επιτρέπεται η λειτουργία λαϊκής αγοράς."))
    assert made.text.paragraph_ids() == ["a1.p1", "a1.p3", "a2.p1", "a2.p2"]
    assert [fate.old.id for fate in made.gone if fate.old] == ["a1.p2"]


def test_likeness_is_one_for_the_same_and_small_for_another() -> None:
    assert alike("Τα δέντρα μένουν.", "Τα δέντρα μένουν.") == 1
    assert alike("Τα δέντρα μένουν.", "Ο φωτισμός βελτιώνεται.") == 0
    long = " ".join(f"λέξη{number}" for number in range(200))
    assert alike(long, long + " ακόμη") > 0.9


@settings(max_examples=150)
@given(st.lists(ARTICLES, min_size=1, max_size=4))
def test_ids_are_unique_and_never_given_twice_whatever_is_corrected(states: list[list[PlainArticle]]) -> None:
    text = first_text(states[0])
    wording = {paragraph.id: 0 for paragraph in text.paragraphs()}
    used = text.ids()
    for step, wanted in enumerate(states[1:], 1):
        made = correct(text, wanted, used)
        ids = [article.id for article in made.text.articles] + made.text.paragraph_ids()
        assert len(ids) == len(set(ids))
        assert plain_articles(made.text) == wanted
        fresh = made.text.ids() - text.ids()
        assert not fresh & used
        kept = [name for name in made.text.paragraph_ids() if name in wording and name in text.ids()]
        assert kept == [name for name in text.paragraph_ids() if name in kept]
        gone = {fate.old.id for fate in made.gone if fate.old}
        assert set(text.paragraph_ids()) == set(kept) | gone
        wording |= dict.fromkeys(fresh, step)
        used |= made.text.ids()
        text = made.text


@settings(max_examples=100)
@given(ARTICLES)
def test_the_same_text_again_changes_nothing(wanted: list[PlainArticle]) -> None:
    text = first_text(wanted)
    made = correct(text, wanted, text.ids())
    assert made.text.paragraph_ids() == text.paragraph_ids()
    assert not made.gone
    assert all(fate.kind == "kept" for fate in made.fates)


@settings(max_examples=100)
@given(ARTICLES)
def test_a_text_comes_back_from_its_bytes_and_from_its_plain_form(wanted: list[PlainArticle]) -> None:
    text = first_text(wanted)
    assert decode_text(encode_text("0" * 32, 1, text)) == text
    numbered = [article for article in wanted if article.paragraphs or article.number]
    assert read_plain(write_plain(numbered)) == numbered


def test_the_bytes_of_a_text_are_the_ones_that_the_log_knows() -> None:
    text = first_text([PlainArticle("1", "Σκοπός", ("Ένα.",))])
    assert encode_text("k", 2, text).decode() == (
        '{"text":1,"topic":"k","version":2,"articles":[{"id":"a1","number":"1","title":"Σκοπός",'
        '"paragraphs":[{"id":"a1.p1","text":"Ένα."}]}]}'
    )


@pytest.mark.parametrize("raw", [b"{}", b'{"text":1}', b"[]", b'{"text":1,"topic":"k","version":1,"articles":[{}]}'])
def test_bytes_that_are_no_text_are_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        decode_text(raw)


def test_names_go_on_after_the_largest_ever_used() -> None:
    names = Names({"a1", "a7", "a7.p9", "a7.p2"})
    assert (names.article(), names.paragraph("a7"), names.paragraph("a8")) == ("a8", "a7.p10", "a8.p1")


def test_an_empty_text_has_no_place() -> None:
    assert Text().ids() == set()
    assert Text().wording("a1.p1") == ""
    assert BEFORE.wording("a2") == "Κυκλοφορία"


def test_a_thousand_reworded_paragraphs_are_matched_near_their_places() -> None:
    law = [PlainArticle("1", "", tuple(f"Η παράγραφος {number} μιλά για τον δρόμο {number}." for number in range(400)))]
    after = [PlainArticle("1", "", tuple(f"{text} Ισχύει από αύριο." for text in law[0].paragraphs))]
    made = correct(first_text(law), after, ())
    assert made.text.paragraph_ids() == first_text(law).paragraph_ids()
    assert not made.gone


def test_what_changed_is_shown_word_by_word() -> None:
    pieces = word_differences("Τα δέντρα μένουν.", "Τα δέντρα φεύγουν.")
    assert [piece.kind for piece in pieces] == ["same", "deleted", "inserted", "same"]
