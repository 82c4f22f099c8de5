"""Encrypt single fields at rest: authenticator secrets. The key is outside the database (ID-10)."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from identity.errors import SealBroken

NONCE_BYTES = 12


class Vault:
    """AES-256-GCM. `place` names the field's row, so that a sealed value cannot be moved to another account."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, secret: bytes, place: str) -> bytes:
        """Nonce, ciphertext and tag; a fresh nonce each time."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Raises SealBroken."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken("a sealed field does not open at its place") from error
