"""One vote from draft to result through the service's own nouns and stores, a stage at a time and without a browser."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.local_time import day_of
from crypto.election import new_uuid
from voting.appointment import Appointee, open_ceremony
from voting.authority import AuthorityFile, answer_request
from voting.casting import check_cheaply, check_proofs, make_electorate, next_place, person_mark, record
from voting.challenge import void
from voting.closing import close
from voting.credentials import list_credentials, make_request, read_answer
from voting.decrypting import accept, count_of, make_count
from voting.opening import approve_opening
from voting.proclamation import proclaim
from voting.publishing import publish
from voting.referendum import Draft, encode_draft
from voting.rehearsal import accept_key_check, make_rehearsal, open_rehearsal
from voting.rehearse_plan import Plan, Progress, Report
from voting.rehearse_trustees import TrusteeDevice
from voting.rehearse_voters import VoterDevice
from voting.rehearsed_town import Town
from voting.roll import freeze_roll
from voting.seats import frame
from voting.store import referendum as store
from voting.store.casting import BallotBox
from voting.store.person_key import PersonKeys
from voting.store.preparation import Preparation
from voting.store.referendum import ReferendumRow
from voting.tallying import add_up, keep_tally
from voting.trustees import receive, state

BATCH = 200
"""Casts between two turns of the sequencer."""


@dataclass(frozen=True)
class Officials:
    """Account ids: who drafts, the two of the committee, and who sits in the ceremony."""

    clerk: int
    committee: tuple[int, int]
    trustees: Sequence[Appointee]


@dataclass(frozen=True)
class Electorate:
    """(person, card number) of everybody on the roll, the authority's file, and the cards of those who vote here."""

    roll: Sequence[tuple[int, str | None]]
    authority: AuthorityFile
    voters: Sequence[VoterDevice]


