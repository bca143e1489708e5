"""Idempotency-Key: a request that may be sent again, when nobody knows whether it came through.

The same key with the same body is answered as it was, and done once; kept for 24 hours.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse

from services.acting.once import FIELD, Once
from services.errors import Refused, Repeated

AGAIN = "Idempotent-Replayed"
"""The header of an answer that was given before."""

Key = Annotated[
    str | None,
    Header(
        alias=FIELD,
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="chosen by whoever asks: the same key and body are done once, and answered "
        "the same for 24 hours",
    ),
]


def asked(request: Request, body: bytes, key: str | None) -> Once:
    """What is done once: this, whoever asks it in these words."""
    words = f"{request.method} {request.scope['path']}\n".encode() + body
    return Once(key, hashlib.sha256(words).hexdigest())


async def once(request: Request, key: Key = None) -> Once:
    """The same for a route whose body is JSON."""
    return asked(request, await request.body() if key else b"", key)


OnceDep = Annotated[Once, Depends(once)]


async def never(key: Key = None) -> None:
    """Of a route that tells a secret: what was answered is not kept, so neither is a key."""
    if key is not None:
        raise Refused(FIELD, key, "none here: the answer is a secret, which is told once")


NEVER = Depends(never)


async def repeated(request: Request, error: Exception) -> JSONResponse:
    """The answer that was given."""
    assert isinstance(error, Repeated)
    code = getattr(request.scope.get("route"), "status_code", None) or 200
    return JSONResponse(error.answer, code, headers={AGAIN: "true"})
