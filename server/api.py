"""The REST service: /api/v1, and how errors are said.

An error is `{"detail": [{"field", "value", "message"}, ..]}`: every field at once, each with
what was given and what is allowed.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, FastAPI, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from db.outages import DATABASE_AWAY, briefly
from server.routers import (
    archive,
    comparisons,
    events,
    networks,
    populations,
    queue,
    regimes,
    spaces,
    statistics,
)
from services.errors import Conflict, NotFound, Refused, TooLarge, WrongArchive

log = logging.getLogger(__name__)

PREFIX = "/api/v1"


def include(app: FastAPI) -> None:
    """Add the REST service to an application that has its parts in `app.state.parts`."""
    api = APIRouter(prefix=PREFIX)
    for module in (
        spaces,
        regimes,
        populations,
        networks,
        statistics,
        comparisons,
        queue,
        archive,
        events,
    ):
        api.include_router(module.router)
    app.include_router(api)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(Refused)(_refused)
    app.exception_handler(TooLarge)(_too_large)
    app.exception_handler(WrongArchive)(_wrong_archive)
    app.exception_handler(NotFound)(_not_found)
    app.exception_handler(Conflict)(_conflict)
    for away in DATABASE_AWAY:
        app.exception_handler(away)(_database_away)


def _say(code: int, *problems: dict[str, Any]) -> JSONResponse:
    return JSONResponse({"detail": list(problems)}, status_code=code)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _say(
        status.HTTP_422_UNPROCESSABLE_CONTENT,
        *(
            {
                # The first part of the place is "body", "query" or "path".
                "field": ".".join(str(part) for part in problem["loc"][1:]),
                "value": _plain(problem.get("input")),
                "message": problem["msg"],
            }
            for problem in error.errors()
        ),
    )


def _plain(value: Any) -> Any:
    """What was given, where it can be said in a word; a whole body is not repeated."""
    return value if isinstance(value, str | int | float | bool | None) else str(value)[:200]


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return _say(status.HTTP_422_UNPROCESSABLE_CONTENT, _problem(error))


async def _too_large(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TooLarge)
    return _say(status.HTTP_413_CONTENT_TOO_LARGE, _problem(error))


async def _wrong_archive(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WrongArchive)
    return _say(status.HTTP_422_UNPROCESSABLE_CONTENT, *map(_problem, error.problems))


def _problem(error: Refused) -> dict[str, Any]:
    return {"field": error.field, "value": error.value, "message": error.allowed}


async def _not_found(_: Request, error: Exception) -> JSONResponse:
    return _say(status.HTTP_404_NOT_FOUND, {"message": str(error)})


async def _conflict(_: Request, error: Exception) -> JSONResponse:
    return _say(status.HTTP_409_CONFLICT, {"message": str(error)})


async def _database_away(_: Request, error: Exception) -> JSONResponse:
    log.warning("the database is away: %s", briefly(error))
    return _say(
        status.HTTP_503_SERVICE_UNAVAILABLE, {"message": "the database is away; ask again soon"}
    )
