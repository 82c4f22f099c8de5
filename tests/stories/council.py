"""How a council comes to its agenda: offices are given, bodies entered, a session drafted, a consultation opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from playwright.sync_api import Page

from audit.local_time import ATHENS
from tests.stories.enrolling import Town, every_role_is_confirmed, invited
from tests.stories.people import Citizen, Person

BODY = "Δημοτικό Συμβούλιο"
COUNCILLORS = ("Ελένη Βλάχου", "Γιώργος Τσακίρης", "Μαρία Κονδύλη")
SESSION = "10η συνεδρίαση"
TOPIC = "Ανάπλαση της κεντρικής πλατείας"
TEXT = """\
Άρθρο 1. Χρήση της πλατείας

Η πλατεία κλείνει για τα αυτοκίνητα.

Οι δημότες στηρίζουν το μέτρο με τη στάθμευση στον περιφερειακό.

Άρθρο 2. Δέντρα

Φυτεύονται τριάντα νεραντζιές στις δύο πλευρές.
"""
FIELD = "%Y-%m-%dT%H:%M"


@dataclass
class Offices:
    operator: Person
    registrar: Person
    secretary: Person
    moderator: Person
    service: Person

    def everybody(self) -> list[Person]:
        return [self.operator, self.registrar, self.secretary, self.moderator, self.service]


@dataclass(frozen=True, slots=True)
class Hours:
    closes: datetime
    answers: datetime
    session: datetime


def the_operator_invites_the_offices(town: Town) -> Offices:
    for_operator, for_secretary = town.letters
    operator = town.arrives(Person, for_operator.name, "nikolaidou")
    operator.activate(for_operator)
    offered = operator.open("/operator").locator('main select[name="role"] option')
    values = offered.evaluate_all("options => options.map(option => option.value)")
    assert {"moderator", "service"} <= set(values), values
    secretary = town.arrives(Person, for_secretary.name, "grammateia")
    secretary.activate(for_secretary)
    registrar = invited(town, operator, town.arrives(Person, "Πέτρος Γαλάνης", "mitroo"), "registrar")
    moderator = invited(town, operator, town.arrives(Person, "Νίκος Ζερβός", "syntonismos"), "moderator")
    service = invited(town, operator, town.arrives(Person, "Άννα Μαυράκη", "ypiresia"), "service")
    every_role_is_confirmed(secretary, [registrar, moderator, service])
    return Offices(operator, registrar, secretary, moderator, service)


def the_secretary_enters_the_council(secretary: Person) -> None:
    """M1: a fresh service has no body yet, and the first session leads to the first body."""
    secretary.open("/desk")
    secretary.follow("Νέα συνεδρίαση")
    secretary.follow("Καταχωρίστε το πρώτο")
    secretary.submit("Αποθήκευση", {"name": BODY, "kind": "council"})
    secretary.follow("Το πρόσωπο δεν είναι στη λίστα")
    for place, name in enumerate(COUNCILLORS):
        if place:
            secretary.follow("Νέο μέλος")
        secretary.submit("Αποθήκευση", {"name": name})
    page = secretary.follow(BODY)
    for place, name in enumerate(COUNCILLORS):
        page.select_option('main [name="councillor"]', label=name)
        secretary.submit("Προσθήκη μέλους", {"role": "member" if place else "chair"})
    assert page.locator("main .members > li").count() == len(COUNCILLORS)


def a_session_is_drafted(town: Town, secretary: Person, visitor: Citizen) -> Hours:
    """M2, AC-06: nobody outside can read the topic yet."""
    now = town.clock().astimezone(ATHENS).replace(hour=18, minute=0, second=0, microsecond=0)
    hours = Hours(*(now + timedelta(days=days) for days in (3, 5, 10)))
    secretary.follow("Γραφείο", "nav.nav")
    secretary.follow("Νέα συνεδρίαση")
    secretary.submit(
        "Αποθήκευση του σχεδίου",
        {"kind": "regular", "title": SESSION, "starts_at": hours.session.strftime(FIELD), "place": "Δημαρχείο"},
    )
    secretary.follow("Προσθήκη θέματος")
    page = secretary.submit("Αποθήκευση του σχεδίου", {"title": TOPIC, "proposer": "Δήμαρχος", "mark": "regular"})
    topic = page.url.rpartition("/")[2]
    # The desk says what the draft lacks, and leads there.
    take_up(secretary, TOPIC, "περίληψη")
    summary = {"plain_summary": "Η πλατεία γίνεται πεζόδρομος με δέντρα.", "motion": "Να εγκριθεί η μελέτη."}
    secretary.submit("Αποθήκευση του σχεδίου", summary)
    for path in ("", "/consultation", "/file", "/form.pdf"):
        assert visitor.page.request.get(f"{town.address}/topics/{topic}{path}").status == 404
    return hours


def its_consultation_is_prepared(secretary: Person, hours: Hours) -> None:
    """M6, M7: from the topic at the desk, with a text of two articles."""
    secretary.follow("Διαβούλευση")
    secretary.submit(
        "Αποθήκευση του σχεδίου",
        {
            "plain_summary": "Ο δήμος ρωτά πώς θέλετε την πλατεία.",
            "purpose": "Να ακουστούν όσοι μένουν γύρω της.",
            "can_change": "Τα δέντρα και οι ώρες αλλάζουν, ο προϋπολογισμός όχι.",
            "decides": "Το δημοτικό συμβούλιο.",
            "closes_at": hours.closes.strftime(FIELD),
            "answer_by": hours.answers.date().isoformat(),
        },
    )
    page = secretary.follow("Εισαγωγή κειμένου")
    secretary.submit("Προεπισκόπηση", {"text": TEXT})
    assert page.locator("main article.law").count() == 2
    secretary.submit("Αποθήκευση αυτού του κειμένου")
    secretary.sees("3 παράγραφοι")


def the_agenda_is_published_and_the_consultation_opened(secretary: Person) -> None:
    """M3, M6: each act names what it causes before it is done."""
    secretary.follow(SESSION)
    secretary.follow("Προεπισκόπηση ως πολίτης")
    secretary.follow("Πίσω στο γραφείο")
    secretary.follow("Δημοσίευση της ημερήσιας διάταξης")
    secretary.sees("Τι προκαλεί αυτό")
    secretary.submit("Δημοσίευση της ημερήσιας διάταξης")
    secretary.sees("Η ημερήσια διάταξη είναι δημόσια.")
    take_up(secretary, TOPIC, "περιμένει να ανοίξει")
    secretary.follow("Άνοιγμα της διαβούλευσης")
    secretary.submit("Άνοιγμα της διαβούλευσης")


def take_up(official: Person, title: str, job: str) -> Page:
    """What waits on the desk: the line of this title with these words leads to where it is done."""
    official.open("/desk")
    return official.follow(title, f'main li:has-text("{job}")')


def a_collective_is_certified(secretary: Person, name: str, representative: Citizen) -> None:
    secretary.follow("Γραφείο", "nav.nav")
    secretary.follow("Συλλογικότητες")
    secretary.follow("Πιστοποίηση συλλογικότητας")
    secretary.submit(
        "Πιστοποιώ",
        {
            "name": name,
            "kind": "association",
            "purpose": "Να ζει η γειτονιά γύρω από την πλατεία.",
            "certificate": "Καταστατικό, αριθμός μητρώου 112.",
        },
    )
    secretary.follow("Πιστοποίηση εκπροσώπου")
    secretary.submit("Πιστοποιώ τον εκπρόσωπο", {"login_name": representative.login_name})
    secretary.sees(representative.name)
