"""The page of a topic: one line of time with a section for each step."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit import store as log
from audit.wording import NAMES
from consultation import timeline
from consultation.council import MARKS, SESSION_KINDS
from consultation.routes.consultations import consultation_panel
from consultation.routes.councillor_files import file_panel
from consultation.routes.decisions import decision_panel
from consultation.routes.implementation import measures_panel
from consultation.routes.removals import removals_panel
from consultation.store.session import body_of
from consultation.store.topic import TakingPart, agenda_of, taking_part
from consultation.store.visibility import public_consultation, public_topic
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [Route("/topics/{key}", show_topic, methods=["GET"])]


@endpoint
def show_topic(visit: Visit) -> Response:
    row, council_session = public_topic(visit.session, visit.path["key"])
    agenda = agenda_of(visit.session, council_session)
    topic_id = row.id or 0
    consultation = public_consultation(visit.session, row)
    decision, measures = decision_panel(visit, row), measures_panel(visit, row)
    steps = timeline.line_of_time(
        row,
        council_session,
        consultation,
        visit.now,
        decided_on=decision["decided_on"],
        measures=len(measures.get("lines", ())),
    )
    return visit.page(
        "consultation/topic.html",
        row=row,
        council_session=council_session,
        number=next(number for number, topic in enumerate(agenda.topics, 1) if topic.id == row.id),
        body=body_of(visit.session, council_session),
        kind=visit.gettext(SESSION_KINDS[council_session.kind]),
        mark=visit.gettext(MARKS[row.mark]) if row.mark != "regular" else "",
        days=timeline.days_until(council_session.starts_at, visit.now),
        can=timeline.what_you_can_do(row, council_session, consultation, visit.now),
        part=taking_part(visit.session, [topic_id]).get(topic_id, TakingPart(0, 0)),
        steps=[
            (step, visit.gettext(timeline.LABELS[step.name]), visit.gettext(timeline.STATES[step.state]))
            for step in steps
        ],
        files=[file for file in agenda.files.get(topic_id, ()) if file.purpose in {"motion", "attachment"}],
        consultation=consultation_panel(visit, row),
        terms=consultation,
        councillor_file=file_panel(visit, row),
        decision=decision,
        measures=measures,
        removals=removals_panel(visit, row),
        votes=visit.house.parts["referenda_of_topic"](visit, row.key),
        logged=[
            (logged.index, visit.gettext(NAMES[logged.entry.kind]))
            for logged in log.entries_about(visit.session, row.key)[-1:]
        ],
    )
