"""What may come in: one gate for the text, the numbers and the size of every request.

It stands before all routes, those of Dash too, so no route has checks of its own against what
no route wants: text that is no Unicode or steers a terminal, numbers that are not finite or
leave 64 bits, a field that is there twice, bodies without end.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from columns.text import CONTROL
from server.gate.guard import SAFE
from server.problems import refused, said, told

LARGEST = 2**20
"""Bytes of a JSON body."""
SECONDS = 30.0
"""In which a body has to be here."""
DEEPEST, MOST, KEYS, ITEMS = 32, 20_000, 500, 5_000
"""Of a JSON body: levels, values, fields of an object, items of a list."""
LONGEST_QUERY, PARAMETERS, LONGEST_PARAMETER = 32_768, 200, 8_192
"""Bytes of a query, its parameters, bytes of one."""
QUICK = 65_536
"""Bytes that are read faster than a thread begins."""


JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
FORMS = "/auth/"
"""Below it bodies are those of forms."""


def media_type(headers: Headers) -> str:
    """What a body is said to be, without parameters such as the charset."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


class Intake:
    """Refuses requests whose path, query or body no route could read.

    A body is JSON: a page of another origin can't send that unasked.

    Args:
        uploads: the media type of a body by path, where it is another.
    """

    def __init__(self, app: ASGIApp, uploads: Mapping[str, str] | None = None) -> None:
        self.app, self._uploads = app, uploads or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        problem = next(_wrong_address(scope), None)
        if problem is not None:
            status, field, value, message = problem
            about = {"field": field, "value": value, "message": message}
            await told(scope, status, [about])(scope, receive, send)
        elif (answer := self._other_media(scope)) is not None:
            await answer(scope, receive, send)
        elif media_type(Headers(scope=scope)) == JSON:
            await self._with_body(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _other_media(self, scope: Scope) -> Response | None:
        """The answer to a body of another type than the address takes; None if it may be."""
        headers = Headers(scope=scope)
        if scope["method"] in SAFE or not _has_body(headers):
            return None
        usual = FORM if scope["path"].startswith(FORMS) else JSON
        wanted = self._uploads.get(scope["path"], usual)
        if media_type(headers) == wanted:
            return None
        given = headers.get("content-type")
        allowed = f"{JSON}, or no body" if wanted == JSON else wanted
        return refused(scope, 415, "content-type", given, allowed)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on a request once its JSON body is here, and is JSON."""
        try:
            body = await asyncio.wait_for(_read(scope, receive), SECONDS)
        except TimeoutError:
            answer = refused(
                scope, 408, "body", None, f"the whole of it within {SECONDS:g} seconds"
            )
            await answer(scope, receive, send)
            return
        except ClientDisconnect:
            return
        if body is None:
            answer = refused(scope, 413, "body", None, f"at most {LARGEST:,} bytes")
            await answer(scope, receive, send)
            return
        problems = await run_in_threadpool(wrong, body) if len(body) > QUICK else wrong(body)
        if problems:
            told = [{"field": f, "value": v, "message": m} for f, v, m in problems]
            await said(scope, 422, told)(scope, receive, send)
            return
        await self.app(scope, _again(body, receive), send)


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _again(body: bytes, receive: Receive) -> Receive:
    """The body as one message, then what comes behind it: that the client has gone."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """The body; None where it is too large, which is then not read to its end."""
    announced = Headers(scope=scope).get("content-length", "0")
    if not announced.isdecimal() or len(announced) > 12 or int(announced) > LARGEST:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _wrong_address(scope: Scope) -> Iterator[tuple[int, str, str, str]]:
    """Status, field, value and message of what is wrong with path and query."""
    path = scope["path"]
    if CONTROL.search(path) or "\ufffd" in path:
        yield 404, "path", path, "text without control characters"
    query: bytes = scope["query_string"]
    if len(query) > LONGEST_QUERY or query.count(b"&") >= PARAMETERS:
        allowed = f"at most {LONGEST_QUERY:,} bytes and {PARAMETERS} parameters"
        yield 422, "query", f"{len(query):,} bytes", allowed
        return
    for part in filter(None, query.split(b"&")):
        name, _, value = part.partition(b"=")
        field = unquote_to_bytes(name).decode(errors="backslashreplace")
        if len(part) > LONGEST_PARAMETER:
            allowed = f"at most {LONGEST_PARAMETER:,} bytes"
            yield 422, field, f"{len(part):,} bytes", allowed
        for text in (name, value):
            raw = unquote_to_bytes(text.replace(b"+", b" "))
            try:
                good = not CONTROL.search(raw.decode())
            except UnicodeDecodeError:
                good = False
            if not good:
                shown = raw.decode(errors="backslashreplace")
                yield 422, field, shown, "text in UTF-8 without control characters"


class _Wrong(str):
    """A value of a body that is none; what is allowed instead."""

    allowed: str


class _Doubled(dict[str, Any]):
    """An object that names fields twice."""

    names: list[str]


def wrong(body: bytes) -> list[tuple[str, Any, str]]:
    """(field, value, what is allowed) of what is wrong with a JSON body; empty if nothing is.

    Beyond JSON's own grammar: every number is finite and a whole one has 64 bits, no field of
    an object is there twice, texts are Unicode without control characters, and neither depth
    nor number of values is without bounds.
    """
    if not body:
        return []
    try:
        whole = json.loads(
            body.decode(),
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        return [("body", None, "JSON in UTF-8")]
    except json.JSONDecodeError as error:
        return [("body", None, f"JSON: {error.msg} at character {error.pos}")]
    except (RecursionError, ValueError):
        return [("body", None, f"JSON of at most {DEEPEST} levels")]
    return _walk(whole)


def _walk(whole: Any) -> list[tuple[str, Any, str]]:
    """What is wrong with the values of a body, in its order."""
    found: list[tuple[str, Any, str]] = []
    waiting: list[tuple[tuple[str, ...], Any]] = [((), whole)]
    seen = 0
    while waiting:
        place, value = waiting.pop()
        seen += 1
        field = ".".join(place) or "body"
        if seen > MOST:
            return [("body", None, f"at most {MOST:,} values")]
        if len(place) > DEEPEST:
            return [(field, None, f"at most {DEEPEST} levels")]
        if isinstance(value, _Wrong):
            found.append((field, str(value), value.allowed))
        elif isinstance(value, str) and CONTROL.search(value):
            found.append((field, value, "text without control characters"))
        elif isinstance(value, dict):
            if isinstance(value, _Doubled):
                found += [
                    (".".join([*place, name]), None, "this field once") for name in value.names
                ]
            if len(value) > KEYS:
                found.append((field, f"{len(value):,} fields", f"at most {KEYS:,} fields"))
                continue
            if any(CONTROL.search(name) for name in value):
                found.append((field, None, "names of fields without control characters"))
            waiting += [((*place, name), one) for name, one in reversed(value.items())]
        elif isinstance(value, list):
            if len(value) > ITEMS:
                found.append((field, f"{len(value):,} items", f"at most {ITEMS:,} items"))
                continue
            waiting += [((*place, str(i)), one) for i, one in reversed([*enumerate(value)])]
    return found


def _marked(text: str, allowed: str) -> _Wrong:
    found = _Wrong(text[:80])
    found.allowed = allowed
    return found


def _constant(text: str) -> _Wrong:
    return _marked(text, "a finite number")


def _float(text: str) -> float | _Wrong:
    value = float(text)
    return value if math.isfinite(value) else _marked(text, "a finite number")


def _int(text: str) -> int | _Wrong:
    if len(text) <= 20 and -(2**63) <= (value := int(text)) < 2**63:
        return value
    return _marked(text, "a whole number of at most 64 bits")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole = dict(pairs)
    if len(whole) == len(pairs):
        return whole
    doubled = _Doubled(whole)
    times = Counter(name for name, _ in pairs)
    doubled.names = [name for name, count in times.items() if count > 1]
    return doubled
