"""The REST service: /api/v1, and how errors are said.

An error is a problem of RFC 9457 (`server/problems.py`): every field at once, each with what
was given and what is allowed.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from fastapi import Depends, FastAPI, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from db.outages import DATABASE_AWAY, briefly, for_people
from server import examples
from server.dependencies import Parts
from server.forms import NotOffered, only_offered
from server.gate import traced
from server.gate.doors import only_declared
from server.gate.guard import SAFE
from server.gate.headers import SECURE
from server.methods import taken
from server.once import repeated
from server.parameters import only_known
from server.problems import ALWAYS, said, schemas, told, unknown
from server.routers import (
    archive,
    comparisons,
    counts,
    events,
    keeping,
    networks,
    people,
    populations,
    queue,
    quotas,
    regimes,
    spaces,
    statistics,
    tables,
    trends,
)
from services.acting import audit, trace
from services.acting.actor import asking
from services.acting.permission import Verb
from services.errors import (
    Busy,
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    Refused,
    Repeated,
    TooLarge,
    TooOften,
    Unknown,
    WrongArchive,
)

log = logging.getLogger(__name__)

INSIDE = re.compile(r"[a-z-]+\[.*\]")
"""A step of pydantic inside a field, in the place of an error."""

PREFIX = "/api/v1"

OF_PEOPLE = {Verb.PEOPLE, Verb.ACCOUNT, "give"}
"""What is done to accounts and what lets in: where it is refused the audit says so, too."""


def include(app: FastAPI) -> None:
    """Add the REST service to an application that has its parts in `app.state.parts`."""
    for module in (
        spaces,
        regimes,
        populations,
        networks,
        statistics,
        comparisons,
        counts,
        queue,
        archive,
        tables,
        trends,
        keeping,
        events,
        people,
        quotas,
    ):
        app.include_router(
            module.router,
            prefix=PREFIX,
            responses=ALWAYS,
            dependencies=[Depends(only_what_it_takes)],
        )
    examples.include(app, PREFIX)
    _document_errors(app)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(Refused)(_refused)
    app.exception_handler(TooLarge)(_too_large)
    app.exception_handler(WrongArchive)(_wrong_archive)
    app.exception_handler(Busy)(_busy)
    app.exception_handler(HTTPException)(_as_said)
    app.exception_handler(Exception)(_fault)
    app.exception_handler(NotFound)(_not_found)
    app.exception_handler(Conflict)(_conflict)
    app.exception_handler(Unknown)(_unknown)
    app.exception_handler(Forbidden)(_forbidden)
    app.exception_handler(Gone)(_gone)
    app.exception_handler(Repeated)(repeated)
    app.exception_handler(NotOffered)(_not_offered)
    app.exception_handler(TooOften)(_too_often)
    for away in DATABASE_AWAY:
        app.exception_handler(away)(_database_away)


async def only_what_it_takes(request: Request) -> None:
    """Refuse what no route is for: one dependency of all, as each costs every request."""
    trace.add(**_ids(request))
    await only_declared(request)
    await only_known(request)
    await only_offered(request)


def _ids(request: Request) -> dict[str, int]:
    """What the address is about: lines of the log carry it."""
    found = request.path_params
    names = {"population": "population_id", "job": "job_id"}
    return {
        name: int(found[of])
        for name, of in names.items()
        if str(found.get(of, "")).isdecimal() and len(str(found[of])) < 20
    }


def _document_errors(app: FastAPI) -> None:
    """Add the models of errors, which no route names as one of its own, to the document."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        document = described()
        document["components"]["schemas"].update(schemas())
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this way


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return told(
        request.scope,
        status.HTTP_422_UNPROCESSABLE_CONTENT,
        (
            {
                "field": _field(problem["loc"]),
                "value": problem.get("input"),
                "message": problem["msg"].removeprefix("Value error, "),
            }
            for problem in error.errors()
        ),
    )


