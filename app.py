"""The only place where the rooms meet: settings, database, clock and every room's routes become one application."""

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlmodel import Session
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

import public
from assets import read_assets, software_digest
from audit import entry
from audit import routes as audit_routes
from audit import store as log
from audit.errors import LogUnfit
from audit.sequencer import Sequencer, make_sequencer
from consultation import routes as consultation_routes
from consultation.routes import consultations
from consultation.routes import panels as council_panels
from consultation.schedule import ConsultationClock
from db import Database, import_stores
from gate import Gate, log_to
from identity import routes as identity_routes
from identity.postman import Postman
from identity.store.housekeeping import housekeeping
from identity.store.login import find_login
from settings import Settings, from_environ
from voting import routes as voting_routes
from voting.routes import panels as vote_panels
from voting.schedule import Schedule
from web import House, Visit, failure

WORKERS = ("schedule", "consultation_clock", "postman", "housekeeping")
"""Parts of the house that run while it is served; after the sequencer, and stopped before it."""
journal = logging.getLogger("kalpi.app")


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, db: Database, clock: Callable[[], datetime] = utc_now) -> Starlette:
    """Opens no connection; reads the secret key and the files browsers receive. Tests build as many as they like.

    Raises UnusableSettings without a usable secret key. The sequencer runs while the application's lifespan does.
    """
    import_stores()
    rooms = (public, identity_routes, consultation_routes, voting_routes, audit_routes)
    app = Starlette(
        routes=[route for room in rooms for route in room.routes()],
        middleware=[Middleware(Gate, settings=settings)],
        exception_handlers={HTTPException: _refuse},
        lifespan=_lifespan,
    )
    app.router.redirect_slashes = False  # one address for each page (AC-12)
    sequencer = make_sequencer(settings, db, clock)
    parts = {
        "sequencer": sequencer,
        "schedule": Schedule(db, clock, sequencer.nudge),
        "consultation_clock": ConsultationClock(db, clock, sequencer.nudge),
        "postman": Postman(db, settings, clock),
        "housekeeping": housekeeping(db, clock),
        "desk_votes": vote_panels.desk_votes,
        "open_now": _open_now,
        "next_sessions": council_panels.next_sessions,
        "decided": council_panels.decided,
        "log_subjects": _log_subjects,
        "referenda_of_topic": vote_panels.votes_of_topic,
        "published_votes": vote_panels.published_votes,
        "vote_results": vote_panels.vote_results,
        "vote_windows": vote_panels.vote_windows,
    }
    app.state.house = House(settings, db, clock, find_login, read_assets(), sequencer.nudge, parts)
    return app


def from_environment() -> Starlette:
    """For uvicorn's workers."""
    log_to()
    settings = from_environ(os.environ)
    return create_app(settings, Database(settings.database_url))


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    house: House = app.state.house
    sequencer: Sequencer = house.parts["sequencer"]
    await run_in_threadpool(_start, house, sequencer)
    yield
    for worker in WORKERS:
        await run_in_threadpool(house.parts[worker].stop)
    await run_in_threadpool(sequencer.stop)


def _start(house: House, sequencer: Sequencer) -> None:
    """A log that is not fit to be signed leaves a service that can be read and records nothing (RL-12)."""
    house.db.check_durability()
    try:
        sequencer.open()
    except LogUnfit as unfit:
        journal.critical("reading only: %s", unfit)
        return
    files = software_digest(house.assets).hex()
    with house.db.writing() as session:
        told = log.find(session, "software")
        if not told or told[-1].entry.members["files"] != files:
            log.append(session, entry.make("software", files=files))
    sequencer.start()
    sequencer.nudge()
    for worker in WORKERS:
        house.parts[worker].start()


def _log_subjects(session: Session, about: set[str]) -> dict[str, tuple[str, str]]:
    """For the page of the log: uuid or key → title and address."""
    return {**council_panels.subjects(session, about), **vote_panels.vote_subjects(session)}


def _open_now(visit: Visit) -> list[consultations.Card | vote_panels.Card]:
    """For the front page: what people can take part in."""
    return [*consultations.open_consultation_cards(visit), *vote_panels.open_now(visit)]


async def _refuse(request: Request, error: Exception) -> Response:
    return await run_in_threadpool(failure, request, error)
