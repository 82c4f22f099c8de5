"""One referendum on its way to the opening, inside one transaction: every table the preparation touches.

What is allowed is decided in the nouns (`proclamation`, `roll`, `credentials`, `trustees`, `rehearsal`, `opening`);
here are rows, one lock and the log.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from audit import store as log
from voting.store import approvals, ceremony, referendum, rehearsal, roll
from voting.store.approvals import ApprovalRow
from voting.store.ceremony import CeremonyRow, TrusteeSeatRow
from voting.store.referendum import ReferendumRow
from voting.store.rehearsal import RehearsalBallotRow, RehearsalDecryptionRow, RehearsalRow
from voting.store.roll import RollMemberRow, ServiceCodeRow


@dataclass(frozen=True)
class Preparation:
    """`row` is the referendum, `session` the transaction all methods share."""

    session: Session
    row: ReferendumRow

    @classmethod
    def reading(cls, session: Session, slug: str) -> "Preparation":
        """Raises NotFound."""
        return cls(session, referendum.referendum(session, slug))

    @classmethod
    def writing(cls, session: Session, slug: str) -> "Preparation":
        """The same, the row locked against every other change until commit. Raises NotFound."""
        return cls(session, referendum.referendum_for_change(session, slug))

    @property
    def id(self) -> int:
        assert self.row.id is not None
        return self.row.id

    def append(self, entry: bytes) -> None:
        """One control entry of the public log, in this transaction."""
        log.append(self.session, entry)

    def log_is_halted(self) -> bool:
        return bool(log.head(self.session).halted)

    def save(self) -> None:
        self.session.flush()

    def previous_referendum(self) -> date | None:
        return referendum.last_opened(self.session, but=self.id)

    # -- the roll ------------------------------------------------------------------------------------------------------

    def replace_roll(self, members: Iterable[tuple[int, str | None, bytes]]) -> None:
        """`members` are (person, card number or None, salt)."""
        rows = (
            RollMemberRow(referendum_id=self.id, person_id=person, card_number=card, salt=salt)
            for person, card, salt in members
        )
        roll.replace(self.session, self.id, rows)

    def roll_count(self) -> int:
        return roll.count(self.session, self.id)

    def persons_on_roll(self) -> Sequence[int]:
        return roll.persons(self.session, self.id)

    def roll_members(self) -> Sequence[RollMemberRow]:
        return roll.members(self.session, self.id)

    def card_numbers(self) -> Sequence[str]:
        return roll.card_numbers(self.session, self.id)

    def keep_service_codes(self, sealed: Iterable[tuple[int, bytes]]) -> None:
        """`sealed` are (person, encrypted code)."""
        rows = (ServiceCodeRow(referendum_id=self.id, person_id=person, sealed_code=code) for person, code in sealed)
        roll.add_service_codes(self.session, rows)

    def service_code(self, person_id: int) -> bytes | None:
        return roll.service_code(self.session, self.id, person_id)

    def is_on_roll(self, person_id: int) -> bool:
        return roll.is_on_roll(self.session, self.id, person_id)

    # -- the ceremony --------------------------------------------------------------------------------------------------

    def ceremony(self) -> CeremonyRow | None:
        return ceremony.ceremony(self.session, self.id)

    def add_ceremony(self, row: CeremonyRow, seats: Sequence[tuple[int, str]]) -> CeremonyRow:
        """`seats` are (account, name) in the order of their indices."""
        return ceremony.add(self.session, row, seats)

    def seats(self) -> Sequence[TrusteeSeatRow]:
        """Of the latest ceremony, by index; empty when there was none."""
        latest = self.ceremony()
        return [] if latest is None or latest.id is None else ceremony.seats(self.session, latest.id)

    # -- the rehearsal -------------------------------------------------------------------------------------------------

    def rehearsal(self) -> RehearsalRow | None:
        return rehearsal.rehearsal(self.session, self.id)

    def add_rehearsal(self, row: RehearsalRow, ballots: Sequence[tuple[bytes, bytes]]) -> RehearsalRow:
        return rehearsal.add(self.session, row, ballots)

    def rehearsal_ballots(self, rehearsal_id: int) -> Sequence[RehearsalBallotRow]:
        return rehearsal.ballots(self.session, rehearsal_id)

    def rehearsal_decryptions(self) -> Sequence[RehearsalDecryptionRow]:
        latest = self.rehearsal()
        return [] if latest is None or latest.id is None else rehearsal.decryptions(self.session, latest.id)

    def add_rehearsal_decryption(
        self, rehearsal_id: int, owner: int, payload: bytes, strong: bytes, now: datetime
    ) -> None:
        self.session.add(
            RehearsalDecryptionRow(
                rehearsal_id=rehearsal_id, owner=owner, payload=payload, strong=strong, received_at=now
            )
        )
        self.session.flush()

    # -- approvals -----------------------------------------------------------------------------------------------------

    def approvals(self, act: str | None = None) -> Sequence[ApprovalRow]:
        return approvals.approvals(self.session, self.id, act)

    def add_approval(
        self, act: str, matter: str, detail: bytes, account_id: int, person_id: int | None, now: datetime
    ) -> None:
        approvals.add(
            self.session,
            ApprovalRow(
                referendum_id=self.id,
                act=act,
                matter=matter,
                detail=detail,
                account_id=account_id,
                person_id=person_id,
                approved_at=now,
            ),
        )
