"""A referendum on its way to the opening: what the tests of the desk start from.

Dee drafts (account 1), Eva and Fay sit on the committee (2 and 3), trustees have accounts 11, 12, 13.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from audit import store as log
from audit.sequencer import Sequencer, log_keeper
from crypto.ceremony import new_seed
from crypto.election import new_uuid
from crypto.encoding import Json, compact
from crypto.errors import Malformed
from db import Database
from settings import Settings
from voting import desk
from voting.appointment import Appointee, open_ceremony
from voting.authority import AuthorityFile, PrintedCard, add_cards, answer_request
from voting.casting import acceptance_signer
from voting.credentials import list_credentials, make_request, read_answer
from voting.keyfile import TrusteeKey
from voting.opening import approve_opening
from voting.proclamation import proclaim
from voting.profile import ElectionCalendar
from voting.referendum import Draft, DraftQuestion
from voting.rehearsal import accept_key_check, make_rehearsal, open_rehearsal
from voting.roll import freeze_roll
from voting.store import referendum as store
from voting.store.preparation import Preparation
from voting.store.record import record_files
from voting.trustee_device import (
    check_board,
    commitment_message,
    decrypt,
    polynomial_message,
    read_state,
    share_message,
)
from voting.trustees import receive, state

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
DEE, EVA, FAY = 1, 2, 3
TRUSTEES = (11, 12, 13)
ACCEPTANCE = "127.0.0.1/log/acceptance"

DRAFT = Draft(
    title="Πεζόδρομος Ερμού",
    summary="Ρωτάμε αν η οδός Ερμού θα γίνει πεζόδρομος.",
    profile="municipal-advisory",
    questions=(DraftQuestion("Να γίνει πεζόδρομος η οδός Ερμού;", ("Ναι", "Όχι")),),
    opens=NOW - timedelta(hours=1),
    closes=NOW + timedelta(days=2),
    roll_cutoff=date(2026, 10, 1),
    credential_authority="Εκδότης καρτών",
)
LEGAL = replace(
    DRAFT,
    profile="gr-4555-2018",
    objections_until=date(2026, 10, 4),
    calendar=ElectionCalendar(election_years=frozenset({2028})),
)


def appointees(accounts: Sequence[int] = TRUSTEES) -> list[Appointee]:
    return [Appointee(account, account, f"Μέλος {account}", frozenset({"trustee"})) for account in accounts]


@dataclass
class DeskOf:
    """One referendum and everybody's devices."""

    db: Database
    settings: Settings
    slug: str
    now: datetime = NOW
    cards: list[PrintedCard] = field(default_factory=list)
    authority: AuthorityFile = field(default_factory=lambda: AuthorityFile("http://127.0.0.1:8000", ("Ed25519",)))
    keys: dict[int, TrusteeKey] = field(default_factory=dict)

    @contextmanager
    def writing(self) -> Iterator[Preparation]:
        with self.db.writing() as session:
            yield Preparation.writing(session, self.slug)

    @contextmanager
    def reading(self) -> Iterator[Preparation]:
        with self.db.reading() as session:
            yield Preparation.reading(session, self.slug)
            session.expunge_all()  # so that a test can look at the row afterwards

    @property
    def phase(self) -> str:
        with self.reading() as preparation:
            return preparation.row.phase

    def kinds(self) -> list[str]:
        """Kinds of the entries waiting for the log, in order."""
        with self.db.reading() as session:
            return [str(item.kind) for item in log._waiting(session)]

    def sequence(self) -> None:
        """Give every waiting entry its place and sign the log."""
        sequencer = Sequencer(self.db, log_keeper(self.settings), cadence=0.01, clock=lambda: self.now)
        sequencer.open()
        sequencer.turn(ballots=True)

    # -- steps ---------------------------------------------------------------------------------------------------------

    def proclaim(self) -> "DeskOf":
        with self.writing() as preparation:
            proclaim(preparation, self.settings.municipality, EVA, self.now)
        return self

    def freeze(self, electors: int = 3) -> "DeskOf":
        self.authority, self.cards = add_cards(self.authority, electors, secrets.token_bytes)
        with self.writing() as preparation:
            roll = [(person, card.number) for person, card in enumerate(self.cards, 1)]
            freeze_roll(preparation, roll, self.now, secrets.token_bytes)
        return self

    def list_credentials(self) -> "DeskOf":
        with self.writing() as preparation:
            answer = answer_request(self.authority, make_request(preparation))
            list_credentials(preparation, read_answer(answer, preparation.row.uuid))
        return self

    def open_ceremony(self, accounts: Sequence[int] = TRUSTEES, threshold: int = 2) -> "DeskOf":
        with self.writing() as preparation:
            open_ceremony(preparation, appointees(accounts), threshold, self.now, secrets.token_hex)
        self.keys = {}
        return self

    def state(self, account: int) -> dict[str, Json]:
        with self.reading() as preparation:
            return state(preparation, account)

    def message(self, account: int) -> tuple[str, Json]:
        """What this trustee's own machine sends next."""
        told = read_state(compact(self.state(account)))
        key = self.keys.setdefault(
            account, TrusteeKey(told.ceremony.identifier, told.referendum, told.index, new_seed())
        )
        if told.step == "polynomial":
            return told.step, polynomial_message(key, told)
        if told.step == "share":
            share, message = share_message(key, told)
            self.keys[account] = replace(key, share=share)
            return told.step, message
        return told.step, commitment_message(key, told)

    def send(self, account: int, step: str, message: Json) -> str:
        with self.writing() as preparation:
            return receive(preparation, account, step, message, self.now)

    def hold_ceremony(self, accounts: Sequence[int] = TRUSTEES, threshold: int = 2) -> "DeskOf":
        self.open_ceremony(accounts, threshold)
        for _ in range(3):
            for account in accounts:
                self.send(account, *self.message(account))
        return self

    def open_rehearsal(self) -> "DeskOf":
        with self.reading() as preparation:
            made = make_rehearsal(preparation.row)
        with self.writing() as preparation:
            open_rehearsal(preparation, made, self.now)
        return self

    def decryption(self, account: int, kind: str = "rehearsal") -> tuple[bytes, bytes]:
        """What this trustee's own machine makes of the board, once the log is signed."""
        self.sequence()
        with self.db.reading() as session:
            row = store.referendum(session, self.slug)
            files = record_files(session, row, kind, log_keeper(self.settings).verifier_key)
        sent = decrypt(check_board(files, self.keys[account]), self.keys[account])
        if not isinstance(sent, dict):
            raise Malformed("test.decryption", "an object was expected")
        return str(sent["payload"]).encode(), str(sent["strong"]).encode()

    def check_key(self, account: int) -> bool:
        payload, strong = self.decryption(account)
        with self.writing() as preparation:
            return accept_key_check(preparation, account, payload, strong, self.now)

    def rehearse(self, accounts: Sequence[int] = TRUSTEES) -> "DeskOf":
        self.open_rehearsal()
        for account in accounts:
            self.check_key(account)
        return self

    def approve(self, account: int, person: int | None = None, members: Sequence[int] = (EVA, FAY)) -> bool:
        key = acceptance_signer(self.settings.origin, self.settings.key("acceptance")).verifier_key.encode()
        with self.writing() as preparation:
            return approve_opening(preparation, account, person, key, self.now, members)

    def prepare(self) -> "DeskOf":
        """Everything up to the two approvals."""
        return self.proclaim().freeze().list_credentials().hold_ceremony().rehearse()

    def open(self) -> "DeskOf":
        self.prepare()
        self.approve(EVA)
        self.approve(FAY)
        return self


def draft_on_desk(db: Database, settings: Settings, draft: Draft = DRAFT, slug: str = "ermou") -> DeskOf:
    with db.writing() as session:
        store.add(session, desk.new_draft(draft, slug, new_uuid(), DEE))
    return DeskOf(db, settings, slug)
