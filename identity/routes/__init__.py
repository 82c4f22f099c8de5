"""All addresses of the room."""

from starlette.routing import BaseRoute

from identity.routes import account, activation, login, messages, operator, registrar


def routes() -> list[BaseRoute]:
    rooms = (login, activation, account, messages, registrar, operator)
    return [route for pages in rooms for route in pages.routes()]
