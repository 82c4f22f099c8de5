"""A small complete record of our own rules, made from the pure modules alone: no database, no web.

`make_record()` gives the files by name; `Maker` keeps every part so that a test can lie about one of them and make all
hashes over it again. Also: .venv/bin/python -m tests.audit.make_record DIRECTORY
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from audit import entry
from audit.acceptance import make_acceptance
from audit.note import Signer
from crypto.archive import write_archive
from crypto.ballot import Ballot
from crypto.decryption import combine, decode_partial, make_owned, partial_decryption
from crypto.election import Election, Question, decode_election, encode_election, encode_public_credentials
from crypto.encoding import Json, b64_digest, compact, sha256_hex
from crypto.group import ED25519, Element, Group
from crypto.order import FIRST, sign_order
from crypto.result import open_tally
from crypto.strong import strong_proofs
from crypto.tally import EncryptedTally, accumulate
from crypto.trustees import Trustees, decode_trustees, single_trustee
from tests.audit.record_files import ORIGIN, lines, log_files, write_record
from tests.crypto.ceremonies import HeldCeremony, hold_ceremony
from tests.crypto.elections import WORKS, YES_NO, Voter, fixed_scalar

UUID = "5Tj8q1hzz8nTWu"


CLOSES = "2027-03-01T18:00:00Z"


ACCEPTANCE = Signer(f"{ORIGIN}/acceptance", bytes([1] * 32))


CHOICES = (
    (0, ((0, 1, 0), (1, 0, 0))),
    (1, ((0, 0, 1), (1, 1, 0))),
    (0, ((0, 1, 0), (0, 1, 1))),
    (2, ((1, 0, 0), (0, 0, 1))),
    (1, ((0, 1, 0), (0, 1, 0))),
)
"""(voter, selections) in the order in which the ballots enter the log."""


@dataclass
class Maker:
    """The parts of a record. Change one, then `files()`: everything made from it later is made again."""

    group: Group = ED25519
    threshold: int = 2
    size: int = 3
    voters: int = 4
    choices: Sequence[tuple[int, tuple[tuple[int, ...], ...]]] = CHOICES
    questions: Sequence[Question] = (YES_NO, WORKS)
    credentials_by: str | None = None
    uuid: str = UUID
    title: str = "Πεζοδρόμηση και έργα"
    ceremony: HeldCeremony | None = None
    shares: list[int] = field(default_factory=list)
    trustees: Trustees = field(init=False)
    election: Election = field(init=False)
    people: list[Voter] = field(init=False)
    credentials: bytes = field(init=False)
    manifest: bytes = field(init=False)
    ballots: list[Ballot] = field(default_factory=list)
    orders: list[bytes] = field(default_factory=list)
    challenged: list[str] = field(default_factory=list)
    persons: int = 0
    tally: EncryptedTally = field(init=False)
    decryptions: list[tuple[int, bytes, bytes]] = field(default_factory=list)
    result: bytes = b""
    entries_before: list[bytes] = field(default_factory=list)
    others: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._hold_ceremony()
        self.election = decode_election(
            encode_election(
                name=self.title,
                description="Δεδομένα δοκιμής",
                group=self.group,
                public_key=self.trustees.election_key,
                questions=self.questions,
                uuid=self.uuid,
                administrator="Δήμος Δοκιμής",
                credentials=self.credentials_by,
            )
        )
        self.people = [
            Voter(self.election, fixed_scalar(self.group, f"record voter {number}")) for number in range(self.voters)
        ]
        self.credentials = encode_public_credentials(self.group, [voter.credential for voter in self.people])
        self.manifest = make_manifest(self.election)
        self.ballots = [self.people[who].seal(*selections) for who, selections in self.choices]
        self.sign_orders()
        self.count()
        self.entries_before = [
            entry.make("log-opened", origin=ORIGIN),
            *(entry.make("incident", text=f"συμβάν {number}") for number in range(4)),
        ]
        self.others = [entry.make("incident", text="ένα συμβάν στη μέση"), _other_vote(b"another vote's ballot")]

    def sign_orders(self) -> None:
        """Order statements for the ballots as they stand."""
        keys = {voter.credential: voter.key for voter in self.people}
        before: dict[Element, list[bytes]] = {}
        self.orders = []
        for ballot in self.ballots:
            own = before.setdefault(ballot.credential, [])
            previous = own[-1] if own else FIRST
            self.orders.append(sign_order(self.election, keys[ballot.credential], len(own), previous, ballot.digest))
            own.append(ballot.digest)

    def count(self) -> None:
        """Tally, decryptions and result of the ballots as they stand."""
        self.persons = len({ballot.credential for ballot in self.ballots})
        self.tally = accumulate(self.election, self.ballots)
        owners = [1] if self.size == 1 else list(range(self.size, self.size - self.threshold, -1))
        self.decryptions = [
            (
                owner,
                partial_decryption(self.election, self.tally, self.shares[owner - 1]),
                strong_proofs(self.election, self.tally, owner, self.shares[owner - 1]),
            )
            for owner in owners
        ]
        partials = {owner: decode_partial(payload, self.election) for owner, payload, _ in self.decryptions}
        self.result = open_tally(self.election, self.tally, combine(self.election, self.trustees, partials)).encode()

    def acceptance(self, number: int) -> bytes:
        """The service's acceptance of ballot `number` (from 0), given before anything else was logged."""
        ballot = self.ballots[number]
        sequence = sum(other.credential == ballot.credential for other in self.ballots[:number])
        return make_acceptance(
            ACCEPTANCE,
            referendum=UUID,
            ballot=ballot.digest,
            code=ballot_code(ballot),
            order=bytes.fromhex(sha256_hex(self.orders[number])),
            sequence=sequence,
            tree_size=1,
        )

    def entries(self) -> list[bytes]:
        """This vote's entries with those of others in between, from the proclamation to the result."""
        make: Callable[..., bytes] = lambda kind, **values: entry.make(kind, referendum=UUID, **values)  # noqa: E731
        identifier = self.ceremony.ceremony.identifier if self.ceremony else "ab" * 16
        names: list[Json] = [f"Μέλος {number}" for number in range(1, self.size + 1)]
        frame = {"group": self.group.name, "threshold": self.threshold, "size": self.size, "names": names}
        opened = {
            "manifest": sha256_hex(self.manifest),
            "election": sha256_hex(self.election.raw),
            "trustees": sha256_hex(self.trustees.encode()),
            "credentials": sha256_hex(self.credentials),
            "roll": self.voters,
            "closes": CLOSES,
            "acceptance": ACCEPTANCE.verifier_key.encode(),
            "issuer": self.credentials_by or "authority",
        }
        return [
            make("proclaimed", profile="advisory", manifest=sha256_hex(self.manifest)),
            make("roll-frozen", count=self.voters, commitment="cd" * 32),
            make("credentials-listed", count=self.voters, list=sha256_hex(self.credentials)),
            make("ceremony-opened", ceremony=identifier, **frame),
            *(
                make("ceremony-commitment", ceremony=identifier, index=number, statement=sha256_hex(line))
                for number, line in enumerate(self.statements(), 1)
            ),
            make("ceremony-completed", ceremony=identifier, trustees=sha256_hex(self.trustees.encode())),
            make("opened", **opened),
            *self.others,
            *(
                make("ballot", ballot=sha256_hex(ballot.raw), length=len(ballot.raw), order=sha256_hex(order))
                for ballot, order in zip(self.ballots, self.orders, strict=True)
            ),
            *(make("challenged", code=code) for code in self.challenged),
            make("closed", persons=self.persons),
            make("tallied", tally=sha256_hex(self.tally.sized), encrypted=sha256_hex(self.tally.raw)),
            *(
                make("partial-decryption", owner=owner, payload=sha256_hex(payload), strong=sha256_hex(strong))
                for owner, payload, strong in self.decryptions
            ),
            make("result", result=sha256_hex(self.result)),
        ]

    def statements(self) -> list[bytes]:
        return [statement.raw for statement in self.ceremony.statements] if self.ceremony else []

    def events(self) -> list[tuple[str, list[bytes]]]:
        setup = compact(
            {
                "election": sha256_hex(self.election.raw),
                "trustees": sha256_hex(self.trustees.encode()),
                "credentials": sha256_hex(self.credentials),
            }
        )
        return [
            ("Setup", [self.election.raw, self.trustees.encode(), self.credentials, setup]),
            *(("Ballot", [ballot.raw]) for ballot in self.ballots),
            ("EndBallots", []),
            ("EncryptedTally", [self.tally.raw, self.tally.sized]),
            *(("PartialDecryption", [payload, make_owned(owner, payload)]) for owner, payload, _ in self.decryptions),
            ("Result", [self.result]),
        ]

    def files(self, *, upto: str | None = None, after: int = 3) -> dict[str, bytes]:
        """The record's files. `upto` stops behind the last entry of that kind; `after` entries follow in the log."""
        entries, events = self.entries(), self.events()
        strong = [line for _, _, line in self.decryptions]
        if upto is not None:
            kinds = [entry.decode_entry(raw).kind for raw in entries]
            entries = entries[: len(kinds) - kinds[::-1].index(upto)]
            kept = [entry.decode_entry(raw).kind for raw in entries]
            events = _events_of(events, kept)
            strong = strong[: kept.count("partial-decryption")]
            after = 0
        return {
            f"{self.election.uuid}.bel": write_archive("1800000000", events),
            "manifest.json": self.manifest,
            "order.jsonl": lines(self.orders[: sum(kind == "Ballot" for kind, _ in events)]),
            "strong.jsonl": lines(strong),
            "ceremony.jsonl": lines(self.statements()),
            **log_files(self.entries_before, entries, after),
        }

    def _hold_ceremony(self) -> None:
        if self.size == 1:
            key = fixed_scalar(self.group, "record trustee")
            self.shares = [key]
            self.trustees = decode_trustees(single_trustee(self.group, key), self.group)
            return
        self.ceremony = self.ceremony or hold_ceremony(self.threshold, self.size, self.group)
        self.shares = list(self.ceremony.shares)
        self.trustees = self.ceremony.trustees


