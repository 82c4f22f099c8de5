"""Decisions as everybody sees them: on the page of the topic, in the list, and each version by itself (M4)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audit import store as log
from consultation.ada import ada_url
from consultation.council_vote import CHOICES, DECIDED, OUTCOMES, Choice
from consultation.decision import Decision, decode_decision
from consultation.minutes import STATES
from consultation.store import decision as store
from consultation.store.council_tables import DecisionRow, FileRow, TopicRow
from consultation.store.minutes import extract_of
from consultation.store.visibility import public_topic
from crypto.encoding import parse_json
from web import Visit, endpoint

LAST_PAGE = 999


def routes() -> list[BaseRoute]:
    return [
        Route("/decisions", list_decisions, methods=["GET"]),
        Route("/topics/{key}/decision/{number:int}", show_version, methods=["GET"]),
    ]


def decision_panel(visit: Visit, topic: TopicRow) -> dict[str, Any]:
    """For the page of the topic, public or in the desk's preview. `made` says whether there is a decision.

    `decided_on` is a day or None; `minutes` a link to what the minutes say on the topic, or None.
    """
    row = store.decision_of(visit.session, topic.id or 0)
    panel: dict[str, Any] = {"made": row is not None, "decided_on": None, "minutes": _minutes(visit, topic)}
    if row is None:
        return panel
    decision = store.as_value(visit.session, row)
    return (
        panel
        | _shown(visit, decision, _file(visit, row))
        | {
            "version": row.version,
            "url": f"/topics/{topic.key}/decision/{row.version}",
            "changed_at": row.modified_at,
        }
    )


def published_votes(visit: Visit) -> dict[str, tuple[str, str]]:
    """Title and address of each vote whose result is published, by its uuid; the other room tells them."""
    listed = visit.house.parts.get("published_votes")
    return {uuid: (title, url) for uuid, title, url in listed(visit.session)} if listed else {}


@endpoint
def list_decisions(visit: Visit) -> Response:
    bodies = store.bodies_with_decisions(visit.session)
    years = store.years_of_decisions(visit.session)
    body = visit.query.get("body", "")
    body = body if body in {key for key, _, _ in bodies} else ""
    year = next((year for year in years if str(year) == visit.query.get("year")), None)
    text = visit.query.get("page", "")
    page = min(int(text), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) else 1
    found = store.public_decisions(visit.session, body=body, year=year, page=page)
    return visit.page(
        "consultation/decisions.html",
        lines=[
            (one, visit.gettext(OUTCOMES[one.decision.outcome]), _awaited(one.decision.outcome, one.decision.ada))
            for one in found[: store.PAGE]
        ],
        bodies=[("", visit.gettext("All bodies")), *((key, name) for key, name, _ in bodies)],
        years=[("", visit.gettext("All years")), *((str(one), str(one)) for one in years)],
        body=body,
        year=str(year or ""),
        earlier=_url(body, year, page + 1) if len(found) > store.PAGE else "",
        later=_url(body, year, page - 1) if page > 1 else "",
    )


@endpoint
def show_version(visit: Visit) -> Response:
    """One version as its bytes have it, whose digest the log holds."""
    topic, council_session = public_topic(visit.session, visit.path["key"])
    row = store.version(visit.session, topic.id or 0, int(visit.path["number"]))
    value = parse_json(row.content, size_limit=len(row.content))
    assert isinstance(value, dict)
    versions = store.versions(visit.session, row.decision_id)
    file = store.file_of(visit.session, topic.id or 0, str(value["file"]))
    return visit.page(
        "consultation/decision.html",
        topic=topic,
        council_session=council_session,
        row=row,
        decision=_shown(visit, decode_decision(row.content), file) | {"minutes": _minutes(visit, topic)},
        versions=versions,
        is_newest=row.number == versions[0].number,
        file_digest=value["file"],
        logged=_logged(visit, topic, row.digest),
    )


def _shown(visit: Visit, decision: Decision, file: FileRow | None) -> dict[str, Any]:
    noted = published_votes(visit).get(decision.noted_vote) if decision.noted_vote else None
    return {
        "outcome": visit.gettext(OUTCOMES[decision.outcome]),
        "decided": decision.outcome in DECIDED,
        "number": decision.number,
        "decided_on": decision.decided_on,
        "text": decision.text,
        "ada": decision.ada,
        "ada_url": ada_url(decision.ada) if decision.ada else "",
        "ada_awaited": _awaited(decision.outcome, decision.ada),
        "file": file,
        "votes": _votes(visit, decision.votes),
        "noted": {"title": noted[0], "url": noted[1]} if noted else None,
    }


def _votes(visit: Visit, votes: Mapping[str, Choice]) -> list[tuple[str, list[str]]]:
    """Each choice that was made, with the names of who made it."""
    names = store.councillor_names(visit.session, [*votes])
    by_choice = {choice: sorted(names[key] for key, cast in votes.items() if cast is choice) for choice in CHOICES}
    return [(visit.gettext(CHOICES[choice]), found) for choice, found in by_choice.items() if found]


def _minutes(visit: Visit, topic: TopicRow) -> dict[str, Any] | None:
    found = extract_of(visit.session, topic)
    if found is None:
        return None
    row, extract = found
    session_key = public_topic(visit.session, topic.key)[1].key
    return {
        "url": f"/sessions/{session_key}/minutes#topic-{topic.key}",
        "state": visit.gettext(STATES[row.state]),
        "extract": extract,
    }


def _file(visit: Visit, row: DecisionRow) -> FileRow | None:
    file = visit.session.get(FileRow, row.file_id) if row.file_id else None
    return file if file and file.deleted_at is None else None


def _logged(visit: Visit, topic: TopicRow, digest: str) -> int | None:
    """The index of the version's entry, once it has one."""
    found = log.entries_about(visit.session, topic.key)
    return next((one.index for one in found if one.entry.members.get("decision") == digest), None)


def _awaited(outcome: str, ada: str) -> bool:
    """«αναμένεται ανάρτηση»: the council decided and Diavgeia has not given a number yet."""
    return outcome in DECIDED and not ada


def _url(body: str, year: int | None, page: int) -> str:
    fields = {"body": body, "year": str(year or ""), "page": str(page) if page > 1 else ""}
    wanted = urlencode({name: value for name, value in fields.items() if value})
    return f"/decisions?{wanted}" if wanted else "/decisions"
