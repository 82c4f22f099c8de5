"""Weaves the council of the demo between its votes: what happens on which day, counted back from today."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from audit.local_time import ATHENS, day_of
from consultation.demo_meetings import DemoCouncil
from consultation.demo_stage import Speaker, Staff, Stage
from consultation.demo_talk import DemoTalk
from identity.demo_people import DemoLogin
from identity.store.person import electors, person_name
from voting.rehearsed_town import Town

SPEAKERS = 60


class DemoHalf:
    def __init__(self, town: Town, logins: Sequence[DemoLogin], now: datetime, step: Callable[[], None]) -> None:
        """`step` is called after each of five parts."""
        self._town, self._now, self._step = town, now, step
        stage = Stage(town.db, town.clock, lambda: town.sequencer.turn(ballots=False), _staff(logins))
        self.topics = stage.topics
        """Key of each topic by its short name."""
        self._council, self._talk = DemoCouncil(stage), DemoTalk(stage, _speakers(town, logins))

    def consult(self) -> None:
        """The past session is announced, and people speak about the square."""
        council, talk = self._council, self._talk
        self._on(-54)
        council.found()
        talk.found()
        council.announce_past(self._evening(-21))
        talk.open_consultation("plateia", self._evening(-42), day_of(self._evening(-24)))
        self._step()
        for days, first, last in ((-53, 0, 10), (-50, 10, 20), (-46, 20, 30)):
            self._on(days)
            talk.speak("plateia", slice(first, last))
        self._on(-45)
        talk.moderate("plateia")
        self._on(-41)
        talk.close("plateia")
        self._step()

    def decide(self, noted_vote: str) -> None:
        """Everybody is answered, the council decides and takes note of the vote, measures follow."""
        self._on(-26)
        self._talk.answer("plateia")
        self._council.add_noting()
        self._on(-20)
        self._council.hold(noted_vote)
        self._council.plan_measures(day_of(self._now))
        self._step()
        self._on(-15)
        self._council.write_minutes("draft")
        self._on(-8)
        self._council.write_minutes("approved")
        self._step()

    def announce(self) -> None:
        """Next week's session with its open consultation, and one that is still a draft."""
        council, talk = self._council, self._talk
        self._on(-6)
        council.announce_coming(self._evening(7))
        talk.open_consultation("agores", self._evening(5), day_of(self._evening(6)))
        for days, first, last in ((-5, 0, 12), (-3, 12, 22), (-2, 22, 30)):
            self._on(days)
            talk.speak("agores", slice(first, last))
        council.withdraw()
        self._on(-1)
        talk.moderate("agores")
        council.draft(self._evening(28))
        self._step()

    def _on(self, days: int) -> None:
        self._town.clock.moment = self._now + timedelta(days=days)

    def _evening(self, days: int) -> datetime:
        """Six in the evening in Athens."""
        day = day_of(self._now) + timedelta(days=days)
        return datetime(day.year, day.month, day.day, 18, tzinfo=ATHENS).astimezone(UTC)


def _staff(logins: Sequence[DemoLogin]) -> Staff:
    def account(role: str) -> int:
        return next(login.account_id for login in logins if login.role == role)

    return Staff(account("secretariat"), account("moderator"), account("councillor"))


def _speakers(town: Town, logins: Sequence[DemoLogin]) -> list[Speaker]:
    """The citizens with accounts first, then others from the registry."""
    named = [
        Speaker(login.person_id, login.name, login.account_id, login.login_name)
        for login in logins
        if login.person_id is not None
    ]
    known = {speaker.person_id for speaker in named}
    with town.db.reading() as session:
        others = [person for person, _ in electors(session, town.clock().date()) if person not in known]
        return named + [Speaker(person, person_name(session, person)) for person in others[: SPEAKERS - len(named)]]
