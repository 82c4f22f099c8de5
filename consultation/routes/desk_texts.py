"""The clerk writes, imports and corrects the text under consultation; what becomes of each paragraph is shown first."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_, Refused
from consultation import lifecycle
from consultation.consultation import is_accepting, read_reason
from consultation.desk import CLERKS
from consultation.difference import word_differences
from consultation.errors import BadFile, EditConflict, Incomplete, WrongState
from consultation.revision import check_revision
from consultation.routes.consultations import Passage
from consultation.routes.desk_consultations import home, locked_or_new, new_row
from consultation.store.consultation import consultation_of, topic_to_consult
from consultation.store.contribution import by_paragraph
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import ConsultationRow
from consultation.store.text import text_now, text_versions
from consultation.text import decode_text, encode_text
from consultation.text_import import FILE_LIMIT, read_file
from consultation.text_matching import Correction, Fate, correct
from consultation.text_plain import PARAGRAPH_LIMIT, TEXT_LIMIT, clean, plain_articles, read_plain, write_plain
from crypto.encoding import sha256_hex
from identity.login import FRESH_OFFICIAL
from visit import FreshCodeNeeded
from web import Visit, endpoint

LIMIT = FILE_LIMIT + 256 * 1024
"""Bytes of a form with a file."""
TYPED_LIMIT = 9 * TEXT_LIMIT
"""Bytes of a form with a text: a Greek letter is sent as six."""


def routes() -> list[BaseRoute]:
    path = "/desk/topics/{key}/consultation/text"
    return [
        Route(path, write, methods=["GET"]),
        Route(path, look, methods=["POST"]),
        Route(f"{path}/confirmation", keep, methods=["POST"]),
    ]


@endpoint
def write(visit: Visit) -> Response:
    visit.require(*CLERKS)
    topic, row = _topic(visit)
    _check_writable(visit, row)
    if row.state == "open":
        try:
            visit.require_fresh_totp(FRESH_OFFICIAL)
        except FreshCodeNeeded:
            return RedirectResponse(f"/login/fresh?next={visit.request.url.path}", 303)
    text = text_now(visit.session, row.id or 0)
    return _form(visit, topic, row, write_plain(plain_articles(text)), revision=row.revision)


@endpoint(limit=LIMIT)
def look(visit: Visit) -> Response:
    """Nothing is kept: the page shows what the text, or the file, would become."""
    visit.require(*CLERKS)
    topic, row = _topic(visit)
    _check_writable(visit, row)
    typed = visit.form.get("text", "")
    try:
        typed = _wanted(visit)
        return _confirmation(visit, topic, row, typed)
    except (Incomplete, BadFile) as fault:
        return _form(visit, topic, row, typed, revision=visit.number("revision") or 0, fault=fault)


@endpoint(limit=TYPED_LIMIT)
def keep(visit: Visit) -> Response:
    """What was shown is kept; anything else is shown first."""
    visit.require(*CLERKS)
    topic, _ = topic_to_consult(visit.session, visit.path["key"])
    row = locked_or_new(visit, topic)
    _check_writable(visit, row)
    login = visit.require_fresh_totp(FRESH_OFFICIAL) if row.state == "open" else visit.require(*CLERKS)
    typed = clean(visit.form.get("text", "")).strip()
    try:
        check_revision(row.revision, visit.number("revision"))
        if visit.form.get("shown") != sha256_hex(typed.encode()):
            return _confirmation(visit, topic, row, typed)
        reason = read_reason(visit.form) if row.state == "open" else ""
        correction = _correction(visit, row, typed)
        lifecycle.correct_text(
            visit.session, row, topic, correction.text, reason=reason, now=visit.now, account_id=login.account_id
        )
    except Incomplete as fault:
        return _confirmation(visit, topic, row, typed, fault)
    except EditConflict as fault:
        return _form(visit, topic, row, typed, revision=row.revision, fault=fault)
    sentence = N_("The corrected text is public.") if row.state == "open" else N_("The text is kept.")
    return visit.redirect(home(topic), visit.gettext(sentence))


def _topic(visit: Visit) -> tuple[TopicRow, ConsultationRow]:
    topic, _ = topic_to_consult(visit.session, visit.path["key"])
    return topic, consultation_of(visit.session, topic.id or 0) or new_row(topic, visit)


def _check_writable(visit: Visit, row: ConsultationRow) -> None:
    if row.state != "draft" and not is_accepting(row, visit.now):
        raise WrongState(
            "consultation.text",
            N_("The text can be changed in a draft and corrected while the consultation is open."),
            N_("An announced consultation can be taken back; after the closing the text stays as it was."),
        )


def _wanted(visit: Visit) -> str:
    """The words of the file if one was sent, otherwise what was typed. Raises BadFile."""
    uploaded = visit.body.file("file")
    if uploaded is not None:
        return read_file(uploaded.read(FILE_LIMIT + 1))
    if "file" in visit.files:
        raise BadFile("file.missing", N_("Choose a file first."))
    return visit.form.get("text", "")


def _correction(visit: Visit, row: ConsultationRow, typed: str) -> Correction:
    versions = [decode_text(version.content) for version in text_versions(visit.session, row.id or 0)]
    used = {name for version in versions for name in version.ids()}
    return correct(text_now(visit.session, row.id or 0), read_plain(typed), used)


def _confirmation(
    visit: Visit, topic: TopicRow, row: ConsultationRow, typed: str, fault: Incomplete | None = None
) -> Response:
    """Raises Incomplete when the text itself cannot be."""
    typed = clean(typed).strip()
    correction = _correction(visit, row, typed)
    encode_text(topic.key, 1, correction.text)  # is it short enough?
    said = by_paragraph(visit.session, row.id or 0)
    passages = {fate.new.id: _passage(fate) for fate in correction.fates if fate.new}
    kinds = [passage.kind for passage in passages.values()]
    return visit.page(
        "consultation/desk_text_confirmation.html",
        fault.status if fault else 200,
        topic=topic,
        row=row,
        text=correction.text,
        passages=passages,
        gone=[_passage(fate) for fate in correction.gone],
        said=said,
        counts={kind: kinds.count(kind) for kind in ("same", "changed", "new")},
        nothing_new=correction.text == text_now(visit.session, row.id or 0),
        typed=typed,
        shown=sha256_hex(typed.encode()),
        revision=visit.number("revision") or 0,
        reason=visit.form.get("reason", ""),
        errors=[(fault.field, visit.gettext(fault.sentence, **fault.fields))] if fault else [],
    )


def _passage(fate: Fate) -> Passage:
    paragraph = fate.new or fate.old
    assert paragraph is not None
    pieces = word_differences(fate.old.text, fate.new.text) if fate.old and fate.new else ()
    return Passage(paragraph.id, "same" if fate.kind == "kept" else fate.kind, paragraph.text, pieces)


def _form(
    visit: Visit,
    topic: TopicRow,
    row: ConsultationRow,
    typed: str,
    *,
    revision: int,
    fault: Refused | None = None,
) -> Response:
    words = [visit.gettext(text, **fault.fields) for text in (fault.sentence, fault.advice) if text] if fault else []
    field = "file" if isinstance(fault, BadFile) else "text"
    conflict = isinstance(fault, EditConflict)
    return visit.page(
        "consultation/desk_text.html",
        fault.status if fault else 200,
        topic=topic,
        row=row,
        typed=typed,
        revision=revision,
        stored=write_plain(plain_articles(text_now(visit.session, row.id or 0))) if conflict else "",
        limit=TEXT_LIMIT,
        paragraph_limit=PARAGRAPH_LIMIT,
        errors=[(field, " ".join(words))] if fault and not conflict else [],
        conflict=conflict,
    )
