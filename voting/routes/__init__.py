"""Every address of the voting room."""

from starlette.routing import BaseRoute

from voting.routes import booth, clerk, committee, counting, public, trustee, voter


def routes() -> list[BaseRoute]:
    return [
        *voter.routes(),
        *booth.routes(),
        *public.routes(),
        *committee.routes(),
        *clerk.routes(),
        *counting.routes(),
        *trustee.routes(),
    ]
