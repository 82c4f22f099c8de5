"""The keys of this room, each derived for one use from the secret that lies outside the database."""

from collections.abc import Callable
from dataclasses import dataclass, field

from identity.password import Passwords
from identity.vault import Vault


@dataclass(frozen=True, slots=True)
class Keyring:
    registry: bytes = field(repr=False)  # registry numbers
    letters: bytes = field(repr=False)  # activation codes
    recovery: bytes = field(repr=False)  # recovery codes
    throttle: bytes = field(repr=False)  # names that failures are counted under, device marks
    vault: Vault  # authenticator secrets
    passwords: Passwords


def make_keyring(derive: Callable[[str], bytes]) -> Keyring:
    """`derive` is `Settings.key`: 32 bytes for a label. One for each application, because the workers are counted."""
    return Keyring(
        registry=derive("identity/registry"),
        letters=derive("identity/letters"),
        recovery=derive("identity/recovery"),
        throttle=derive("identity/throttle"),
        vault=Vault(derive("vault")),
        passwords=Passwords(derive("identity/pepper")),
    )
