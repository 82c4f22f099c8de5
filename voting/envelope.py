"""Secrets at rest behind a passphrase: scrypt, then AES-256-GCM. What is inside is the caller's business.

Source: RFC 7914 (scrypt; N 65536, r 8, p 1, which needs 64 MiB once), NIST SP 800-38D.
"""

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.encoding import Json, b64, members, string
from crypto.errors import Malformed

SHORTEST_PASSPHRASE = 12
"""Characters; shorter ones are refused when something is sealed, never when it is opened."""
_COST: dict[str, Json] = {"name": "scrypt", "n": 65536, "r": 8, "p": 1}
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)
MEMBERS = ("kdf", "nonce", "data")


def seal(plain: bytes, passphrase: str, purpose: bytes, random_bytes: Callable[[int], bytes]) -> dict[str, Json]:
    """The members `kdf`, `nonce` and `data` of a file; `purpose` is authenticated with them.

    Raises Malformed (passphrase.short).
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Malformed("passphrase.short", f"at least {SHORTEST_PASSPHRASE} characters were expected")
    salt, nonce = random_bytes(16), random_bytes(12)
    data = AESGCM(_derive(passphrase, salt)).encrypt(nonce, plain, purpose)
    return {"kdf": _COST | {"salt": b64(salt)}, "nonce": b64(nonce), "data": b64(data)}


def unseal(value: dict[str, Json], passphrase: str, purpose: bytes) -> bytes:
    """What `seal` hid. Raises Malformed: key.file for another form, key.passphrase when it does not open."""
    try:
        kdf = members(value["kdf"], (*_COST, "salt"))
        salt, nonce, data = _loose(kdf["salt"]), _loose(value["nonce"]), _loose(value["data"])
    except (KeyError, Malformed) as flaw:
        raise Malformed("key.file", "this is not a file sealed with a passphrase") from flaw
    if {name: kdf[name] for name in _COST} != _COST:
        raise Malformed("key.file", "a file sealed at another cost than scrypt 65536, 8, 1")
    try:
        return AESGCM(_derive(passphrase, salt)).decrypt(nonce, data, purpose)
    except (InvalidTag, ValueError) as error:
        raise Malformed("key.passphrase", "this passphrase does not open the file") from error


def _derive(passphrase: str, salt: bytes) -> bytes:
    # NFKC, so that a passphrase typed on another keyboard spells the same bytes.
    password = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(password, salt=salt, n=65536, r=8, p=1, maxmem=2**27, dklen=32)


def _loose(value: Json) -> bytes:
    """Base64 with or without padding."""
    text = string(value, longest=2**30)
    if not _BASE64.fullmatch(text):
        raise Malformed("key.file", "base64 was expected")
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except binascii.Error as error:
        raise Malformed("key.file", "base64 was expected") from error
