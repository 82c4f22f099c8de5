"""Every address of the room. `app.py` is the only reader."""

from starlette.routing import BaseRoute


def routes() -> list[BaseRoute]:
    return []
