"""A whole election without a browser, through the service's own nouns and stores: `kalpi rehearse`.

Everything happens in a temporary database that is deleted at the end; what remains is DIR/record, and in it only what
RECORD.md names. The clock is the rehearsal's own, so that opening and closing hours pass at once.
"""

import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from audit.sequencer import Sequencer, log_keeper
from crypto.election import new_uuid
from db import Database, create_tables
from settings import Settings, make_secret
from voting.appointment import Appointee, open_ceremony
from voting.authority import AuthorityFile, add_cards, answer_request
from voting.casting import (
    acceptance_signer,
    check_cheaply,
    check_proofs,
    make_electorate,
    next_place,
    person_mark,
    record,
)
from voting.challenge import void
from voting.closing import close
from voting.credentials import list_credentials, make_request, read_answer
from voting.decrypting import accept, count_of, make_count
from voting.opening import approve_opening
from voting.proclamation import proclaim
from voting.publishing import publish
from voting.referendum import Draft, day_in_athens, encode_draft
from voting.rehearsal import accept_key_check, make_rehearsal, open_rehearsal
from voting.rehearse_plan import Plan, Progress, Report, in_silence
from voting.rehearse_trustees import TrusteeDevice
from voting.rehearse_voters import VoterDevice
from voting.roll import freeze_roll
from voting.seats import frame
from voting.store import referendum as store
from voting.store.casting import BallotBox
from voting.store.person_key import PersonKeys
from voting.store.preparation import Preparation
from voting.store.record import VOTE, record_files
from voting.store.referendum import ReferendumRow
from voting.tallying import add_up, keep_tally
from voting.trustees import receive, state

SLUG = "rehearsal"
CLERK, FIRST_MEMBER, SECOND_MEMBER, FIRST_TRUSTEE = 1, 2, 3, 100
"""Accounts: who drafts, the two of the committee, and the trustees from there on."""
BATCH = 200
"""Casts between two turns of the sequencer."""


class Clock:
    def __init__(self) -> None:
        self.moment = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.moment


def rehearse(plan: Plan, out: Path, progress: Progress = in_silence) -> Report:
    """Run the election and write its record to `out`/record, which must not exist yet.

    Raises FileExistsError before anything is done.
    """
    folder = out / "record"
    folder.mkdir(parents=True, exist_ok=False)
    with tempfile.TemporaryDirectory(prefix="kalpi-rehearse-") as directory:
        house = _House(Path(directory) / "data", plan, progress)
        try:
            files = house.run()
        finally:
            house.db.close()
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    return house.report


