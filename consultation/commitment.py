"""What the log says of people: digests whose salt can be erased, so that the entry stays and says nothing (GD-02).

Every part is preceded by its length in bytes, eight bytes big endian, so that no two lists of parts look alike.
"""

import hashlib

from crypto.encoding import compact

SALT_BYTES = 32


def contribution_content(
    *,
    contribution: str,
    topic: str,
    kind: str,
    paragraph: str,
    parent: str,
    stance: str,
    title: str,
    text: str,
    name: str,
    collective: str,
) -> bytes:
    """Canonical JSON of what a citizen said; keys of objects are public keys, empty for none."""
    return compact(
        {
            "contribution": contribution,
            "topic": topic,
            "kind": kind,
            "paragraph": paragraph,
            "parent": parent,
            "stance": stance,
            "title": title,
            "text": text,
            "name": name,
            "collective": collective,
        }
    )


def commit_contribution(salt: bytes, content: bytes) -> str:
    """Hex of SHA-256(tag, salt, content). `salt`: 32 random bytes; `content`: of `contribution_content`."""
    return _commitment(b"kalpi-contribution-v1", salt, content)


def official_commitment(account_id: int, salt: bytes) -> str:
    """Hex; an official who acted. With a salt that nobody keeps it is never opened again."""
    return _commitment(b"kalpi-official-v1", salt, account_id.to_bytes(8, "big"))


def representative_commitment(account_id: int, collective: str, salt: bytes) -> str:
    """Hex; who speaks for the collective with this public key."""
    return _commitment(b"kalpi-representative-v1", salt, account_id.to_bytes(8, "big"), collective.encode("ascii"))


def _commitment(tag: bytes, salt: bytes, *parts: bytes) -> str:
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    digest = hashlib.sha256(tag)
    for part in (salt, *parts):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