def _field(place: tuple[str | int, ...]) -> str:
    """`space.regnet.wa` of a place such as body, space, regnet, wa, tagged-union[..]."""
    # The first part is "body", "query" or "path"; steps inside of pydantic have brackets.
    parts = [str(part) for part in place[1:]]
    return ".".join(part for part in parts if not INSIDE.fullmatch(part)) or "body"


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return told(request.scope, status.HTTP_422_UNPROCESSABLE_CONTENT, [_problem(error)])


async def _not_offered(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotOffered)
    message = f"this address answers with {' or '.join(error.offered)}"
    problem = {"field": "Accept", "value": error.accepted, "message": message}
    return told(request.scope, status.HTTP_406_NOT_ACCEPTABLE, [problem])


async def _too_large(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooLarge)
    return said(request.scope, status.HTTP_413_CONTENT_TOO_LARGE, [_problem(error)])


async def _wrong_archive(request: Request, error: Exception) -> Response:
    assert isinstance(error, WrongArchive)
    return said(
        request.scope, status.HTTP_422_UNPROCESSABLE_CONTENT, map(_problem, error.problems)
    )


def _problem(error: Refused) -> dict[str, Any]:
    return {"field": error.field, "value": error.value, "message": error.allowed}


async def _not_found(request: Request, error: Exception) -> Response:
    return told(request.scope, status.HTTP_404_NOT_FOUND, [{"message": str(error)}])


async def _conflict(request: Request, error: Exception) -> Response:
    return said(request.scope, status.HTTP_409_CONFLICT, [{"message": str(error)}])


async def _unknown(request: Request, error: Exception) -> Response:
    return unknown(request.scope, str(error))


async def _forbidden(request: Request, error: Exception) -> Response:
    assert isinstance(error, Forbidden)
    if error.verb in OF_PEOPLE and request.method not in SAFE:
        await run_in_threadpool(_write_down, request, error)
    problem = {"field": "permission", "value": error.verb, "message": str(error)}
    return told(request.scope, status.HTTP_403_FORBIDDEN, [problem])


def _write_down(request: Request, error: Forbidden) -> None:
    """Somebody tried to make himself or others more: that is looked for later.

    Of scripts only administrators': what others show opens no such door, however often.
    """
    actor = asking.get()
    if actor.id is None or (actor.token is not None and not actor.is_admin):
        return
    parts: Parts = request.app.state.parts
    with parts.database.of(actor).durable() as session:
        asked = f"{request.method} {request.scope['path'][:200]}"
        audit.record(session, "refused", verb=error.verb, asked=asked)


async def _gone(request: Request, error: Exception) -> Response:
    return told(request.scope, status.HTTP_410_GONE, [{"message": str(error)}])


async def _too_often(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooOften)
    problem = {"message": str(error)}
    answer = told(request.scope, status.HTTP_429_TOO_MANY_REQUESTS, [problem])
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


async def _as_said(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: no such route, no such method."""
    assert isinstance(error, HTTPException)
    answer = told(request.scope, error.status_code, [{"message": str(error.detail)}])
    answer.headers.update(error.headers or {})
    if error.status_code == status.HTTP_405_METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(taken(request.app.routes, request.scope))
    return answer


async def _busy(request: Request, error: Exception) -> Response:
    problem = {"message": str(error)}
    answer = told(request.scope, status.HTTP_503_SERVICE_UNAVAILABLE, [problem])
    answer.headers["Retry-After"] = "5"
    return answer


async def _fault(request: Request, error: Exception) -> Response:
    """What is answered outside of all middleware; the server logs the exception itself."""
    problem = {"message": "a fault; it is logged"}
    answer = said(request.scope, status.HTTP_500_INTERNAL_SERVER_ERROR, [problem])
    answer.headers.update(SECURE)
    if id := request.scope.get("state", {}).get(traced.NAME):
        answer.headers[traced.HEADER] = id
    return answer


async def _database_away(request: Request, error: Exception) -> Response:
    log.warning("the database is away: %s", briefly(error))
    return told(
        request.scope,
        status.HTTP_503_SERVICE_UNAVAILABLE,
        [{"message": for_people(error)}],
    )
