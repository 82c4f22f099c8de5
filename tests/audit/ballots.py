"""Entries to put in a log when what they are about does not matter."""

from sqlmodel import Session

from audit import entry, store
from crypto.encoding import sha256_hex

VOTE = "5Tj8q1hzz8nTWuN31uuzNe"


def ballot_entry(name: str, vote: str = VOTE) -> bytes:
    """The entry of an invented ballot; `name` stands for its bytes."""
    return entry.make("ballot", referendum=vote, ballot=sha256_hex(name.encode()), length=4700, order="00" * 32)


def queue_ballot(session: Session, name: str, credential: str = "", sequence: int = 0, vote: str = VOTE) -> None:
    store.append_ballot(session, ballot_entry(name, vote), credential or name, sequence)


def incident(text: str = "δοκιμή") -> bytes:
    return entry.make("incident", text=text)
