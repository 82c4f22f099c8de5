"""Could two accounts belong to one person? Asked where two different people must act (AC-05)."""

from sqlmodel import Session

from identity.store.account import display_name, person_of_account
from identity.store.person import folded
from identity.store.role import related


def may_be_one_person(session: Session, one: int, other: int) -> bool:
    """Whether it is one account, one person of the registry, one name, or one of them gave the other its role.

    Officials may have an account without being in the registry, so a second account shows by its name only; the price
    is that two people of one name never act as two.
    """
    if one == other or related(session, one, other):
        return True
    person = person_of_account(session, one)
    if person is not None and person == person_of_account(session, other):
        return True
    return same_name(display_name(session, one), display_name(session, other))


def same_name(one: str, other: str) -> bool:
    """Without accents, case and the order of given name and surname; no name is nobody's."""
    words = sorted(folded(one).split())
    return bool(words) and words == sorted(folded(other).split())
