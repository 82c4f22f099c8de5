"""Contributions as pages show them: words and names finished, and nothing in them that this visitor may not read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.refusal import N_
from consultation.contribution import LABELS, STANCES, STATES
from consultation.reply import OUTCOMES
from consultation.store import contribution as store
from consultation.store import support as supports
from consultation.store.collective import collective_names
from consultation.store.participation_tables import CollectiveRow, ContributionRow, ReplyRow
from consultation.store.reply import replies_of
from consultation.store.text import text_now
from consultation.store.visibility import is_public_contribution
from consultation.text import Text
from visit import Visit


@dataclass(frozen=True, slots=True)
class ReplyShown:
    """Who answered, when, what becomes of it and why."""

    outcome: str
    text: str
    signed_by: str
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Shown:
    """`title`, `text` and `by` are empty unless the visitor may read them; `by_key` is the collective's public key.

    `state` is the code, `state_label` the word; `may_support` says whether the button is offered.
    """

    key: str
    kind: str
    kind_label: str
    state: str
    state_label: str
    title: str
    text: str
    by: str
    by_key: str
    at: datetime | None
    paragraph: str
    place: str
    form: str
    mine: bool
    support_count: int
    supported: bool
    may_support: bool
    reply: ReplyShown | None
    arguments: tuple["Shown", ...]

    @property
    def readable(self) -> bool:
        return bool(self.text)


def shown(visit: Visit, rows: Sequence[ContributionRow], *, accepting: bool) -> list[Shown]:
    """The rows in the same order, with replies, supports and arguments. They belong to one consultation or to many."""
    arguments = store.arguments(visit.session, [row.id or 0 for row in rows])
    everything = [*rows, *(row for children in arguments.values() for row in children)]
    material = _Material(visit, everything, accepting)
    return [
        material.show(row, tuple(material.show(child, ()) for child in arguments.get(row.id or 0, ()))) for row in rows
    ]


def kind_label(row: ContributionRow) -> str:
    """The msgid of its type; of an argument, which side it takes."""
    return STANCES[row.stance] if row.kind == "argument" else LABELS[row.kind]


def signed(visit: Visit, name: str, group: str) -> str:
    """«Collective», by the person who signs for it; or the person alone."""
    return visit.gettext(N_("«%(collective)s», by %(name)s"), collective=group, name=name) if group else name


def place_label(visit: Visit, text: Text, place: str) -> str:
    """Where in the text: «Article 3, paragraph 2»; empty for the whole topic. A place that is gone is named as gone."""
    if not place:
        return ""
    for article in text.articles:
        number = article.number or article.title
        if article.id == place:
            return visit.gettext(N_("Article %(number)s"), number=number) if article.number else number
        for position, paragraph in enumerate(article.paragraphs, start=1):
            if paragraph.id == place:
                return (
                    visit.gettext(N_("Article %(number)s, paragraph %(position)s"), number=number, position=position)
                    if article.number
                    else visit.gettext(N_("Introduction, paragraph %(position)s"), position=position)
                )
    return visit.gettext(N_("A paragraph of an earlier version of the text"))


class _Material:
    """What the rows of one page have in common, read once."""

    def __init__(self, visit: Visit, rows: Sequence[ContributionRow], accepting: bool) -> None:
        session, ids = visit.session, [row.id or 0 for row in rows]
        citizen = visit.login.citizen_id if visit.login else None
        self.visit, self.accepting = visit, accepting
        self.account_id = visit.login.account_id if visit.login else None
        self.citizen = citizen
        self.replies = replies_of(session, ids)
        self.counts = supports.supports(session, ids)
        self.given = supports.given_by(session, citizen, ids) if citizen else set()
        self.groups: dict[int, CollectiveRow] = collective_names(session, (row.collective_id for row in rows))
        self.forms = store.form_numbers(session, (row.form_id for row in rows))
        self.texts = {number: text_now(session, number) for number in _consultations(rows)}

    def show(self, row: ContributionRow, arguments: tuple[Shown, ...]) -> Shown:
        public = is_public_contribution(row)
        mine = self.account_id is not None and row.account_id == self.account_id
        readable = public or mine
        group = self.groups.get(row.collective_id or 0)
        gettext = self.visit.gettext
        label = kind_label(row)
        return Shown(
            key=row.key,
            kind=row.kind,
            kind_label=gettext(label),
            state=row.state,
            state_label=gettext(STATES[row.state]),
            title=row.title if readable else "",
            text=row.text if readable else "",
            by=signed(self.visit, row.name, group.name if group else "") if readable else "",
            by_key=group.key if group and readable else "",
            at=row.submitted_at,
            paragraph=row.paragraph,
            place=place_label(self.visit, self.texts[row.consultation_id], row.paragraph),
            form=self.forms.get(row.form_id or 0, ""),
            mine=mine,
            support_count=self.counts.get(row.id or 0, 0) if public else 0,
            supported=row.id in self.given,
            may_support=public and self.accepting and not mine and row.kind != "argument"
            and self.citizen is not None and row.person_id != self.citizen,
            reply=self._reply(self.replies.get(row.id or 0)) if readable else None,
            arguments=arguments,
        )  # fmt: skip

    def _reply(self, row: ReplyRow | None) -> ReplyShown | None:
        if row is None:
            return None
        return ReplyShown(
            self.visit.gettext(OUTCOMES[row.outcome]), row.text, row.signed_by, row.modified_at, row.version
        )


def _consultations(rows: Iterable[ContributionRow]) -> set[int]:
    return {row.consultation_id for row in rows}
