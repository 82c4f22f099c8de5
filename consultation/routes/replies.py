"""The reply workbench of one topic: list, select, write one reply for the selection, confirm, send; owner and date.

Each step is a page of its own. The selection travels in the form, so it survives a refusal and a change of the filter.
"""

from collections.abc import Mapping, Sequence

from sqlmodel import Session
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.local_time import day_of
from audit.refusal import N_, Refused
from body import CAST_LIMIT
from consultation.contribution import PLURALS
from consultation.desk import READERS, REPLIERS
from consultation.reply import (
    ANSWERABLE_KINDS,
    LONGEST_LINE,
    LONGEST_TEXT,
    OUTCOMES,
    Reply,
    check_open_to_replies,
    check_unanswered,
    outcomes_for,
    read_reply,
)
from consultation.routes.reply_desk import Desk, bench_lines, desk_of, owners, refusal_words
from consultation.routes.reply_messages import tell_authors
from consultation.store import reply as store
from consultation.store import workbench as bench
from consultation.store.reply_template import templates
from consultation.workbench import ANSWERS, DUES, PAGE, UNOWNED, choose, picked, read_assignment, read_filter, read_page
from web import Visit, endpoint

BASE = "/desk/topics/{key}/replies"
MANY = CAST_LIMIT
"""Bytes of a form: a thousand keys of 32 characters, and a text whose Greek letters take six each."""


def routes() -> list[BaseRoute]:
    return [
        Route(BASE, show, methods=["GET"]),
        Route(BASE, send, methods=["POST"]),
        Route(f"{BASE}/selection", select_more, methods=["POST"]),
        Route(f"{BASE}/writing", write, methods=["POST"]),
        Route(f"{BASE}/confirmation", confirm, methods=["POST"]),
        Route(f"{BASE}/assignment", hand_over, methods=["POST"]),
    ]


@endpoint
def show(visit: Visit) -> Response:
    visit.require(*READERS, *REPLIERS)
    return _bench(visit, visit.session, visit.query, set())


@endpoint(limit=MANY)
def select_more(visit: Visit) -> Response:
    """Another page or another filter, and what was ticked stays ticked."""
    visit.require(*REPLIERS)
    with visit.db.reading() as session:
        return _bench(visit, session, visit.form, set() if visit.form.get("clear") else picked(visit.form))


@endpoint(limit=MANY)
def write(visit: Visit) -> Response:
    visit.require(*REPLIERS)
    with visit.db.reading() as session:
        desk = desk_of(session, visit.path["key"])
        try:
            check_open_to_replies(desk.consultation.state)
            chosen = _chosen(visit, session, desk)
            outcomes_for({line.row.kind for line in chosen})
        except Refused as refused:
            return _bench(visit, session, visit.form, picked(visit.form), refused)
        return _writing(visit, session, desk, chosen, _filled(visit, session))


@endpoint(limit=MANY)
def confirm(visit: Visit) -> Response:
    """What will be sent to whom, and what it causes."""
    visit.require(*REPLIERS)
    with visit.db.reading() as session:
        desk = desk_of(session, visit.path["key"])
        try:
            given, chosen = _read(visit, session, desk)
        except Refused as refused:
            return _refused(visit, session, desk, refused)
        return visit.page(
            "consultation/desk_reply_confirmation.html",
            desk=desk,
            given=given,
            outcome=visit.gettext(OUTCOMES[given.outcome]),
            lines=bench_lines(visit, session, chosen, day_of(visit.now)),
            fields=_carried(visit, chosen),
            authors=len({line.row.account_id for line in chosen if line.row.account_id}),
        )


@endpoint(limit=MANY)
def send(visit: Visit) -> Response:
    login = visit.require(*REPLIERS)
    session = visit.session
    desk = desk_of(session, visit.path["key"])
    # Locked before anything is looked at, so that of two replies at once the second sees the first.
    rows = store.locked_contributions(session, desk.number, picked(visit.form))
    try:
        given, chosen = _read(visit, session, desk)
    except Refused as refused:
        return _refused(visit, session, desk, refused)
    keys = {line.row.key for line in chosen}
    answered = [row for row in rows if row.key in keys]
    made = store.give_reply(session, desk.topic, answered, given, login.account_id, visit.now)
    tell_authors(visit, desk.topic, made, answered)
    notice = visit.gettext(N_("The reply is public. Contributions answered: %(count)s."), count=len(answered))
    return visit.redirect(desk.url + read_filter(visit.form).query(), notice)


@endpoint(limit=MANY)
def hand_over(visit: Visit) -> Response:
    """Who prepares the reply, and until when."""
    visit.require(*REPLIERS)
    session = visit.session
    desk = desk_of(session, visit.path["key"])
    try:
        chosen = _chosen(visit, session, desk)
        given = read_assignment(visit.form, [account for account, _ in owners(session)])
    except Refused as refused:
        return _bench(visit, session, visit.form, picked(visit.form), refused)
    store.assign(session, [line.row for line in chosen], set_owner=given.set_owner, owner=given.owner, due=given.due)
    notice = visit.gettext(N_("Person and date are set. Contributions: %(count)s."), count=len(chosen))
    return visit.redirect(desk.url + read_filter(visit.form).query(), notice)


