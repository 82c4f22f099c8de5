"""WB-01, WB-03: the whole corpus in every text of the council, on the pages that show it, in a browser: nothing runs.

The pages are opened without their policy and with scripts allowed, so that nothing but the escaping can save them.
"""

from typing import Any

from playwright.sync_api import Browser, Dialog, Route
from sqlmodel import Session, SQLModel, select
from starlette.applications import Starlette

from consultation.store.council_tables import (
    BodyRow,
    CouncillorRow,
    DecisionRow,
    FactionRow,
    FileRow,
    MeasureNoteRow,
    MeasureRow,
    SessionRow,
    TopicRow,
)
from consultation.store.participation_tables import (
    AppealRow,
    CollectiveRow,
    ConsultationRow,
    ContributionRow,
    RemovalRow,
    ReplyRow,
    ReplyTemplateRow,
)
from consultation.store.search import rebuild
from identity.store.message import MessageRow, tell
from settings import Settings
from tests.consultation.council_story import keep_log, tell_story
from tests.consultation.payloads import ONE_LINE, PAYLOADS
from tests.consultation.town import Town
from tests.consultation.visitors import page_of
from tests.plugins.house import ORIGIN

LINE, TEXT = " ".join(ONE_LINE), "\n\n".join(PAYLOADS)
TEXTS: dict[type[SQLModel], tuple[str, ...]] = {
    BodyRow: ("name",),
    CouncillorRow: ("name",),
    FactionRow: ("name",),
    SessionRow: ("title", "place", "urgent_reason", "summons", "cancelled_reason"),
    TopicRow: ("title", "plain_summary", "motion", "proposer", "withdrawn_reason"),
    FileRow: ("name",),
    DecisionRow: ("text", "number"),
    MeasureRow: ("title", "owner"),
    MeasureNoteRow: ("text",),
    ConsultationRow: ("purpose", "can_change", "decides", "plain_summary"),
    CollectiveRow: ("name", "purpose", "certificate"),
    ContributionRow: ("title", "text", "name"),
    ReplyRow: ("text", "signed_by"),
    ReplyTemplateRow: ("name", "text"),
    RemovalRow: ("explanation",),
    AppealRow: ("text", "reasoning"),
    MessageRow: ("subject", "body"),
}
MARKDOWN = {"motion", "text", "plain_summary", "summons", "body", "purpose", "explanation", "reasoning"}
STRANGE = """() => [...document.querySelectorAll('*')].filter(element =>
    !element.matches('svg[aria-hidden]')
    && /^(script|iframe|object|embed|svg|math|img|video|audio|style|base|template|frame)$/i.test(element.localName)
    || [...element.attributes].some(one => /^on|^style$|^srcdoc$/i.test(one.name))
    || /^\\s*(javascript|data|vbscript|blob|file):/i.test(element.href || element.action || element.formAction || '')
).map(element => element.outerHTML.slice(0, 120)).concat(window.ran ? ['a script ran'] : [])"""


def test_WB_01_no_payload_in_any_text_of_the_council_runs_in_a_browser(
    town_app: Starlette, settings: Settings, town: Town, chromium: Browser
) -> None:
    assert len(PAYLOADS) >= 300
    pages = _poisoned(town)
    found: list[str] = []
    dialogs: list[str] = []
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page = chromium.new_page()
    page.on("dialog", dismiss)
    page.add_init_script("window.alert = () => { window.ran = true }")
    with page_of(town_app, settings, "") as anybody:
        visitors = {
            "": anybody,
            **{name: page_of(town_app, settings, name) for name in ("ada", "moderator2", "secretariat")},
        }
        answers: dict[str, str] = {}

        def serve(route: Route) -> None:
            url = route.request.url
            if url in answers:
                route.fulfill(body=answers[url], content_type="text/html; charset=utf-8")
            else:
                asked.append(url)
                route.abort()

        page.route("**/*", serve)
        for name, path in pages:
            answer = visitors[name].get(path)
            assert answer.status_code == 200, (name, path, answer.status_code)
            if "alert(1)" not in answer.text:
                found.append(f"{path} shows no payload")
            answers[ORIGIN + path] = answer.text
            page.goto(ORIGIN + path, wait_until="domcontentloaded")
            found += [f"{name} {path}: {strange}" for strange in page.evaluate(STRANGE)]
    page.close()
    assert found == []
    assert dialogs == []
    assert {url for url in asked if not url.startswith((f"{ORIGIN}/static/", f"{ORIGIN}/favicon"))} == set()


def _poisoned(town: Town) -> list[tuple[str, str]]:
    """(visitor, path) of pages that show what was put into every text."""
    tell_story(town)
    with town.database.writing() as session:
        session.add(CollectiveRow(name="", kind="union", created_at=town.now, modified_at=town.now))
        session.add(ReplyTemplateRow(name="", outcome="accepted", text=""))
        tell(session, town.accounts["ada"], town.now, subject="-", body="-", url="/")
        for table, names in TEXTS.items():
            for row in session.exec(select(table)):
                for name in names:
                    setattr(row, name, TEXT if name in MARKDOWN else LINE)
                session.add(row)
        session.flush()
        rebuild(session)
        pages = _pages(session, town)
    keep_log(town)
    return pages


def _pages(session: Session, town: Town) -> list[tuple[str, str]]:
    def key(table: Any, **where: str) -> str:
        query = select(table)
        for name, value in where.items():
            query = query.where(getattr(table, name) == value)
        return str(session.exec(query.order_by(table.id)).all()[0].key)

    topic, meeting = f"/topics/{town.topic_key}", f"/sessions/{town.session_key}"
    said = key(ContributionRow, state="published")
    return [
        *(("", path) for path in (
            "/", "/sessions", meeting, topic, f"{topic}/consultation", f"/contributions/{said}", "/decisions",
            "/implementation", f"/measures/{key(MeasureRow)}", "/collectives", f"/collectives/{key(CollectiveRow)}",
            "/consultations", "/bodies", f"/bodies/{key(BodyRow)}", "/removals", "/search?q=alert", "/log",
        )),
        *(("ada", path) for path in (
            "/my/contributions", "/my/messages", f"/contributions/{key(ContributionRow, state='hidden')}/appeal",
        )),
        *(("moderator2", path) for path in ("/desk/moderation", f"/desk/appeals/{key(AppealRow)}")),
        *(("secretariat", path) for path in (
            "/desk", "/desk/sessions", f"/desk{meeting}", f"/desk{topic}", f"/desk{topic}/replies",
            f"/desk/replies/{key(ReplyRow)}", "/desk/reply-templates", "/desk/bodies", "/desk/collectives",
            f"/desk{topic}/decision", f"/desk/measures/{key(MeasureRow)}",
        )),
    ]  # fmt: skip
