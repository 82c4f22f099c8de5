"""How a handler is called, what is checked before it, and what becomes of what it raises.

    @endpoint
    def show(visit: Visit) -> Response: ...

A handler is a plain function and runs in the thread pool inside one transaction of `visit.session`: *return commits,
raise rolls back*. GET and HEAD get a reading session, everything else a writing one. An `async def` handler gets no
session and uses `visit.db` itself, off the event loop.
"""

import functools
import hmac
import inspect
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any, TypeAlias, overload
from urllib.parse import quote

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from audit.refusal import N_, Refused
from body import CAST_LIMIT, FORM_LIMIT, UPLOAD_LIMIT, BadRequest, Body, TooLarge, read_body, unique_fields
from crypto.errors import Flaw, InvalidProof
from gate import log_crash
from visit import FRESH_MINUTES, SAFE, House, Login, LoginNeeded, NotFound, Visit, local_path

__all__ = [
    "CAST_LIMIT",
    "FORM_LIMIT",
    "FRESH_MINUTES",
    "UPLOAD_LIMIT",
    "BadRequest",
    "CrossSite",
    "Endpoint",
    "House",
    "Login",
    "LoginNeeded",
    "NotFound",
    "Visit",
    "endpoint",
    "failure",
    "local_path",
]

Handler: TypeAlias = Callable[[Visit], Response] | Callable[[Visit], Awaitable[Response]]
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class RowNumber(IntegerConvertor):
    """`{person_id:int}` in an address: one spelling, and never more than a column holds (2^31-1).

    Everything else is no address of ours, so it is answered with 404.
    """

    regex = "0|[1-9][0-9]{0,8}"


register_url_convertor("int", RowNumber())


class CrossSite(Refused):
    """The request was not made by a page of ours."""

    status = 403


@overload
def endpoint(handler: Handler, /) -> Endpoint: ...
@overload
def endpoint(*, limit: int = FORM_LIMIT, token: bool = True) -> Callable[[Handler], Endpoint]: ...
def endpoint(
    handler: Handler | None = None, /, *, limit: int = FORM_LIMIT, token: bool = True
) -> Endpoint | Callable[[Handler], Endpoint]:
    """Turn a handler into a Starlette endpoint.

    `limit`: bytes of body accepted. `token=False` leaves out the form token, never the same-origin check: only for
    JSON that must be answered after its login ended (a ballot sent again).
    """
    if handler is None:
        return lambda handler: _endpoint(handler, limit, token)
    return _endpoint(handler, limit, token)


def _endpoint(handler: Handler, limit: int, token: bool) -> Endpoint:
    @functools.wraps(handler)
    async def answer(request: Request) -> Response:
        house: House = request.app.state.house
        body, refusal = Body(), None
        if request.method not in SAFE:
            try:
                body = await read_body(request, limit)
            except Refused as error:
                refusal = error
        if not inspect.iscoroutinefunction(handler):
            return await run_in_threadpool(_attend, request, house, body, handler, refusal, token)
        visit = Visit(request, house, body, None)
        try:
            await run_in_threadpool(_admit, visit, refusal, token)
            return visit.finish(await handler(visit))
        except Exception as error:
            return await run_in_threadpool(_failure, visit, error)
        finally:
            body.close()

    return answer


def failure(request: Request, error: Exception) -> Response:
    """The page for what was raised before any handler ran: no such address, no such method."""
    return _failure(Visit(request, request.app.state.house, Body(), None), error)


def _attend(request: Request, house: House, body: Body, handler: Any, refusal: Refused | None, token: bool) -> Response:
    exits = ExitStack()
    visit = Visit(request, house, body, exits)
    try:
        with exits:
            _admit(visit, refusal, token)
            response: Response = handler(visit)
        return visit.finish(response)
    except Exception as error:
        return _failure(visit, error)
    finally:
        body.close()


def _admit(visit: Visit, refusal: Refused | None, token: bool) -> None:
    """Who is here, and was the request made by a page of ours? Raises Refused."""
    if visit.token:
        visit.login = visit.house.find_login(visit.db, visit.token, visit.now)
    if refusal is not None:
        raise refusal
    if visit.request.method not in SAFE:
        _check_same_site(visit, token)
    visit.query = unique_fields(visit.request.url.query.encode())


def _check_same_site(visit: Visit, token: bool) -> None:
    """Three witnesses: Sec-Fetch-Site if the browser sends it, Origin always, and the token (WB-07)."""
    headers = visit.request.headers
    foreign = headers.get("sec-fetch-site", "same-origin") != "same-origin"
    if foreign or headers.getlist("origin") != [visit.settings.base_url]:
        raise CrossSite("request.origin", N_("This request did not come from a page of this service."))
    if not token:
        if not visit.body.is_json:
            raise CrossSite("request.type", N_("This address accepts JSON only."))
        return
    sent = headers.get("x-csrf-token") or visit.form.pop("csrf", "")
    if not hmac.compare_digest(sent.encode(), visit.csrf.encode()):
        advice = N_("Go back, load the page again and repeat the step.")
        raise CrossSite("request.token", N_("The page you sent this from has expired."), advice)


def _failure(visit: Visit, error: Exception) -> Response:
    """What a person or a script sees of what was raised; a bug shows nothing of itself."""
    if isinstance(error, LoginNeeded) and visit.request.method in SAFE and not visit.wants_json:
        return RedirectResponse("/login?next=" + quote(local_path(visit.request.url.path), safe="/"), 303)
    if isinstance(error, Refused):
        refused = error
    elif isinstance(error, Flaw):
        refused = Refused(error.code, error.sentence)
        refused.status = 422 if isinstance(error, InvalidProof) else 400
    elif isinstance(error, HTTPException):
        refused = _of_http(error)
    elif isinstance(error, OperationalError | PoolTimeout):
        log_crash(error)
        sentence = N_("The service cannot write to its database at the moment.")
        refused = Refused("server.unavailable", sentence, N_("Please try again in a minute."))
        refused.status = 503
    else:
        log_crash(error)
        sentence = N_("Something went wrong on our side. Nothing was changed.")
        refused = Refused("server.error", sentence, N_("Please try again; if it happens again, tell the municipality."))
        refused.status = 500
    sentence = visit.gettext(refused.sentence, **refused.fields)
    advice = visit.gettext(refused.advice, **refused.fields) if refused.advice else ""
    if visit.wants_json:
        response: Response = visit.json({"code": refused.code, "sentence": sentence, "advice": advice}, refused.status)
    else:
        response = visit.page("error.html", refused.status, code=refused.code, sentence=sentence, advice=advice)
    if isinstance(error, TooLarge):
        response.headers["Connection"] = "close"
    if retry_after := refused.retry_after or (10 if refused.status == 503 else 0):
        response.headers["Retry-After"] = str(retry_after)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return visit.finish(response)


def _of_http(error: HTTPException) -> Refused:
    if error.status_code == 405:
        refused = Refused("request.method", N_("This address does not accept that kind of request."))
    else:
        refused = Refused(
            "request.address", N_("There is no such page."), N_("Check the address, or start from the front page.")
        )
    refused.status = error.status_code
    return refused
