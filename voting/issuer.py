"""Service mode: the service makes the voting codes itself. Cheaper than printed cards, and weaker.

Whoever controls the service could then cast in the place of electors, so the manifest's profile must allow it, a
referendum never does, and election.json, the opening entry, the page and the verifier all say so.
"""

from collections.abc import Callable
from typing import Protocol

from audit.refusal import N_
from crypto.card import master_public, new_code, parse_code, public_credential
from crypto.election import encode_public_credentials
from crypto.group import group_named
from voting.credentials import list_credentials
from voting.errors import BadCredentials, NotFound
from voting.lifecycle import PREPARING, check_phase
from voting.profile import profile_faults, profile_named
from voting.store.preparation import Preparation


class Vault(Protocol):
    """`identity.vault.Vault`: what is sealed for one place opens at no other."""

    def seal(self, secret: bytes, place: str) -> bytes: ...

    def open(self, sealed: bytes, place: str) -> bytes: ...


def make_service_credentials(preparation: Preparation, vault: Vault, random_bytes: Callable[[int], bytes]) -> None:
    """A code for every elector of the roll in force, sealed at rest, and the list of credentials, logged.

    Raises BrokenProfile where the profile asks for printed cards, BadCredentials, WrongPhase.
    """
    row = preparation.row
    check_phase(row, *PREPARING)
    for fault in profile_faults(profile_named(row.profile), "service"):
        raise fault
    if row.issuer != "service":
        raise BadCredentials("credentials.authority", N_("in this vote the credentials come from the authority"))
    if row.credentials is not None:
        raise BadCredentials("credentials.made", N_("the codes for this roll are made already"))
    group, persons = group_named(row.group), preparation.persons_on_roll()
    codes = {person: new_code(random_bytes) for person in persons}
    publics = [public_credential(group, master_public(group, parse_code(code)), row.uuid) for code in codes.values()]
    list_credentials(preparation, encode_public_credentials(group, publics))
    preparation.keep_service_codes(
        (person, vault.seal(code.encode("ascii"), _place(row.uuid, person))) for person, code in codes.items()
    )


def open_service_code(preparation: Preparation, vault: Vault, person_id: int) -> str:
    """The elector's own code as it would be printed. Raises NotFound for whoever has none."""
    sealed = preparation.service_code(person_id)
    if sealed is None:
        raise NotFound("code.none", N_("there is no voting code for you in this vote"))
    return vault.open(sealed, _place(preparation.row.uuid, person_id)).decode("ascii")


def _place(uuid: str, person_id: int) -> str:
    return f"service-code/{uuid}/{person_id}"
