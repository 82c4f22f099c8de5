"""The desk's bodies: naming them and saying who sits in them."""

from collections import defaultdict

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.local_time import day_of
from audit.refusal import N_
from consultation.body_form import check_end, read_body, read_day, read_membership
from consultation.council import BODY_KINDS, MEMBER_ROLES
from consultation.desk import CLERKS, READERS
from consultation.errors import EditConflict, Incomplete
from consultation.revision import Difference, check_revision, differences
from consultation.store import body as store
from consultation.store.council_tables import BodyRow, MembershipRow
from consultation.store.visibility import public_body
from web import Visit, endpoint

SAVED = N_("Saved.")


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/bodies", list_bodies, methods=["GET"]),
        Route("/desk/bodies/new", new, methods=["GET"]),
        Route("/desk/bodies/new", create, methods=["POST"]),
        Route("/desk/bodies/{key}", show, methods=["GET"]),
        Route("/desk/bodies/{key}", save, methods=["POST"]),
        Route("/desk/bodies/{key}/members", add_member, methods=["POST"]),
        Route("/desk/memberships/{key}/ending", end_membership, methods=["POST"]),
    ]


@endpoint
def list_bodies(visit: Visit) -> Response:
    login = visit.require(*READERS)
    factions = store.factions(visit.session)
    names = {row.id: row.name for row in factions}
    return visit.page(
        "consultation/desk_bodies.html",
        bodies=[(row, visit.gettext(BODY_KINDS[row.kind])) for row in store.bodies(visit.session)],
        councillors=[(row, names.get(row.faction_id, "")) for row in store.councillors(visit.session)],
        factions=factions,
        may_edit=bool(login.roles & set(CLERKS)),
    )


@endpoint
def new(visit: Visit) -> Response:
    visit.require(*CLERKS)
    return _form(visit, None, {"kind": "council"})


@endpoint
def create(visit: Visit) -> Response:
    visit.require(*CLERKS)
    try:
        draft = read_body(visit.form)
    except Incomplete as fault:
        return _form(visit, None, visit.form, fault)
    row = BodyRow(kind=draft.kind, name=draft.name, created_at=visit.now, modified_at=visit.now)
    store.save(visit.session, row, visit.now)
    return visit.redirect(f"/desk/bodies/{row.key}", visit.gettext(SAVED))


@endpoint
def show(visit: Visit) -> Response:
    visit.require(*READERS)
    row = public_body(visit.session, visit.path["key"])
    return _form(visit, row, {"kind": row.kind, "name": row.name})


@endpoint
def save(visit: Visit) -> Response:
    visit.require(*CLERKS)
    row = store.body_for_change(visit.session, visit.path["key"])
    try:
        check_revision(row.revision, visit.number("revision"))
        draft = read_body(visit.form)
    except Incomplete as fault:
        return _form(visit, row, visit.form, fault)
    except EditConflict:
        labels = {"name": visit.gettext(N_("Name of the body")), "kind": visit.gettext(N_("Kind of body"))}
        differing = differences({"name": row.name, "kind": row.kind}, visit.form, labels)
        return _form(visit, row, visit.form, differing=differing)
    row.kind, row.name = draft.kind, draft.name
    row.revision += 1
    store.save(visit.session, row, visit.now)
    return visit.redirect("/desk/bodies", visit.gettext(SAVED))


@endpoint
def add_member(visit: Visit) -> Response:
    visit.require(*CLERKS)
    body = store.body_for_change(visit.session, visit.path["key"])
    try:
        draft = read_membership(visit.form)
        councillor = store.councillor_for_change(visit.session, draft.councillor)
        store.check_seat_free(visit.session, councillor, body, day_of(visit.now))
    except Incomplete as fault:
        return _form(visit, body, {**visit.form, "kind": body.kind, "name": body.name}, fault)
    row = MembershipRow(
        councillor_id=councillor.id or 0,
        body_id=body.id or 0,
        role=draft.role,
        since=draft.since,
        created_at=visit.now,
        modified_at=visit.now,
    )
    store.save(visit.session, row, visit.now)
    return visit.redirect(f"/desk/bodies/{body.key}", visit.gettext(SAVED))


@endpoint
def end_membership(visit: Visit) -> Response:
    """The membership stays in the record with its last day."""
    visit.require(*CLERKS)
    row = store.membership_for_change(visit.session, visit.path["key"])
    body = store.body_names(visit.session, [row.body_id])[row.body_id]
    try:
        until = read_day(visit.form, "until")
        check_end(row.since, until)
    except Incomplete as fault:
        return _form(visit, body, {"kind": body.kind, "name": body.name}, fault)
    row.until = until
    store.save(visit.session, row, visit.now)
    return visit.redirect(f"/desk/bodies/{body.key}", visit.gettext(SAVED))


def _form(
    visit: Visit,
    row: BodyRow | None,
    fields: dict[str, str],
    fault: Incomplete | None = None,
    differing: list[Difference] | None = None,
) -> Response:
    login = visit.require(*READERS)
    today = day_of(visit.now)
    seats = store.members(visit.session, row.id or 0, today) if row else []
    return visit.page(
        "consultation/desk_body.html",
        409 if differing is not None else 422 if fault else 200,
        row=row,
        fields=defaultdict(str, fields),
        today=today.isoformat(),
        kinds=[(kind, visit.gettext(label)) for kind, label in BODY_KINDS.items()],
        roles=[(role, visit.gettext(label)) for role, label in MEMBER_ROLES.items()],
        members=[
            (membership, councillor, visit.gettext(MEMBER_ROLES[membership.role]), faction.name if faction else "")
            for membership, councillor, faction in seats
        ],
        councillors=[(councillor.key, councillor.name) for councillor in store.councillors(visit.session)],
        may_edit=bool(login.roles & set(CLERKS)),
        differing=differing,
        errors=[(fault.field, visit.gettext(fault.sentence, **fault.fields))] if fault else [],
    )
