"""What the committee and the registrar do to a vote: each act has a page that says what it causes, then a POST.

Every POST asks for a fresh one-time code. Acts of two persons record an approval; the second one executes.
"""

import secrets

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_
from identity.store.account import display_name, person_of_account
from identity.store.person import electors
from identity.store.role import accounts_with_role, roles_of
from identity.vault import Vault
from visit import FreshCodeNeeded
from voting import desk
from voting.appointment import DEFAULT_SIZE, DEFAULT_THRESHOLD, MOST_TRUSTEES, Appointee, open_ceremony
from voting.casting import acceptance_signer
from voting.checklist import check_ready
from voting.credentials import list_credentials, make_request, read_answer
from voting.draft_form import read_moment
from voting.errors import BadCeremony, BadCredentials
from voting.issuer import make_service_credentials
from voting.opening import approve_cancellation, approve_extension, approve_opening, opening_matter
from voting.proclamation import proclaim
from voting.profile import profile_named
from voting.referendum import decode_draft
from voting.rehearsal import make_rehearsal, open_rehearsal
from voting.roll import freeze_roll
from voting.store import referendum as store
from voting.store.preparation import Preparation
from voting.trustees import end_ceremony
from web import UPLOAD_LIMIT, Endpoint, Login, Visit, endpoint

FRESH_MINUTES = 5
"""Officials' one-time codes hold this long (ID-18)."""


def routes() -> list[BaseRoute]:
    acts: dict[str, Endpoint] = {
        "proclamation": proclaim_vote,
        "roll": freeze,
        "credentials": list_keys,
        "ceremony": hold_ceremony,
        "rehearsal": rehearse,
        "openings": open_vote,
        "extensions": extend,
        "cancellation": cancel,
    }
    return [
        Route("/desk/referenda/{slug}/credentials/request.json", download_request, methods=["GET"]),
        Route("/desk/referenda/{slug}/ceremony/end", stop_ceremony, methods=["POST"]),
        *(Route(f"/desk/referenda/{{slug}}/{name}", _page(desk.ACTS[name]), methods=["GET"]) for name in acts),
        *(Route(f"/desk/referenda/{{slug}}/{name}", act, methods=["POST"]) for name, act in acts.items()),
    ]


def _page(act: desk.Act) -> Endpoint:
    """The page that asks twice: what is done, what it causes, and a form that does it."""

    @endpoint
    def show(visit: Visit) -> Response:
        visit.require(*act.roles)
        preparation = Preparation.reading(visit.session, visit.path["slug"])
        desk.check_act(act, preparation.row)
        try:
            visit.require_fresh_totp(FRESH_MINUTES)
        except FreshCodeNeeded:
            return RedirectResponse(f"/login/fresh?next={visit.request.url.path}", 303)
        if act.name == "openings":
            check_ready(preparation, visit.now)
        row = preparation.row
        return visit.page(
            "voting/act.html",
            act=act,
            row=row,
            label=visit.gettext(act.label),
            consequence=visit.gettext(act.consequence),
            draft=decode_draft(row.draft),
            given=[
                (display_name(visit.session, given.account_id), given.detail.decode())
                for given in preparation.approvals(act.name)
            ],
            matter=opening_matter(row) if act.name == "openings" else {},
            candidates=_candidates(visit) if act.name == "ceremony" else [],
            ceremony=preparation.ceremony(),
            seats=preparation.seats(),
            threshold=DEFAULT_THRESHOLD,
            size=DEFAULT_SIZE,
        )

    return show


def _begin(visit: Visit, name: str) -> tuple[Login, Preparation]:
    """Role, fresh code, phase; then the row is locked."""
    act = desk.ACTS[name]
    visit.require(*act.roles)
    login = visit.require_fresh_totp(FRESH_MINUTES)
    preparation = Preparation.writing(visit.session, visit.path["slug"])
    desk.check_act(act, preparation.row)
    return login, preparation


def _back(visit: Visit, sentence: str) -> Response:
    return visit.redirect(f"/desk/referenda/{visit.path['slug']}", visit.gettext(sentence))


@endpoint
def proclaim_vote(visit: Visit) -> Response:
    login, preparation = _begin(visit, "proclamation")
    proclaim(preparation, visit.settings.municipality, login.account_id, visit.now)
    return _back(visit, N_("The vote is proclaimed."))


@endpoint
def freeze(visit: Visit) -> Response:
    _, preparation = _begin(visit, "roll")
    cutoff = decode_draft(preparation.row.draft).roll_cutoff
    freeze_roll(preparation, electors(visit.session, cutoff), visit.now, secrets.token_bytes)
    return _back(visit, N_("The roll is frozen."))


