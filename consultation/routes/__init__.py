"""Every address of the room. `app.py` is the only reader."""

from starlette.routing import BaseRoute

from consultation.routes import (
    appeals,
    desk,
    finishing,
    moderation,
    oparl,
    removals,
    replies,
    reply_revisions,
    reply_templates,
    search,
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
    ]
