"""The desk: the list of votes, drafting with preview, and the overview of one vote with its opening checklist."""

from collections import defaultdict
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_, Refused
from consultation.store.visibility import public_topic
from crypto.election import new_uuid
from crypto.encoding import Json
from identity.store.account import display_name
from pages import ROLE_NAMES
from voting import desk, lifecycle
from voting.checklist import Item, checklist, notes, red_items
from voting.draft_form import GROUPS, read_draft, write_draft
from voting.errors import BadDraft
from voting.lifecycle import Phase
from voting.manifest import decode_manifest, make_manifest
from voting.proclamation import calendar_of
from voting.profile import PROFILES
from voting.referendum import decode_draft, draft_faults
from voting.slug import make_slug
from voting.store import referendum as store
from voting.store.preparation import Preparation
from web import Visit, endpoint

COUNTED = frozenset({Phase.OPEN, Phase.CLOSED, Phase.TALLIED, Phase.PUBLISHED})
KEPT = N_("The draft is kept. Nobody outside sees it.")


def routes() -> list[BaseRoute]:
    return [
        Route("/desk/referenda", list_votes, methods=["GET"]),
        Route("/desk/referenda", create, methods=["POST"]),
        Route("/desk/referenda/new", new, methods=["GET"]),
        Route("/desk/referenda/{slug}", show, methods=["GET"]),
        Route("/desk/referenda/{slug}/draft", edit, methods=["GET"]),
        Route("/desk/referenda/{slug}/draft", save, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """A checklist item or a fault in the visitor's language.

    `where` is the act that mends it when this visitor can do it now; otherwise `who` names the roles that can.
    """

    done: bool
    title: str
    what: str
    why: str
    where: str = ""
    who: str = ""


@endpoint
def list_votes(visit: Visit) -> Response:
    login = visit.require(*desk.READERS)
    votes = []
    for row in store.referenda(visit.session):
        label = visit.gettext(lifecycle.LABELS[Phase(row.phase)])
        votes.append((row, label, red_items(Preparation(visit.session, row), visit.now)))
    return visit.page("voting/desk.html", votes=votes, may_draft=bool(login.roles & set(desk.CLERKS)))


@endpoint
def new(visit: Visit) -> Response:
    """An empty form, or one that begins with the words of a council topic (M36)."""
    visit.require(*desk.CLERKS)
    blank = {"group": "Ed25519", "issuer": "authority", "profile": "municipal-advisory", "minimum_1": "1"}
    blank |= {"maximum_1": "1", "blank_1": "1"}
    if key := visit.query.get("topic", ""):
        topic, _ = public_topic(visit.session, key)
        blank |= {"topic": topic.key, "title": topic.title, "summary": topic.plain_summary}
    return _form(visit, blank, "/desk/referenda")


@endpoint
def create(visit: Visit) -> Response:
    login = visit.require(*desk.CLERKS)
    try:
        draft = read_draft(visit.form)
    except BadDraft as fault:
        return _form(visit, visit.form, "/desk/referenda", fault)
    slug = make_slug(draft.title, lambda wanted: store.slug_taken(visit.session, wanted))
    key = visit.form.get("topic", "")
    topic = public_topic(visit.session, key)[0].key if key else ""
    row = store.add(visit.session, desk.new_draft(draft, slug, new_uuid(), login.account_id, topic))
    return visit.redirect(f"/desk/referenda/{row.slug}", visit.gettext(KEPT))


@endpoint
def edit(visit: Visit) -> Response:
    visit.require(*desk.CLERKS)
    row = store.referendum(visit.session, visit.path["slug"])
    lifecycle.check_phase(row, Phase.DRAFTED)
    return _form(visit, write_draft(decode_draft(row.draft)), f"/desk/referenda/{row.slug}/draft")


@endpoint
def save(visit: Visit) -> Response:
    visit.require(*desk.CLERKS)
    row = store.referendum_for_change(visit.session, visit.path["slug"])
    lifecycle.check_phase(row, Phase.DRAFTED)
    try:
        draft = read_draft(visit.form)
    except BadDraft as fault:
        return _form(visit, visit.form, f"/desk/referenda/{row.slug}/draft", fault)
    desk.keep_draft(row, draft)
    return visit.redirect(f"/desk/referenda/{row.slug}", visit.gettext(KEPT))


@endpoint
def show(visit: Visit) -> Response:
    login = visit.require(*desk.READERS)
    preparation = Preparation.reading(visit.session, visit.path["slug"])
    row, phase = preparation.row, Phase(preparation.row.phase)
    drafted = phase is Phase.DRAFTED
    items = checklist(preparation, visit.now) if phase in lifecycle.PREPARING else []
    return visit.page(
        "voting/desk_referendum.html",
        row=row,
        phase=visit.gettext(lifecycle.LABELS[phase]),
        drafted=drafted,
        preparing=phase in lifecycle.PREPARING,
        may_edit=drafted and bool(login.roles & set(desk.CLERKS)),
        manifest=_words(preparation, visit.settings.municipality),
        faults=[_fault(visit, fault) for fault in _faults(preparation, visit)],
        items=[_line(visit, item, phase) for item in items],
        notes=[_line(visit, item, phase) for item in notes(preparation)],
        counting=phase in COUNTED and bool(login.roles - {"registrar"}),
        acts=[(act.name, visit.gettext(act.label)) for act in desk.acts_for(phase, login.roles)],
        ceremony=preparation.ceremony(),
        seats=preparation.seats(),
        checked={made.owner for made in preparation.rehearsal_decryptions()},
        approvals=_approvals(visit, preparation),
    )


def _words(preparation: Preparation, municipality: str) -> dict[str, Json]:
    """What voters will read: the manifest, or what it would be."""
    row = preparation.row
    return decode_manifest(row.manifest or make_manifest(decode_draft(row.draft), row.uuid, municipality))


def _faults(preparation: Preparation, visit: Visit) -> list[Refused]:
    if preparation.row.phase != Phase.DRAFTED:
        return []
    draft = decode_draft(preparation.row.draft)
    return draft_faults(draft, calendar_of(draft, preparation.previous_referendum()), visit.now)


def _approvals(visit: Visit, preparation: Preparation) -> list[tuple[str, str, object]]:
    """Act, who, when; of acts that have a first approval."""
    return [
        (
            visit.gettext(desk.ACTS[given.act].label),
            display_name(visit.session, given.account_id),
            given.approved_at,
        )
        for given in preparation.approvals()
    ]


def _line(visit: Visit, item: Item, phase: Phase) -> Line:
    fields, act = item.fields, desk.ACTS.get(item.where)
    possible = act is not None and phase in act.phases
    mine = act is not None and possible and visit.require().roles & set(act.roles)
    return Line(
        item.done,
        visit.gettext(item.title, **fields),
        visit.gettext(item.what, **fields) if item.what else "",
        visit.gettext(item.why, **fields) if item.why else "",
        item.where if mine else "",
        ", ".join(visit.gettext(ROLE_NAMES[role]) for role in act.roles) if act and possible and not mine else "",
    )


def _fault(visit: Visit, fault: Refused) -> Line:
    advice = visit.gettext(fault.advice, **fault.fields) if fault.advice else ""
    return Line(False, visit.gettext(fault.sentence, **fault.fields), "", advice)


def _form(visit: Visit, fields: dict[str, str], url: str, fault: BadDraft | None = None) -> Response:
    filled = sum(bool(fields.get(f"question_{number}")) for number in range(1, 21))
    return visit.page(
        "voting/draft.html",
        422 if fault else 200,
        fields=defaultdict(str, fields),
        url=url,
        numbers=range(1, min(max(filled + 1, 1), 20) + 1),
        profiles=[(profile.id, profile.label) for profile in PROFILES.values()],
        groups=[(group, group) for group in GROUPS],
        errors=[(str(fault.fields.get("field", "title")), _fault(visit, fault).title)] if fault else [],
    )
