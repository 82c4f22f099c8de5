"""Every address of the voting room."""

from starlette.routing import BaseRoute

from voting.routes import booth, clerk, committee, public, trustee, voter


def routes() -> list[BaseRoute]:
    return [
        *voter.routes(),
        *booth.routes(),
        *public.routes(),
        *committee.routes(),
        *clerk.routes(),
        *trustee.routes(),
    ]
