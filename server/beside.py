"""What an answer says beside its body: headers that are known before it is made.

`server.etags.Tagged` puts them on every answer of a read, also where it is 304.
"""

from __future__ import annotations

from fastapi import Request


def say(request: Request, name: str, value: str) -> None:
    """A header of the answer; what was said under that name is said, too."""
    headers = said(request)
    headers[name] = f"{headers[name]}, {value}" if name in headers else value
    request.state.beside = headers


def said(request: Request) -> dict[str, str]:
    """All of them, by name."""
    headers: dict[str, str] = getattr(request.state, "beside", {})
    return headers