class RehearsedVote:
    """Stages are called in order; the town's clock is moved to the opening and the closing."""

    def __init__(self, town: Town, slug: str, plan: Plan, officials: Officials, electorate: Electorate) -> None:
        self.town, self.slug, self.plan, self.officials = town, slug, plan, officials
        self.roll, self.authority, self.voters = electorate.roll, electorate.authority, electorate.voters
        self.uuid = new_uuid()
        self.report = Report()
        self.trustees: list[TrusteeDevice] = []

    def draft(self, opens: datetime, closes: datetime, topic: str = "") -> None:
        """`topic`: key of the council topic it is proposed from."""
        plan, now = self.plan, self.town.clock()
        draft = Draft(
            title=plan.title,
            summary=plan.summary,
            profile=plan.profile,
            questions=plan.questions,
            opens=opens,
            closes=closes,
            roll_cutoff=day_of(now),
            group=plan.group,
            credential_authority="Εκδότης καρτών",
        )
        with self.town.db.writing() as session:
            store.add(
                session,
                ReferendumRow(
                    slug=self.slug,
                    uuid=self.uuid,
                    topic=topic,
                    draft=encode_draft(draft),
                    title=draft.title,
                    profile=draft.profile,
                    group=draft.group,
                    created_by=self.officials.clerk,
                    opens_at=draft.opens,
                    closes_at=draft.closes,
                ),
            )

    def prepare(self) -> None:
        """Proclaim, freeze the roll, list the credentials."""
        town = self.town
        now = town.clock()
        with town.preparing(self.slug) as preparation:
            proclaim(preparation, town.settings.municipality, self.officials.committee[0], now)
        with town.preparing(self.slug) as preparation:
            freeze_roll(preparation, self.roll, now, secrets.token_bytes)
        with town.preparing(self.slug) as preparation:
            answer = answer_request(self.authority, make_request(preparation))
            list_credentials(preparation, read_answer(answer, self.uuid))

    def open_ceremony(self) -> None:
        appointees = list(self.officials.trustees)
        with self.town.preparing(self.slug) as preparation:
            row = open_ceremony(preparation, appointees, self.plan.threshold, self.town.clock(), secrets.token_hex)
            around = frame(row)
        self.trustees = [TrusteeDevice(person.name, index, around) for index, person in enumerate(appointees, 1)]

    def hold_ceremony(self, progress: Progress) -> None:
        bar = progress("ceremony", self.plan.size * (3 if self.plan.size > 1 else 1))
        while not self._ceremony_is_over():
            for trustee in self.trustees:
                self.take_part(trustee)
                bar()

    def take_part(self, trustee: TrusteeDevice) -> None:
        """One trustee's message for the step the ceremony is in."""
        account = self.officials.trustees[trustee.index - 1].account_id
        with self.town.preparing(self.slug) as preparation:
            told = state(preparation, account)
            receive(preparation, account, str(told["step"]), trustee.message(told), self.town.clock())

    def rehearse(self, progress: Progress) -> None:
        """The key check: every trustee decrypts the test election."""
        with self.town.db.reading() as session:
            made = make_rehearsal(store.referendum(session, self.slug))
        with self.town.preparing(self.slug) as preparation:
            open_rehearsal(preparation, made, self.town.clock())
        count = make_count(made.election, made.trustees, made.encrypted_tally, made.sized_tally)
        bar = progress("rehearsal", len(self.trustees))
        for trustee, appointee in zip(self.trustees, self.officials.trustees, strict=True):
            with self.town.preparing(self.slug) as preparation:
                accept_key_check(preparation, appointee.account_id, *trustee.decrypt(count), self.town.clock())
            bar()

    def open(self) -> None:
        with self.town.preparing(self.slug) as preparation:
            self.town.clock.moment = preparation.row.opens_at
        for member in self.officials.committee:
            with self.town.preparing(self.slug) as preparation:
                key = self.town.signer.verifier_key.encode()
                approve_opening(preparation, member, member, key, self.town.clock(), self.officials.committee)
        with self.town.db.reading() as session:
            row = store.referendum(session, self.slug)
            assert row.election is not None
            assert row.credentials is not None
            self.electorate = make_electorate(row.election, row.credentials)
        self.person_key = PersonKeys(self.town.settings.data_directory).make(self.uuid)

    def cast(self, progress: Progress) -> None:
        present = self.voters[: round(len(self.voters) * self.plan.turnout)]
        again = present[: round(len(present) * self.plan.recasts)]
        for voter in present[: round(len(present) * self.plan.challenges)]:
            self._challenge(voter)
        bar = progress("casting", len(present) + len(again))
        ballots = [*((voter, voter.number) for voter in present), *((voter, voter.number + 2) for voter in again)]
        for done, (voter, choice) in enumerate(ballots, 1):
            self._cast(voter, choice)
            if done % BATCH == 0:
                self.town.sequencer.turn(ballots=True)
            bar()
        self.town.sequencer.turn(ballots=True)

    def close(self) -> None:
        with self.town.box(self.slug) as box:
            self.town.clock.moment = max(box.row.closes_at, self.town.clock.moment + timedelta(seconds=1))
            close(box, self.town.clock())
        self.town.sequencer.turn(ballots=True)
        with self.town.db.reading() as session:
            tally = add_up(BallotBox(session, store.referendum(session, self.slug)))
        with self.town.box(self.slug) as box:
            keep_tally(box, tally)
        self.town.sequencer.turn(ballots=False)

    def decrypt(self, progress: Progress) -> None:
        """The last trustees of the list come, as many as are needed: the others are ill."""
        bar = progress("decryption", self.plan.threshold)
        for trustee in self.trustees[-self.plan.threshold :]:
            with self.town.box(self.slug) as box:
                accept(box, trustee.index, *trustee.decrypt(count_of(box)), self.town.clock())
            self.town.sequencer.turn(ballots=False)
            bar()
        with self.town.box(self.slug) as box:
            self.report.sheet = publish(box, self.town.clock())
        self.town.sequencer.turn(ballots=False)

    def _ceremony_is_over(self) -> bool:
        with self.town.db.reading() as session:
            ceremony = Preparation.reading(session, self.slug).ceremony()
            return ceremony is not None and ceremony.step == "completed"

    def _challenge(self, voter: VoterDevice) -> None:
        prepared = voter.prepare(self.electorate.election, self.plan.choose, voter.number)
        with self.town.box(self.slug) as box:
            void(box, prepared.code)
        self.town.sequencer.turn(ballots=False)
        self.report.challenged += 1

    def _cast(self, voter: VoterDevice, choice: int) -> None:
        election = self.electorate.election
        with self.town.db.reading() as session:
            box = BallotBox(session, store.referendum(session, self.slug))
            place = next_place(box, voter.credential(election))
        envelope = voter.seal(election, voter.prepare(election, self.plan.choose, choice), place)
        cast = check_cheaply(envelope, self.electorate)
        check_proofs(cast, self.electorate)
        mark = person_mark(self.person_key, self.uuid, voter.person_id)
        with self.town.box(self.slug) as box:
            record(box, cast, mark, self.town.signer, self.town.clock())
        self.report.ballots += 1
