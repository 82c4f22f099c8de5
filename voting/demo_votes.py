"""The three votes of the demo: what they ask, how many take part, and how opinion leans."""

from collections.abc import Sequence

from crypto.election import Question
from voting.referendum import DraftQuestion
from voting.rehearse_plan import Plan


def lean(question: Question, number: int) -> Sequence[int]:
    """Five of eight choose the first answer, one of sixteen leaves it blank; the rest spread over the others."""
    selection = [0] * question.width
    others = len(question.answers) - 1
    if question.blank and number % 16 == 5:
        selection[0] = 1
    else:
        selection[question.blank + (0 if number % 8 < 5 else 1 + number // 8 % others)] = 1
    return selection


FINISHED = Plan(
    voters=420,
    recasts=0.03,
    challenges=0.02,
    choose=lean,
    title="Πεζοδρόμηση της οδού Ερμού",
    summary="Ο δήμος ρωτά αν η οδός Ερμού θα γίνει πεζόδρομος από την πλατεία ως το λιμάνι, με πρόσβαση για κατοίκους, "
    "τροφοδοσία και οχήματα έκτακτης ανάγκης.",
    questions=(
        DraftQuestion(
            "Συμφωνείτε να γίνει πεζόδρομος η οδός Ερμού;",
            ("Ναι", "Όχι"),
            statement_for="Λιγότερος θόρυβος και καθαρότερος αέρας. Παιδιά και ηλικιωμένοι περπατούν με ασφάλεια.",
            statement_against="Οι δρόμοι γύρω θα γεμίσουν αυτοκίνητα. Όσοι δεν περπατούν εύκολα θα δυσκολευτούν πολύ.",
        ),
    ),
    threshold=2,
    size=3,
)
OPEN = Plan(
    voters=300,
    recasts=0.02,
    challenges=0.02,
    choose=lean,
    title="Τι θα γίνει στο παλιό λιμάνι",
    summary="Ο χώρος του παλιού λιμανιού μένει άδειος από το 2019. Ο δήμος ζητά τη γνώμη σας για τη χρήση του και για "
    "τις ώρες λειτουργίας. Το αποτέλεσμα θα συζητηθεί στο δημοτικό συμβούλιο.",
    questions=(
        DraftQuestion(
            "Ποια χρήση προτιμάτε για τον χώρο του παλιού λιμανιού;",
            ("Πάρκο με δέντρα και παιδική χαρά", "Υπαίθρια αγορά", "Χώρος στάθμευσης"),
        ),
        DraftQuestion("Ο χώρος να κλείνει τα μεσάνυχτα;", ("Ναι", "Όχι")),
    ),
    threshold=2,
    size=3,
)
CEREMONY = Plan(
    voters=0,
    title="Ωράριο της δημοτικής βιβλιοθήκης",
    summary="Ο δήμος ρωτά αν η βιβλιοθήκη θα ανοίγει και το Σάββατο, με το ίδιο προσωπικό και μικρότερο ωράριο τις "
    "καθημερινές.",
    questions=(DraftQuestion("Να ανοίγει η βιβλιοθήκη και το Σάββατο;", ("Ναι", "Όχι")),),
    threshold=2,
    size=3,
)
