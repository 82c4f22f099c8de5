"""BB-11: two clerks begin the same consultation at once: one keeps it, the other sees what changed, nobody an error."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from app import create_app
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import ConsultationRow
from db import Database
from settings import Settings
from tests.consultation.test_desk_consultations import TERMS
from tests.consultation.test_supports import at_once, post
from tests.consultation.town import Town, fill_town
from tests.consultation.visitors import everybody, let_in, page_of
from tests.plugins.house import Clock

TOPICS = 8
Desk = tuple[Town, Callable[[], TestClient]]


@pytest.fixture
def desk(any_database: Database, settings: Settings, clock: Clock) -> Desk:
    """The town on SQLite and on PostgreSQL, and browsers of its clerks."""
    town = fill_town(any_database, settings, clock)
    app = create_app(settings, any_database, clock)
    let_in(app, everybody(town))
    names = iter(["secretariat", "secretariat2"])
    return town, lambda: page_of(app, settings, next(names))


def more_topics(town: Town) -> list[str]:
    with town.database.writing() as session:
        first = session.exec(select(TopicRow)).one()
        council_session = first.session_id
        rows = []
        for position in range(2, 2 + TOPICS):
            row = TopicRow(
                session_id=council_session, position=position, title=f"Θέμα {position}", plain_summary="Περίληψη.",
                created_at=town.now, modified_at=town.now,
            )  # fmt: skip
            session.add(row)
            rows.append(row)
        session.flush()
        return [row.key for row in rows]


@pytest.mark.parametrize("act", ["", "/text/confirmation"])
def test_BB_11_two_clerks_who_begin_a_consultation_at_once_get_no_error(desk: Desk, act: str) -> None:
    town, browser = desk
    clerks = [browser(), browser()]
    fields = {**TERMS, "revision": "1", "text": "1. Σκοπός\n\nΝα γίνει."}
    for key in more_topics(town):
        url = f"/desk/topics/{key}/consultation{act}"
        answers = at_once([partial(post, clerk, url, fields) for clerk in clerks])
        assert answers == ([303, 409] if not act else [200, 200])
    with town.database.reading() as session:
        assert len(session.exec(select(ConsultationRow)).all()) == TOPICS


def test_BB_11_two_clerks_who_give_a_template_the_same_name_at_once_keep_one(desk: Desk) -> None:
    _, browser = desk
    clerks = [browser(), browser()]
    for number in range(TOPICS):
        form = {"name": f"Υπόδειγμα {number}", "outcome": "accepted", "text": "Γίνεται δεκτό.", "revision": "0"}
        assert at_once([partial(post, clerk, "/desk/reply-templates", form) for clerk in clerks]) == [303, 422]
