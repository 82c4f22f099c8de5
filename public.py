"""Pages for everybody that belong to no room: what this is, how to vote and check, what is proved, style, health."""

from sqlalchemy.exc import OperationalError
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from assets import software_digest, software_list
from audit import store as log
from audit.refusal import N_
from gate import SCRIPT_POLICY
from pages import LANGUAGES
from web import Endpoint, NotFound, Visit, endpoint, local_path

YEAR_SECONDS = 365 * 24 * 3600


@endpoint
def home(visit: Visit) -> Response:
    """`app.create_app` lends the panels: each a callable of the visit that gives cards."""
    panels = ("open_now", "next_sessions", "decided")
    return visit.page("public/home.html", **{name: visit.house.parts[name](visit) for name in panels})


def _text_page(template: str) -> Endpoint:
    @endpoint
    def show(visit: Visit) -> Response:
        return visit.page(f"public/{template}.html")

    return show


@endpoint
def style(visit: Visit) -> Response:
    """Every part of the design system on one page; only in the demo."""
    if not visit.settings.demo:
        raise NotFound("request.address", N_("There is no such page."))
    return visit.page("public/style.html")


@endpoint
def language(visit: Visit) -> Response:
    """Choose the language for this browser, then go back."""
    code = visit.path["code"]
    if code not in LANGUAGES:
        raise NotFound("request.address", N_("There is no such page."))
    response = visit.redirect(local_path(visit.query.get("back", "/")))
    response.set_cookie("language", code, YEAR_SECONDS, secure=visit.settings.secure, httponly=True, samesite="lax")
    return response


@endpoint
def asset(visit: Visit) -> Response:
    found = visit.house.assets.get(visit.request.url.path)
    if found is None:
        raise NotFound("request.address", N_("There is no such page."))
    etag = f'"{found.digest[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if found.is_script:
        headers["Content-Security-Policy"] = SCRIPT_POLICY
    if visit.request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(found.body, headers=headers, media_type=found.media_type)


@endpoint
def software(visit: Visit) -> Response:
    return PlainTextResponse(software_list(visit.house.assets))


@endpoint
def health(visit: Visit) -> Response:
    """For a watchdog: 200 while ballots can be recorded, 503 with one word when not."""
    state = "ok"
    try:
        if log.head(visit.session).halted:
            state = "log halted"
    except OperationalError:
        state = "database unavailable"
    sequencer = visit.house.parts.get("sequencer")
    if state == "ok" and not (sequencer and sequencer.running):
        state = "log not kept"
    return visit.json(
        {"state": state, "software": software_digest(visit.house.assets).hex()}, 200 if state == "ok" else 503
    )


def routes() -> list[BaseRoute]:
    return [
        Route("/", home),
        Route("/how-to-vote", _text_page("how_to_vote")),
        Route("/how-to-check", _text_page("how_to_check")),
        Route("/how-to-take-part", _text_page("how_to_take_part")),
        Route("/trust", _text_page("trust")),
        Route("/privacy", _text_page("privacy")),
        Route("/accessibility", _text_page("accessibility")),
        Route("/style", style),
        Route("/language/{code}", language),
        Route("/software", software),
        Route("/health", health),
        Route("/static/{path:path}", asset),
        Route("/modules/{path:path}", asset),
    ]
