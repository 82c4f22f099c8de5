"""A consultation with contributions, made with the functions that the pages use, for tests of replies and files."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import Session, col, select

from audit import store as log
from audit.entry import decode_entry
from audit.store_tables import OutboxRow
from consultation.lifecycle import close, open_or_announce
from consultation.store.consultation import add_consultation, locked_consultation
from consultation.store.contribution import contribution, keep_draft, submit
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.participation_tables import ConsultationRow, ContributionRow
from consultation.store.topic import topic_row
from crypto.encoding import Json
from tests.consultation.town import ADA, Town

NAMES = {"ada": "Άδα Παπαδοπούλου", "bo": "Μπο Βασιλείου", "cleo": "Κλειώ Κλεάνθους"}
PERSONS = {"ada": ADA, "bo": 2, "cleo": 3}


@dataclass
class Talk:
    """A consultation on the town's topic; `keys` of contributions in the order they were sent."""

    town: Town
    keys: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"/desk/topics/{self.town.topic_key}"

    def writing(self) -> AbstractContextManager[Session]:
        return self.town.database.writing()

    def topic(self, session: Session) -> TopicRow:
        return topic_row(session, self.town.topic_key)

    def consultation(self, session: Session) -> ConsultationRow:
        return locked_consultation(session, self.topic(session).id or 0)

    def say(
        self, kind: str = "proposal", title: str = "Περισσότερα δέντρα", *, text: str = "Σκιά για όλους.",
        by: str = "ada", premoderated: bool = False, on: str = "", stance: str = "", paragraph: str = "",
    ) -> str:  # fmt: skip
        with self.writing() as session:
            parent = contribution(session, on).id if on else None
            row = ContributionRow(
                consultation_id=self.consultation(session).id or 0, kind=kind, state="draft", title=title, text=text,
                name=NAMES[by], person_id=PERSONS[by], account_id=self.town.accounts[by], parent_id=parent,
                stance=stance, paragraph=paragraph, created_at=self.town.now, modified_at=self.town.now,
            )  # fmt: skip
            keep_draft(session, row)
            submit(session, row, self.town.topic_key, self.town.now, premoderated=premoderated)
            self.keys.append(row.key)
            return row.key

    def logged(self, kind: str) -> list[Mapping[str, Json]]:
        """Members of the log's entries of a kind, those that still wait for their index too."""
        with self.town.database.reading() as session:
            waiting = session.exec(select(OutboxRow.data).order_by(col(OutboxRow.id))).all()
            done = [found.entry for found in log.entries_about(session, self.town.topic_key)]
        return [one.members for one in (*done, *map(decode_entry, waiting)) if one.kind == kind]

    def close(self) -> None:
        """The clock goes to the hour of closing."""
        with self.writing() as session:
            row = self.consultation(session)
            assert row.closes_at
            self.town.clock.moment = max(row.closes_at, self.town.clock.moment)
            close(session, row, self.topic(session), self.town.now)


def start_talk(town: Town, *, days: int = 5, premoderated: bool = False) -> Talk:
    """Open now, closing in so many days; the session is in ten."""
    talk = Talk(town)
    with talk.writing() as session:
        topic = talk.topic(session)
        council_session = session.get_one(SessionRow, topic.session_id)
        now = town.now
        add_consultation(
            session,
            ConsultationRow(
                topic_id=topic.id or 0, purpose="Να ακουστούν όλοι.", can_change="Η διάταξη των δέντρων.",
                decides="Το δημοτικό συμβούλιο", answer_by=(now + timedelta(days=days + 4)).date(),
                plain_summary="Η πλατεία γίνεται πεζόδρομος.", closes_at=now + timedelta(days=days),
                premoderated=premoderated, created_at=now, modified_at=now,
            ),
        )  # fmt: skip
        row = talk.consultation(session)
        open_or_announce(session, row, topic, council_session, now)
    return talk
