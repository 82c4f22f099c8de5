"""A contribution as moderators and its author see it while it is judged, and the message that its author gets."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from starlette.responses import Response

from audit.refusal import N_
from consultation.contribution import LABELS, STANCES, STATES
from consultation.moderation_notice import Gettext, Notice
from consultation.routes.contribution_view import place_label, signed
from consultation.store import contribution as contributions
from consultation.store.collective import collective_names
from consultation.store.council_tables import TopicRow
from consultation.store.moderation import reachable
from consultation.store.participation_tables import ContributionRow
from consultation.store.text import text_now
from identity.store.message import tell
from pages import translations
from web import Visit


@dataclass(frozen=True, slots=True)
class Case:
    """`on`: what an argument argues about; `form`: number of the paper form; `told`: its author gets messages here."""

    key: str
    state: str
    state_label: str
    kind_label: str
    title: str
    text: str
    by: str
    place: str
    on: str
    form: str
    at: datetime | None
    told: bool
    topic: TopicRow


def case_of(visit: Visit, row: ContributionRow) -> Case:
    session, gettext = visit.session, visit.gettext
    group = collective_names(session, [row.collective_id]).get(row.collective_id or 0)
    parent = session.get(ContributionRow, row.parent_id) if row.parent_id else None
    return Case(
        key=row.key,
        state=row.state,
        state_label=gettext(STATES[row.state]),
        kind_label=kind_label(row, gettext),
        title=row.title,
        text=row.text,
        by=signed(visit, row.name, group.name if group else ""),
        place=place_label(visit, text_now(session, row.consultation_id), row.paragraph),
        on=(parent.title or parent.text) if parent else "",
        form=contributions.form_numbers(session, [row.form_id]).get(row.form_id or 0, ""),
        at=row.submitted_at,
        told=reachable(session, row) is not None,
        topic=contributions.topic_of(session, row)[0],
    )


def kind_label(row: ContributionRow, gettext: Gettext) -> str:
    label = STANCES[row.stance] if row.kind == "argument" else LABELS[row.kind]
    return gettext(label)


def house_words(visit: Visit) -> Gettext:
    """Texts in the municipality's language, whatever the moderator reads."""
    say = translations(visit.settings.language).gettext
    return lambda msgid, **fields: say(msgid) % fields if fields else say(msgid)


def called(row: ContributionRow, topic: TopicRow, gettext: Gettext) -> str:
    """The title of a contribution, or its kind and topic when it has none."""
    return row.title or gettext(N_("%(kind)s on “%(topic)s”"), kind=kind_label(row, gettext), topic=topic.title)


def tell_author(visit: Visit, row: ContributionRow, notice: Notice, url: str) -> None:
    """Nothing happens for an author on paper without an account; the moderator's page says so."""
    account_id = reachable(visit.session, row)
    if account_id is not None:
        tell(visit.session, account_id, visit.now, subject=notice.subject, body=notice.body, url=url)


def to_fresh(visit: Visit) -> Response:
    """The way over the page that asks for a one-time code, back to this one."""
    return visit.redirect("/login/fresh?next=" + quote(visit.request.url.path, safe=""))
