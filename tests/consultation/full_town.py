"""A council with everything in it that machines may read, and beside it drafts that they may not."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import Session

from consultation.store.council_tables import (
    BodyRow,
    CouncilVoteRow,
    DecisionRow,
    FactionRow,
    FileBytesRow,
    FileRow,
    MeasureRow,
    MinutesRow,
    SessionRow,
    TopicRow,
)
from consultation.store.participation_tables import (
    AppealRow,
    ConsultationRow,
    ContributionRow,
    RemovalRow,
    ReplyLinkRow,
    ReplyRow,
    SupportRow,
)
from crypto.encoding import sha256_hex
from db import Database
from tests.consultation.town import ADA, BO, Town, make_body, make_councillor, make_session, make_topic
from tests.plugins.house import Clock

SECRET = "ΑΠΟΡΡΗΤΟ"
"""Stands in every text of a draft."""


@dataclass
class FullTown:
    """Rows as they were stored; `hidden_keys` are keys that no public answer may hold."""

    body: BodyRow
    sessions: dict[str, SessionRow] = field(default_factory=dict)
    topics: dict[str, TopicRow] = field(default_factory=dict)
    files: dict[str, FileRow] = field(default_factory=dict)
    contributions: dict[str, ContributionRow] = field(default_factory=dict)
    consultation: ConsultationRow | None = None
    hidden_keys: list[str] = field(default_factory=list)


def a_file(
    session: Session, clock: Clock, purpose: str, *, topic: TopicRow | None = None, council: SessionRow | None = None
) -> FileRow:
    data = f"%PDF-1.7 {purpose}".encode()
    row = FileRow(
        purpose=purpose, session_id=council.id if council else None, topic_id=topic.id if topic else None,
        name=f"{purpose}.pdf", media_type="application/pdf", size=len(data), digest=sha256_hex(data),
        created_at=clock(), modified_at=clock(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(FileBytesRow(file_id=row.id or 0, data=data))
    return row


def a_contribution(
    session: Session, clock: Clock, consultation: ConsultationRow, text: str, *, state: str = "published",
    kind: str = "proposal", title: str = "Τίτλος", person_id: int | None = ADA,
) -> ContributionRow:  # fmt: skip
    row = ContributionRow(
        consultation_id=consultation.id or 0, kind=kind, state=state, title=title, text=text, name="Άδα Παπαδοπούλου",
        person_id=person_id, salt=bytes(32), commitment="00" * 32, submitted_at=None if state == "draft" else clock(),
        created_at=clock(), modified_at=clock(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def fill_council(database: Database, town: Town, clock: Clock) -> FullTown:
    with database.writing() as session:
        body = session.get_one(BodyRow, 1)
        full = FullTown(body)
        _people(session, clock, body)
        _held(session, clock, body, full)
        _coming(session, clock, body, full, town)
        _secret(session, clock, body, full)
    return full


def _people(session: Session, clock: Clock, body: BodyRow) -> None:
    faction = FactionRow(name="Δύναμη Πολιτών", created_at=clock(), modified_at=clock())
    session.add(faction)
    session.flush()
    committee = make_body(session, clock(), name="Δημοτική Επιτροπή", kind="committee")
    make_councillor(session, clock(), body, "Μαρία Ιωάννου", role="chair", faction=faction)
    make_councillor(session, clock(), committee, "Νίκος Αλεξίου")


def _held(session: Session, clock: Clock, body: BodyRow, full: FullTown) -> None:
    """Two months ago, with a decision, a vote by name, minutes and a measure."""
    held = make_session(
        session, clock(), body, title="2η τακτική", state="held", starts_at=clock() - timedelta(days=60)
    )
    topic = make_topic(session, clock(), held, title="Παιδική χαρά Αγίας Τριάδας")
    full.sessions["held"], full.topics["decided"] = held, topic
    a_file(session, clock, "summons", council=held)
    decision_file = a_file(session, clock, "decision", topic=topic)
    decision = DecisionRow(
        topic_id=topic.id or 0, outcome="by_majority", number="12/2026", decided_on=date(2026, 8, 6), ada="ΨΘ82ΩΡΦ-7ΑΙ",
        text="Εγκρίνεται η ανάπλαση.", file_id=decision_file.id, created_at=clock(), modified_at=clock(),
    )  # fmt: skip
    session.add(decision)
    session.flush()
    for councillor_id, choice in ((1, "for"), (2, "against")):
        session.add(CouncilVoteRow(decision_id=decision.id or 0, councillor_id=councillor_id, choice=choice))
    session.add(
        MeasureRow(
            decision_id=decision.id or 0, title="Διαγωνισμός", owner="Τεχνική υπηρεσία", budget_cents=1_250_000,
            horizon="short", due_on=date(2026, 12, 1), created_at=clock(), modified_at=clock(),
        )
    )  # fmt: skip
    minutes_file = a_file(session, clock, "minutes", council=held)
    session.add(
        MinutesRow(
            session_id=held.id or 0, number=1, state="approved", content=b"{}", digest="00", file_id=minutes_file.id,
            created_at=clock(), modified_at=clock(),
        )
    )  # fmt: skip


def _coming(session: Session, clock: Clock, body: BodyRow, full: FullTown, town: Town) -> None:
    """The town's published session: a motion, attachments, and a consultation in which people have spoken."""
    topic = session.get_one(TopicRow, 1)
    full.sessions["coming"], full.topics["asked"] = session.get_one(SessionRow, 1), topic
    full.files["motion"] = a_file(session, clock, "motion", topic=topic)
    full.files["attachment"] = a_file(session, clock, "attachment", topic=topic)
    full.topics["withdrawn"] = make_topic(
        session, clock(), full.sessions["coming"], title="Τέλη κατάληψης", position=2, state="withdrawn"
    )
    consultation = ConsultationRow(
        topic_id=topic.id or 0, state="open", purpose="Σκοπός", can_change="Η έκταση", decides="Το συμβούλιο",
        answer_by=date(2026, 11, 1), plain_summary="Με λίγα λόγια", opens_at=clock(), opened_at=clock(),
        closes_at=clock() + timedelta(days=14), created_at=clock(), modified_at=clock(),
    )  # fmt: skip
    session.add(consultation)
    session.flush()
    full.consultation = consultation
    proposal = a_contribution(session, clock, consultation, "Να μείνουν τα δέντρα.")
    full.contributions["proposal"] = proposal
    full.contributions["objection"] = a_contribution(session, clock, consultation, "Όχι.", kind="objection")
    session.add(SupportRow(contribution_id=proposal.id or 0, person_id=BO, given_at=clock()))
    reply = ReplyRow(
        consultation_id=consultation.id or 0, outcome="partly", text="Τα δέντρα μένουν.", signed_by="Τεχνική υπηρεσία",
        content=b"{}", created_at=clock(), modified_at=clock(),
    )  # fmt: skip
    session.add(reply)
    session.flush()
    session.add(ReplyLinkRow(contribution_id=proposal.id or 0, reply_id=reply.id or 0))
    hidden = a_contribution(session, clock, consultation, f"{SECRET} προσβολή", state="hidden", title=SECRET)
    full.contributions["hidden"] = hidden
    removal = RemovalRow(
        contribution_id=hidden.id or 0, reason="insult", explanation=f"{SECRET} εξήγηση", stage="after",
        state="appealed", moderator_id=town.accounts["moderator"], appeal_until=clock() + timedelta(days=10),
        created_at=clock(), modified_at=clock(),
    )  # fmt: skip
    session.add(removal)
    session.flush()
    session.add(
        AppealRow(
            removal_id=removal.id or 0, text=f"{SECRET} ένσταση", due_at=clock() + timedelta(days=15),
            created_at=clock(), modified_at=clock(),
        )
    )  # fmt: skip


