"""A draft of everything beside a council that has done everything in public, for the tests of AC-06."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, select

from consultation.store.council_tables import (
    BodyRow,
    DecisionRow,
    FileBytesRow,
    FileRow,
    MeasureRow,
    MinutesRow,
    SessionRow,
    TopicRow,
)
from consultation.store.participation_tables import (
    CollectiveRow,
    ConsultationRow,
    ContributionRow,
    PaperEntryRow,
    PaperFormRow,
    RemovalRow,
    ReplyTemplateRow,
    TextVersionRow,
)
from consultation.store.search import rebuild
from consultation.text import PlainArticle, encode_text, first_text
from crypto.encoding import sha256_hex
from tests.consultation.council_story import keep_log, tell_story
from tests.consultation.full_town import SECRET
from tests.consultation.town import Town, make_session, make_topic


@dataclass
class Drafts:
    """`keys` of what is not public; those in `logged` are of contributions that have been sent."""

    keys: list[str] = field(default_factory=list)
    logged: set[str] = field(default_factory=set)

    def add(self, session: Session, row: Any) -> Any:
        session.add(row)
        session.flush()
        if key := getattr(row, "key", ""):
            self.keys.append(key)
        return row

    def file(self, session: Session, town: Town, purpose: str, **owner: Any) -> FileRow:
        data = f"%PDF-1.7 {SECRET} {purpose}".encode()
        row = FileRow(
            purpose=purpose, name=f"{SECRET}.pdf", media_type="application/pdf", size=len(data),
            digest=sha256_hex(data), created_at=town.now, modified_at=town.now, **owner,
        )  # fmt: skip
        self.add(session, row)
        self.keys.append(row.digest)
        session.add(FileBytesRow(file_id=row.id or 0, data=data))
        return row


def make_drafts(town: Town) -> Drafts:
    """Beside a council that has done everything in public: a draft of everything, and what was taken back."""
    talk = tell_story(town)
    found = Drafts()
    with town.database.writing() as session:
        body = session.exec(select(BodyRow)).first()
        assert body is not None
        _removed(session)
        _draft_session(session, town, body, found)
        _draft_consultation(session, town, found)
        _unsent(session, town, talk.consultation(session), found)
        rebuild(session)
    keep_log(town)
    return found


def _removed(session: Session) -> None:
    """Hidden, withdrawn and erased ones keep their keys in public, never their words."""
    for row in session.exec(select(ContributionRow)):
        if row.state in {"hidden", "withdrawn", "erased"}:
            row.title = row.text = row.name = SECRET
            session.add(row)
    for removal in session.exec(select(RemovalRow)):
        removal.explanation = SECRET
        session.add(removal)


def _draft_session(session: Session, town: Town, body: BodyRow, drafts: Drafts) -> None:
    """Of a draft there can be neither decision nor minutes; if a fault makes them, they are not public either."""
    draft = make_session(session, town.now, body, title=SECRET, state="draft", place=SECRET)
    draft.summons = draft.urgent_reason = SECRET
    topic = make_topic(session, town.now, draft, title=SECRET, summary=SECRET, motion=SECRET)
    topic.proposer = SECRET
    drafts.keys += [draft.key, topic.key]
    for purpose in ("motion", "attachment", "decision", "councillor_file"):
        drafts.file(session, town, purpose, topic_id=topic.id)
    for purpose in ("summons", "minutes"):
        drafts.file(session, town, purpose, session_id=draft.id)
    decision = drafts.add(
        session,
        DecisionRow(
            topic_id=topic.id or 0,
            outcome="rejected",
            decided_on=date(2026, 9, 1),
            text=SECRET,
            created_at=town.now,
            modified_at=town.now,
        ),
    )
    drafts.add(
        session,
        MeasureRow(
            decision_id=decision.id or 0,
            title=SECRET,
            owner=SECRET,
            horizon="short",
            due_on=date(2026, 1, 1),
            created_at=town.now,
            modified_at=town.now,
        ),
    )
    drafts.add(
        session,
        MinutesRow(
            session_id=draft.id or 0,
            number=1,
            state="draft",
            content=b"{}",
            digest="",
            created_at=town.now,
            modified_at=town.now,
        ),
    )
    _consult(session, town, topic, "open", drafts)


def _draft_consultation(session: Session, town: Town, drafts: Drafts) -> None:
    """On a topic that everybody sees."""
    row = session.exec(select(SessionRow).where(SessionRow.key == town.session_key)).one()
    topic = make_topic(session, town.now, row, title="Δημόσιο θέμα", position=2)
    _consult(session, town, topic, "draft", drafts)


def _consult(session: Session, town: Town, topic: TopicRow, state: str, drafts: Drafts) -> None:
    row = ConsultationRow(
        topic_id=topic.id or 0, state=state, purpose=SECRET, can_change=SECRET, decides=SECRET, plain_summary=SECRET,
        opens_at=town.now, closes_at=town.now + timedelta(days=3), terms=SECRET.encode(),
        created_at=town.now, modified_at=town.now,
    )  # fmt: skip
    drafts.add(session, row)
    content = encode_text(topic.key, 1, first_text([PlainArticle("1", SECRET, (SECRET,))]))
    text = TextVersionRow(
        consultation_id=row.id or 0, number=1, content=content, digest=sha256_hex(content), made_at=town.now
    )
    session.add(text)
    drafts.keys.append(text.digest)
    _unsent(session, town, row, drafts)
    _say(session, town, row, "published", drafts)


def _unsent(session: Session, town: Town, consultation: ConsultationRow, drafts: Drafts) -> None:
    """Contributions that nobody may read: drafts and those before moderation, on paper that only one clerk entered."""
    for state in ("draft", "waiting"):
        _say(session, town, consultation, state, drafts)
    form = PaperFormRow(
        number=f"απορ{consultation.id}", consultation_id=consultation.id or 0, state="once", created_at=town.now
    )
    session.add(form)
    session.flush()
    clerk = town.accounts["secretariat"]
    session.add(PaperEntryRow(form_id=form.id or 0, account_id=clerk, content=SECRET.encode(), entered_at=town.now))
    session.add(ReplyTemplateRow(name=f"{SECRET} {consultation.id}", outcome="accepted", text=SECRET))


def _say(session: Session, town: Town, consultation: ConsultationRow, state: str, drafts: Drafts) -> None:
    group = session.exec(select(CollectiveRow)).first()
    if group is None:
        group = CollectiveRow(name="Σύλλογος", kind="union", created_at=town.now, modified_at=town.now)
        session.add(group)
        session.flush()
    row = ContributionRow(
        consultation_id=consultation.id or 0, kind="proposal", state=state, title=SECRET, text=SECRET, name=SECRET,
        account_id=town.accounts["ada"], person_id=1, collective_id=group.id, salt=bytes(32), commitment="5e" * 32,
        submitted_at=None if state == "draft" else town.now, created_at=town.now, modified_at=town.now,
    )  # fmt: skip
    drafts.add(session, row)
    if state == "waiting":
        drafts.logged.add(row.key)
