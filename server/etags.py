"""ETags: whether what a client has kept is still what would be sent.

An answer that is read from snapshots is named by their editions, its own address and its form,
before it is computed; any other that is whole before it leaves by its bytes. The tags are weak:
bodies may travel compressed. A stream has none unless it was named.

Source: RFC 9110, sections 8.8.3 (ETag) and 13.1.2 (If-None-Match).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterable, Mapping
from hashlib import blake2b
from typing import Any

from fastapi import Request, Response, status
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from starlette.datastructures import Headers

from server.beside import said
from services.reading.snapshots import Snapshot

NAMED_BY = "named_by"
"""Of a request's state: the snapshots that the answer is named by."""
OPAQUE = re.compile(r'"[^"]*"')


class Unchanged(Exception):
    """The client has the answer already."""


def require_changed(request: Request, snapshots: Iterable[Snapshot]) -> None:
    """Name the answer to a question about these snapshots.

    Raises:
        Unchanged: the client has it, so it need not be computed.
    """
    found = [*snapshots]
    setattr(request.state, NAMED_BY, found)
    editions = [snapshot.edition for snapshot in found]
    form = getattr(request.state, "form", None)
    request.state.etag = tag = _tag(request.url.path, request.url.query, form, *editions)
    if tag in _named(request.headers):  # by *, only what is known to be an answer
        raise Unchanged


class Tagged(APIRoute):
    """A route whose answers to GET have an ETag, and are 304 where the client has them."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        if "GET" in (given.get("methods") or ("GET",)):
            unchanged = {status.HTTP_304_NOT_MODIFIED: {"description": "The client has it"}}
            given["responses"] = unchanged | (given.get("responses") or {})
        super().__init__(path, endpoint, **given)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def revalidate(request: Request) -> Response:
            try:
                response = await answer(request)
            except Unchanged:
                return not_modified(request.state.etag, said(request))
            if (
                request.method not in ("GET", "HEAD")
                or response.status_code != status.HTTP_200_OK
            ):
                return response
            response.headers.update(said(request))
            tag = getattr(request.state, "etag", None)
            if tag is None and isinstance(response, StreamingResponse):
                return response
            if tag is None:
                tag = _tag_of(bytes(response.body))
            if is_kept(request.headers, tag):
                return not_modified(tag, said(request))
            response.headers.update(_headers(tag) | said(request))
            return response

        return revalidate


def _tag(*parts: object) -> str:
    return _tag_of(repr(parts).encode())


def _tag_of(body: bytes) -> str:
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def is_kept(headers: Headers, tag: str) -> bool:
    """Whether the client says that it has the answer that is named so."""
    return bool({"*", tag} & _named(headers))


def _named(headers: Headers) -> set[str]:
    """The tags that the client names, without W/: weak comparison does not see it."""
    given = ",".join(headers.getlist("if-none-match"))
    return {"*"} if given.strip() == "*" else set(OPAQUE.findall(given))


def not_modified(tag: str, beside: Mapping[str, str]) -> Response:
    """The answer to who has it, with the headers that were known before it was made."""
    headers = _headers(tag) | dict(beside)
    return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)


def _headers(tag: str) -> dict[str, str]:
    """What a client may keep, if it asks each time whether it is still right."""
    return {"ETag": f"W/{tag}", "Cache-Control": "private, no-cache"}
