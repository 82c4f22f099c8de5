"""M9: a certified citizen supports a contribution once, can take it back, and two devices at once are one support."""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Barrier, Thread

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import create_app
from consultation.contribution import PACES
from consultation.store import contribution as store
from consultation.store.participation_tables import PaceRow, SupportRow
from consultation.store.support import supports
from db import Database
from identity.store.person import PersonRow
from settings import Settings
from tests.consultation.answering import Talk, start_talk
from tests.consultation.town import BO, CLEO, Town, fill_town
from tests.consultation.visitors import everybody, let_in, page_of
from tests.consultation.writing import draft, key_of, row_of
from tests.plugins.house import Clock


@pytest.fixture
def talk(town: Town) -> Talk:
    return start_talk(town)


@pytest.fixture
def browsers(town_app: Starlette, settings: Settings, talk: Talk) -> dict[str, TestClient]:
    assert talk.keys == []
    return {name: page_of(town_app, settings, name) for name in ("ada", "bo", "cleo", "secretariat")}


def give(browser: TestClient, key: str) -> int:
    return browser.post(f"/contributions/{key}/supports").status_code


def count(talk: Talk, key: str) -> int:
    row = row_of(talk, key)
    with talk.town.database.reading() as session:
        return supports(session, [row.id or 0]).get(row.id or 0, 0)


def test_M09_the_count_is_that_of_the_distinct_certified_supporters_at_any_time(
    browsers: dict[str, TestClient], talk: Talk
) -> None:
    key = talk.say()
    page = f"/contributions/{key}"
    assert [give(browsers["bo"], key), give(browsers["bo"], key), give(browsers["cleo"], key)] == [303, 303, 303]
    assert count(talk, key) == 2
    assert f'action="{page}/supports/withdrawal"' in browsers["bo"].get(page).text
    assert browsers["bo"].post(f"{page}/supports/withdrawal").status_code == 303
    assert count(talk, key) == 1
    assert browsers["bo"].post(f"{page}/supports/withdrawal").status_code == 404
    with talk.writing() as session:  # Cleo moves away: no longer certified, no longer counted
        session.get_one(PersonRow, CLEO).active = False
    assert count(talk, key) == 0
    with talk.town.database.reading() as session:
        assert [row.person_id for row in session.exec(select(SupportRow))] == [CLEO]


def test_M09_nobody_supports_their_own_contribution(browsers: dict[str, TestClient], talk: Talk) -> None:
    key = talk.say()
    assert f"/contributions/{key}/supports" not in browsers["ada"].get(f"/contributions/{key}").text
    assert give(browsers["ada"], key) == 403
    assert count(talk, key) == 0


def test_M09_only_certified_citizens_support(
    town_app: Starlette, settings: Settings, browsers: dict[str, TestClient], talk: Talk
) -> None:
    key = talk.say()
    assert give(browsers["secretariat"], key) == 403
    assert give(page_of(town_app, settings), key) == 403  # no login, no form token
    assert "/login?next=/contributions/" in page_of(town_app, settings).get(f"/contributions/{key}").text
    assert count(talk, key) == 0


@pytest.mark.parametrize("state", ["waiting", "hidden", "withdrawn", "erased", "draft"])
def test_M09_what_is_not_public_is_not_supported(browsers: dict[str, TestClient], talk: Talk, state: str) -> None:
    key = talk.say()
    with talk.writing() as session:
        store.contribution(session, key).state = state
    assert give(browsers["bo"], key) == 404


def test_M09_an_argument_is_not_supported(browsers: dict[str, TestClient], talk: Talk) -> None:
    argument = talk.say("argument", on=talk.say(), stance="pro", title="")
    assert give(browsers["bo"], argument) == 409


def test_M09_after_the_closing_a_support_can_only_be_taken_back(browsers: dict[str, TestClient], talk: Talk) -> None:
    key = talk.say()
    give(browsers["bo"], key)
    talk.town.clock.forward(days=5)
    assert give(browsers["cleo"], key) == 409
    assert browsers["bo"].post(f"/contributions/{key}/supports/withdrawal").status_code == 303
    assert count(talk, key) == 0


def test_WB_21_supports_have_a_pace(browsers: dict[str, TestClient], talk: Talk) -> None:
    key = talk.say()
    most = PACES["support"][0][1]
    with talk.writing() as session:
        session.add_all(
            PaceRow(account_id=talk.town.accounts["bo"], act="support", at=talk.town.now) for _ in range(most - 1)
        )
    assert give(browsers["bo"], key) == 303
    browsers["bo"].post(f"/contributions/{key}/supports/withdrawal")
    assert give(browsers["bo"], key) == 429
    assert give(browsers["cleo"], key) == 303
    talk.town.clock.forward(hours=1)
    assert give(browsers["bo"], key) == 303


@pytest.fixture
def two_devices(any_database: Database, settings: Settings, clock: Clock) -> tuple[Talk, Callable[[], TestClient]]:
    """The town on SQLite and on PostgreSQL, and browsers of Bo on devices of their own."""
    town = fill_town(any_database, settings, clock)
    app = create_app(settings, any_database, clock)
    let_in(app, everybody(town))
    return start_talk(town), lambda: page_of(app, settings, "bo")


def at_once(acts: Sequence[Callable[[], int]]) -> list[int]:
    barrier, answers = Barrier(len(acts)), []

    def run(act: Callable[[], int]) -> None:
        barrier.wait()
        answers.append(act())

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def post(browser: TestClient, url: str, fields: dict[str, str]) -> int:
    return browser.post(url, data=fields).status_code


def test_BB_11_two_devices_at_once_give_exactly_one_support(
    two_devices: tuple[Talk, Callable[[], TestClient]],
) -> None:
    talk, device = two_devices
    key = talk.say()
    devices = [device() for _ in range(4)]
    for _ in range(5):
        assert at_once([partial(give, one, key) for one in devices]) == [303] * 4
        with talk.town.database.reading() as session:
            rows = session.exec(select(SupportRow)).all()
            assert [row.person_id for row in rows] == [BO]
        assert count(talk, key) == 1
        devices[0].post(f"/contributions/{key}/supports/withdrawal")
    assert count(talk, key) == 0


def test_BB_11_two_devices_at_once_send_exactly_one_contribution(
    two_devices: tuple[Talk, Callable[[], TestClient]],
) -> None:
    talk, device = two_devices
    devices = [device() for _ in range(4)]
    typed = {"draft": "cd" * 16, "kind": "comment", "text": "Συμφωνώ."}
    new = f"/topics/{talk.town.topic_key}/contributions/new"
    assert at_once([partial(post, one, new, typed) for one in devices]) == [303] * 4
    send = f"/contributions/{typed['draft']}/submission"
    assert at_once([partial(post, one, send, {"revision": "1"}) for one in devices]) == [303] * 4
    assert [members["contribution"] for members in talk.logged("contribution")] == [typed["draft"]]


def test_WB_21_two_devices_at_once_share_one_measure(two_devices: tuple[Talk, Callable[[], TestClient]]) -> None:
    talk, device = two_devices
    bo = device()
    keys = [key_of(draft(bo, talk.town, kind="comment")) for _ in range(2)]
    with talk.writing() as session:
        acts = [PaceRow(account_id=talk.town.accounts["bo"], act="contribution", at=talk.town.now) for _ in range(9)]
        session.add_all(acts)
    sends = [partial(post, device(), f"/contributions/{key}/submission", {"revision": "1"}) for key in keys]
    assert at_once(sends) == [303, 429]
    assert len(talk.logged("contribution")) == 1
