"""The only place where the rooms meet: settings, database, clock and every room's routes become one application."""

import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

import public
from assets import read_assets
from db import Database
from gate import Gate
from settings import Settings
from web import House, Login, failure

ROOM_ROUTES = ("identity.routes", "voting.routes", "audit.routes")


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, db: Database, clock: Callable[[], datetime] = utc_now) -> Starlette:
    """Opens nothing and reads only the files browsers receive, so tests build as many as they like."""
    routes: list[BaseRoute] = public.routes()
    for name in ROOM_ROUTES:
        routes += _room(name)
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Gate, settings=settings)],
        exception_handlers={HTTPException: _refuse},
        lifespan=_lifespan,
    )
    app.router.redirect_slashes = False  # one address for each page (AC-12)
    app.state.house = House(settings, db, clock, _find_login, read_assets())
    return app


def _room(name: str) -> list[BaseRoute]:
    try:
        return list(importlib.import_module(name).routes())
    except (ImportError, AttributeError):
        return []


def _find_login(_db: Database, _token: str, _now: datetime) -> Login | None:
    return None


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    yield


async def _refuse(request: Request, error: Exception) -> Response:
    return await run_in_threadpool(failure, request, error)
