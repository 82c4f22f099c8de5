"""RL: acts of two people at the same moment on PostgreSQL: one effect, one entry of the log, nobody gets a 5xx."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import create_app
from audit.entry import decode_entry
from consultation.store.session import session_for_change
from db import Database
from settings import Settings
from tests.consultation.answering import Talk, start_talk
from tests.consultation.test_supports import at_once, post
from tests.consultation.town import Town, fill_town
from tests.consultation.visitors import browser_of, everybody, let_in
from tests.consultation.writing import raw_entries, row_of
from tests.plugins.house import Clock

ROUNDS = 4
REPLY = {"outcome": "accepted", "text": "Σωστό.", "signed_by": "Υπηρεσία"}
HIDING = {"reason": "insult", "explanation": "Θίγει πρόσωπα."}
Act = Callable[[], int]


@pytest.fixture
def town_pg(filled_postgres_url: str, settings: Settings, clock: Clock) -> Iterator[Town]:
    database = Database(filled_postgres_url)
    yield fill_town(database, settings, clock)
    database.close()


@pytest.fixture
def talk(town_pg: Town) -> Talk:
    return start_talk(town_pg)


@pytest.fixture
def pg_app(town_pg: Town, settings: Settings, clock: Clock) -> Starlette:
    app = create_app(settings, town_pg.database, clock)
    let_in(app, everybody(town_pg))
    return app


@pytest.fixture
def someone(pg_app: Starlette, settings: Settings) -> Callable[[str], TestClient]:
    return lambda name: browser_of(pg_app, settings, name)


def entries(talk: Talk, kind: str) -> int:
    return sum(decode_entry(raw).kind == kind for raw in raw_entries(talk))


def test_RL_two_moderators_hide_once(talk: Talk, someone: Callable[[str], TestClient]) -> None:
    first, second = someone("moderator"), someone("moderator2")
    for done in range(ROUNDS):
        url = f"/contributions/{talk.say(title=str(done))}/removal"
        assert at_once([partial(post, one, url, HIDING) for one in (first, second)]) == [303, 409]
        assert entries(talk, "hidden") == done + 1


def test_RL_withdrawing_and_hiding_at_once_is_one_of_both(talk: Talk, someone: Callable[[str], TestClient]) -> None:
    ada, moderator = someone("ada"), someone("moderator")
    for done in range(ROUNDS):
        key = talk.say(title=str(done))
        page = f"/contributions/{key}"
        acts: list[Act] = [
            partial(post, ada, f"{page}/withdrawal", {}),
            partial(post, moderator, f"{page}/removal", HIDING),
        ]
        assert set(at_once(acts)) <= {303, 409}
        assert row_of(talk, key).state in {"withdrawn", "hidden"}
        assert entries(talk, "hidden") + entries(talk, "contribution-withdrawn") >= done + 1


def test_RL_erasing_while_a_clerk_answers_leaves_no_words(talk: Talk, someone: Callable[[str], TestClient]) -> None:
    ada, clerk, other = someone("ada"), someone("secretariat"), someone("secretariat2")
    for _ in range(ROUNDS):
        key, kept = talk.say(title="Σβήσε με"), talk.say(title="Κράτα με")
        chosen = {**REPLY, "selected": f"{kept} {key}"}
        acts: list[Act] = [
            partial(post, ada, f"/contributions/{key}/erasure", {}),
            partial(post, clerk, f"{talk.base}/replies", chosen),
            partial(post, other, f"{talk.base}/replies", chosen),
        ]
        assert set(at_once(acts)) <= {303, 409, 422}
        row = row_of(talk, key)
        assert (row.state, row.title, row.account_id) == ("erased", "", None)
        shown = ada.get("/my/messages", headers={"Accept": "text/html"}).text
        assert "Σβήσε με" not in shown
    assert entries(talk, "contribution-erased") == ROUNDS
    assert entries(talk, "reply") <= ROUNDS


def test_RL_two_clerks_publish_close_and_finish_once(
    talk: Talk, town_pg: Town, someone: Callable[[str], TestClient]
) -> None:
    clerks = [someone("secretariat"), someone("secretariat2")]
    talk.say(kind="comment")
    town_pg.clock.forward(days=6)
    for act, kind in (("closing", "consultation-closed"), ("finishing", "consultation-finished")):
        url = f"{talk.base}/consultation/{act}"
        answers = at_once([partial(post, one, url, {}) for one in clerks])
        assert answers[0] == 303
        assert set(answers) <= {303, 409, 422}
        assert entries(talk, kind) == 1
    with town_pg.database.writing() as session:
        row = session_for_change(session, town_pg.session_key)
        row.state, row.version, row.published_at = "draft", 0, None
        session.add(row)
    url = f"/desk/sessions/{town_pg.session_key}/publication"
    answers = at_once([partial(post, one, url, {"urgent_reason": "Επείγει."}) for one in clerks])
    assert answers == [303, 409]
    assert entries(talk, "agenda-published") == 1
