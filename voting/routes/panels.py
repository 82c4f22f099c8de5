"""What other rooms show of votes, handed to them by `app.py`: front page, topics, the log, feeds and calendars."""

from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from voting import lifecycle
from voting.checklist import red_items
from voting.lifecycle import Phase
from voting.store.preparation import Preparation
from voting.store.referendum import referenda
from voting.store.votes import public_votes, votes_from_topic
from web import Visit


class Card(TypedDict):
    """A vote on the front page. Paths are local."""

    title: str
    url: str
    label: str
    closes: datetime | None


class DeskCard(TypedDict):
    """`red`: how many items are missing before the opening."""

    title: str
    url: str
    label: str
    red: int


class Window(TypedDict):
    """When people can vote, for a calendar."""

    uuid: str
    title: str
    url: str
    opens: datetime
    closes: datetime
    cancelled: bool


class Counted(TypedDict):
    uuid: str
    title: str
    url: str
    at: datetime


def open_now(visit: Visit) -> list[Card]:
    """For the front page: the votes that are open."""
    return [
        Card(
            title=row.title,
            url=f"/referenda/{row.slug}",
            label=visit.gettext(lifecycle.LABELS[Phase.OPEN]),
            closes=row.closes_at,
        )
        for row in public_votes(visit.session)
        if row.phase == Phase.OPEN
    ]


def desk_votes(visit: Visit) -> list[DeskCard]:
    """For the desk: the votes that are not over, with the red items of their opening checklist."""
    return [
        DeskCard(
            title=row.title,
            url=f"/desk/referenda/{row.slug}",
            label=visit.gettext(lifecycle.LABELS[Phase(row.phase)]),
            red=red_items(Preparation(visit.session, row), visit.now),
        )
        for row in referenda(visit.session, *Phase)
        if row.phase not in {Phase.PUBLISHED, Phase.CANCELLED}
    ]


def vote_subjects(session: Session) -> dict[str, tuple[str, str]]:
    """For the page of the log: uuid → title and address."""
    return {row.uuid: (row.title, f"/referenda/{row.slug}") for row in public_votes(session)}


def votes_of_topic(visit: Visit, topic: str) -> list[Card]:
    """For the page of a council topic: the votes that grew out of it, the newest first (M36)."""
    return [
        Card(
            title=row.title,
            url=f"/referenda/{row.slug}" + ("/result" if row.phase == Phase.PUBLISHED else ""),
            label=visit.gettext(lifecycle.LABELS[Phase(row.phase)]),
            closes=row.closes_at if row.phase == Phase.OPEN else None,
        )
        for row in votes_from_topic(visit.session, topic)
    ]


def published_votes(session: Session) -> list[tuple[str, str, str]]:
    """uuid, title and address of every vote with a result: what a council can take note of."""
    return [(item["uuid"], item["title"], item["url"]) for item in vote_results(session)]


def vote_results(session: Session) -> list[Counted]:
    return [
        Counted(uuid=row.uuid, title=row.title, url=f"/referenda/{row.slug}/result", at=row.published_at)
        for row in public_votes(session)
        if row.phase == Phase.PUBLISHED and row.published_at is not None
    ]


def vote_windows(session: Session) -> list[Window]:
    return [
        Window(
            uuid=row.uuid,
            title=row.title,
            url=f"/referenda/{row.slug}",
            opens=row.opened_at or row.opens_at,
            closes=row.closed_at or row.closes_at,
            cancelled=row.phase == Phase.CANCELLED,
        )
        for row in public_votes(session)
    ]
