"""GD-02: after an erasure nothing that its author wrote is left in any table, page or mail; the log's entry stays."""

import pytest
from sqlmodel import SQLModel
from starlette.applications import Starlette

from consultation.search import fold
from consultation.store.contribution import erase, locked_contribution
from db import Database
from identity.store.message import messages, tell
from settings import Settings
from tests.consultation.answering import Talk, start_talk
from tests.consultation.town import Town
from tests.consultation.visitors import page_of

TITLE, TEXT, QUOTED = "Ανεπανάληπτος τίτλος", "Ανεπανάληπτο κείμενο", "γράψατε «ανεπανάληπτο»"
WORD = "ανεπαναληπτ"
HELD = {"contribution.text", "search_term.term", "message.body", "mail.body", "removal.explanation", "appeal.reasoning"}
ANSWER = {"outcome": "accepted", "text": "Σωστό.", "signed_by": "Υπηρεσία"}


@pytest.fixture
def talk(town: Town) -> Talk:
    return start_talk(town)


def found(database: Database, word: str) -> set[str]:
    """Tables and columns that hold the word, with or without accents."""
    places = set()
    with database.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(table.select()).mappings():
                for column, value in row.items():
                    shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    if word in fold(shown):
                        places.add(f"{table.name}.{column}")
    return places


def test_GD_02_nothing_of_an_erased_contribution_is_left_in_any_table(
    town_app: Starlette, settings: Settings, town: Town, talk: Talk
) -> None:
    """It was found, answered alone and with others, hidden with a quotation, appealed and decided before."""
    alone, kept, grouped = talk.say(title=TITLE, text=TEXT), talk.say(title="Άλλο"), talk.say(title=TITLE, text=TEXT)
    long = talk.say("comment", "", text=f"{TEXT}\nσε δύο γραμμές")
    with page_of(town_app, settings, "secretariat") as clerk:
        for chosen in (alone, f"{kept} {grouped}"):
            assert clerk.post(f"{talk.base}/replies", data={**ANSWER, "selected": chosen}).status_code == 303
        answer = {**ANSWER, "outcome": "answered", "selected": f"{long} {talk.say('comment', 'Τρίτο')}"}
        assert clerk.post(f"{talk.base}/replies", data=answer).status_code == 303
        moderator, judge = page_of(town_app, settings, "moderator"), page_of(town_app, settings, "moderator2")
        ada = page_of(town_app, settings, "ada")
        hiding = {"reason": "insult", "explanation": QUOTED}
        assert moderator.post(f"/contributions/{alone}/removal", data=hiding).status_code == 303
        assert ada.post(f"/contributions/{alone}/appeal", data={"text": TEXT}).status_code == 303
        appeal = judge.get("/desk/moderation").text.partition("/desk/appeals/")[2][:32]
        verdict = {"outcome": "reversed", "reasoning": QUOTED}
        assert judge.post(f"/desk/appeals/{appeal}", data=verdict).status_code == 303
        assert found(town.database, WORD) >= HELD
        for key in (alone, grouped, long):
            assert ada.post(f"/contributions/{key}/erasure").status_code == 303
        assert found(town.database, WORD) == set()
        shown = ada.get("/my/messages").text
    assert "Άλλο" in shown
    assert "Τρίτο" in shown
    assert alone not in shown


def test_GD_02_other_messages_of_the_author_stay_as_they_were(town: Town, talk: Talk) -> None:
    key, other = talk.say(title="α"), talk.say(title="αβγ")
    account = town.accounts["ada"]
    with town.database.writing() as session:
        body = "Άσχετο.\n· αβγ\nα"
        tell(session, account, town.now, subject="α", body=body, url=f"/contributions/{other}")
        tell(session, account, town.now, subject="α", body=body, url="/my/contributions")
        erase(session, locked_contribution(session, key), town.topic_key, town.now)
        assert [row.body for row in messages(session, account)] == [body, body]
