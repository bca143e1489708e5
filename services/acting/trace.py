"""The trace: what is being done right now, for the lines of the log that are written meanwhile.

    with trace.about(job=17):
        log.warning("the lease is lost")     # {.., "message": "the lease is lost", "job": 17}

A request's id comes from the web process's gate, a job's from the slot that holds it, a
population's from the address that was asked or the deed that was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

NOTHING: Mapping[str, str | int] = MappingProxyType({})

_about: ContextVar[Mapping[str, str | int]] = ContextVar("about", default=NOTHING)


def current() -> Mapping[str, str | int]:
    """What it is about now."""
    return _about.get()


def begin(**ids: str | int) -> None:
    """From now on it is about this alone, as a request is."""
    _about.set(ids)


def add(**ids: str | int) -> None:
    """It is about this, too, to its end."""
    _about.set({**_about.get(), **ids})


@contextmanager
def about(**ids: str | int) -> Iterator[None]:
    """It is about this, too, until the block ends."""
    before = _about.set({**_about.get(), **ids})
    try:
        yield
    finally:
        _about.reset(before)