def _chosen(visit: Visit, session: Session, desk: Desk) -> list[bench.Line]:
    """Raises WrongState."""
    today = day_of(visit.now)
    shown = bench.shown_keys(session, desk.number, read_filter(visit.form), today) if visit.form.get("every") else []
    chosen = choose(visit.form, shown, bench.selectable(session, desk.number))
    return bench.lines_of(session, desk.number, chosen)


def _read(visit: Visit, session: Session, desk: Desk) -> tuple[Reply, list[bench.Line]]:
    """Raises Incomplete, WrongState."""
    check_open_to_replies(desk.consultation.state)
    chosen = _chosen(visit, session, desk)
    given = read_reply(visit.form, {line.row.kind for line in chosen})
    check_unanswered([line.row.title or line.row.text[:60] for line in chosen if line.reply])
    return given, chosen


def _filled(visit: Visit, session: Session) -> dict[str, str]:
    """The form with a template's words before what is there, if one was asked for."""
    fields = dict(visit.form)
    fields.setdefault("signed_by", visit.require().name)
    chosen = visit.form.get("template", "") if visit.form.get("fill") else ""
    row = next((row for row in templates(session) if str(row.id) == chosen), None)
    if row is not None:
        fields["outcome"] = row.outcome
        fields["text"] = "\n\n".join(part for part in (row.text, fields.get("text", "").strip()) if part)
    return fields


def _refused(visit: Visit, session: Session, desk: Desk, refused: Refused) -> Response:
    """The writing page again with all that was typed; what cannot be answered any more is taken out, and said."""
    left = bench.lines_of(session, desk.number, sorted(picked(visit.form)))
    if not left or refused.code in {"reply.mixed", "reply.kind"}:
        return _bench(visit, session, visit.form, picked(visit.form), refused)
    return _writing(visit, session, desk, left, dict(visit.form), refused)


def _carried(visit: Visit, chosen: Sequence[bench.Line]) -> dict[str, str]:
    """What the next page sends again."""
    names = ("outcome", "text", "signed_by", "kind", "answer", "owner", "due")
    fields = {name: visit.form.get(name, "") for name in names}
    return fields | {"selected": " ".join(line.row.key for line in chosen)}


def _writing(
    visit: Visit,
    session: Session,
    desk: Desk,
    chosen: list[bench.Line],
    fields: dict[str, str],
    refused: Refused | None = None,
) -> Response:
    if fields.get("drop"):
        chosen, refused = [line for line in chosen if line.reply is None], None
    kinds = {line.row.kind for line in chosen}
    names = ("outcome", "text", "signed_by")
    errors, advice = refusal_words(visit, refused, "selection")
    return visit.page(
        "consultation/desk_reply_writing.html",
        refused.status if refused else 200,
        desk=desk,
        lines=bench_lines(visit, session, chosen, day_of(visit.now)),
        taken=any(line.reply for line in chosen),
        fields=_carried(visit, chosen) | {name: fields.get(name, "") for name in names},
        outcomes=[(outcome, visit.gettext(OUTCOMES[outcome])) for outcome in outcomes_for(kinds)] if kinds else [],
        templates=[(str(row.id), row.name) for row in templates(session) if row.outcome in outcomes_for(kinds)],
        errors=errors,
        advice=advice,
        longest_text=LONGEST_TEXT,
        longest_line=LONGEST_LINE,
    )


def _bench(
    visit: Visit, session: Session, fields: dict[str, str], kept: set[str], refused: Refused | None = None
) -> Response:
    login = visit.require()
    desk = desk_of(session, visit.path["key"])
    wanted, today = read_filter(fields), day_of(visit.now)
    shown = bench.shown_keys(session, desk.number, wanted, today)
    pages = max(-(-len(shown) // PAGE), 1)
    page = min(read_page(fields.get("page", "")), pages)
    lines = bench.lines(session, desk.number, wanted, today, page)
    here = {line.row.key for line in lines}
    kept &= set(bench.selectable(session, desk.number))
    answered, due = store.share_answered(session, desk.number)
    people = [(str(account), name) for account, name in owners(session)]
    errors, advice = refusal_words(visit, refused, "selection")
    return visit.page(
        "consultation/desk_replies.html",
        refused.status if refused else 200,
        desk=desk,
        wanted=wanted,
        lines=bench_lines(visit, session, lines, today),
        ticked=kept & here,
        elsewhere=sorted(kept - here),
        shown=len(shown),
        page=page,
        pages=pages,
        answered=answered,
        due=due,
        kinds=[
            ("", visit.gettext(N_("All types"))),
            *_words(visit, {kind: PLURALS[kind] for kind in ANSWERABLE_KINDS}),
        ],
        answers=_words(visit, ANSWERS),
        dues=_words(visit, DUES),
        owners=[("", visit.gettext(N_("Anybody"))), (UNOWNED, visit.gettext(N_("Nobody yet"))), *people],
        new_owners=[("", visit.gettext(N_("leave it as it is"))), (UNOWNED, visit.gettext(N_("nobody"))), *people],
        may_write=bool(login.roles & set(REPLIERS)) and desk.consultation.state not in {"draft", "scheduled"},
        errors=errors,
        advice=advice,
    )


def _words(visit: Visit, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(key, visit.gettext(label)) for key, label in labels.items()]