def _secret(session: Session, clock: Clock, body: BodyRow, full: FullTown) -> None:
    """A draft session with everything, a draft consultation on a public topic, and what waits for a moderator."""
    draft = make_session(session, clock(), body, title=f"{SECRET} συνεδρίαση", state="draft", place=f"{SECRET} τόπος")
    topic = make_topic(session, clock(), draft, title=f"{SECRET} θέμα", summary=SECRET, motion=SECRET)
    rows: list[SessionRow | TopicRow | FileRow | ConsultationRow | ContributionRow] = [draft, topic]
    rows += [a_file(session, clock, "motion", topic=topic), a_file(session, clock, "summons", council=draft)]
    for owner in (full.topics["decided"], topic):
        consultation = ConsultationRow(
            topic_id=owner.id or 0, state="draft" if owner is not topic else "open", purpose=SECRET,
            plain_summary=SECRET, opens_at=clock(), closes_at=clock() + timedelta(days=3),
            created_at=clock(), modified_at=clock(),
        )  # fmt: skip
        session.add(consultation)
        session.flush()
        rows += [consultation, a_contribution(session, clock, consultation, SECRET, title=SECRET)]
    assert full.consultation is not None
    for state in ("draft", "waiting"):
        rows.append(a_contribution(session, clock, full.consultation, SECRET, state=state, title=SECRET))
    full.sessions["draft"], full.topics["draft"] = draft, topic
    full.hidden_keys = [row.key for row in rows]
