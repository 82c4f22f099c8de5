"""Passwords: which are accepted, and how they are hashed without letting a flood of logins starve the service.

argon2id as OWASP gives it (19,456 KiB, t=2, p=1) over an HMAC with a key outside the database (ID-19, ID-20).
"""

import base64
import hashlib
import hmac
import os
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from audit.refusal import N_
from identity.errors import PasswordRefused, TooBusy

SHORTEST, LONGEST = 12, 128
COMMON_WORDS = Path(__file__).parent / "common_passwords.txt"
WAITING = 16
"""Logins that may wait for a worker. They hold threads that ballots need too, so the queue is short."""
WAIT_SECONDS = 5.0
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def check_password(password: str, *own_words: str) -> None:
    """Raises PasswordRefused: password.short, password.long, password.common.

    `own_words`: login name, names, municipality; a password made of one of them and digits is refused.
    """
    length = len(unicodedata.normalize("NFC", password))
    if length < SHORTEST:
        raise PasswordRefused(
            "password.short",
            N_("The password needs at least %(count)s characters."),
            N_("Four or five words that only you would put together are easy to remember."),
            count=SHORTEST,
        )
    if length > LONGEST:
        raise PasswordRefused("password.long", N_("The password has more than %(count)s characters."), count=LONGEST)
    if _is_common(password, {_folded(part) for word in own_words for part in (word, *re.split(r"[\s@.]+", word))}):
        raise PasswordRefused(
            "password.common",
            N_("This password is among the first ones that somebody would try."),
            N_("Four or five words that only you would put together are easy to remember."),
        )


def check_repeated(password: str, again: str) -> None:
    """Raises PasswordRefused (password.again)."""
    if password != again:
        raise PasswordRefused("password.again", N_("The two passwords are not the same."))


class Passwords:
    """Hashes and verifies with at most `workers` at a time and a short queue; beyond it TooBusy."""

    def __init__(self, pepper: bytes, workers: int | None = None, waiting: int = WAITING) -> None:
        self._pepper = pepper
        workers = workers or os.cpu_count() or 1
        self._workers = threading.BoundedSemaphore(workers)
        self._places = threading.BoundedSemaphore(workers + waiting)
        self._dummy = _HASHER.hash(os.urandom(16))

    def hash(self, password: str) -> str:
        """The encoded hash to store. Raises TooBusy."""
        with self._place(), self._worker():
            return _HASHER.hash(self._peppered(password))

    def verify(self, stored: str | None, password: str, before: Callable[[], None] = lambda: None) -> bool:
        """`stored` None is an account that does not exist: it takes as long and is never right (ID-01).

        `before` runs when there is a place for this password; what it raises ends the attempt. Raises TooBusy.
        """
        with self._place():
            before()
            if len(password) > LONGEST * 4:
                return False
            with self._worker():
                try:
                    _HASHER.verify(stored or self._dummy, self._peppered(password))
                except (VerifyMismatchError, InvalidHashError):
                    return False
                return stored is not None

    def check(self, stored: str, password: str) -> None:
        """Raises PasswordRefused (password.old), TooBusy."""
        if not self.verify(stored, password):
            raise PasswordRefused("password.old", N_("The present password is not correct."))

    @staticmethod
    def needs_rehash(stored: str) -> bool:
        """Made with other parameters than today's."""
        return _HASHER.check_needs_rehash(stored)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise TooBusy
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def _worker(self) -> Iterator[None]:
        if not self._workers.acquire(timeout=WAIT_SECONDS):
            raise TooBusy
        try:
            yield
        finally:
            self._workers.release()

    def _peppered(self, password: str) -> bytes:
        text = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
        return base64.b64encode(hmac.digest(self._pepper, text, hashlib.sha256))


@lru_cache
def _common() -> frozenset[str]:
    return frozenset(_folded(line) for line in COMMON_WORDS.read_text("utf-8").splitlines() if line)


def _is_common(password: str, own: set[str]) -> bool:
    """One character or row of keys over and over, or listed words and digits and nothing else."""
    folded = _folded(password)
    if len(set(folded)) <= 3 or _repeats(folded):
        return True
    core = _EDGES.sub("", folded)
    known = _common() | {word for word in own if len(word) >= 3}
    return not core or any(word in known for word in (folded, core)) or _all_common(core, known)


def _all_common(text: str, known: frozenset[str] | set[str]) -> bool:
    """At most two listed words, with what separates them left out."""
    letters = re.sub(r"[\W\d_]+", "", text)
    return letters in known or any(
        letters[:cut] in known and letters[cut:] in known for cut in range(3, len(letters) - 2)
    )


def _repeats(text: str) -> bool:
    """The same piece at least twice: abcdabcdabcd."""
    return any(
        len(text) >= 2 * size and text == (text[:size] * (len(text) // size + 1))[: len(text)]
        for size in range(1, len(text) // 2 + 1)
    )


def _folded(text: str) -> str:
    """Small letters without accents, so that «Κωδικός» and «κωδικος» are one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("ς", "σ")
