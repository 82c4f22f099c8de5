"""An open vote with a few voters, made straight in the database: what the tests of the ballot box start from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import Session

from audit import entry
from audit.note import Signer
from crypto.ballot import Ballot, decode_ballot
from crypto.card import master_public, new_code, parse_code, public_credential, voting_key
from crypto.election import Election, Question, decode_election, encode_election, encode_public_credentials, new_uuid
from crypto.encoding import compact, sha256_hex
from crypto.group import ED25519, Group
from crypto.order import FIRST, sign_order
from crypto.sealing import PreparedBallot, prepare_ballot, sign_ballot
from db import Database
from settings import Settings
from tests.crypto.ceremonies import hold_ceremony
from voting.casting import Cast, Electorate, Envelope, check_cheaply, check_proofs, make_electorate, person_mark, record
from voting.lifecycle import Phase
from voting.store import referendum as store
from voting.store import roll
from voting.store.casting import BallotBox, BallotRow
from voting.store.referendum import ReferendumRow

OPENED = datetime(2026, 10, 5, 6, 0, tzinfo=UTC)
CLOSES = datetime(2026, 10, 6, 18, 0, tzinfo=UTC)
YES_NO = Question("Να γίνει πεζόδρομος η οδός Ερμού;", ("Ναι", "Όχι"), blank=True, minimum=1, maximum=1)
YES = [[0, 1, 0]]
NO = [[0, 0, 1]]
BLANK = [[1, 0, 0]]
KEY = b"k" * 32


@dataclass(frozen=True)
class Voter:
    person_id: int
    card: bytes = field(repr=False)


@dataclass(frozen=True)
class OpenVote:
    db: Database
    settings: Settings
    signer: Signer
    uuid: str
    slug: str
    election: Election
    electorate: Electorate
    voters: tuple[Voter, ...]
    shares: tuple[int, ...] = field(repr=False)
    """The decryption keys of three trustees, any two of whom open the box."""

    @property
    def ada(self) -> Voter:
        return self.voters[0]

    @property
    def bo(self) -> Voter:
        return self.voters[1]

    def key(self, voter: Voter) -> int:
        return voting_key(self.election.group, voter.card, self.uuid)

    def credential(self, voter: Voter) -> str:
        group = self.election.group
        return group.encode(group.generator_power(self.key(voter)))

    def mark(self, voter: Voter) -> str:
        return person_mark(KEY, self.uuid, voter.person_id)

    def prepare(self, voter: Voter, choice: Sequence[Sequence[int]] = YES) -> PreparedBallot:
        return prepare_ballot(self.election, self.election.group.generator_power(self.key(voter)), choice)

    def seal(
        self,
        voter: Voter,
        choice: Sequence[Sequence[int]] | PreparedBallot = YES,
        *,
        sequence: int = 0,
        after: Ballot | None = None,
    ) -> Envelope:
        """What the booth would send; `after` is the ballot it follows."""
        prepared = choice if isinstance(choice, PreparedBallot) else self.prepare(voter, choice)
        raw = sign_ballot(self.election, prepared, self.key(voter))
        return self.order(voter, raw, sequence=sequence, after=after)

    def order(self, voter: Voter, raw: bytes, *, sequence: int, after: Ballot | None) -> Envelope:
        digest = decode_ballot(raw, self.election).digest
        previous = FIRST if after is None else after.digest
        return Envelope(raw, sign_order(self.election, self.key(voter), sequence, previous, digest))

    def check(self, envelope: Envelope) -> Cast:
        cast = check_cheaply(envelope, self.electorate)
        check_proofs(cast, self.electorate)
        return cast

    def check_again(self, row: BallotRow) -> Ballot:
        """A recorded ballot read back."""
        return decode_ballot(row.raw, self.election)

    def cast(self, voter: Voter, envelope: Envelope) -> BallotRow:
        """Check and record, as the service does."""
        checked = self.check(envelope)
        with self.db.writing() as session:
            return record(self.box(session), checked, self.mark(voter), self.signer, OPENED)

    def box(self, session: Session) -> BallotBox:
        return BallotBox(session, store.referendum_by_uuid(session, self.uuid))


def log_opening(vote: OpenVote) -> None:
    """The entries that a proclaimed and opened vote has before its first ballot."""
    with vote.db.writing() as session:
        box = vote.box(session)
        row = box.row
        digests = {name: sha256_hex(getattr(row, name)) for name in ("manifest", "election", "trustees", "credentials")}
        box.append(entry.make("proclaimed", referendum=vote.uuid, profile=row.profile, manifest=digests["manifest"]))
        box.append(
            entry.make(
                "opened",
                referendum=vote.uuid,
                **digests,
                roll=row.roll_count,
                closes=CLOSES.strftime("%Y-%m-%dT%H:%M:%SZ"),
                acceptance=vote.signer.verifier_key.encode(),
                issuer=row.issuer,
            )
        )


def body(envelope: Envelope) -> bytes:
    return compact({"ballot": envelope.ballot.decode(), "order": envelope.order.decode()})


def open_vote(
    db: Database,
    settings: Settings,
    *,
    voters: int = 3,
    group: Group = ED25519,
    questions: Sequence[Question] = (YES_NO,),
    slug: str = "pezodromos",
    first_person: int = 1,
) -> OpenVote:
    uuid = new_uuid()
    people = tuple(Voter(first_person + number, parse_code(new_code())) for number in range(voters))
    held = hold_ceremony(2, 3, group)
    raw = encode_election(
        name="Πεζόδρομος Ερμού",
        description="Δοκιμαστική ψηφοφορία",
        group=group,
        public_key=held.trustees.election_key,
        questions=questions,
        uuid=uuid,
    )
    credentials = encode_public_credentials(
        group, [public_credential(group, master_public(group, voter.card), uuid) for voter in people]
    )
    with db.writing() as session:
        row = store.add(
            session,
            ReferendumRow(
                slug=slug,
                uuid=uuid,
                phase=Phase.OPEN.value,
                draft=b"{}",
                title="Πεζόδρομος Ερμού",
                profile="municipal-advisory",
                group=group.name,
                created_by=1,
                opens_at=OPENED,
                closes_at=CLOSES,
                manifest=manifest(uuid, questions),
                roll_count=voters,
                credentials=credentials,
                trustees=held.trustees.encode(),
                election=raw,
                timestamp="1790000000",
                opened_at=OPENED,
            ),
        )
        assert row.id is not None
        roll.replace(
            session, row.id, [roll.RollMemberRow(referendum_id=row.id, person_id=voter.person_id) for voter in people]
        )
    return OpenVote(
        db=db,
        settings=settings,
        signer=Signer(f"{settings.origin}/acceptance", settings.key("acceptance")),
        uuid=uuid,
        slug=slug,
        election=decode_election(raw),
        electorate=make_electorate(raw, credentials),
        voters=people,
        shares=held.shares,
    )


def manifest(uuid: str, questions: Sequence[Question]) -> bytes:
    return compact(
        {
            "manifest": 1,
            "referendum": uuid,
            "municipality": "Δήμος Δοκιμής",
            "title": "Πεζόδρομος Ερμού",
            "summary": "Δοκιμαστική ψηφοφορία",
            "profile": {"id": "municipal-advisory", "label": "Συμβουλευτική ψηφοφορία του δήμου"},
            "questions": [
                {
                    "question": question.question,
                    "answers": [*question.answers],
                    "blank": question.blank,
                    "min": question.minimum,
                    "max": question.maximum,
                    "statements": {"for": "", "against": ""},
                }
                for question in questions
            ],
            "opens": "2026-10-05T06:00:00Z",
            "closes": "2026-10-06T18:00:00Z",
            "roll": {"cutoff": "2026-10-01", "objections_until": None},
        }
    )
