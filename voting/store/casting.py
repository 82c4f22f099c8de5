"""The ballot box of one vote inside one transaction: every table a cast, a challenge or the closing touches.

What may be recorded is decided in `casting.py`; here are rows, locks and the uniqueness that the database itself holds.
No row says when a ballot came or who a person is: a person is a keyed hash whose key is a file (`person_key.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, CursorResult, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import defer
from sqlmodel import Column, Field, Session, SQLModel, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from audit import store as log
from audit.refusal import N_
from db import UtcDateTime
from identity.store.mail import MailRow
from voting.errors import NotFound
from voting.notice import Message
from voting.store import roll
from voting.store.referendum import ReferendumRow

RowType = TypeVar("RowType", bound=SQLModel)


class BallotRow(SQLModel, table=True):
    """A recorded ballot; the last `sequence` of a credential is the one that counts."""

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("referendum_id", "digest"),
        UniqueConstraint("referendum_id", "code"),
        UniqueConstraint("referendum_id", "credential", "sequence"),
    )
    id: int | None = Field(default=None, primary_key=True)
    referendum_id: int = Field(foreign_key="referendum.id", index=True)
    digest: str = Field(max_length=64)
    code: str = Field(max_length=43)
    credential: str
    sequence: int
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    statement: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    acceptance: str


class SpentCodeRow(SQLModel, table=True):
    """A code is cast once or void for ever; one key for both, so that the two cannot pass each other."""

    __tablename__ = "spent_code"
    referendum_id: int = Field(foreign_key="referendum.id", primary_key=True)
    code: str = Field(max_length=43, primary_key=True)
    void: bool


class BoardAlphaRow(SQLModel, table=True):
    """The hash of every alpha on the board: one ciphertext never stands there twice (BB-01)."""

    __tablename__ = "board_alpha"
    referendum_id: int = Field(foreign_key="referendum.id", primary_key=True)
    digest: str = Field(max_length=64, primary_key=True)


class VoterMarkRow(SQLModel, table=True):
    """(vote, person) and credential, unique both ways."""

    __tablename__ = "voter_mark"
    __table_args__ = (UniqueConstraint("referendum_id", "credential"),)
    referendum_id: int = Field(foreign_key="referendum.id", primary_key=True)
    person: str = Field(max_length=64, primary_key=True)
    credential: str


class VoterNoticeRow(SQLModel, table=True):
    """What «Οι ψηφοφορίες μου» tells about each recorded ballot (BB-08); `recorded_at` is cut to the minute."""

    __tablename__ = "voter_notice"
    id: str = Field(default_factory=lambda: token_hex(16), primary_key=True)
    referendum_id: int = Field(foreign_key="referendum.id", index=True)
    person: str = Field(max_length=64, index=True)
    sequence: int
    code: str = Field(max_length=43)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class PersonKeyRow(SQLModel, table=True):
    """The hash of the key that all marks of this vote were made under; two workers with two keys would notice."""

    __tablename__ = "person_key"
    referendum_id: int = Field(foreign_key="referendum.id", primary_key=True)
    digest: str = Field(max_length=64)


HEAVY = (
    ReferendumRow.draft,
    ReferendumRow.manifest,
    ReferendumRow.trustees,
    ReferendumRow.credentials,
    ReferendumRow.encrypted_tally,
)


def ballot_box(session: Session, slug: str) -> "BallotBox":
    """The box of one vote; its large objects are read only when asked for. Raises NotFound."""
    query = select(ReferendumRow).where(col(ReferendumRow.slug) == slug)
    row = session.exec(query.options(*(defer(cast(Any, column)) for column in HEAVY))).first()
    if row is None:
        raise NotFound("referendum.unknown", N_("there is no referendum with this address"))
    return BallotBox(session, row)


@dataclass(frozen=True)
class BallotBox:
    """`row` is the vote whose ballots these are; `session` is the transaction all methods share."""

    session: Session
    row: ReferendumRow

    @property
    def id(self) -> int:
        return cast(int, self.row.id)

    # -- locks ---------------------------------------------------------------------------------------------------------

    def lock_shared(self) -> str:
        """Hold the vote's row against closing until commit; returns its phase as it stands under the lock.

        On SQLite the writing transaction is the lock; `FOR SHARE` is left out there by the dialect.
        """
        self.session.refresh(self.row, ["phase"], with_for_update={"read": True})
        return self.row.phase

    def lock(self) -> str:
        """Wait for every cast in progress and keep new ones out until commit; returns the phase."""
        self.session.refresh(self.row, ["phase", "closes_at"], with_for_update=True)
        return self.row.phase

    # -- ballots -------------------------------------------------------------------------------------------------------

    def ballot(self, digest: str) -> BallotRow | None:
        return self._one(BallotRow, col(BallotRow.digest) == digest)

    def ballot_by_code(self, code: str) -> BallotRow | None:
        return self._one(BallotRow, col(BallotRow.code) == code)

    def last_ballot(self, credential: str) -> BallotRow | None:
        query = self._of(BallotRow).where(col(BallotRow.credential) == credential)
        return self.session.exec(query.order_by(col(BallotRow.sequence).desc()).limit(1)).first()

    def is_replaced(self, ballot: BallotRow) -> bool:
        """True once a later ballot of the same credential is recorded."""
        last = self.last_ballot(ballot.credential)
        return last is not None and last.sequence > ballot.sequence

    def add(self, ballot: BallotRow) -> None:
        self.session.add(ballot)
        self.session.flush()

    def ballots(self, digests: Sequence[str]) -> list[BallotRow]:
        """The ballots with these digests, in this order; KeyError names a digest without a row."""
        rows = {row.digest: row for row in self.session.exec(self._of(BallotRow))}
        return [rows[digest] for digest in digests]

    def recorded_ballots(self) -> set[str]:
        """Digests of all recorded ballots."""
        return set(self.session.exec(select(BallotRow.digest).where(BallotRow.referendum_id == self.id)))

    # -- codes, ciphertexts --------------------------------------------------------------------------------------------

    def spend_code(self, code: str, *, void: bool) -> bool:
        """Claim a code for ever; False if it was claimed before, by anybody, either way."""
        return self._insert(
            "INSERT INTO spent_code (referendum_id, code, void) VALUES (:vote, :code, :void) ON CONFLICT DO NOTHING",
            code=code,
            void=void,
        )

    def is_void(self, code: str) -> bool:
        row = self._one(SpentCodeRow, col(SpentCodeRow.code) == code)
        return row is not None and row.void

    def claim_alphas(self, digests: Sequence[str]) -> bool:
        """Put these ciphertexts on the board; False as soon as one is there already (the caller rolls back)."""
        return all(
            self._insert(
                "INSERT INTO board_alpha (referendum_id, digest) VALUES (:vote, :digest) ON CONFLICT DO NOTHING",
                digest=digest,
            )
            for digest in sorted(digests)
        )

    # -- persons -------------------------------------------------------------------------------------------------------

    def is_on_roll(self, person_id: int) -> bool:
        return roll.is_on_roll(self.session, self.id, person_id)

    def bind(self, person: str, credential: str) -> VoterMarkRow | None:
        """Tie person and credential; None unless afterwards exactly this pair is on record.

        The row stays locked until commit, so two ballots of one credential are recorded one after the other.
        """
        self._insert(
            "INSERT INTO voter_mark (referendum_id, person, credential) VALUES (:vote, :person, :credential)"
            " ON CONFLICT DO NOTHING",
            person=person,
            credential=credential,
        )
        query = self._of(VoterMarkRow).where(
            col(VoterMarkRow.person) == person, col(VoterMarkRow.credential) == credential
        )
        return self.session.exec(query.with_for_update()).first()

    def uses_key(self, digest: str) -> bool:
        """True when the marks of this vote are made under the key with this hash; the first cast decides."""
        self._insert(
            "INSERT INTO person_key (referendum_id, digest) VALUES (:vote, :digest) ON CONFLICT DO NOTHING",
            digest=digest,
        )
        return self.session.exec(self._of(PersonKeyRow)).one().digest == digest

    def mark_of(self, person: str) -> VoterMarkRow | None:
        return self._one(VoterMarkRow, col(VoterMarkRow.person) == person)

    def mark_with(self, credential: str) -> VoterMarkRow | None:
        return self._one(VoterMarkRow, col(VoterMarkRow.credential) == credential)

    def count_persons(self) -> int:
        query = select(func.count()).select_from(VoterMarkRow).where(col(VoterMarkRow.referendum_id) == self.id)
        return self.session.exec(query).one()

    def notify(self, person: str, ballot: BallotRow, now: datetime) -> None:
        self.session.add(
            VoterNoticeRow(
                referendum_id=self.id,
                person=person,
                sequence=ballot.sequence,
                code=ballot.code,
                recorded_at=now.replace(second=0, microsecond=0),
            )
        )

    def post(self, message: Message, now: datetime) -> None:
        """Queue an e-mail. Until it is sent the address stands beside the ballot's code; after that nowhere."""
        self.session.add(MailRow(recipient=message.recipient, subject=message.subject, body=message.body, due_at=now))

    def notices(self, person: str) -> list[VoterNoticeRow]:
        query = self._of(VoterNoticeRow).where(col(VoterNoticeRow.person) == person)
        return list(self.session.exec(query.order_by(col(VoterNoticeRow.sequence))))

    def cast_minutes(self, person: str, since: datetime) -> list[datetime]:
        """When this person's ballots were recorded, to the minute."""
        query = select(VoterNoticeRow.recorded_at).where(
            VoterNoticeRow.referendum_id == self.id, VoterNoticeRow.person == person
        )
        return list(self.session.exec(query.where(col(VoterNoticeRow.recorded_at) >= since)))

    # -- the log -------------------------------------------------------------------------------------------------------

    def log_size(self) -> int:
        return log.log_size(self.session)

    def logged_ballots(self) -> list[str]:
        """Digests of this vote's ballot entries, in log order."""
        return [str(logged.entry.members["ballot"]) for logged in log.find(self.session, "ballot", self.row.uuid)]

    def logged_turnout(self) -> int:
        """Distinct credentials of the ballots under the latest checkpoint: the page shows nothing finer (M33)."""
        signed = log.latest_checkpoint(self.session)
        entries = log.find(self.session, "ballot", self.row.uuid) if signed else []
        logged = {logged.entry.members["ballot"] for logged in entries if signed and logged.index < signed.size}
        query = select(BallotRow.digest, BallotRow.credential).where(BallotRow.referendum_id == self.id)
        return len({credential for digest, credential in self.session.exec(query) if digest in logged})

    def is_closed_in_log(self) -> bool:
        return bool(log.find(self.session, "closed", self.row.uuid))

    def is_tallied_in_log(self) -> bool:
        return bool(log.find(self.session, "tallied", self.row.uuid))

    def append(self, entry: bytes) -> None:
        """A control entry of this vote, in the same transaction."""
        log.append(self.session, entry)

    def append_ballot(self, entry: bytes, credential: str, sequence: int) -> None:
        log.append_ballot(self.session, entry, credential, sequence)

    def _of(self, table: type[RowType]) -> SelectOfScalar[RowType]:
        return select(table).where(cast(Any, table).referendum_id == self.id)

    def _one(self, table: type[RowType], condition: ColumnElement[bool]) -> RowType | None:
        return self.session.exec(self._of(table).where(condition)).first()

    def _insert(self, statement: str, **values: object) -> bool:
        result = self.session.connection().execute(text(statement), {"vote": self.id, **values})
        return cast("CursorResult[Any]", result).rowcount == 1
