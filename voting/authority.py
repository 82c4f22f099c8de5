"""The credential authority: a program, a machine and a person apart from the service, who prints cards and lists.

It knows card numbers and, for each, the master public key P; never a name, and after printing neither the code nor
the secret key. So it can list who may vote and cannot sign for anybody. Nothing here touches the service's database.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from audit.refusal import N_
from crypto.card import master_public, new_code, parse_code, public_credential
from crypto.election import encode_public_credentials
from crypto.encoding import Json, array, compact, members, parse_json, string
from crypto.errors import Malformed
from crypto.group import Element, Group, group_named
from voting.credentials import REQUEST_VERSION
from voting.envelope import MEMBERS, seal, unseal
from voting.errors import BadAuthorityFile

PURPOSE = b"kalpi-authority-v1"
SIZE_LIMIT = 512 * 1024 * 1024
NUMBER_DIGITS = 6
CARDS_LIMIT = 999_999


@dataclass(frozen=True, slots=True)
class Card:
    """`publics` is P in each group of the file; `struck` cards enter no further list."""

    number: str
    publics: dict[str, Element]
    struck: bool = False
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """What goes on paper and is then forgotten."""

    number: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuthorityFile:
    """`base_url` is printed in the QR of every card: `<base_url>/card#c=<code>`."""

    base_url: str
    groups: tuple[str, ...]
    cards: tuple[Card, ...] = ()

    def card(self, number: str) -> Card:
        """Raises BadAuthorityFile (authority.card)."""
        place = int(number) - 1 if len(number) == NUMBER_DIGITS and number.isascii() and number.isdecimal() else -1
        if not 0 <= place < len(self.cards):
            raise BadAuthorityFile("authority.card", N_("there is no card with the number %(number)s"), number=number)
        return self.cards[place]


def add_cards(
    file: AuthorityFile, count: int, random_bytes: Callable[[int], bytes]
) -> tuple[AuthorityFile, list[PrintedCard]]:
    """New cards with the next numbers: the file keeps P, the caller prints the codes and drops them."""
    if not 0 < count <= CARDS_LIMIT - len(file.cards):
        raise BadAuthorityFile("authority.count", N_("1 to %(most)s cards fit"), most=CARDS_LIMIT - len(file.cards))
    cards, printed = list(file.cards), []
    for _ in range(count):
        number = str(len(cards) + 1).zfill(NUMBER_DIGITS)
        code = new_code(random_bytes)
        secret = parse_code(code)
        publics = {name: master_public(group_named(name), secret) for name in file.groups}
        cards.append(Card(number, publics))
        printed.append(PrintedCard(number, code))
    return replace(file, cards=tuple(cards)), printed


def strike_card(file: AuthorityFile, number: str, replaced_by: str | None = None) -> AuthorityFile:
    """A lost or stolen card enters no further list; lists already given keep it."""
    card = file.card(number)
    if card.struck:
        raise BadAuthorityFile("authority.struck", N_("card %(number)s is struck already"), number=number)
    struck = replace(card, struck=True, replaced_by=replaced_by)
    return replace(file, cards=tuple(struck if other is card else other for other in file.cards))


def replace_card(
    file: AuthorityFile, number: str, random_bytes: Callable[[int], bytes]
) -> tuple[AuthorityFile, PrintedCard]:
    """Strike a card and make the one that holds for rolls frozen from now on."""
    grown, printed = add_cards(file, 1, random_bytes)
    return strike_card(grown, number, printed[0].number), printed[0]


def find_card(file: AuthorityFile, code: str) -> Card:
    """Which card a typed code belongs to. Raises Malformed (card.…), BadAuthorityFile (authority.unknown)."""
    name = file.groups[0]
    public = master_public(group_named(name), parse_code(code))
    for card in file.cards:
        if card.publics[name] == public:
            return card
    raise BadAuthorityFile("authority.unknown", N_("the code is well formed but no card of this file has it"))


def answer_request(file: AuthorityFile, raw: bytes) -> bytes:
    """From the service's request the sorted list of public credentials, one per card, as the answer file.

    Raises Malformed for another form; BadAuthorityFile: authority.group, authority.card, authority.struck,
    authority.twice. A request that names a struck card is refused whole: the service froze an older roll.
    """
    value = members(
        parse_json(raw, size_limit=SIZE_LIMIT), ("kalpi_credentials_request", "referendum", "group", "cards")
    )
    if value["kalpi_credentials_request"] != REQUEST_VERSION:
        raise Malformed("request.version", "a request of version 1 was expected")
    uuid, name = string(value["referendum"], longest=64), string(value["group"], longest=64)
    numbers = [string(number, longest=32) for number in array(value["cards"])]
    if name not in file.groups:
        raise BadAuthorityFile(
            "authority.group", N_("the cards of this file were not made for the group %(group)s"), group=name
        )
    if len(set(numbers)) != len(numbers):
        raise BadAuthorityFile("authority.twice", N_("the request names a card twice"))
    cards = [file.card(number) for number in numbers]
    for card in cards:
        if card.struck:
            raise BadAuthorityFile(
                "authority.struck_listed",
                N_("card %(number)s was struck and cannot be listed"),
                N_("Note the new card in the service and freeze the roll again."),
                number=card.number,
            )
    group = group_named(name)
    credentials = [public_credential(group, card.publics[name], uuid) for card in cards]
    listed: Json = parse_json(encode_public_credentials(group, credentials), size_limit=SIZE_LIMIT)
    return compact({"kalpi_credentials": REQUEST_VERSION, "referendum": uuid, "credentials": listed})


def seal_authority_file(file: AuthorityFile, passphrase: str, random_bytes: Callable[[int], bytes]) -> bytes:
    """Raises Malformed (passphrase.short)."""
    groups = [group_named(name) for name in file.groups]
    plain = compact(
        {
            "base_url": file.base_url,
            "groups": [*file.groups],
            "cards": [_encode_card(card, groups) for card in file.cards],
        }
    )
    frame: dict[str, Json] = {"kalpi_authority": 1}
    return compact(frame | seal(plain, passphrase, PURPOSE, random_bytes))


def open_authority_file(raw: bytes, passphrase: str) -> AuthorityFile:
    """Raises Malformed: key.file, key.passphrase, and what the content says for itself."""
    value = members(parse_json(raw.strip(), size_limit=SIZE_LIMIT), ("kalpi_authority", *MEMBERS))
    if value["kalpi_authority"] != 1:
        raise Malformed("key.file", "an authority file of version 1 was expected")
    content = members(
        parse_json(unseal(value, passphrase, PURPOSE), size_limit=SIZE_LIMIT), ("base_url", "groups", "cards")
    )
    groups = [group_named(name) for name in array(content["groups"])]
    return AuthorityFile(
        string(content["base_url"]),
        tuple(group.name for group in groups),
        tuple(_card(item, place, groups) for place, item in enumerate(array(content["cards"]), start=1)),
    )


def _encode_card(card: Card, groups: Sequence[Group]) -> Json:
    publics: list[Json] = [group.encode(card.publics[group.name]) for group in groups]
    return [card.number, publics, card.struck, card.replaced_by]


def _card(value: Json, place: int, groups: Sequence[Group]) -> Card:
    number, publics, struck, replaced_by = array(value, length=4)
    if number != str(place).zfill(NUMBER_DIGITS) or not isinstance(struck, bool):
        raise Malformed("authority.cards", "the cards of the file are not numbered one by one")
    elements = array(publics, length=len(groups))
    return Card(
        str(number),
        # The file is authenticated and ours, but a point outside the group would leak h, so membership is checked.
        {group.name: group.decode(element) for group, element in zip(groups, elements, strict=True)},
        struck,
        None if replaced_by is None else string(replaced_by, longest=NUMBER_DIGITS),
    )
