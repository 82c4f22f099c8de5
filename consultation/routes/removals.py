"""The public register of removals, its CSV, and the few lines of it that a topic's page shows."""

from collections import Counter
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from consultation.contribution import LABELS
from consultation.moderation import HIDDEN, REASONS, STAGES, STATES
from consultation.removal_register import Line, as_csv
from consultation.store import removal_register as store
from consultation.store.council_tables import TopicRow
from consultation.store.visibility import public_topic
from web import Visit, endpoint

PAGE = 100


def routes() -> list[BaseRoute]:
    return [Route("/removals", show, methods=["GET"]), Route("/removals.csv", download, methods=["GET"])]


@endpoint
def show(visit: Visit) -> Response:
    topic = _topic(visit)
    key = topic.key if topic else ""
    found = store.lines(visit.session, visit.now, key)
    page = _page(visit.query.get("page", ""), len(found))
    return visit.page(
        "consultation/removals.html",
        topic=topic,
        lines=[(line, _words(visit, line)) for line in found[(page - 1) * PAGE : page * PAGE]],
        comparison=store.compare(visit.session, key),
        late=sum(line.days_late > 0 and line.decided_on is None for line in found),
        page=page,
        more=len(found) > page * PAGE,
        query=f"?topic={key}" if key else "",
        filter=f"topic={key}&" if key else "",
    )


@endpoint
def download(visit: Visit) -> Response:
    topic = _topic(visit)
    text = as_csv(store.lines(visit.session, visit.now, topic.key if topic else ""))
    headers = {"Content-Disposition": 'attachment; filename="removals.csv"'}
    return Response(text, media_type="text/csv", headers=headers)


def removals_panel(visit: Visit, topic: TopicRow) -> dict[str, Any] | None:
    """For the page of a topic: how many hidings, for which reasons, and the way to the register; None without any."""
    found = store.lines(visit.session, visit.now, topic.key)
    if not found:
        return None
    reasons = Counter(line.reason for line in found)
    return {
        "count": len(found),
        "reasons": [(_reason(visit, reason), number) for reason, number in reasons.most_common()],
        "restored": sum(line.state not in HIDDEN for line in found),
        "late": sum(line.days_late > 0 for line in found),
        "url": f"/removals?topic={topic.key}",
    }


def _topic(visit: Visit) -> TopicRow | None:
    """The topic asked for. Raises NotFound unless it is public."""
    key = visit.query.get("topic", "")
    return public_topic(visit.session, key)[0] if key else None


def _page(text: str, count: int) -> int:
    """A page that exists, the first for anything else."""
    last = max(1, -(-count // PAGE))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= last else 1


def _words(visit: Visit, line: Line) -> dict[str, str]:
    return {
        "kind": visit.gettext(LABELS.get(line.kind, line.kind)),
        "reason": _reason(visit, line.reason),
        "stage": visit.gettext(STAGES.get(line.stage, line.stage)),
        "state": visit.gettext(STATES.get(line.state, line.state)),
    }


def _reason(visit: Visit, reason: str) -> str:
    """A reason that is no longer in the list keeps its code."""
    return visit.gettext(REASONS[reason].label) if reason in REASONS else reason
