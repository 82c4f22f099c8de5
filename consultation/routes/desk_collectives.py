"""The secretariat certifies collectives and who speaks for them; both enter the public log without a name."""

from collections import defaultdict
from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_, Refused
from consultation.collective import CERTIFICATE_LIMIT, LABELS, NAME_LIMIT, PURPOSE_LIMIT, read_certificate
from consultation.desk import CLERKS, READERS
from consultation.errors import Incomplete, WrongState
from consultation.store import collective as store
from consultation.store.participation_tables import CollectiveRow
from consultation.store.visibility import nothing_here
from identity.errors import RoleRefused
from identity.login import FRESH_OFFICIAL
from identity.store.account import display_name
from visit import FreshCodeNeeded
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/collectives", list_all, methods=["GET"]),
        Route("/desk/collectives/new", new, methods=["GET"]),
        Route("/desk/collectives/new", certify, methods=["POST"]),
        Route("/desk/collectives/{key}", show, methods=["GET"]),
        Route("/desk/collectives/{key}/representatives", ask_appoint, methods=["GET"]),
        Route("/desk/collectives/{key}/representatives", appoint, methods=["POST"]),
        Route("/desk/collectives/{key}/representatives/{representative:int}/end", ask_end, methods=["GET"]),
        Route("/desk/collectives/{key}/representatives/{representative:int}/end", end, methods=["POST"]),
    ]


@endpoint
def list_all(visit: Visit) -> Response:
    login = visit.require(*READERS)
    rows = [
        (row, visit.gettext(LABELS[row.kind]), len(store.representatives(visit.session, row.id or 0)))
        for row in store.collectives(visit.session)
    ]
    return visit.page("consultation/desk_collectives.html", rows=rows, may_write=bool(login.roles & set(CLERKS)))


@endpoint
def new(visit: Visit) -> Response:
    visit.require(*CLERKS)
    try:
        visit.require_fresh_totp(FRESH_OFFICIAL)
    except FreshCodeNeeded:
        return _ask_code(visit, "/desk/collectives/new")
    return _form(visit, {"kind": "association"})


@endpoint
def certify(visit: Visit) -> Response:
    visit.require(*CLERKS)
    visit.require_fresh_totp(FRESH_OFFICIAL)
    try:
        certificate = read_certificate(visit.form)
    except Incomplete as fault:
        return _form(visit, visit.form, fault)
    row = store.certify(visit.session, certificate, visit.now)
    return _back(visit, row, N_("The collective is certified. Now name who speaks for it."))


@endpoint
def show(visit: Visit) -> Response:
    login = visit.require(*READERS)
    row = store.collective(visit.session, visit.path["key"])
    return visit.page(
        "consultation/desk_collective.html",
        row=row,
        kind=visit.gettext(LABELS[row.kind]),
        people=_people(visit, row),
        may_write=bool(login.roles & set(CLERKS)),
    )


@endpoint
def ask_appoint(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = store.collective(visit.session, visit.path["key"])
    try:
        visit.require_fresh_totp(FRESH_OFFICIAL)
    except FreshCodeNeeded:
        return _ask_code(visit, f"/desk/collectives/{row.key}/representatives")
    return _appointing(visit, row)


@endpoint
def appoint(visit: Visit) -> Response:
    visit.require(*CLERKS)
    login = visit.require_fresh_totp(FRESH_OFFICIAL)
    row = store.locked_collective(visit.session, visit.path["key"])
    try:
        store.appoint(visit.session, row, visit.form.get("login_name", ""), visit.now, login.account_id)
    except (Incomplete, WrongState, RoleRefused) as fault:
        return _appointing(visit, row, fault)
    return _back(visit, row, N_("The representative is certified."))


@endpoint
def ask_end(visit: Visit) -> Response:
    visit.require(*CLERKS)
    try:
        visit.require_fresh_totp(FRESH_OFFICIAL)
    except FreshCodeNeeded:
        return _ask_code(visit, visit.request.url.path)
    row = store.collective(visit.session, visit.path["key"])
    number = int(visit.path["representative"])
    name = next((name for found, name, _, _ in _people(visit, row) if found == number), "")
    if not name:
        raise nothing_here()
    return visit.page("consultation/representative_end.html", row=row, number=number, name=name)


@endpoint
def end(visit: Visit) -> Response:
    visit.require(*CLERKS)
    login = visit.require_fresh_totp(FRESH_OFFICIAL)
    row = store.locked_collective(visit.session, visit.path["key"])
    store.end(visit.session, row, int(visit.path["representative"]), visit.now, login.account_id)
    return _back(visit, row, N_("The representative no longer speaks for the collective."))


def _appointing(visit: Visit, row: CollectiveRow, fault: Refused | None = None) -> Response:
    return visit.page(
        "consultation/representative_form.html",
        fault.status if fault else 200,
        row=row,
        typed=visit.form.get("login_name", ""),
        errors=[("login_name", visit.gettext(fault.sentence, **fault.fields))] if fault else [],
    )


def _people(visit: Visit, row: CollectiveRow) -> list[tuple[int, str, str, object]]:
    """(number, name, login name, since) of who speaks for it now."""
    return [
        (found.id or 0, display_name(visit.session, account.id or 0), account.login_name, found.since)
        for found, account in store.representatives(visit.session, row.id or 0)
    ]


def _form(visit: Visit, fields: Mapping[str, str], fault: Incomplete | None = None) -> Response:
    return visit.page(
        "consultation/collective_form.html",
        fault.status if fault else 200,
        fields=defaultdict(str, fields),
        kinds=[(kind, visit.gettext(label)) for kind, label in LABELS.items()],
        limits=(NAME_LIMIT, PURPOSE_LIMIT, CERTIFICATE_LIMIT),
        errors=[(fault.field, visit.gettext(fault.sentence, **fault.fields))] if fault else [],
    )


def _ask_code(visit: Visit, path: str) -> Response:
    """A fresh code first, so that nothing typed is lost later."""
    visit.require()
    return RedirectResponse(f"/login/fresh?next={path}", 303)


def _back(visit: Visit, row: CollectiveRow, sentence: str) -> Response:
    return visit.redirect(f"/desk/collectives/{row.key}", visit.gettext(sentence))
