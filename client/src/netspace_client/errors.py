"""What a server refuses, in its own words: which field, what was given, what is allowed.

netspace says a problem of RFC 9457: `title`, `detail`, and what is wrong by field in `errors`;
before there was that, `detail` was the list, which is read, too. A proxy's page is told by its
status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from netspace_client.retries import retry_after


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong; without a field, about the request as a whole."""

    allowed: str  # what is allowed, missing or in the way
    field: str | None = None
    value: Any = None

    def __str__(self) -> str:
        return (
            self.allowed
            if self.field is None
            else f"{self.field}: {self.allowed}, got {self.value!r}"
        )


class Error(Exception):
    """What came of a call instead of its answer.

    Args:
        problems: what the server said, at least one.
        status: of HTTP; None where nothing came.
        asked: the call, `GET /populations/3`.
    """

    def __init__(
        self, problems: Sequence[Problem], status: int | None = None, asked: str = ""
    ) -> None:
        super().__init__(problems, status, asked)
        self.problems, self.status, self.asked = tuple(problems), status, asked
        self.retry_after: float | None = None  # seconds, where the server says when again

    def __str__(self) -> str:
        said = "; ".join(map(str, self.problems))
        return f"{said} ({self.asked})" if self.asked else said

    @property
    def field(self) -> str | None:
        """The first field that is wrong; None where none is."""
        return self.problems[0].field

    @property
    def value(self) -> Any:
        """What was given there."""
        return self.problems[0].value

    @property
    def allowed(self) -> str:
        """What is allowed there."""
        return self.problems[0].allowed


class Refused(Error, ValueError):
    """A value that can't be used, or more than is taken in one piece."""


class Unauthorized(Error):
    """Nobody is logged in: no token was shown, or one that lets nobody in."""


class Forbidden(Error):
    """Whoever asks may not do this."""


class NotFound(Error, LookupError):
    """There is no such thing, or none that whoever asks may see."""


class Conflict(Error):
    """Something else has the name, or has changed meanwhile."""


class TooManyRequests(Error):
    """Asked too often, also after having waited as told."""


class Unavailable(Error):
    """The server, or its database, is away or has too much to do."""


class Fault(Error):
    """The server failed; its log says why. Or its answer can't be read."""


class Unreachable(Error):
    """No answer came: no connection, or it broke, or it took too long."""


KINDS: dict[int, type[Error]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: TooManyRequests,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def of(response: httpx.Response, asked: str) -> Error:
    """The error that an answer is; its body has been read."""
    status = response.status_code
    kind = KINDS.get(status, Refused if 400 <= status < 500 else Fault)
    error = kind(_problems(response), status, asked)
    error.retry_after = retry_after(response.headers.get("retry-after"))
    return error


def _problems(response: httpx.Response) -> list[Problem]:
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return [Problem(_of_no_netspace(response))]
    lists = (said for key in ("errors", "detail") if isinstance(said := body.get(key), list))
    found = [_problem(one) for one in next(lists, []) if isinstance(one, dict)]
    words = [word for key in ("detail", "title") if isinstance(word := body.get(key), str)]
    return found or [Problem(words[0] if words else _of_no_netspace(response))]


def _problem(said: Mapping[str, Any]) -> Problem:
    allowed = said.get("allowed", said.get("message", "not allowed"))
    return Problem(str(allowed), said.get("field"), said.get("value"))


def _of_no_netspace(response: httpx.Response) -> str:
    """What is known of an answer that no netspace gives: that of a proxy, say."""
    status = response.status_code
    phrase = HTTPStatus(status).phrase if status in {*HTTPStatus} else ""
    moved = f", to {response.headers['location']}" if "location" in response.headers else ""
    kind = response.headers.get("content-type", "no content-type")
    return f"{status} {phrase}{moved} ({kind}; is this a netspace server's address?)"
