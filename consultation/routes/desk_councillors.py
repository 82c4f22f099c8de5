"""The desk's councillors and factions."""

from collections import defaultdict

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from consultation.agenda import read_line
from consultation.body_form import CouncillorDraft, read_councillor
from consultation.desk import CLERKS
from consultation.errors import EditConflict, Incomplete
from consultation.revision import Difference, check_revision, differences
from consultation.store import body as store
from consultation.store.council_tables import CouncillorRow, FactionRow
from identity.store.account import account, account_named
from web import Visit, endpoint

SAVED = N_("Saved.")


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/councillors/new", new, methods=["GET"]),
        Route("/desk/councillors/new", create, methods=["POST"]),
        Route("/desk/councillors/{key}", show, methods=["GET"]),
        Route("/desk/councillors/{key}", save, methods=["POST"]),
        Route("/desk/factions/new", new_faction, methods=["GET"]),
        Route("/desk/factions/new", create_faction, methods=["POST"]),
        Route("/desk/factions/{key}", show_faction, methods=["GET"]),
        Route("/desk/factions/{key}", save_faction, methods=["POST"]),
    ]


@endpoint
def new(visit: Visit) -> Response:
    visit.require(*CLERKS)
    return _form(visit, None, {})


@endpoint
def create(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = CouncillorRow(name="", created_at=visit.now, modified_at=visit.now)
    try:
        _write(visit, row, read_councillor(visit.form))
    except Incomplete as fault:
        return _form(visit, None, visit.form, fault)
    store.save(visit.session, row, visit.now)
    return visit.redirect("/desk/bodies", visit.gettext(SAVED))


@endpoint
def show(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = store.councillor_for_change(visit.session, visit.path["key"])
    return _form(visit, row, _fields(visit, row))


@endpoint
def save(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = store.councillor_for_change(visit.session, visit.path["key"])
    try:
        check_revision(row.revision, visit.number("revision"))
        _write(visit, row, read_councillor(visit.form))
    except Incomplete as fault:
        return _form(visit, row, visit.form, fault)
    except EditConflict:
        words = {"name": N_("Name"), "faction": N_("Faction"), "login_name": N_("Login name")}
        labels = {field: visit.gettext(word) for field, word in words.items()}
        return _form(visit, row, visit.form, differing=differences(_fields(visit, row), visit.form, labels))
    row.revision += 1
    store.save(visit.session, row, visit.now)
    return visit.redirect("/desk/bodies", visit.gettext(SAVED))


@endpoint
def new_faction(visit: Visit) -> Response:
    visit.require(*CLERKS)
    return _faction_form(visit, None, "")


@endpoint
def create_faction(visit: Visit) -> Response:
    visit.require(*CLERKS)
    return _keep_faction(visit, FactionRow(name="", created_at=visit.now, modified_at=visit.now), None)


@endpoint
def show_faction(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = store.faction(visit.session, visit.path["key"])
    return _faction_form(visit, row, row.name)


@endpoint
def save_faction(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = store.faction(visit.session, visit.path["key"])
    return _keep_faction(visit, row, row)


def _keep_faction(visit: Visit, row: FactionRow, shown: FactionRow | None) -> Response:
    try:
        row.name = read_line(visit.form, "name", N_("Write the name of the faction."))
    except Incomplete as fault:
        return _faction_form(visit, shown, visit.form.get("name", ""), fault)
    store.save(visit.session, row, visit.now)
    return visit.redirect("/desk/bodies", visit.gettext(SAVED))


def _write(visit: Visit, row: CouncillorRow, draft: CouncillorDraft) -> None:
    """Raises Incomplete before it changes anything, NotFound for a faction that is not there."""
    account_id = None
    if draft.login_name:
        held = account_named(visit.session, draft.login_name.casefold())
        if held is None:
            raise Incomplete("councillor.account", N_("There is no account with this login name."), field="login_name")
        if store.account_taken(visit.session, held.id or 0, row if row.id else None):
            raise Incomplete("councillor.taken", N_("Another councillor has this account."), field="login_name")
        account_id = held.id
    faction_id = store.faction(visit.session, draft.faction).id if draft.faction else None
    row.name, row.faction_id, row.account_id = draft.name, faction_id, account_id


def _fields(visit: Visit, row: CouncillorRow) -> dict[str, str]:
    faction = next((faction for faction in store.factions(visit.session) if faction.id == row.faction_id), None)
    held = account(visit.session, row.account_id) if row.account_id else None
    return {
        "name": row.name,
        "faction": faction.key if faction else "",
        "login_name": held.login_name if held else "",
    }


def _form(
    visit: Visit,
    row: CouncillorRow | None,
    fields: dict[str, str],
    fault: Incomplete | None = None,
    differing: list[Difference] | None = None,
) -> Response:
    none = ("", visit.gettext(N_("independent")))
    return visit.page(
        "consultation/desk_councillor.html",
        409 if differing is not None else 422 if fault else 200,
        row=row,
        fields=defaultdict(str, fields),
        factions=[none, *((faction.key, faction.name) for faction in store.factions(visit.session))],
        differing=differing,
        errors=[(fault.field, visit.gettext(fault.sentence, **fault.fields))] if fault else [],
    )


def _faction_form(visit: Visit, row: FactionRow | None, name: str, fault: Incomplete | None = None) -> Response:
    return visit.page(
        "consultation/desk_faction.html",
        422 if fault else 200,
        row=row,
        name=name,
        errors=[(fault.field, visit.gettext(fault.sentence, **fault.fields))] if fault else [],
    )
