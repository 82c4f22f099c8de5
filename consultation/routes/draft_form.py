"""The form of a contribution: what is in it, how it is read, and who may see it."""

from collections import defaultdict
from collections.abc import Mapping

from starlette.responses import Response

from audit.refusal import N_, Refused
from consultation.consultation import is_accepting
from consultation.contribution import (
    KINDS,
    LABELS,
    LICENCE,
    LICENCE_URL,
    STANCES,
    TEXT_LIMIT,
    TITLE_LIMIT,
    Saying,
    check_complete,
    check_places,
    read_saying,
)
from consultation.errors import EditConflict, Incomplete, WrongState
from consultation.revision import differences
from consultation.routes.contribution_view import place_label
from consultation.store.collective import collective_names, spoken_for
from consultation.store.consultation import text_now
from consultation.store.council_tables import TopicRow
from consultation.store.participation_tables import CollectiveRow, ConsultationRow, ContributionRow
from consultation.store.visibility import nothing_here
from identity.store.person import person_name
from web import Login, Visit


def mine(row: ContributionRow, login: Login) -> ContributionRow:
    """Raises NotFound: nobody learns of a draft of somebody else."""
    if row.account_id != login.account_id:
        raise nothing_here()
    return row


def check_accepting(visit: Visit, consultation: ConsultationRow) -> None:
    if not is_accepting(consultation, visit.now):
        raise WrongState(
            "contribution.closed",
            N_("This consultation takes no contributions now."),
            N_("A draft you have is kept; you find it under «My contributions»."),
        )


def read(visit: Visit, consultation: ConsultationRow, *, argument: bool) -> Saying:
    """The form, complete enough for the button that was pressed. Raises Incomplete."""
    saying = read_saying(visit.form, argument=argument)
    groups = groups_of(visit)
    check_places(saying, text_now(visit.session, consultation.id or 0).ids(), groups)
    if visit.form.get("act") != "keep":
        check_complete(saying)
    return saying


def groups_of(visit: Visit) -> dict[str, CollectiveRow]:
    return {group.key: group for group in spoken_for(visit.session, visit.require().account_id)}


def write(visit: Visit, row: ContributionRow, saying: Saying) -> None:
    group = groups_of(visit).get(saying.collective)
    row.kind, row.stance, row.paragraph = saying.kind, saying.stance, saying.paragraph
    row.title, row.text, row.modified_at = saying.title, saying.text, visit.now
    row.collective_id = group.id if group else None


def saying_of(visit: Visit, row: ContributionRow) -> Saying:
    group = collective_names(visit.session, [row.collective_id]).get(row.collective_id or 0)
    return Saying(row.kind, row.paragraph, row.stance, row.title, row.text, group.key if group else "")


def fields_of(visit: Visit, row: ContributionRow) -> dict[str, str]:
    """The row as the form spells it."""
    saying = saying_of(visit, row)
    return {
        "kind": saying.kind,
        "stance": saying.stance,
        "paragraph": saying.paragraph,
        "title": saying.title,
        "text": saying.text,
        "speaker": saying.collective,
    }


def form(
    visit: Visit,
    topic: TopicRow,
    consultation: ConsultationRow,
    fields: Mapping[str, str],
    parent: ContributionRow | None,
    fault: Refused | None = None,
    *,
    row: ContributionRow | None = None,
) -> Response:
    text = text_now(visit.session, consultation.id or 0)
    places = [(paragraph, place_label(visit, text, paragraph)) for paragraph in text.paragraph_ids()]
    labels = {"title": N_("Title"), "text": N_("Text"), "kind": N_("Type"), "paragraph": N_("About")}
    conflict = None
    if isinstance(fault, EditConflict) and row is not None:
        words = {field: visit.gettext(label) for field, label in labels.items()}
        conflict = differences(fields_of(visit, row), fields, words)
    error = (fault.field, visit.gettext(fault.sentence, **fault.fields)) if isinstance(fault, Incomplete) else None
    return visit.page(
        "consultation/draft.html",
        fault.status if fault else 200,
        topic=topic,
        consultation=consultation,
        fields=defaultdict(str, fields),
        parent=parent,
        row=row,
        url=f"/contributions/{row.key}/draft" if row else f"/topics/{topic.key}/contributions/new",
        kinds=[(kind, visit.gettext(LABELS[kind])) for kind in KINDS],
        stances=[(stance, visit.gettext(label)) for stance, label in STANCES.items()],
        places=places,
        speakers=[(group.key, group.name) for group in groups_of(visit).values()],
        name=person_name(visit.session, visit.require().citizen_id or 0),
        title_limit=TITLE_LIMIT,
        text_limit=TEXT_LIMIT,
        licence=LICENCE,
        licence_url=LICENCE_URL,
        errors=[error] if error else [],
        conflict=conflict,
    )
