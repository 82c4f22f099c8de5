"""Reading contributions: the list of a consultation, the page of each, and what its author can still do with it.

Withdrawing and erasing have a page that says what they cause, then a POST.
"""

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from consultation.consultation import is_accepting
from consultation.contribution import (
    ERASABLE,
    KINDS,
    LABELS,
    LICENCE,
    LICENCE_URL,
    PLURALS,
    TEXT_LIMIT,
    WITHDRAWABLE,
)
from consultation.desk import CLERKS
from consultation.moderation import REASONS
from consultation.routes.contribution_view import Shown, place_label, shown
from consultation.store import contribution as store
from consultation.store.consultation import text_now
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import ConsultationRow, ContributionRow
from consultation.store.visibility import nothing_here, public_consultation, public_topic
from identity.login import FRESH_OFFICIAL
from web import Login, Visit, endpoint

LAST_PAGE = 500


def routes() -> list[BaseRoute]:
    return [
        Route("/contributions/{key}", show, methods=["GET"]),
        Route("/contributions/{key}/withdrawal", ask_withdrawal, methods=["GET"]),
        Route("/contributions/{key}/withdrawal", withdraw, methods=["POST"]),
        Route("/contributions/{key}/erasure", ask_erasure, methods=["GET"]),
        Route("/contributions/{key}/erasure", erase, methods=["POST"]),
    ]


def contributions_panel(visit: Visit, topic: TopicRow, consultation: ConsultationRow) -> dict[str, Any]:
    """What `_contributions.html` shows: the visitor's own with their replies first, then the others by kind.

    Reads `kind`, `paragraph` and `page` of the address; what is none of ours is passed over (WB-04).
    """
    session, number = visit.session, consultation.id or 0
    accepting = is_accepting(consultation, visit.now)
    text = text_now(session, number)
    kind = visit.query.get("kind", "") if visit.query.get("kind") in KINDS else ""
    paragraph = visit.query["paragraph"] if visit.query.get("paragraph") in text.ids() else None
    counts = store.counts(session, number)
    on_paragraph = store.by_paragraph(session, number).get(paragraph, 0) if paragraph else None
    page = _page(visit.query.get("page", ""))
    rows = store.published(session, number, kind=kind, paragraph=paragraph, page=page)
    more = len(store.published(session, number, kind=kind, paragraph=paragraph, page=page + 1)) > 0
    mine = store.own(session, visit.login.account_id, number) if visit.login else []
    return {
        "topic": topic,
        "accepting": accepting,
        "may_write": visit.login is not None and visit.login.citizen_id is not None,
        "must_log_in": visit.login is None,
        "kinds": [(name, visit.gettext(PLURALS[name]), counts.get(name, 0)) for name in KINDS],
        "total": sum(counts.get(name, 0) for name in KINDS),
        "arguments": counts.get("argument", 0),
        "kind": kind,
        "paragraph": paragraph or "",
        "place": place_label(visit, text, paragraph) if paragraph else "",
        "on_paragraph": on_paragraph,
        "own": shown(visit, mine, accepting=accepting),
        "others": shown(visit, rows, accepting=accepting),
        "page": page,
        "more": more,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
    }


@endpoint
def show(visit: Visit) -> Response:
    row = store.contribution(visit.session, visit.path["key"])
    topic, consultation = _public_place(visit, row)
    mine = visit.login is not None and row.account_id == visit.login.account_id
    if row.state == "draft" and mine:
        return visit.redirect(f"/contributions/{row.key}/draft")
    if row.state in {"draft", "waiting"} and not mine:
        raise nothing_here()
    accepting = is_accepting(consultation, visit.now)
    parent = visit.session.get(ContributionRow, row.parent_id) if row.parent_id else None
    removal = store.newest_removal(visit.session, row.id or 0) if row.state == "hidden" else None
    return visit.page(
        "consultation/contribution.html",
        shown=shown(visit, [row], accepting=accepting)[0],
        parent=_one(visit, parent),
        topic=topic,
        accepting=accepting,
        must_log_in=visit.login is None,
        may_write=visit.login is not None and visit.login.citizen_id is not None,
        removal=removal,
        reason=visit.gettext(REASONS[removal.reason].label) if removal else "",
        rule=visit.gettext(REASONS[removal.reason].rule) if removal else "",
        may_withdraw=mine and row.state in WITHDRAWABLE,
        may_erase=row.state in ERASABLE and _may_erase(visit, row),
        licence=LICENCE,
        licence_url=LICENCE_URL,
    )