@endpoint
def download_request(visit: Visit) -> Response:
    """Card numbers for the credential authority; no name is in it."""
    visit.require(*desk.COMMITTEE)
    preparation = Preparation.reading(visit.session, visit.path["slug"])
    headers = {"Content-Disposition": f'attachment; filename="credentials-request-{preparation.row.slug}.json"'}
    return Response(make_request(preparation), media_type="application/json", headers=headers)


@endpoint(limit=UPLOAD_LIMIT)
def list_keys(visit: Visit) -> Response:
    """The authority's answer is uploaded; in service mode the service makes the codes itself."""
    _, preparation = _begin(visit, "credentials")
    if preparation.row.issuer == "service":
        make_service_credentials(preparation, _vault(visit), secrets.token_bytes)
    else:
        answer = visit.body.file("answer")
        if answer is None:
            raise BadCredentials("credentials.no_file", N_("choose the file that the authority gave you"))
        list_credentials(preparation, read_answer(answer.read(), preparation.row.uuid))
    return _back(visit, N_("The list of credentials is public."))


@endpoint
def hold_ceremony(visit: Visit) -> Response:
    _, preparation = _begin(visit, "ceremony")
    chosen = [visit.form.get(f"seat_{place}", "") for place in range(1, MOST_TRUSTEES + 1)]
    candidates = {str(candidate.account_id): candidate for candidate in _candidates(visit)}
    if any(account and account not in candidates for account in chosen):
        raise BadCeremony("appointment.role", N_("%(name)s does not hold the role of trustee"), name="?")
    open_ceremony(
        preparation,
        [candidates[account] for account in chosen if account],
        visit.number("threshold") or 0,
        visit.now,
        secrets.token_hex,
        binding=profile_named(preparation.row.profile).nature == "binding",
    )
    return _back(visit, N_("The key ceremony is open. The trustees find it in their room."))


@endpoint
def stop_ceremony(visit: Visit) -> Response:
    """End a ceremony by name: somebody does not come, or sends nothing."""
    _, preparation = _begin(visit, "ceremony")
    end_ceremony(preparation, visit.form.get("reason", ""), visit.number("index"))
    return _back(visit, N_("The key ceremony has ended. A new one starts with new keys for all."))


@endpoint
def rehearse(visit: Visit) -> Response:
    visit.require(*desk.ACTS["rehearsal"].roles)
    visit.require_fresh_totp(FRESH_MINUTES)
    # Test ballots take seconds in the large group, so they are made before the transaction that locks the vote.
    with visit.db.reading() as session:
        made = make_rehearsal(store.referendum(session, visit.path["slug"]))
    open_rehearsal(_begin(visit, "rehearsal")[1], made, visit.now)
    return _back(visit, N_("The rehearsal is open. Every trustee now checks the own key."))


@endpoint
def open_vote(visit: Visit) -> Response:
    login, preparation = _begin(visit, "openings")
    key = acceptance_signer(visit.settings.origin, visit.settings.key("acceptance")).verifier_key.encode()
    done = approve_opening(preparation, login.account_id, login.citizen_id, key, visit.now, _members(visit))
    return _back(visit, N_("The vote is open.") if done else _WAITING)


@endpoint
def extend(visit: Visit) -> Response:
    login, preparation = _begin(visit, "extensions")
    closes, reason = read_moment(visit.form, "closes"), visit.form.get("reason", "")
    done = approve_extension(
        preparation, closes, reason, login.account_id, login.citizen_id, visit.now, _members(visit)
    )
    return _back(visit, N_("The vote is extended.") if done else _WAITING)


@endpoint
def cancel(visit: Visit) -> Response:
    login, preparation = _begin(visit, "cancellation")
    reason = visit.form.get("reason", "")
    done = approve_cancellation(preparation, reason, login.account_id, login.citizen_id, visit.now, _members(visit))
    return _back(visit, N_("The vote is cancelled.") if done else _WAITING)


_WAITING = N_("Your approval is kept. It happens when a second member of the committee approves the same.")


def _members(visit: Visit) -> list[int]:
    """Who sits on the committee now, with an account that is open."""
    return accounts_with_role(visit.session, "committee")


def _candidates(visit: Visit) -> list[Appointee]:
    session = visit.session
    return [
        Appointee(
            account, person_of_account(session, account), display_name(session, account), roles_of(session, account)
        )
        for account in accounts_with_role(session, "trustee")
    ]


def _vault(visit: Visit) -> Vault:
    return Vault(visit.settings.key("voting/service-codes"))
