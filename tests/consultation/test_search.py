"""Words as the search compares them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation import search
from consultation.search import ask, fold, snippet, stem

FAMILIES = """
πλατεία πλατείας πλατείες πλατειών πλατεια ΠΛΑΤΕΊΑΣ ΠΛΑΤΕΙΩΝ Πλατεῖα
δρόμος δρόμου δρόμο δρόμοι δρόμων δρόμους
σχολείο σχολείου σχολεία σχολείων
παιδική παιδικής παιδικές παιδικών παιδικός παιδικό παιδικά
χαρά χαράς χαρές χαρών
δημοτικός δημοτικού δημοτικό δημοτικοί δημοτικών δημοτικούς δημοτική δημοτικής δημοτικές
συμβούλιο συμβουλίου συμβούλια συμβουλίων ΣΥΜΒΟΥΛΙΟΥ
απόφαση απόφασης αποφάσεως αποφάσεις αποφάσεων ΑΠΟΦΑΣΕΙΣ
πρόταση πρότασης προτάσεως προτάσεις προτάσεων
ένσταση ένστασης ενστάσεις ενστάσεων
κυκλοφορία κυκλοφορίας κυκλοφορίες κυκλοφοριών
στάθμευση στάθμευσης σταθμεύσεως σταθμεύσεις
ανακύκλωση ανακύκλωσης ανακυκλώσεις
απόρριμμα απορρίμματα απορριμμάτων
σκουπίδι σκουπίδια σκουπιδιών
νερό νερού νερά νερών
κανονισμός κανονισμού κανονισμό κανονισμοί κανονισμών κανονισμούς
λειτουργία λειτουργίας λειτουργίες λειτουργιών
προϋπολογισμός προϋπολογισμού προϋπολογισμοί ΠΡΟΫΠΟΛΟΓΙΣΜΟΣ προυπολογισμος
δέντρο δέντρα δέντρων δέντρου
πάρκο πάρκου πάρκα πάρκων
πεζοδρόμιο πεζοδρομίου πεζοδρόμια πεζοδρομίων
ποδηλατόδρομος ποδηλατόδρομου ποδηλατόδρομοι
κοινότητα κοινότητας κοινότητες κοινοτήτων
πολίτης πολίτη πολίτες πολιτών
αγορά αγοράς αγορές αγορών
μελέτη μελέτης μελέτες μελετών
λιμάνι λιμανιού λιμάνια λιμανιών
παραλία παραλίας παραλίες παραλιών
θέμα θέματος θέματα θεμάτων
κτίριο κτιρίου κτίρια κτιρίων
υπηρεσία υπηρεσίας υπηρεσίες υπηρεσιών
βιβλιοθήκη βιβλιοθήκης βιβλιοθήκες βιβλιοθηκών
πρόγραμμα προγράμματος προγράμματα προγραμμάτων
ανάπλαση ανάπλασης αναπλάσεις αναπλάσεων
σύλλογος συλλόγου σύλλογοι συλλόγων συλλόγους
εγκρίνω εγκρίνει εγκρίνουμε εγκρίνουν
φυτεύω φυτεύει φυτεύουμε φυτεύουν φυτεύονται
ζητώ ζητάω ζητάμε ζητούμε ζητούν
""".strip().splitlines()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda line: line.split()[0])
def test_M14_the_forms_of_a_word_have_one_stem(family: str) -> None:
    stems = {form: stem(fold(form)) for form in family.split()}
    assert len(set(stems.values())) == 1, stems


@pytest.mark.parametrize(
    ("one", "other"), [("πλατεία", "πλάτος"), ("δημότης", "δήμαρχος"), ("νερό", "νεράντζι"), ("ψήφος", "ψηφιδωτό")]
)
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(fold(one)) != stem(fold(other))


@pytest.mark.parametrize("typed", ["ψθ82ωρφ-7αι", "ΨΘ82ΩΡΦ-7ΑΙ", "ΨΘ82ΩPΦ-7AI", "«ΨΘ82ΩΡΦ-7ΑΙ»."])
def test_a_code_is_one_word_however_it_is_typed(typed: str) -> None:
    """The third one has Latin P, A and I."""
    assert [word.folded for word in ask(typed).words] == ["ψθ82ωρφ-7αι"]


def test_the_number_of_a_decision_is_one_word() -> None:
    assert [word.folded for word in ask("απόφαση 12/2026").words] == ["αποφαση", "12/2026"]


def test_little_words_are_not_looked_for() -> None:
    assert [word.folded for word in ask("η ανάπλαση της Πλατείας").words] == ["αναπλαση", "πλατειασ"]
    assert not ask("της και το").words


def test_a_question_has_at_most_eight_words() -> None:
    text = " ".join(f"λέξη{number}" for number in range(20))
    assert len(ask(text).words) == search.WORDS_LIMIT
    assert search.is_cut(text)
    assert not search.is_cut("ανάπλαση πλατείας")


def test_only_the_last_word_may_be_unfinished_and_has_three_letters_then() -> None:
    assert ask("πλατεία ανάπ").unfinished == "=αναπ"
    assert ask("πλατεία ηρ").unfinished == ""


def test_a_snippet_shows_the_first_hit_and_marks_each() -> None:
    text = "Πρώτα κάτι άλλο. " * 40 + "Η ΠΛΑΤΕΊΑ των Ηρώων, οι πλατείες όλες. " + "Και ύστερα κάτι. " * 40
    pieces = snippet(text, ask("πλατειών"))
    assert [word for word, is_hit in pieces if is_hit] == ["ΠΛΑΤΕΊΑ", "πλατείες"]
    assert pieces[0] == ("… ", False)
    assert pieces[-1] == (" …", False)
    assert len("".join(word for word, _ in pieces)) < search.SNIPPET + 10


def test_a_snippet_marks_the_beginning_that_was_typed() -> None:
    assert ("δημοπρασίας", True) in snippet("Όροι δημοπρασίας.", ask("δημοπρ"))


@given(st.text(max_size=400), st.text(max_size=60))
def test_a_snippet_is_a_piece_of_the_text(text: str, question: str) -> None:
    pieces = "".join(piece for piece, _ in snippet(text, ask(question))).removeprefix("… ").removesuffix(" …")
    assert pieces in search.plain(text)


@given(st.text(max_size=300))
def test_any_text_is_a_question(text: str) -> None:
    for word in ask(text).words:
        assert word.folded
        assert "%" not in word.typed


@pytest.mark.parametrize(
    "worst",
    [
        "-" * 100_000,
        "a-" * 50_000,
        "1/" * 50_000,
        "α" * 100_000,
        "̈" * 100_000,
        "ΐ" * 100_000,
        "ﷺ" * 33_000,
        " ." * 50_000,
    ],
    ids=["dashes", "codes", "fractions", "one-word", "accents", "expanding", "ligatures", "blanks"],
)
def test_WB_11_a_hundred_kilobytes_of_the_worst_text_take_no_longer_than_of_prose(worst: str) -> None:
    """A ratio, not a time: these machines are shared."""
    prose = ("Η ανάπλαση της πλατείας με δέντρα και παγκάκια συζητήθηκε χθες. " * 2000)[:100_000]
    search.weigh([(1, prose)])

    def cost(text: str) -> float:
        start = time.process_time()
        search.weigh([(1, text)])
        snippet(text, ask("πλατεία ανα"))
        return time.process_time() - start

    assert cost(worst) < 10 * cost(prose) + 0.05
