"""People who write contributions on the real pages, for tests: forms filled in as a browser would send them."""

import re
from datetime import timedelta
from html.parser import HTMLParser

from httpx2 import Response
from sqlmodel import select
from starlette.testclient import TestClient

from audit import store as log
from audit.store_tables import OutboxRow
from consultation.store import contribution as store
from consultation.store.participation_tables import ContributionRow, RemovalRow
from consultation.store.text import keep_version
from consultation.text import PlainArticle, first_text
from tests.consultation.answering import Talk, start_talk
from tests.consultation.town import Town

NAME = "Άδα Παπαδοπούλου"


def open_talk(town: Town) -> Talk:
    """An open consultation on a text of one article with two paragraphs."""
    talk = start_talk(town)
    with talk.writing() as session:
        text = first_text([PlainArticle("1", "Χρήσεις", ("Η πλατεία πεζοδρομείται.", "Φυτεύονται δέντρα."))])
        number = talk.consultation(session).id or 0
        keep_version(session, number, 2, town.topic_key, text, reason="νέο κείμενο", now=town.now, account_id=None)
    return talk


def draft(browser: TestClient, town: Town, act: str = "preview", expect: int = 303, **fields: str) -> Response:
    new = f"/topics/{town.topic_key}/contributions/new"
    shown = browser.get(new)
    key = re.search(r'name="draft" value="([0-9a-f]{32})"', shown.text)
    assert key, shown.text
    typed = {"draft": key[1], "kind": "proposal", "title": "Δέντρα", "text": "Σκιά για όλους.", "act": act, **fields}
    answer = browser.post(new, data=typed)
    assert answer.status_code == expect, answer.text
    return answer


def key_of(answer: Response) -> str:
    return answer.headers["location"].split("/")[2]


def send(browser: TestClient, town: Town, **fields: str) -> str:
    key = key_of(draft(browser, town, "preview", 303, **fields))
    submit(browser, key)
    return key


def submit(browser: TestClient, key: str) -> Response:
    shown = browser.get(f"/contributions/{key}/preview")
    revision = re.search(r'name="revision" value="(\d+)"', shown.text)
    assert revision, shown.text
    answer = browser.post(f"/contributions/{key}/submission", data={"revision": revision[1]})
    assert answer.status_code == 303, answer.text
    return answer


def row_of(talk: Talk, key: str) -> ContributionRow:
    with talk.town.database.reading() as session:
        row = store.contribution(session, key)
        session.expunge(row)
        return row


def raw_entries(talk: Talk) -> list[bytes]:
    with talk.town.database.reading() as session:
        size = log.entry_count(session)
        done = list(log.entries(session, 0, size))
        return done + list(session.exec(select(OutboxRow.data).order_by(OutboxRow.id)))  # type: ignore[arg-type]


def a_removal(town: Town, row: ContributionRow) -> RemovalRow:
    return RemovalRow(
        contribution_id=row.id or 0, reason="insult", explanation="Εκτός ορίων", stage="after",
        moderator_id=town.accounts["moderator"], appeal_until=town.now + timedelta(days=10),
        created_at=town.now, modified_at=town.now,
    )  # fmt: skip


class Elements(HTMLParser):
    """Every element as a browser reads it; what could run is refused."""

    banned = frozenset(
        {"script", "iframe", "object", "embed", "base", "math", "video", "audio", "img", "style", "template"}
    )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in self.banned, tag
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert name not in {"style", "srcdoc", "formaction"}, (tag, name)
            if name in {"href", "src", "action"}:
                assert (value or "/").startswith(("/", "#", "https://", "mailto:")), (tag, value)
                assert not (value or "").startswith("//")


def check_no_foreign_element(answer: Response) -> None:
    assert answer.status_code == 200, answer.request.url
    reader = Elements()
    reader.feed(answer.text)
    reader.close()