class _House:
    """One rehearsal in its temporary directory."""

    def __init__(self, data: Path, plan: Plan, progress: Progress) -> None:
        data.mkdir()
        make_secret(data / "secret.key")
        self.settings = Settings(
            data_directory=data,
            database_url=f"sqlite:///{data / 'kalpi.db'}",
            base_url="http://127.0.0.1:8000",
            origin="rehearsal.invalid/log",
            municipality="Δήμος Πρόβας",
            secret_key_file=data / "secret.key",
        )
        self.plan, self.progress, self.report, self.clock = plan, progress, Report(), Clock()
        self.db = Database(self.settings.database_url)
        create_tables(self.db.engine)
        self.keeper = log_keeper(self.settings)
        self.sequencer = Sequencer(self.db, self.keeper, cadence=0.01, clock=self.clock)
        self.sequencer.open()
        self.signer = acceptance_signer(self.settings.origin, self.settings.key("acceptance"))
        self.uuid = new_uuid()
        self.voters: list[VoterDevice] = []
        self.trustees: list[TrusteeDevice] = []

    def run(self) -> dict[str, bytes]:
        for name, stage in (
            ("preparation", self.prepare),
            ("ceremony", self.hold_ceremony),
            ("rehearsal", self.rehearse),
            ("opening", self.open),
            ("casting", self.cast),
            ("closing and tally", self.close),
            ("decryption", self.decrypt),
        ):
            started = time.perf_counter()
            stage()
            self.report.stages[name] = time.perf_counter() - started
        with self.db.reading() as session:
            row = store.referendum(session, SLUG)
            return record_files(session, row, VOTE, self.keeper.verifier_key)

    # -- transactions --------------------------------------------------------------------------------------------------

    @contextmanager
    def preparing(self) -> Iterator[Preparation]:
        with self.db.writing() as session:
            yield Preparation.writing(session, SLUG)
        self.sequencer.turn(ballots=False)

    @contextmanager
    def box(self) -> Iterator[BallotBox]:
        with self.db.writing() as session:
            yield BallotBox(session, store.referendum(session, SLUG))

    # -- stages --------------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        now, plan = self.clock(), self.plan
        draft = Draft(
            title=plan.title,
            summary="Μια ολόκληρη ψηφοφορία χωρίς ψηφοφόρους.",
            profile="municipal-advisory",
            questions=plan.questions,
            opens=now + timedelta(hours=1),
            closes=now + timedelta(hours=2),
            roll_cutoff=day_in_athens(now),
            group=plan.group,
            credential_authority="Εκδότης καρτών πρόβας",
        )
        with self.db.writing() as session:
            store.add(
                session,
                ReferendumRow(
                    slug=SLUG,
                    uuid=self.uuid,
                    draft=encode_draft(draft),
                    title=draft.title,
                    profile=draft.profile,
                    group=draft.group,
                    created_by=CLERK,
                    opens_at=draft.opens,
                    closes_at=draft.closes,
                ),
            )
        with self.preparing() as preparation:
            proclaim(preparation, self.settings.municipality, FIRST_MEMBER, now)
        authority, cards = add_cards(
            AuthorityFile(self.settings.base_url, (plan.group,)), plan.voters, secrets.token_bytes
        )
        self.voters = [VoterDevice(place, place + 1, card.code) for place, card in enumerate(cards)]
        with self.preparing() as preparation:
            electors = [(voter.person_id, cards[voter.number].number) for voter in self.voters]
            freeze_roll(preparation, electors, now, secrets.token_bytes)
        with self.preparing() as preparation:
            answer = answer_request(authority, make_request(preparation))
            list_credentials(preparation, read_answer(answer, self.uuid))

    def hold_ceremony(self) -> None:
        plan = self.plan
        names = [f"Μέλος {index}" for index in range(1, plan.size + 1)]
        appointees = [
            Appointee(FIRST_TRUSTEE + index, FIRST_TRUSTEE + index, name, frozenset({"trustee"}))
            for index, name in enumerate(names)
        ]
        with self.preparing() as preparation:
            around = frame(open_ceremony(preparation, appointees, plan.threshold, self.clock(), secrets.token_hex))
        self.trustees = [TrusteeDevice(name, index, around) for index, name in enumerate(names, 1)]
        bar = self.progress("ceremony", plan.size * (3 if plan.size > 1 else 1))
        while not self._ceremony_is_over():
            for trustee in self.trustees:
                account = FIRST_TRUSTEE + trustee.index - 1
                with self.preparing() as preparation:
                    told = state(preparation, account)
                    receive(preparation, account, str(told["step"]), trustee.message(told), self.clock())
                bar()

    def rehearse(self) -> None:
        """The key check: every trustee decrypts the test election."""
        with self.db.reading() as session:
            made = make_rehearsal(store.referendum(session, SLUG))
        with self.preparing() as preparation:
            open_rehearsal(preparation, made, self.clock())
        count = make_count(made.election, made.trustees, made.encrypted_tally, made.sized_tally)
        bar = self.progress("rehearsal", len(self.trustees))
        for trustee in self.trustees:
            with self.preparing() as preparation:
                account = FIRST_TRUSTEE + trustee.index - 1
                accept_key_check(preparation, account, *trustee.decrypt(count), self.clock())
            bar()

    def open(self) -> None:
        with self.preparing() as preparation:
            self.clock.moment = preparation.row.opens_at
        for member in (FIRST_MEMBER, SECOND_MEMBER):
            with self.preparing() as preparation:
                approve_opening(preparation, member, member, self.signer.verifier_key.encode(), self.clock())

    def cast(self) -> None:
        with self.db.reading() as session:
            row = store.referendum(session, SLUG)
            assert row.election is not None
            assert row.credentials is not None
            self.electorate = make_electorate(row.election, row.credentials)
        self.person_key = PersonKeys(self.settings.data_directory).make(self.uuid)
        present = self.voters[: round(len(self.voters) * self.plan.turnout)]
        again = present[: round(len(present) * self.plan.recasts)]
        for voter in present[: round(len(present) * self.plan.challenges)]:
            self._challenge(voter)
        bar = self.progress("casting", len(present) + len(again))
        ballots = [*((voter, voter.number) for voter in present), *((voter, voter.number + 2) for voter in again)]
        for done, (voter, choice) in enumerate(ballots, 1):
            self._cast(voter, choice)
            if done % BATCH == 0:
                self.sequencer.turn(ballots=True)
            bar()

    def close(self) -> None:
        with self.box() as box:
            self.clock.moment = box.row.closes_at
            close(box, self.clock())
        self.sequencer.turn(ballots=True)
        with self.db.reading() as session:
            tally = add_up(BallotBox(session, store.referendum(session, SLUG)))
        with self.box() as box:
            keep_tally(box, tally)
        self.sequencer.turn(ballots=False)

    def decrypt(self) -> None:
        """The last trustees of the list come, as many as are needed: the others are ill."""
        bar = self.progress("decryption", self.plan.threshold)
        for trustee in self.trustees[-self.plan.threshold :]:
            with self.box() as box:
                accept(box, trustee.index, *trustee.decrypt(count_of(box)), self.clock())
            self.sequencer.turn(ballots=False)
            bar()
        with self.box() as box:
            self.report.sheet = publish(box, self.clock())
        self.sequencer.turn(ballots=False)

    # -- single acts ---------------------------------------------------------------------------------------------------

    def _ceremony_is_over(self) -> bool:
        with self.db.reading() as session:
            ceremony = Preparation.reading(session, SLUG).ceremony()
            return ceremony is not None and ceremony.step == "completed"

    def _challenge(self, voter: VoterDevice) -> None:
        prepared = voter.prepare(self.electorate.election, self.plan.choose, voter.number)
        with self.box() as box:
            void(box, prepared.code)
        self.sequencer.turn(ballots=False)
        self.report.challenged += 1

    def _cast(self, voter: VoterDevice, choice: int) -> None:
        election = self.electorate.election
        with self.db.reading() as session:
            place = next_place(BallotBox(session, store.referendum(session, SLUG)), voter.credential(election))
        envelope = voter.seal(election, voter.prepare(election, self.plan.choose, choice), place)
        cast = check_cheaply(envelope, self.electorate)
        check_proofs(cast, self.electorate)
        mark = person_mark(self.person_key, self.uuid, voter.person_id)
        with self.box() as box:
            record(box, cast, mark, self.signer, self.clock())
        self.report.ballots += 1
