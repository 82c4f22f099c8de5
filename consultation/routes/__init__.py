"""Every address of the room. `app.py` is the only reader."""

from starlette.routing import BaseRoute

from consultation.routes import (
    appeals,
    collectives,
    contributions,
    desk,
    desk_collectives,
    drafts,
    finishing,
    moderation,
    my_contributions,
    oparl,
    removals,
    replies,
    reply_revisions,
    reply_templates,
    search,
    submissions,
    supports,
)


def routes() -> list[BaseRoute]:
    return [
        *desk.routes(),
        *search.routes(),
        *oparl.routes(),
        *finishing.routes(),
        *replies.routes(),
        *reply_revisions.routes(),
        *reply_templates.routes(),
        *moderation.routes(),
        *appeals.routes(),
        *removals.routes(),
        *collectives.routes(),
        *contributions.routes(),
        *desk_collectives.routes(),
        *drafts.routes(),
        *my_contributions.routes(),
        *submissions.routes(),
        *supports.routes(),
    ]
