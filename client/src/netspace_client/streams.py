"""Server-sent events: a stream of bytes as events, and one that comes back when it breaks.

Each event carries the whole state of a population, and a new stream begins with all of them, so
nothing is lost between two streams; what was told before is not told twice.

Source: HTML Living Standard, section 9.2 (server-sent events).
"""

from __future__ import annotations

import codecs
import io
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from netspace_client.answers import Activity, Gone
from netspace_client.connection import Connection, Query
from netspace_client.errors import Error, Problem, TooManyRequests, Unavailable, Unreachable
from netspace_client.records import read
from netspace_client.retries import STREAM

log = logging.getLogger(__name__)

SILENCE = 25.0
"""Seconds without a word after which a stream is dead; the server says something every ten."""


@dataclass(frozen=True)
class Event:
    """What stands between two empty lines."""

    name: str = "message"
    data: str = ""
    retry: int | None = None  # ms to wait before asking again


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """The events of a stream; one that is cut off is none."""
    fields: dict[str, str] = {}
    for line in _lines(chunks):
        if not line:
            if fields:
                yield _event(fields)
            fields = {}
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data" and "data" in fields:
            value = f"{fields['data']}\n{value}"
        if name:  # else a comment
            fields[name] = value


def _event(fields: dict[str, str]) -> Event:
    retry = fields.get("retry", "")
    return Event(
        fields.get("event", "message"),
        fields.get("data", ""),
        int(retry) if retry.isdecimal() else None,
    )


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines that end by LF, CR LF or CR; U+2028 and others that end lines are text here."""
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder("utf-8")("replace"), translate=True
    )
    rest = ""
    for chunk in chunks:
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        yield from lines


def follow(
    connection: Connection, population: int | None = None, silence: float = SILENCE
) -> Iterator[Activity | Gone | None]:
    """What happens, for ever; None from time to time where nothing does.

    Raises:
        Error: the server refuses, or was away at every attempt.
    """
    known: dict[int, Activity] = {}
    query: Query = {} if population is None else {"population": population}
    retries, failures, reason = STREAM, 0, _ended()
    while True:
        try:
            with connection.stream("/events", query, silence) as response:
                for event in events(response.iter_bytes()):
                    failures = 0
                    if event.retry is not None:
                        retries = replace(retries, first=event.retry / 1000)
                    if event.name == "gone":
                        gone = read(Gone, json.loads(event.data))
                        known.pop(gone.population, None)
                        yield gone
                        continue
                    if event.name != "activity":
                        yield None
                        continue
                    activity = read(Activity, json.loads(event.data))
                    if known.get(activity.population) != activity:
                        known[activity.population] = activity
                        yield activity
            reason = _ended()
        except (Unavailable, TooManyRequests, Unreachable) as error:
            reason = error
        failures += 1
        wait = retries.wait(failures, reason.retry_after)
        if wait is None:
            raise reason
        log.info("events are asked for again in %.1f s: %s", wait, reason)
        yield None
        connection.sleep(wait)


def _ended() -> Error:
    return Unreachable([Problem("the stream of events ended")], None, "GET /events")
