"""How an error is said: a problem of RFC 9457, with what is wrong by field in `errors`.

    {"type": "about:blank", "title": "Not Found", "status": 404, "errors": [{"message": ..}],
     "detail": ..}

`detail` is a sentence to whoever accepts `application/problem+json` by name; to others it is
the list that `errors` is, as it was before; docs/rest.md says until when.
At most 20 problems of one request are told, and a value in a word: what was sent wrong does not
come back many times larger, and can always be written as JSON.

Source: RFC 9457 (Problem Details for HTTP APIs).
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from http import HTTPStatus
from itertools import islice
from typing import Any

from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema
from starlette.datastructures import Headers
from starlette.types import Scope
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

MEDIA_TYPE = "application/problem+json"
BLANK = "about:blank"
TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""As RFC 9110 calls them, where Python has older names."""

MOST = 20
"""Problems that are told of one request."""
LONGEST = 200
"""Characters of a value, of a field's place and of a message's text, before they are cut."""
LONGEST_MESSAGE = 2_000


class Problem(BaseModel):
    """A field that is wrong."""

    field: str = Field(description="where")
    value: str | int | float | bool | None = Field(description="what was given, in a word")
    message: str = Field(description="what is allowed")


class Word(BaseModel):
    """What is missing, or in the way."""

    message: str


class _Told(BaseModel):
    """What every error says."""

    type: str = Field(BLANK, description="no more than the status says")
    title: str = Field(description="of the status, by RFC 9110")
    status: int


DETAIL = (
    f"a sentence, where `Accept` names {MEDIA_TYPE}; else the list that `errors` is, which is "
    "deprecated"
)


class Problems(_Told):
    """The body of an error about what was sent."""

    errors: list[Problem]
    detail: str | list[Problem] = Field(description=DETAIL)


class Words(_Told):
    """The body of an error about no field."""

    errors: list[Word]
    detail: str | list[Word] = Field(description=DETAIL)


MEANINGS = {
    400: "a Host that is none of this server's",
    401: "nobody is logged in, and no token was shown",
    403: "a page of another origin asks, or whoever asks may not do this",
    404: "there is no such thing",
    406: "there is no such form of it: `Accept` names none of those that there are",
    408: "the body did not come within its time",
    409: "something else has the name, or has changed meanwhile, or can't be read",
    413: "larger than is taken in one piece",
    410: "a link that was used, or is too old",
    415: "a body that is no JSON",
    422: "a value that is not allowed, or a parameter that there is not: which field, what was "
    "given, what is allowed",
    429: "asked too often: `Retry-After` says when again",
    503: "the database is away, or too much is asked at once; ask again soon",
}


OF_NO_FIELD = {401, 404, 409, 410, 429, 503}


def responses(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The errors that a route may answer with, as OpenAPI documents them."""
    return {code: {"description": MEANINGS[code]} | _content(code) for code in codes}


def _content(code: int) -> dict[str, Any]:
    # A model here would be documented in the form that the route's own answer has.
    name = (Words if code in OF_NO_FIELD else Problems).__name__
    return {"content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def schemas() -> dict[str, Any]:
    """The models of errors, for the document's components."""
    form = "#/components/schemas/{model}"
    _, made = models_json_schema(
        [(one, "serialization") for one in (Problems, Words)], ref_template=form
    )
    found: dict[str, Any] = made["$defs"]
    return found


ALWAYS = responses(400, 401, 403, 406, 409, 422, 429, 503)
"""What every route may answer with."""
CHANGING = responses(408, 413, 415)
"""What every route may answer with that takes a body or changes something."""
MISSING = responses(404)
TAKEN = responses(409)


def said(scope: Scope, code: int, problems: Iterable[dict[str, Any]]) -> Response:
    """The answer that tells problems, each with `message` and perhaps `field` and `value`."""
    errors = [_bounded(one) for one in islice(problems, MOST)]
    body = {
        "type": BLANK,
        "title": TITLES.get(code, HTTPStatus(code).phrase),
        "status": code,
        "detail": _sentence(errors) if _knows_problems(scope) else errors,
        "errors": errors,
    }
    return JSONResponse(body, code, media_type=MEDIA_TYPE)


def _knows_problems(scope: Scope) -> bool:
    """Whether who asks accepts problems by their own name."""
    accepted = ",".join(Headers(scope=scope).getlist("accept"))
    if MEDIA_TYPE not in accepted:  # as of nearly all
        return False
    return any(
        kind == MEDIA_TYPE and quality > 0
        for kind, quality in parse_accept_header(accepted, MIMEAccept)
    )


def _sentence(errors: Iterable[dict[str, Any]]) -> str:
    return "; ".join(
        f"{one['field']}: {one['message']}, got {one['value']!r}"
        if "field" in one
        else one["message"]
        for one in errors
    )


def told(scope: Scope, code: int, problems: Iterable[dict[str, Any]]) -> Response:
    """The same for whoever asks: a person who followed a link reads it as a page."""
    accepted = Headers(scope=scope).get("accept", "")
    if "text/html" not in accepted or scope["path"].startswith("/api/"):
        return said(scope, code, problems)
    home = scope.get("app_root_path", scope.get("root_path", "")) + "/"
    lines = [_line(_bounded(one)) for one in islice(problems, MOST)]
    return HTMLResponse(PAGE.format(lines="".join(lines), home=html.escape(home)), code)


def _line(problem: dict[str, Any]) -> str:
    given = f"{problem['field']}: {problem['value']} " if "field" in problem else ""
    return f"<p>{html.escape(given + problem['message'])}</p>"


PAGE = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Refused · netspace</title>'
    '<h1>This address can not be shown</h1>{lines}<p><a href="{home}">netspace</a></p></html>'
)


def refused(scope: Scope, code: int, field: str, value: Any, message: str) -> Response:
    """The answer that tells one problem."""
    return said(scope, code, [{"field": field, "value": value, "message": message}])


def unknown(scope: Scope, message: str) -> Response:
    """The answer to whoever is not logged in and showed no token that works."""
    answer = told(scope, 401, [{"message": message}])
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def plain(value: Any) -> str | int | float | bool | None:
    """A value in a word, fit for JSON; a whole body is not repeated."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else f"a number of {value.bit_length()} bits"
    if isinstance(value, dict | list | tuple) and len(value) > 20:
        return f"{len(value):,} values"
    return _text(value if isinstance(value, str) else str(value), LONGEST)


def _bounded(problem: dict[str, Any]) -> dict[str, Any]:
    """A problem cut to what is told of it."""
    told: dict[str, Any] = {"message": _text(problem["message"], LONGEST_MESSAGE)}
    if "field" in problem:
        told = {
            "field": _text(problem["field"], LONGEST),
            "value": plain(problem["value"]),
        } | told
    return told


def _text(text: str, longest: int) -> str:
    """The text without halves of characters, cut where it is long."""
    cut = text if len(text) <= longest else text[: longest - 2] + ".."
    return cut.encode(errors="backslashreplace").decode()
