"""The moderators' desk: what waits, one page to decide about one contribution, and taking a hiding back.

The message to the author is part of the decision, in its transaction.
"""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_, Refused
from consultation import moderation
from consultation.contribution import LABELS
from consultation.desk import MODERATORS
from consultation.errors import Incomplete
from consultation.moderation import REASONS, check_not_author, check_restorable, last_moment, read_hiding, stage_of
from consultation.moderation_notice import accepted_notice, hidden_notice, restored_notice
from consultation.routes.moderation_view import called, case_of, house_words, tell_author, to_fresh
from consultation.store import moderation as store
from consultation.store.appeal import open_appeals
from consultation.store.contribution import topic_of
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import ContributionRow
from identity.login import FRESH_OFFICIAL
from pages import when
from visit import FreshCodeNeeded
from web import Visit, endpoint

DESK = "/desk/moderation"


def routes() -> list[BaseRoute]:
    return [
        Route(DESK, show_desk, methods=["GET"]),
        Route("/contributions/{key}/removal", show_decision, methods=["GET"]),
        Route("/contributions/{key}/removal", hide, methods=["POST"]),
        Route("/contributions/{key}/acceptance", accept, methods=["POST"]),
        Route("/removals/{key}/restoration", show_restoration, methods=["GET"]),
        Route("/removals/{key}/restoration", restore, methods=["POST"]),
    ]


@endpoint
def show_desk(visit: Visit) -> Response:
    """What waits first, the oldest first; then appeals by deadline; then what was published last."""
    visit.require(*MODERATORS)
    return visit.page(
        "consultation/moderation.html",
        waiting=_entries(visit, store.waiting(visit.session)),
        appeals=[
            (
                row.key,
                topic.title,
                visit.gettext(REASONS[removal.reason].label),
                last_moment(row.due_at),
                moderation.days_late(row.due_at, visit.now),
            )
            for row, removal, _, topic in open_appeals(visit.session)
        ],
        recent=_entries(visit, store.recent(visit.session)),
        standing=[
            (row.key, topic.title, visit.gettext(REASONS[row.reason].label), row.created_at)
            for row, topic in store.standing(visit.session)
        ],
    )


@endpoint
def show_decision(visit: Visit) -> Response:
    visit.require(*MODERATORS)
    row = store.sent_contribution(visit.session, visit.path["key"])
    stage_of(row.state)
    try:
        visit.require_fresh_totp(FRESH_OFFICIAL)
    except FreshCodeNeeded:
        return to_fresh(visit)
    return _decision(visit, row)


@endpoint
def hide(visit: Visit) -> Response:
    """Hide, or refuse what waits; the author is told in the same transaction."""
    login = visit.require(*MODERATORS)
    row = store.sent_contribution(visit.session, visit.path["key"], locked=True)
    check_not_author(author=store.is_author(visit.session, row, login.account_id))
    stage_of(row.state)
    try:
        visit.require_fresh_totp(FRESH_OFFICIAL)
        hiding = read_hiding(visit.form)
    except (FreshCodeNeeded, Incomplete) as refused:
        return _decision(visit, row, refused)
    removal = store.hide(visit.session, row.key, hiding, login.account_id, visit.now)
    say, topic = house_words(visit), topic_of(visit.session, row)[0]
    until = when(last_moment(removal.appeal_until), visit.settings.language)
    notice = hidden_notice(called(row, topic, say), hiding, removal.stage, until, say)
    tell_author(visit, row, notice, f"/contributions/{row.key}/appeal")
    done = _HIDDEN if removal.stage == "after" else _REFUSED
    return visit.redirect(DESK, visit.gettext(done))


_HIDDEN = N_("The contribution is hidden. It is in the register of removals.")
_REFUSED = N_("The contribution will not be published. It is in the register of removals.")


@endpoint
def accept(visit: Visit) -> Response:
    login = visit.require(*MODERATORS)
    visit.require_fresh_totp(FRESH_OFFICIAL)
    row = store.sent_contribution(visit.session, visit.path["key"], locked=True)
    check_not_author(author=store.is_author(visit.session, row, login.account_id))
    store.accept(visit.session, row.key, visit.now)
    say, topic = house_words(visit), topic_of(visit.session, row)[0]
    tell_author(visit, row, accepted_notice(called(row, topic, say), say), f"/contributions/{row.key}")
    return visit.redirect(DESK, visit.gettext(N_("The contribution is published.")))


@endpoint
def show_restoration(visit: Visit) -> Response:
    login = visit.require(*MODERATORS)
    removal, row = store.removal(visit.session, visit.path["key"])
    check_restorable(removal.state)
    check_not_author(author=store.is_author(visit.session, row, login.account_id))
    try:
        visit.require_fresh_totp(FRESH_OFFICIAL)
    except FreshCodeNeeded:
        return to_fresh(visit)
    return visit.page(
        "consultation/restoration.html",
        removal=removal,
        case=case_of(visit, row),
        reason=visit.gettext(REASONS[removal.reason].label),
    )


@endpoint
def restore(visit: Visit) -> Response:
    login = visit.require(*MODERATORS)
    visit.require_fresh_totp(FRESH_OFFICIAL)
    _, row = store.removal(visit.session, visit.path["key"])
    check_not_author(author=store.is_author(visit.session, row, login.account_id))
    row = store.restore(visit.session, visit.path["key"], visit.now)
    say, topic = house_words(visit), topic_of(visit.session, row)[0]
    tell_author(visit, row, restored_notice(called(row, topic, say), say), f"/contributions/{row.key}")
    return visit.redirect(DESK, visit.gettext(N_("The contribution is shown again.")))


def _decision(visit: Visit, row: ContributionRow, refused: Refused | None = None) -> Response:
    """The one screen of a decision; `refused`: what the form lacks, with what was typed kept."""
    login = visit.require(*MODERATORS)
    sentence = visit.gettext(refused.sentence, **refused.fields) if refused else ""
    lacking = refused.field if isinstance(refused, Incomplete) else ""
    return visit.page(
        "consultation/removal.html",
        refused.status if refused else 200,
        case=case_of(visit, row),
        own=store.is_author(visit.session, row, login.account_id),
        reasons=[(key, visit.gettext(reason.label), visit.gettext(reason.rule)) for key, reason in REASONS.items()],
        typed={"reason": visit.form.get("reason", ""), "explanation": visit.form.get("explanation", "")},
        errors={lacking: sentence} if lacking else {},
        stale=isinstance(refused, FreshCodeNeeded),
        rules=moderation.RULES,
    )


def _entries(visit: Visit, rows: Sequence[tuple[ContributionRow, TopicRow]]) -> list[tuple[object, ...]]:
    """Key, kind, beginning, topic, moment. Names are for the page of the decision."""
    return [
        (row.key, visit.gettext(LABELS[row.kind]), row.title or row.text[:120], topic.title, row.submitted_at)
        for row, topic in rows
    ]
