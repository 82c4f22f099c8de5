"""What the pages of the reply desk share: the topic they are about, the people who answer, a contribution in a list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from audit.refusal import Refused
from consultation.contribution import LABELS
from consultation.desk import REPLIERS
from consultation.errors import Incomplete
from consultation.reply import OUTCOMES
from consultation.routes.contribution_view import place_label
from consultation.store.collective import collective_names
from consultation.store.consultation import consultation_of
from consultation.store.contribution import arguments
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import CollectiveRow, ConsultationRow, ContributionRow
from consultation.store.support import supports
from consultation.store.text import text_now
from consultation.store.topic import topic_row
from consultation.store.visibility import nothing_here
from consultation.store.workbench import Line
from consultation.text import Text
from identity.store.account import display_name
from identity.store.role import accounts_with_role
from pages import translations
from web import Visit


@dataclass(frozen=True, slots=True)
class Desk:
    """A topic and its consultation, drafts too."""

    topic: TopicRow
    consultation: ConsultationRow

    @property
    def number(self) -> int:
        return self.consultation.id or 0

    @property
    def url(self) -> str:
        return f"/desk/topics/{self.topic.key}/replies"


@dataclass(frozen=True, slots=True)
class BenchLine:
    """A contribution in finished words. `outcome` and `reply` (a key) are empty while it has no reply."""

    key: str
    kind: str
    title: str
    text: str
    author: str
    place: str
    submitted_at: datetime | None
    supports: int
    arguments: int
    owner: str
    due: date | None
    overdue: bool
    outcome: str
    reply: str


def desk_of(session: Session, key: str) -> Desk:
    """Raises NotFound, also for a topic without a consultation."""
    topic = topic_row(session, key)
    consultation = consultation_of(session, topic.id or 0)
    if consultation is None:
        raise nothing_here()
    return Desk(topic, consultation)


def owners(session: Session) -> list[tuple[int, str]]:
    """Accounts that may answer, with their names: those of a service first."""
    ids = dict.fromkeys(account for role in reversed(REPLIERS) for account in accounts_with_role(session, role))
    return [(account, display_name(session, account)) for account in ids]


def bench_lines(visit: Visit, session: Session, lines: Sequence[Line], today: date) -> list[BenchLine]:
    ids = [line.row.id or 0 for line in lines]
    supported, argued = supports(session, ids), arguments(session, ids)
    names = {account: display_name(session, account) for account in {line.row.owner_id or 0 for line in lines} - {0}}
    text = text_now(session, lines[0].row.consultation_id) if lines else Text()
    groups = collective_names(session, (line.row.collective_id for line in lines))
    return [_line(visit, line, supported, argued, names, groups, text, today) for line in lines]


def refusal_words(visit: Visit, refused: Refused | None, field: str) -> tuple[list[tuple[str, str]], str]:
    """For `error_summary`: the field it is about (or `field`) and the sentence; then the advice."""
    if refused is None:
        return [], ""
    if isinstance(refused, Incomplete) and refused.field:
        field = refused.field
    advice = visit.gettext(refused.advice, **refused.fields) if refused.advice else ""
    return [(field, visit.gettext(refused.sentence, **refused.fields))], advice


def municipal_words(language: str) -> Callable[..., str]:
    """gettext with named fields in this language, whoever is here."""
    catalogue = translations(language)

    def words(msgid: str, **fields: str | int) -> str:
        text = catalogue.gettext(msgid)
        return text % fields if fields else text

    return words


def _line(
    visit: Visit,
    line: Line,
    supported: Mapping[int, int],
    argued: Mapping[int, Sequence[ContributionRow]],
    names: Mapping[int, str],
    groups: Mapping[int, CollectiveRow],
    text: Text,
    today: date,
) -> BenchLine:
    row, reply = line.row, line.reply
    group = groups.get(row.collective_id or 0)
    return BenchLine(
        key=row.key,
        kind=visit.gettext(LABELS[row.kind]),
        title=row.title or row.text[:80],
        text=row.text,
        author=f"{group.name} ({row.name})" if group else row.name,
        place=place_label(visit, text, row.paragraph),
        submitted_at=row.submitted_at,
        supports=supported.get(row.id or 0, 0),
        arguments=len(argued.get(row.id or 0, ())),
        owner=names.get(row.owner_id or 0, ""),
        due=row.reply_due,
        overdue=reply is None and row.reply_due is not None and row.reply_due < today,
        outcome=visit.gettext(OUTCOMES[reply.outcome]) if reply else "",
        reply=reply.key if reply else "",
    )
