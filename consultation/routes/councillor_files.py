"""The councillors' file of a topic: made at the press of one button, read as a page or as a PDF in every version."""

from typing import Any
from urllib.parse import quote

from sqlmodel import Session
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit import store as log
from audit.refusal import N_
from consultation.contribution import LABELS, PLURALS, STANCES
from consultation.councillor_document import print_file
from consultation.councillor_file import (
    Content,
    check_makeable,
    check_still_public,
    check_unchanged,
    decode_content,
    encode_content,
    keys_in,
    moment,
    without,
)
from consultation.desk import CLERKS
from consultation.reply import OUTCOMES
from consultation.routes.contribution_view import place_label
from consultation.routes.reply_desk import municipal_words
from consultation.store import councillor_file as store
from consultation.store.council_tables import SessionRow, TopicRow
from consultation.store.text import text_now
from consultation.store.topic import topic_for_change, topic_row
from consultation.store.visibility import is_public_session, nothing_here, public_consultation, public_topic
from consultation.text import Text
from pages import day, when
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/topics/{key}/file", make, methods=["POST"]),
        Route("/topics/{key}/file", show, methods=["GET"]),
        Route("/topics/{key}/file.pdf", download, methods=["GET"]),
    ]


@endpoint
def make(visit: Visit) -> Response:
    """One button: collect, print, keep, log."""
    login = visit.require(*CLERKS)
    # Printing a thousand contributions takes seconds, so it happens outside the transaction that writes.
    with visit.db.reading() as reading:
        topic = topic_row(reading, visit.path["key"])
        raw = encode_content(_collect(visit, reading, topic))
    pdf = _print(visit, decode_content(raw))
    session = visit.session
    topic = topic_for_change(session, visit.path["key"])
    content = _collect(visit, session, topic)
    check_unchanged(raw, encode_content(content))
    store.keep_version(session, topic, content, raw, pdf, by=login.account_id, now=visit.now)
    return visit.redirect(
        f"/topics/{topic.key}/file", visit.gettext(N_("The councillors' file is made. Its fingerprint is in the log."))
    )


@endpoint
def show(visit: Visit) -> Response:
    session = visit.session
    topic, council_session = public_topic(session, visit.path["key"])
    row = store.version(session, topic.id or 0, _number(visit))
    content = decode_content(row.content)
    public = store.still_public(session, keys_in(content))
    gone = keys_in(content) - public
    every = store.versions(session, topic.id or 0)
    digests = store.digests(session, every)
    return visit.page(
        "consultation/councillor_file.html",
        topic=topic,
        council_session=council_session,
        content=without(content, gone),
        made_at=moment(content["made"]),
        starts_at=moment(content["session"]["starts"]),
        submitted={
            one["contribution"]: moment(one["submitted"])
            for section in content["sections"]
            for one in section["contributions"]
        },
        gone=len(gone),
        digest=digests[row.file_id],
        versions=[(one.number, one.created_at, one.contributions, digests[one.file_id]) for one in every],
        logged={
            logged.entry.members["file"]: logged.index
            for logged in log.entries_about(session, topic.key)
            if logged.entry.kind == "councillor-file"
        },
        kinds={kind: visit.gettext(label) for kind, label in LABELS.items()},
        plurals={kind: visit.gettext(label) for kind, label in PLURALS.items()},
        stances={stance: visit.gettext(label) for stance, label in STANCES.items()},
        outcomes={outcome: visit.gettext(label) for outcome, label in OUTCOMES.items()},
    )


@endpoint
def download(visit: Visit) -> Response:
    session = visit.session
    topic, _ = public_topic(session, visit.path["key"])
    row = store.version(session, topic.id or 0, _number(visit))
    content = decode_content(row.content)
    check_still_public(content, store.still_public(session, keys_in(content)))
    file, data = store.pdf_of(session, row)
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(file.name)}"}
    return Response(data, media_type="application/pdf", headers=headers)


def file_panel(visit: Visit, topic: TopicRow) -> dict[str, Any]:
    """For the topic's page: `url`, `versions` (number, moment, contributions), and `may_make` for the secretariat."""
    rows = store.versions(visit.session, topic.id or 0)
    may_make = visit.login is not None and bool(visit.login.roles & set(CLERKS))
    if not rows and not may_make:
        return {}
    return {
        "url": f"/topics/{topic.key}/file",
        "make_url": f"/desk/topics/{topic.key}/file",
        "versions": [(row.number, row.created_at, row.contributions) for row in rows],
        "may_make": may_make,
    }


def _collect(visit: Visit, session: Session, topic: TopicRow) -> Content:
    council_session = session.get_one(SessionRow, topic.session_id)
    check_makeable(is_public_session(council_session))
    consultation = public_consultation(session, topic)
    text = text_now(session, consultation.id or 0) if consultation else Text()
    return store.collect(
        session, topic, council_session, consultation, visit.now, lambda place: place_label(visit, text, place)
    )


def _print(visit: Visit, content: Content) -> bytes:
    """In the municipality's language, whoever pressed the button."""
    language = visit.settings.language
    return print_file(
        content,
        url=f"{visit.settings.base_url}/topics/{content['topic']}/file",
        municipality=visit.settings.municipality,
        language=language,
        gettext=municipal_words(language),
        when=lambda moment: when(moment, language),
        today=lambda moment: day(moment, language),
    )


def _number(visit: Visit) -> int | None:
    """`?version=2`. Raises NotFound."""
    text = visit.query.get("version", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise nothing_here()
    return int(text)
