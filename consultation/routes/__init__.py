"""Every address of the room. `app.py` is the only reader."""

from starlette.routing import BaseRoute

from consultation.routes import desk, oparl, search


def routes() -> list[BaseRoute]:
    return [*desk.routes(), *search.routes(), *oparl.routes()]
