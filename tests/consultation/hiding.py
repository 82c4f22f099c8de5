"""Moderators at work through their pages, for tests of moderation, appeals and the register."""

import re
from dataclasses import dataclass

from sqlmodel import col, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consultation.store.participation_tables import AppealRow, ContributionRow, RemovalRow
from identity.store.message import MessageRow, messages
from settings import Settings
from tests.consultation.answering import Talk
from tests.consultation.visitors import page_of

EXPLANATION = "Το τηλέφωνο της γειτόνισσας δεν ανήκει εδώ."
HIDE = {"reason": "personal_data", "explanation": EXPLANATION}
APPEAL = "Το τηλέφωνο είναι του συλλόγου μας, όχι κάποιου ανθρώπου."
REVERSED = {"outcome": "reversed", "reasoning": "Είναι πράγματι τηλέφωνο συλλόγου."}
UPHELD = {"outcome": "upheld", "reasoning": "Το τηλέφωνο είναι προσωπικό."}


@dataclass
class Desk:
    """The pages of everybody in the town; a contribution of Ada's goes through moderation."""

    talk: Talk
    app: Starlette
    settings: Settings

    def page(self, who: str = "") -> TestClient:
        return page_of(self.app, self.settings, who)

    def hide(self, key: str, who: str = "moderator", **fields: str):  # type: ignore[no-untyped-def]
        return self.page(who).post(f"/contributions/{key}/removal", data={**HIDE, **fields})

    def hidden(self, **said: str) -> str:
        """The key of a contribution of Ada's that the first moderator has hidden."""
        key = self.talk.say(**said)  # type: ignore[arg-type]
        assert self.hide(key).status_code == 303
        return key

    def appeal(self, key: str, who: str = "ada", text: str = APPEAL):  # type: ignore[no-untyped-def]
        return self.page(who).post(f"/contributions/{key}/appeal", data={"text": text})

    def appealed(self) -> tuple[str, str]:
        """Keys of a hidden contribution and of the appeal against it."""
        key = self.hidden()
        assert self.appeal(key).status_code == 303
        with self.talk.town.database.reading() as session:
            query = select(AppealRow.key).where(AppealRow.removal_id == self.removal(key).id)
            return key, session.exec(query).one()

    def decide(self, appeal: str, who: str = "moderator2", **verdict: str):  # type: ignore[no-untyped-def]
        return self.page(who).post(f"/desk/appeals/{appeal}", data=verdict or REVERSED)

    def row(self, key: str) -> ContributionRow:
        with self.talk.town.database.reading() as session:
            row = session.exec(select(ContributionRow).where(ContributionRow.key == key)).one()
            session.expunge(row)
            return row

    def removal(self, key: str) -> RemovalRow:
        """The newest hiding of a contribution."""
        with self.talk.town.database.reading() as session:
            query = select(RemovalRow).where(RemovalRow.contribution_id == self.row(key).id)
            row = session.exec(query.order_by(col(RemovalRow.id).desc())).first()
            assert row
            session.expunge(row)
            return row

    def letters(self, who: str = "ada") -> list[MessageRow]:
        """Newest first."""
        with self.talk.town.database.reading() as session:
            rows = list(messages(session, self.talk.town.accounts[who]))
            session.expunge_all()
            return rows

    def is_found(self, word: str) -> bool:
        return "/contributions/" in self.page().get("/search", params={"q": word}).text


def cells(page: str, caption: str) -> list[list[str]]:
    """The body of the table with this caption, cell by cell, without markup."""
    table = next(part for part in page.split("<table")[1:] if caption in part.partition("</caption>")[0])
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2].partition("</tbody>")[0], re.S)
    return [
        [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td.*?</td>", row, re.S)]
        for row in rows
    ]
