"""One story in a real browser: a topic from a draft agenda over its consultation to the measure that carries it out.

Everybody goes from page to page as the pages lead; nothing is written but by their forms.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page

from tests.plugins.browser import serving
from tests.stories.council import (
    COUNCILLORS,
    SESSION,
    TOPIC,
    Hours,
    Offices,
    a_collective_is_certified,
    a_session_is_drafted,
    its_consultation_is_prepared,
    take_up,
    the_agenda_is_published_and_the_consultation_opened,
    the_operator_invites_the_offices,
    the_secretary_enters_the_council,
)
from tests.stories.enrolling import Town, the_registry_is_imported_and_citizens_open_accounts
from tests.stories.people import WAIT, Citizen, Person
from tests.stories.town import MovingClock, set_up, text_of

ROOT = Path(__file__).parents[2]
TREES, CARS, SHADE = "Πλατάνια αντί για νεραντζιές", "Να μη κλείσει ο δρόμος", "Παγκάκια στη σκιά"
CLUB = "Εξωραϊστικός σύλλογος Κάτω Γειτονιάς"
ADA = "ΨΘ82ΩΡΦ-7ΑΙ"
MEASURE = "Πεζοδρόμηση της πλατείας"


@pytest.fixture
def town(tmp_path: Path, chromium: Browser) -> Iterator[Town]:
    settings, database, letters = set_up(tmp_path / "data")
    clock = MovingClock()
    with closing(database), serving(settings, database, clock) as address:
        yield Town(address, clock, chromium, tmp_path, database, letters)
        for context in chromium.contexts:
            context.close()


def test_a_topic_from_draft_agenda_to_measure(town: Town) -> None:
    offices = the_operator_invites_the_offices(town)
    ada, klio, bab = citizens = the_registry_is_imported_and_citizens_open_accounts(town, offices.registrar)
    secretary = offices.secretary
    the_secretary_enters_the_council(secretary)
    hours = a_session_is_drafted(town, secretary, ada)
    its_consultation_is_prepared(secretary, hours)
    the_agenda_is_published_and_the_consultation_opened(secretary)
    a_collective_is_certified(secretary, CLUB, klio)
    ada_proposes_bab_objects_and_the_club_speaks(ada, bab, klio)
    an_objection_is_hidden_and_restored_on_appeal(offices, bab)
    town.clock.forward_to(hours.closes + timedelta(minutes=1))
    the_consultation_finishes_when_everybody_has_an_answer(offices, ada)
    the_councillors_get_one_file(secretary)
    town.clock.forward_to(hours.session + timedelta(hours=2))
    the_council_decides(secretary, hours)
    a_measure_carries_it_out(secretary, hours)
    anybody_finds_the_topic_and_checks_the_record(town, klio)
    for person in [*offices.everybody(), *citizens]:
        assert person.complaints == [], person.name
    assert len(town.inspector.pages) > 70
    assert town.inspector.violations == [], "M44: every page passes axe"


def ada_proposes_bab_objects_and_the_club_speaks(ada: Citizen, bab: Citizen, klio: Citizen) -> None:
    """M7, M8, M9: on a paragraph, on the whole topic, for a collective; one support."""
    page = ada.open("/consultations")
    ada.follow(TOPIC)
    ada.follow("Γράψτε για αυτή την παράγραφο (Άρθρο 2")
    page.get_by_role("radio", name="Πρόταση").check()
    say(ada, TREES, "Τα πλατάνια κάνουν **σκιά** το καλοκαίρι.")
    assert "Άρθρο 2" in page.locator("main .byline").inner_text()

    bab.open("/consultations")
    bab.follow(TOPIC)
    bab.follow("Γράψτε ένσταση", "#contributions")
    say(bab, CARS, "Τα μαγαζιά χρειάζονται τον δρόμο.")
    assert "Ένσταση" in bab.page.locator("main .byline").inner_text()

    klio.open("/consultations")
    klio.follow(TOPIC)
    klio.follow("Συνδεθείτε για να γράψετε")  # the new role has ended her login
    klio.page.get_by_role("radio", name="Πρόταση").check()
    klio.page.get_by_role("radio", name=CLUB).check()
    say(klio, SHADE, "Ζητάμε παγκάκια κάτω από τα δέντρα.")
    klio.sees(CLUB)

    ada.open("/consultations")
    ada.follow(TOPIC)
    ada.follow(CARS, "#contributions h3")
    ada.submit("Στηρίζω")
    ada.sees("1 στήριξη")


def say(citizen: Citizen, title: str, text: str) -> None:
    citizen.submit("Δείτε πώς θα φαίνεται", {"title": title, "text": text})
    citizen.sees("CC BY 4.0")
    citizen.submit("Αποστολή")
    citizen.sees(title)


def an_objection_is_hidden_and_restored_on_appeal(offices: Offices, bab: Citizen) -> None:
    """M15, M16: the author is told and appeals; whoever hid it does not decide, somebody else does."""
    moderator, secretary = offices.moderator, offices.secretary
    moderator.open("/desk")
    moderator.follow("Συντονισμός")
    moderator.follow(CARS)
    moderator.submit("Απόκρυψη τώρα", {"reason": "off_topic", "explanation": "Μιλά για μαγαζιά."})
    assert CARS not in moderator.open("/consultations").locator("main").inner_text()
    moderator.follow(TOPIC)
    assert CARS not in moderator.page.locator("main").inner_text()

    bab.open("/my/messages")
    bab.sees("Μιλά για μαγαζιά.")
    bab.follow("Μετάβαση στη σελίδα που αφορά το μήνυμα")
    bab.submit("Υποβολή της προσφυγής", {"text": "Τα μαγαζιά είναι γύρω από την πλατεία."})

    due = moderator.open("/desk").locator('main li:has-text("προσφυγή") .quiet').inner_text()
    take_up(moderator, TOPIC, "προσφυγή")
    moderator.sees(due.removeprefix("Έως "))
    moderator.sees("Για την προσφυγή αποφασίζει άλλος")
    take_up(secretary, TOPIC, "προσφυγή")
    verdict = {"outcome": "reversed", "reasoning": "Αφορά την κυκλοφορία στην πλατεία."}
    secretary.submit("Καταχώριση της απόφασης", verdict)

    bab.open("/my/messages")
    bab.follow(re.compile("Μετάβαση.*Αποφασίστηκε"))
    bab.sees("Αφορά την κυκλοφορία στην πλατεία.")
    bab.follow("Η δημόσια σελίδα")
    bab.sees("1 στήριξη")
    bab.follow("Μητρώο αποκρύψεων", "footer")
    bab.sees("Το μητρώο και το αρχείο ελέγχου λένε το ίδιο.")


def the_consultation_finishes_when_everybody_has_an_answer(offices: Offices, ada: Citizen) -> None:
    """M10: refused while something is unanswered, which is named; answered singly by the service, and in a group."""
    secretary, service = offices.secretary, offices.service
    secretary.open("/desk")
    ended = monotonic() + WAIT / 1000
    while not secretary.page.locator('main li:has-text("Να ολοκληρωθεί")').count():  # the clock of the service
        assert monotonic() < ended, "the consultation did not close"
        secretary.page.reload()
    take_up(secretary, TOPIC, "Να ολοκληρωθεί")
    page = secretary.follow("Ολοκλήρωση της διαβούλευσης", status=409)
    assert sorted(page.locator("main section li").all_inner_texts()) == sorted([TREES, CARS, SHADE])
    assert page.get_by_role("button", name="Ολοκλήρωση της διαβούλευσης").count() == 0

    take_up(service, TOPIC, "χωρίς απάντηση: 3")
    service.page.get_by_role("checkbox", name=CARS).check()
    service.submit("Σύνταξη της απάντησης")
    reply(service, "rejected", "Η παράδοση εμπορευμάτων γίνεται ως τις δέκα το πρωί.")
    service.follow(TOPIC, "main .crumb")

    secretary.follow("Απαντήστε")
    assert CARS not in page.locator("main .bench-list").inner_text()
    page.get_by_role("checkbox", name="Επιλογή και των 2").check()
    secretary.submit("Σύνταξη της απάντησης")
    reply(secretary, "accepted", "Η μελέτη αλλάζει: πλατάνια με παγκάκια στη σκιά τους.")
    secretary.follow("Ολοκλήρωση της διαβούλευσης")
    secretary.submit("Ολοκλήρωση της διαβούλευσης")
    secretary.sees("(3 από 3)")

    ada.open("/my/messages")
    ada.follow("Μετάβαση στη σελίδα που αφορά το μήνυμα")
    ada.sees("πλατάνια με παγκάκια")
    ada.follow("Οι τοποθετήσεις μου", "nav.nav")
    ada.sees("πλατάνια με παγκάκια")


def reply(official: Person, outcome: str, text: str) -> None:
    official.submit("Δείτε την πριν σταλεί", {"outcome": outcome, "text": text, "signed_by": "Τεχνική υπηρεσία"})
    official.sees(text)
    official.submit("Αποστολή της απάντησης")
    official.sees("Η απάντηση είναι δημόσια.")


def the_councillors_get_one_file(secretary: Person) -> None:
    """M11: made with one button from the page where the clerk is; the log has the fingerprint of what is downloaded."""
    secretary.follow(TOPIC, "main .crumb")
    page = secretary.submit("Ετοιμάστε τώρα τον φάκελο συμβούλων")
    for title in (TREES, CARS, SHADE):
        secretary.sees(title)
    pdf = fetch(page, "Αυτή η έκδοση σε PDF")
    assert TREES in text_of(pdf)
    secretary.sees(hashlib.sha256(pdf).hexdigest())
    page.reload()  # the entry has its number a moment later
    entry = json.loads(fetch(page, "Εγγραφή"))
    assert entry["file"] == hashlib.sha256(pdf).hexdigest()
    secretary.follow(TOPIC, "main .crumb")
    assert fetch(page, "Το ίδιο σε PDF") == pdf
    secretary.sees("1 από αυτές εμφανίζεται ξανά.")


def fetch(page: Page, link: str, place: str = "main") -> bytes:
    """What lies behind a link that is no page."""
    url = page.locator(place).get_by_role("link", name=link).get_attribute("href")
    answer = page.request.get(urljoin(page.url, url))
    assert answer.ok, url
    return answer.body()


def the_council_decides(secretary: Person, hours: Hours) -> None:
    """M4, M5: votes by name; an ADA with a Latin letter is refused with the letter; minutes in two states."""
    take_up(secretary, SESSION, "σημειώστε ότι έγινε")
    secretary.follow("Η συνεδρίαση πραγματοποιήθηκε")
    secretary.submit("Η συνεδρίαση πραγματοποιήθηκε")
    take_up(secretary, TOPIC, "Λείπει η απόφαση")
    page = secretary.page
    page.get_by_label(COUNCILLORS[-1]).select_option("against")
    decision = {
        "outcome": "by_majority",
        "number": f"12/{hours.session.year}",
        "decided_on": hours.session.date().isoformat(),
        "text": "Εγκρίνεται η μελέτη με πλατάνια.",
        "rest_vote": "for",
        "ada": ADA.replace("Α", "A"),
    }
    secretary.submit("Δημοσίευση της απόφασης", decision, status=422)
    secretary.sees("Ο χαρακτήρας 10 του ΑΔΑ, «A», είναι λατινικό γράμμα.")
    assert page.get_by_label(COUNCILLORS[-1]).input_value() == "against", "what was typed is kept"
    secretary.submit("Δημοσίευση της απόφασης", {"ada": ADA})
    secretary.sees(ADA)
    secretary.sees("ΚΑΤΑ")

    for job, state in (("Λείπουν τα πρακτικά", "draft"), ("Τα πρακτικά δεν είναι ακόμη οριστικά", "approved")):
        take_up(secretary, SESSION, job)
        secretary.submit("Δημοσίευση των πρακτικών", {"state": state, "text": "Η συνεδρίαση άρχισε στις έξι."})
    assert page.locator("main .versions li").count() == 2


def a_measure_carries_it_out(secretary: Person, hours: Hours) -> None:
    """M13: from the decision on the topic's page, over the desk, to a dated note."""
    secretary.follow(TOPIC)
    secretary.follow("Το θέμα στο γραφείο")
    secretary.follow("Υλοποίηση")
    secretary.follow("Νέο μέτρο")
    secretary.submit(
        "Δημοσίευση του μέτρου",
        {
            "title": MEASURE,
            "owner": "Τεχνική υπηρεσία",
            "budget": "120.000,00",
            "horizon": "short",
            "status": "planned",
            "due_on": (hours.session + timedelta(days=200)).date().isoformat(),
        },
    )
    secretary.follow("Νέα σημείωση")
    secretary.submit("Δημοσίευση της σημείωσης", {"status": "running", "text": "Ο εργολάβος άρχισε."})
    secretary.sees("Ο εργολάβος άρχισε.")
    secretary.follow("Υλοποίηση", "nav.nav")
    secretary.sees(MEASURE)


def anybody_finds_the_topic_and_checks_the_record(town: Town, visitor: Citizen) -> None:
    """M14: by any form of its word; then the page of the whole course, and the record on a machine of one's own."""
    page = visitor.open("/search")
    for word in ("πλατεια", "ΠΛΑΤΕΊΑΣ", "πλατειών"):
        visitor.submit("Αναζήτηση", {"q": word})
        assert page.locator(".search-hits h2 a", has_text=re.compile(f"^{TOPIC}$")).count() >= 1, word
    page.locator(".search-hits h2").get_by_role("link", name=TOPIC, exact=True).first.click()
    for word in (ADA, MEASURE, "Τι πήραν οι σύμβουλοι πριν ψηφίσουν"):
        visitor.sees(word)
    visitor.follow(SESSION, "main .crumb")
    for place in ("Αποφάσεις", "Συνεδριάσεις", "Διαβουλεύσεις", "Αρχείο ελέγχου"):
        visitor.follow(place, "nav.nav")
    visitor.follow("Ανοικτά δεδομένα", "footer")
    archive = town.folder / "council.zip"
    visitor.download('main a[href="/open-data/council.zip"]').save_as(archive)
    command = [sys.executable, "-m", "audit", "council", str(archive)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