def make_manifest(election: Election) -> bytes:
    questions: list[Json] = [
        {
            "question": question.question,
            "answers": list(question.answers),
            "blank": question.blank,
            "min": question.minimum,
            "max": question.maximum,
            "statements": {"for": "Υπέρ.", "against": "Κατά."},
        }
        for question in election.questions
    ]
    return compact(
        {
            "manifest": 1,
            "referendum": election.uuid,
            "municipality": election.administrator,
            "title": election.name,
            "summary": election.description,
            "profile": {"id": "advisory", "label": "Συμβουλευτική"},
            "questions": questions,
            "opens": "2027-02-20T06:00:00Z",
            "closes": CLOSES,
            "roll": {"cutoff": "2027-01-10", "objections_until": None},
        }
    )


def make_record(**parts: object) -> dict[str, bytes]:
    """The files of a complete record, 2 of 3 trustees in Ed25519, five ballots of three voters."""
    return Maker(**parts).files()  # type: ignore[arg-type]


def ballot_code(ballot: Ballot) -> bytes:
    return b64_digest(ballot.code)


def _other_vote(raw: bytes) -> bytes:
    return entry.make("ballot", referendum="zZ111111111111", ballot=sha256_hex(raw), length=len(raw), order="00" * 32)


def _events_of(events: list[tuple[str, list[bytes]]], kinds: Sequence[str]) -> list[tuple[str, list[bytes]]]:
    """As many events of each kind as the log has entries."""
    logged = {
        "Setup": kinds.count("opened"),
        "Ballot": sum(kind == "ballot" for kind in kinds),
        "EndBallots": kinds.count("closed"),
        "EncryptedTally": kinds.count("tallied"),
        "PartialDecryption": kinds.count("partial-decryption"),
        "Result": kinds.count("result"),
    }
    taken: list[tuple[str, list[bytes]]] = []
    for kind, bodies in events:
        if sum(other == kind for other, _ in taken) < logged[kind]:
            taken.append((kind, bodies))
    return taken


if __name__ == "__main__":
    write_record(Path(sys.argv[1]), make_record())
