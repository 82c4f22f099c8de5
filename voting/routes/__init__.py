"""Every address of the voting room."""

from starlette.routing import Route

from voting.routes import booth, public, voter


def routes() -> list[Route]:
    return [*voter.routes(), *booth.routes(), *public.routes()]
