"""Every address of the room. `app.py` is the only reader."""

from starlette.routing import BaseRoute

from consultation.routes import search


def routes() -> list[BaseRoute]:
    return [*search.routes()]
