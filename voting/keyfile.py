"""A trustee's key file: what the device keeps, sealed with a passphrase; the trustee page writes the same form.

    {"kalpi_trustee_key":1,"ceremony","referendum","index","kdf","nonce","data"}

`data` seals compact JSON {"seed","share"?}, the share in decimal. Twin of templates/static/trustee/keyfile.mjs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from crypto.encoding import Json, compact, integer, members, parse_json, string
from crypto.errors import Malformed
from voting.envelope import MEMBERS, seal, unseal

PURPOSE = b"kalpi-trustee-key-v1"
SIZE_LIMIT = 16 * 1024


@dataclass(frozen=True, slots=True)
class TrusteeKey:
    """`share` is None until the member has checked the shares of all; for one Single trustee it is the key."""

    ceremony: str
    referendum: str
    index: int
    seed: str = field(repr=False)
    share: int | None = field(default=None, repr=False)


def seal_key_file(key: TrusteeKey, passphrase: str, random_bytes: Callable[[int], bytes]) -> bytes:
    """Raises Malformed (passphrase.short)."""
    secret: dict[str, Json] = {"seed": key.seed}
    if key.share is not None:
        secret["share"] = str(key.share)
    frame: dict[str, Json] = {
        "kalpi_trustee_key": 1,
        "ceremony": key.ceremony,
        "referendum": key.referendum,
        "index": key.index,
    }
    return compact(frame | seal(compact(secret), passphrase, PURPOSE, random_bytes))


def open_key_file(raw: bytes, passphrase: str) -> TrusteeKey:
    """Raises Malformed: key.file (not such a file), key.passphrase."""
    try:
        value = members(
            parse_json(raw.strip(), size_limit=SIZE_LIMIT),
            ("kalpi_trustee_key", "ceremony", "referendum", "index", *MEMBERS),
        )
        ceremony, referendum = string(value["ceremony"]), string(value["referendum"])
        index = integer(value["index"], smallest=1, largest=255)
        integer(value["kalpi_trustee_key"], smallest=1, largest=1)
    except Malformed as flaw:
        raise Malformed("key.file", "this is not a trustee's key file") from flaw
    secret = members(parse_json(unseal(value, passphrase, PURPOSE)), ("seed",), ("share",))
    share = string(secret["share"]) if "share" in secret else None
    if share is not None and not (share.isascii() and share.isdecimal()):
        raise Malformed("key.file", "the share in the key file is not a number")
    return TrusteeKey(ceremony, referendum, index, string(secret["seed"]), None if share is None else int(share))
