"""Paper out: the printed agenda, a sample of the consultation form for everybody, numbered forms for the clerk."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit.refusal import N_, Refused
from consultation.agenda_sheet import PrintedAgenda, PrintedTopic, print_agenda
from consultation.council import MARKS, SESSION_KINDS
from consultation.desk import CLERKS
from consultation.errors import WrongState
from consultation.form_sheet import FormMatter, print_forms
from consultation.paper_form import MOST_PRINTED, read_count
from consultation.routes.reply_desk import Desk, desk_of, municipal_words, refusal_words
from consultation.store import paper_form as store
from consultation.store.participation_tables import ConsultationRow
from consultation.store.session import body_of
from consultation.store.topic import agenda_of
from consultation.store.version import newest_version
from consultation.store.visibility import nothing_here, public_consultation, public_session, public_topic
from pages import when
from web import Visit, endpoint


def routes() -> list[BaseRoute]:
    return [
        Route("/sessions/{key}/agenda.pdf", agenda, methods=["GET"]),
        Route("/topics/{key}/form.pdf", sample, methods=["GET"]),
        Route("/desk/topics/{key}/forms/new", ask, methods=["GET"]),
        Route("/desk/topics/{key}/forms", print_numbered, methods=["POST"]),
    ]


@endpoint
def agenda(visit: Visit) -> Response:
    session = visit.session
    row = public_session(session, visit.path["key"])
    listed = agenda_of(session, row)
    version = newest_version(session, row.id or 0)
    topics = []
    for number, topic in enumerate(listed.topics, 1):
        consultation = public_consultation(session, topic)
        is_open = consultation is not None and consultation.state == "open" and consultation.closes_at is not None
        withdrawn = ""
        if topic.state == "withdrawn":
            withdrawn = visit.gettext(N_("Withdrawn: %(reason)s"), reason=topic.withdrawn_reason)
        topics.append(
            PrintedTopic(
                number=number,
                title=topic.title,
                summary=topic.plain_summary,
                proposer=topic.proposer,
                mark=visit.gettext(MARKS[topic.mark]) if topic.mark != "regular" else "",
                withdrawn=withdrawn,
                until=when(consultation.closes_at, visit.language)
                if is_open and consultation and consultation.closes_at
                else "",
            )
        )
    cancelled = visit.gettext(N_("Cancelled: %(reason)s"), reason=row.cancelled_reason)
    printed = PrintedAgenda(
        municipality=visit.settings.municipality,
        body=body_of(session, row).name,
        kind=visit.gettext(SESSION_KINDS[row.kind]),
        title=row.title,
        starts=when(row.starts_at, visit.language),
        place=row.place,
        state=cancelled if row.state == "cancelled" else "",
        urgent_reason=row.urgent_reason,
        summons=row.summons,
        version=row.version,
        digest=version.digest if version else "",
        url=f"{visit.settings.base_url}/sessions/{row.key}",
        topics=topics,
    )
    made_at = version.made_at if version else row.modified_at
    return _pdf(
        print_agenda(printed, made_at=made_at, language=visit.language, gettext=visit.gettext), f"agenda-{row.key[:8]}"
    )


@endpoint
def sample(visit: Visit) -> Response:
    """Without a number: to see what will be asked, not to be handed in."""
    topic, _ = public_topic(visit.session, visit.path["key"])
    consultation = public_consultation(visit.session, topic)
    if consultation is None:
        raise nothing_here()
    return _pdf(_forms(visit, Desk(topic, consultation), [""]), f"form-{topic.key[:8]}")


@endpoint
def ask(visit: Visit) -> Response:
    visit.require(*CLERKS)
    return _page(visit, desk_of(visit.session, visit.path["key"]))


@endpoint
def print_numbered(visit: Visit) -> Response:
    """So many forms, each with a number of its own that is known from now on."""
    visit.require(*CLERKS)
    session = visit.session
    desk = desk_of(session, visit.path["key"])
    try:
        _check_printable(desk.consultation)
        count = read_count(visit.number("count"))
    except Refused as refused:
        return _page(visit, desk, refused)
    numbers = store.print_numbers(session, desk.number, count, visit.now)
    return _pdf(_forms(visit, desk, numbers), f"forms-{desk.topic.key[:8]}", attached=True)


def _check_printable(consultation: ConsultationRow) -> None:
    """Raises WrongState."""
    if consultation.state not in {"scheduled", "open"}:
        raise WrongState("form.closed", N_("Forms are printed once the consultation is announced, until it closes."))


def _page(visit: Visit, desk: Desk, refused: Refused | None = None) -> Response:
    errors, advice = refusal_words(visit, refused, "count")
    return visit.page(
        "consultation/desk_forms_new.html",
        refused.status if refused else 200,
        desk=desk,
        most=MOST_PRINTED,
        count=visit.form.get("count", "20"),
        errors=errors,
        advice=advice,
    )


def _forms(visit: Visit, desk: Desk, numbers: list[str]) -> bytes:
    """In the municipality's language: the form is for everybody."""
    language = visit.settings.language
    consultation = desk.consultation
    matter = FormMatter(
        municipality=visit.settings.municipality,
        title=desk.topic.title,
        summary=consultation.plain_summary or desk.topic.plain_summary,
        purpose=consultation.purpose,
        closes=when(consultation.closes_at, language) if consultation.closes_at else "",
        url=f"{visit.settings.base_url}/topics/{desk.topic.key}/consultation",
    )
    return print_forms(
        matter, numbers, made_at=consultation.modified_at, language=language, gettext=municipal_words(language)
    )


def _pdf(data: bytes, name: str, *, attached: bool = False) -> Response:
    place = "attachment" if attached else "inline"
    headers = {"Content-Disposition": f'{place}; filename="{name}.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)