@endpoint
def ask_withdrawal(visit: Visit) -> Response:
    visit.require("citizen")
    row = _own(visit, store.contribution(visit.session, visit.path["key"]))
    return _ask(visit, row, "withdrawal")


@endpoint
def withdraw(visit: Visit) -> Response:
    visit.require("citizen")
    row = _own(visit, store.locked_contribution(visit.session, visit.path["key"]))
    if row.state != "withdrawn":  # a second press changes nothing
        topic, _ = store.topic_of(visit.session, row)
        store.withdraw(visit.session, row, topic.key, visit.now)
    return visit.redirect(f"/contributions/{row.key}", visit.gettext(N_("Your contribution is withdrawn.")))


@endpoint
def ask_erasure(visit: Visit) -> Response:
    visit.require("citizen", *CLERKS)
    row = store.contribution(visit.session, visit.path["key"])
    if not _may_erase(visit, row):
        raise nothing_here()
    return _ask(visit, row, "erasure")


@endpoint
def erase(visit: Visit) -> Response:
    """The author erases; what came on paper is erased by a clerk, when its author asks for it."""
    visit.require("citizen", *CLERKS)
    row = store.locked_contribution(visit.session, visit.path["key"])
    if not _may_erase(visit, row):
        raise nothing_here()
    if row.form_id is not None:
        visit.require_fresh_totp(FRESH_OFFICIAL)
    key = row.key
    topic, _ = store.topic_of(visit.session, row)
    store.erase(visit.session, row, topic.key, visit.now)
    return visit.redirect(f"/contributions/{key}", visit.gettext(N_("The contribution is erased.")))


def _ask(visit: Visit, row: ContributionRow, act: str) -> Response:
    topic, consultation = store.topic_of(visit.session, row)
    possible = row.state in (WITHDRAWABLE if act == "withdrawal" else ERASABLE)
    if not possible:
        return visit.redirect(f"/contributions/{row.key}")
    return visit.page(
        "consultation/contribution_end.html",
        row=row,
        act=act,
        kind=visit.gettext(LABELS[row.kind]),
        topic=topic,
        decided=consultation.state == "finished",
        beginning=row.text[: min(200, TEXT_LIMIT)],
    )


def _own(visit: Visit, row: ContributionRow) -> ContributionRow:
    """Raises NotFound for what somebody else wrote."""
    login = visit.require("citizen")
    if row.account_id != login.account_id or row.state == "draft":
        raise nothing_here()
    return row


def _may_erase(visit: Visit, row: ContributionRow) -> bool:
    login: Login | None = visit.login
    if login is None or row.state == "draft":
        return False
    by_clerk = row.form_id is not None and bool(login.roles & set(CLERKS))
    return by_clerk or (row.account_id is not None and row.account_id == login.account_id)


def _public_place(visit: Visit, row: ContributionRow) -> tuple[TopicRow, ConsultationRow]:
    """Raises NotFound unless topic and consultation are public (AC-06)."""
    topic, _ = store.topic_of(visit.session, row)
    topic, _ = public_topic(visit.session, topic.key)
    consultation = public_consultation(visit.session, topic)
    if consultation is None:
        raise nothing_here()
    return topic, consultation


def _one(visit: Visit, row: ContributionRow | None) -> Shown | None:
    return shown(visit, [row], accepting=False)[0] if row is not None else None


def _page(text: str) -> int:
    """Of the list, from 1; what is no number is the first page."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    return min(max(number, 1), LAST_PAGE)
