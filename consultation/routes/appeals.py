"""Appeals: the author's page with what was decided and why, and the page of whoever decides the appeal."""

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_, Refused
from consultation.appeal import OUTCOMES, check_may_appeal, read_appeal, read_verdict
from consultation.desk import MODERATORS
from consultation.errors import Incomplete, NotYours, WrongState
from consultation.moderation import REASONS, RULES, STATES, days_late, last_moment
from consultation.moderation_notice import decided_notice
from consultation.routes.moderation import DESK
from consultation.routes.moderation_view import called, case_of, house_words, tell_author, to_fresh
from consultation.store import appeal as store
from consultation.store.contribution import topic_of
from consultation.store.moderation import sent_contribution
from consultation.store.participation_tables import AppealRow, ContributionRow, RemovalRow
from identity.login import FRESH_OFFICIAL
from visit import FreshCodeNeeded
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/contributions/{key}/appeal", show, methods=["GET"]),
        Route("/contributions/{key}/appeal", file, methods=["POST"]),
        Route("/desk/appeals/{key}", show_decision, methods=["GET"]),
        Route("/desk/appeals/{key}", decide, methods=["POST"]),
    ]


@endpoint
def show(visit: Visit) -> Response:
    """For the author, before and after the appeal."""
    login = visit.require()
    row = sent_contribution(visit.session, visit.path["key"])
    store.check_author(row, login.account_id)
    return _author_page(visit, row)


@endpoint
def file(visit: Visit) -> Response:
    login = visit.require()
    row = sent_contribution(visit.session, visit.path["key"])
    store.check_author(row, login.account_id)
    try:
        text = read_appeal(visit.form)
    except Incomplete as refused:
        return _author_page(visit, row, refused)
    store.file_appeal(visit.session, row.key, text, login.account_id, visit.now)
    sentence = N_("Your appeal is filed. Somebody else than the moderator decides it, and you get a message.")
    return visit.redirect(f"/contributions/{row.key}/appeal", visit.gettext(sentence))


@endpoint
def show_decision(visit: Visit) -> Response:
    login = visit.require(*MODERATORS)
    row, removal, contribution = store.appeal(visit.session, visit.path["key"])
    if not row.outcome and not _why_not(visit, removal, contribution, login.account_id):
        try:
            visit.require_fresh_totp(FRESH_OFFICIAL)
        except FreshCodeNeeded:
            return to_fresh(visit)
    return _decider_page(visit, row, removal, contribution)


@endpoint
def decide(visit: Visit) -> Response:
    login = visit.require(*MODERATORS)
    row, removal, contribution = store.appeal(visit.session, visit.path["key"])
    store.check_decider(visit.session, removal, contribution, login.account_id)
    try:
        visit.require_fresh_totp(FRESH_OFFICIAL)
        verdict = read_verdict(visit.form)
    except (FreshCodeNeeded, Incomplete) as refused:
        return _decider_page(visit, row, removal, contribution, refused)
    store.decide(visit.session, row.key, verdict, login.account_id, visit.now)
    say, topic = house_words(visit), topic_of(visit.session, contribution)[0]
    notice = decided_notice(called(contribution, topic, say), verdict, say)
    tell_author(visit, contribution, notice, f"/contributions/{contribution.key}/appeal")
    return visit.redirect(DESK, visit.gettext(N_("The appeal is decided and the author is told.")))


def _author_page(visit: Visit, row: ContributionRow, refused: Incomplete | None = None) -> Response:
    removal = store.hiding_of(visit.session, row)
    appeal = store.appeal_of(visit.session, removal)
    closed = ""
    try:
        check_may_appeal(removal.state, removal.appeal_until, visit.now)
    except WrongState as reason:
        closed = visit.gettext(reason.sentence)
    return visit.page(
        "consultation/appeal.html",
        refused.status if refused else 200,
        case=case_of(visit, row),
        removal=removal,
        state=visit.gettext(STATES[removal.state]),
        reason=visit.gettext(REASONS[removal.reason].label),
        rule=visit.gettext(REASONS[removal.reason].rule),
        until=last_moment(removal.appeal_until),
        closed=closed,
        limit=RULES.appeal_limit,
        typed=visit.form.get("text", ""),
        error=visit.gettext(refused.sentence, **refused.fields) if refused else "",
        **_progress(visit, appeal),
    )


def _progress(visit: Visit, appeal: AppealRow | None) -> dict[str, Any]:
    return {
        "appeal": appeal,
        "due": last_moment(appeal.due_at) if appeal else None,
        "late": days_late(appeal.due_at, appeal.decided_at or visit.now) if appeal else 0,
        "outcome": visit.gettext(OUTCOMES[appeal.outcome]) if appeal and appeal.outcome else "",
    }


def _decider_page(
    visit: Visit, row: AppealRow, removal: RemovalRow, contribution: ContributionRow, refused: Refused | None = None
) -> Response:
    login = visit.require(*MODERATORS)
    lacking = refused.field if isinstance(refused, Incomplete) else ""
    return visit.page(
        "consultation/appeal_decision.html",
        refused.status if refused else 200,
        case=case_of(visit, contribution),
        removal=removal,
        reason=visit.gettext(REASONS[removal.reason].label),
        rule=visit.gettext(REASONS[removal.reason].rule),
        why_not=_why_not(visit, removal, contribution, login.account_id),
        outcomes=[(key, visit.gettext(label)) for key, label in OUTCOMES.items()],
        typed={"outcome": visit.form.get("outcome", ""), "reasoning": visit.form.get("reasoning", "")},
        errors={lacking: visit.gettext(refused.sentence, **refused.fields)} if refused and lacking else {},
        stale=isinstance(refused, FreshCodeNeeded),
        limit=RULES.explanation_limit,
        **_progress(visit, row),
    )


def _why_not(visit: Visit, removal: RemovalRow, contribution: ContributionRow, account_id: int) -> str:
    """Why this official may not decide; empty for whoever may."""
    try:
        store.check_decider(visit.session, removal, contribution, account_id)
    except NotYours as refused:
        return f"{visit.gettext(refused.sentence)} {visit.gettext(refused.advice)}"
    return ""
