"""All addresses of the room."""

from starlette.routing import BaseRoute

from identity.routes import account, activation, login, operator, registrar


def routes() -> list[BaseRoute]:
    return [*login.routes(), *activation.routes(), *account.routes(), *registrar.routes(), *operator.routes()]
