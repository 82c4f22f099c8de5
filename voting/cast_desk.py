"""The desk where ballots are handed in: what one process keeps between casts, and the way of one ballot through it.

A recorded ballot is answered first, whoever asks. Then who is here, what costs little, the proofs, and last the one
transaction. The rules are in `casting.py`.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from audit.refusal import N_, Refused
from crypto.encoding import sha256_hex
from db import Database
from settings import Settings
from voting import casting
from voting.box_errors import NotElector, PersonKeyLost, TooManyChallenges
from voting.casting import Electorate, Envelope, Place
from voting.notice import Message
from voting.pace import PACE, Pace, check_pace
from voting.store.casting import BallotBox, BallotRow, ballot_box
from voting.store.person_key import PersonKeys
from voting.store.referendum import ReferendumRow

CHALLENGES_AN_HOUR = 30
"""By one account: each is an entry of the public log."""

Answer = Mapping[str, str | bool]
Tell = Callable[[ReferendumRow, BallotRow], Message]
"""Writes the e-mail about a recorded ballot of this vote."""


class CastDesk:
    def __init__(self, db: Database, settings: Settings, pace: Pace = PACE) -> None:
        self._db = db
        self._pace = pace
        self._signer = casting.acceptance_signer(settings.origin, settings.key("acceptance"))
        self._keys = PersonKeys(settings.data_directory)
        self._electorates: dict[str, Electorate] = {}
        self._challenges: dict[int, list[datetime]] = {}
        self._lock = threading.Lock()

    @property
    def acceptance_key(self) -> str:
        """The vkey that acceptances verify under; the same as in the opening entry."""
        return self._signer.verifier_key.encode()

    def recorded(self, slug: str, digest: str) -> Answer | None:
        """The answer for a ballot that is recorded; None when it is not. Raises NotFound."""
        with self._db.reading() as session:
            box = ballot_box(session, slug)
            row = box.ballot(digest)
            return None if row is None else casting.answer(row, replaced=box.is_replaced(row))

    def accept(self, slug: str, envelope: Envelope, person_id: int, now: datetime, tell: Tell | None = None) -> Answer:
        """Check and record. Raises what `casting` raises, NotElector, PersonKeyLost, TooManyBallots, NotFound.

        A copy of the same ballot may be recorded while this one is checked: then no refusal is true of it.
        """
        try:
            return self._accept(slug, envelope, person_id, now, tell)
        except Refused:
            known = self.recorded(slug, envelope.digest)
            if known is None:
                raise
            return known

    def _accept(self, slug: str, envelope: Envelope, person_id: int, now: datetime, tell: Tell | None) -> Answer:
        with self._db.reading() as session:
            box = ballot_box(session, slug)
            casting.check_open(box.row.phase)
            check_on_roll(box, person_id)
            electorate = self._electorate(box)
            cast = casting.check_cheaply(envelope, electorate)
            casting.check_code(box, cast.ballot.code)
            casting.check_place(cast, casting.next_place(box, cast.credential))
            # In the view that showed the place: `record` takes the ballot at this very place only, so nobody slips by.
            self._check_pace(box, self.mark(box.row.uuid, person_id), now)
        casting.check_proofs(cast, electorate)
        with self._db.writing() as session:
            box = ballot_box(session, slug)
            writing = None if tell is None else partial(tell, box.row)
            row = casting.record(box, cast, self._own_mark(box, person_id), self._signer, now, writing)
            return casting.answer(row, replaced=box.is_replaced(row))

    def place(self, box: BallotBox, credential: str, person_id: int, now: datetime) -> Place:
        """Where this voter's next ballot stands. Call inside a writing transaction.

        Raises BoxClosed, NotElector, CredentialTaken, PersonKeyLost, TooManyBallots.
        """
        casting.check_open(box.row.phase)
        check_on_roll(box, person_id)
        if credential not in self._electorate(box).credentials:
            raise casting.unknown_credential()
        mark = self._own_mark(box, person_id)
        casting.check_own(box, mark, credential)
        self._check_pace(box, mark, now)
        return casting.next_place(box, credential)

    def mark(self, uuid: str, person_id: int) -> str | None:
        """The person's mark for reading; None when no ballot was cast yet, or the key is destroyed."""
        key = self._keys.read(uuid)
        return None if key is None else casting.person_mark(key, uuid, person_id)

    def check_pace(self, account_id: int, now: datetime) -> None:
        """Count one challenge of this account. Raises TooManyChallenges."""
        with self._lock:
            recent = [moment for moment in self._challenges.get(account_id, []) if now - moment < timedelta(hours=1)]
            if len(recent) >= CHALLENGES_AN_HOUR:
                raise TooManyChallenges(
                    "challenge.pace",
                    N_("you have opened %(count)s ballots within an hour"),
                    N_("Cast the ballot you have, or come back later."),
                    count=len(recent),
                )
            self._challenges[account_id] = [*recent, now]

    def _check_pace(self, box: BallotBox, mark: str | None, now: datetime) -> None:
        """Raises TooManyBallots; `accept` answers for a ballot that is recorded all the same."""
        if mark is not None and self._pace:
            longest = max(window for window, _ in self._pace)
            check_pace(box.cast_minutes(mark, now - longest), now, self._pace)

    def _own_mark(self, box: BallotBox, person_id: int) -> str:
        uuid = box.row.uuid
        key = self._keys.read(uuid)
        if key is None and not box.count_persons():
            key = self._keys.make(uuid)
        if key is None or not box.uses_key(sha256_hex(key)):
            raise PersonKeyLost(
                "person_key.lost",
                N_("the service cannot tell at the moment who has voted already, so it takes no ballots"),
                N_("Nothing was recorded. The municipality has to put the key of this vote back in its place."),
            )
        return casting.person_mark(key, uuid, person_id)

    def _electorate(self, box: BallotBox) -> Electorate:
        """Decoded once per process: election and list do not change while the box is open."""
        uuid = box.row.uuid
        if uuid not in self._electorates:
            assert box.row.election is not None
            assert box.row.credentials is not None
            made = casting.make_electorate(box.row.election, box.row.credentials)
            with self._lock:
                self._electorates[uuid] = made
        return self._electorates[uuid]


def check_on_roll(box: BallotBox, person_id: int) -> None:
    if not box.is_on_roll(person_id):
        raise NotElector(
            "roll.missing",
            N_("you are not on the roll of this vote"),
            N_("The roll was frozen before the opening; ask the municipality if you think that this is wrong."),
        )
