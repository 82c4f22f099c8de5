"""How a town comes to vote: officials are invited, the registry imported, accounts opened, cards handed out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Browser

from db import Database
from tests.stories.people import WAIT, Citizen, Inspector, Person, Trustee
from tests.stories.town import FAULTY, REGISTRY, Authority, Letter, MovingClock, letters_in

P = TypeVar("P", bound=Person)
PHONE = 390
"""Pixels."""
BORN = {"Παπαδοπούλου": "14/3/1956", "Βασιλείου": "2/11/1988", "Κλεάνθους": "30/6/2003"}


@dataclass
class Town:
    address: str
    clock: MovingClock
    chromium: Browser
    folder: Path
    database: Database
    letters: list[Letter]
    inspector: Inspector = field(default_factory=Inspector)

    def arrives(self, kind: Callable[..., P], name: str, login_name: str, width: int = 1280) -> P:
        """Somebody with a browser of their own, who reads Greek."""
        context = self.chromium.new_context(viewport={"width": width, "height": 900}, locale="el-GR")
        context.set_default_timeout(WAIT / 3)
        return kind(name, login_name, context.new_page(), self.address, self.clock, self.inspector)

    def save(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path


@dataclass
class Officials:
    operator: Person
    registrar: Person
    secretary: Person
    committee: tuple[Person, Person]
    trustees: tuple[Trustee, Trustee, Trustee]

    def everybody(self) -> list[Person]:
        return [self.operator, self.registrar, self.secretary, *self.committee, *self.trustees]


def the_operator_invites_the_officials(town: Town) -> Officials:
    for_operator, for_secretary = town.letters
    operator = town.arrives(Person, for_operator.name, "nikolaidou")
    operator.activate(for_operator)
    secretary = town.arrives(Person, for_secretary.name, "grammateia")
    secretary.activate(for_secretary)
    registrar = invited(town, operator, town.arrives(Person, "Πέτρος Γαλάνης", "mitroo"), "registrar")
    committee = (
        invited(town, operator, town.arrives(Person, "Νίκος Ζερβός", "epitropi1"), "committee"),
        invited(town, operator, town.arrives(Person, "Άννα Μαυράκη", "epitropi2"), "committee"),
    )
    trustees = (
        invited(town, operator, town.arrives(Trustee, "Κατερίνα Ξενάκη", "melos1", PHONE), "trustee"),
        invited(town, operator, town.arrives(Trustee, "Μανόλης Δρακάκης", "melos2"), "trustee"),
        invited(town, operator, town.arrives(Trustee, "Ιωάννα Λαμπρινού", "melos3"), "trustee"),
    )
    for trustee in trustees:
        trustee.folder = town.folder
    every_role_is_confirmed(secretary, [registrar, *committee, *trustees])
    return Officials(operator, registrar, secretary, committee, trustees)


def every_role_is_confirmed(secretary: Person, invited: Sequence[Person]) -> None:
    """Every role takes two officials."""
    secretary.open("/operator")
    for _ in invited:
        secretary.press('main form[action^="/operator/confirmations/"] >> nth=0 >> button.button')
    assert secretary.page.locator('form[action^="/operator/confirmations/"]').count() == 0


def invited(town: Town, operator: Person, official: P, role: str) -> P:
    page = operator.open("/operator")
    operator.fill({"name": official.name})
    page.select_option('main select[name="role"]', role)
    letter = operator.download('main form[action="/operator/invitations"] button.button')
    official.activate(letters_in(Path(letter.path()).read_bytes())[0])
    return official


def the_registry_is_imported_and_citizens_open_accounts(town: Town, registrar: Person) -> list[Citizen]:
    page = registrar.open("/registrar/import")
    page.set_input_files('main [name="file"]', town.save("faulty.csv", FAULTY))
    page.locator('main button[value="import"]').click()
    registrar.sees("Δεν εισήχθη τίποτε")
    assert page.locator("main tbody td").all_inner_texts()[:2] == ["3", "Ημερομηνία γέννησης"]
    page.set_input_files('main [name="file"]', town.save("registry.csv", REGISTRY))
    registrar.press('main button[value="check"]')
    registrar.sees("Το αρχείο είναι εντάξει")
    page.set_input_files('main [name="file"]', town.save("registry.csv", REGISTRY))
    registrar.press('main button[value="import"]')
    assert page.url == town.address + "/registrar"

    registrar.open("/registrar/letters")
    letters = registrar.download('main form[action="/registrar/letters"] button.button')
    citizens: list[Citizen] = []
    for letter in letters_in(Path(letters.path()).read_bytes()):
        citizen = town.arrives(Citizen, letter.name, f"citizen{len(citizens) + 1}@example.org", PHONE)
        citizen.activate(letter, BORN[letter.name.split()[1]])
        citizens.append(citizen)
    assert len(citizens) == 3
    return sorted(citizens, key=lambda citizen: citizen.name)


def cards_are_printed_and_handed_out(town: Town, registrar: Person, citizens: list[Citizen]) -> Authority:
    authority = Authority(town.folder)
    cards = authority.print_cards(town.address, len(citizens))
    for citizen, (number, code) in zip(citizens, cards.items(), strict=True):
        citizen.card = code
        registrar.open("/registrar")
        registrar.fill({"text": citizen.name.split()[1]})
        registrar.send("/registrar/people")
        registrar.press("main .cards h3 a")
        registrar.fill({"number": number})
        registrar.press('main form[action$="/cards"] button.button')
        registrar.sees(number)
    return authority
