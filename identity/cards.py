"""Voting cards in the hands of people: which number belongs to whom. The room never sees a code."""

import re

from audit.refusal import N_
from identity.errors import CardRefused

_NUMBER = re.compile(r"[0-9A-Z](?:[0-9A-Z-]{0,18}[0-9A-Z])?", re.ASCII)


def card_number(text: str) -> str:
    """The one spelling of a number as printed on a card. Raises CardRefused (card.number)."""
    number = "".join(text.split()).upper()
    if not _NUMBER.fullmatch(number):
        raise CardRefused("card.number", N_("A card number has up to 20 digits, Latin letters and dashes."))
    return number


def check_hand_out(*, holder: int | None, struck: bool, person_id: int, has_card: bool) -> None:
    """May this card go to this person? `holder` has it now or had it. Raises CardRefused.

    codes: card.struck, card.given, card.taken, card.second
    """
    if struck:
        raise CardRefused("card.struck", N_("This card was struck and can never be given out again."))
    if holder == person_id:
        raise CardRefused("card.given", N_("This person has this card already."))
    if holder is not None:
        raise CardRefused("card.taken", N_("This card belongs to somebody else."))
    if has_card:
        raise CardRefused("card.second", N_("This person has a card."), N_("Strike the old card first if it was lost."))
