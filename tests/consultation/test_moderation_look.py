"""M44: the pages of moderation, appeals, the register and messages on a phone and on a desk."""

from pathlib import Path

from playwright.sync_api import Browser
from starlette.applications import Starlette

from settings import Settings
from tests.consultation.answering import start_talk
from tests.consultation.hiding import UPHELD, Desk
from tests.consultation.town import Town
from tests.plugins.browser import axe_violations

STYLE = Path(__file__).parents[2] / "templates" / "static" / "town.css"


def test_M44_pages_of_moderation_pass_axe_and_fit_the_screen(
    town: Town, town_app: Starlette, settings: Settings, chromium: Browser, tmp_path: Path
) -> None:
    desk = Desk(start_talk(town), town_app, settings)
    waiting, shown = desk.talk.say(premoderated=True), desk.talk.say(title="Κάτω τα φορτηγά")
    standing, (key, appeal) = desk.hidden(title="Πρώτη"), desk.appealed()
    decided, done = desk.appealed()
    desk.decide(done, **UPHELD)
    town.clock.forward(days=20)
    moderator, other, ada = desk.page("moderator"), desk.page("moderator2"), desk.page("ada")
    answers = {
        "desk": moderator.get("/desk/moderation"),
        "waiting": moderator.get(f"/contributions/{waiting}/removal"),
        "hide": moderator.get(f"/contributions/{shown}/removal"),
        "refused": desk.hide(shown, explanation=""),
        "stale": desk.hide(shown, who="stale-moderator"),
        "restoration": moderator.get(f"/removals/{desk.removal(standing).key}/restoration"),
        "decision": other.get(f"/desk/appeals/{appeal}"),
        "not mine": moderator.get(f"/desk/appeals/{appeal}"),
        "late author": ada.get(f"/contributions/{key}/appeal"),
        "decided author": ada.get(f"/contributions/{decided}/appeal"),
        "closed author": ada.get(f"/contributions/{standing}/appeal"),
        "register": desk.page().get("/removals"),
        "messages": ada.get("/my/messages"),
    }
    found = []
    for name, answer in answers.items():
        assert answer.status_code in {200, 403, 422}, name
        file = tmp_path / f"{name}.html"
        file.write_text(answer.text.replace("/static/town.css", STYLE.as_uri()))
        for width in (390, 1280):
            page = chromium.new_page(viewport={"width": width, "height": 900})
            page.goto(file.as_uri())
            found += [f"{name} {width}: {wrong}" for wrong in axe_violations(page)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{name} is wider than {width}")
            page.close()
    assert not found
