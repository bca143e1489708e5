"""Logs: lines for people, or one JSON object a line for whatever collects them.

    {"time": "2026-11-30T18:45:31.042Z", "level": "info", "logger": "workers.supervision.slots",
     "message": "job 17: error 31.20 %, 4.1 s", "part": "worker1", "job": 17}

`request`, `person_id`, `population` and `job` are there where they are known, and
docs/operations.md says how one follows a population through them. No line has a query, a
password or a token.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import typer
from honcho.printer import Message

from netspace.settings import Settings
from services.acting import trace

SECRET = (
    (re.compile(r"(?<=://)[^/\s@]*:[^/\s@]*@"), "***@"),  # an address's password
    (re.compile(r"\bns_[A-Za-z0-9]{8,}"), "ns_***"),  # a token
    (re.compile(r"(/auth/[a-z]+/)[\w-]{16,}"), r"\1***"),  # a link that lets somebody in
    (re.compile(r"(?<=\S)\?[^\s\"']*=[^\s\"']*"), "?***"),  # a query
)
PLAIN = "%(levelname)s %(name)s: %(message)s"

CHATTY = ("alembic.runtime.plugins",)
"""Loggers that tell of what they always do."""

_as_json = False


def begin(settings: Settings) -> None:
    """From now on this process logs as the settings say; before anything else configures it."""
    global _as_json
    _as_json = settings.log_format == "json"
    if not _as_json:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _died
    threading.excepthook = lambda said: _died(
        said.exc_type, said.exc_value or said.exc_type(), said.exc_traceback
    )


def is_json() -> bool:
    return _as_json


def say(text: str, error: bool = False) -> None:
    """A line to whoever started this."""
    if _as_json:
        text = written("error" if error else "info", "netspace", text)
        typer.echo(text, err=error)
    else:
        typer.echo(f"netspace: {text}", err=error)


class Lines(logging.Formatter):
    """A record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        about: dict[str, Any] = {**trace.current()}
        if record.exc_info:
            about["error"] = clean(self.formatException(record.exc_info))
        at = datetime.fromtimestamp(record.created, UTC)
        message = clean(record.getMessage())
        return written(record.levelname.lower(), record.name, message, about, at)


class Printer:
    """What a supervisor prints of its parts: each line is an object that names its part."""

    width = 0

    def write(self, message: Message) -> None:
        data = message.data
        text = data.decode(errors="replace") if isinstance(data, bytes) else data
        for line in filter(str.strip, text.splitlines()):
            typer.echo(_of_part(line, message.name or "netspace"))


def written(
    level: str,
    logger: str,
    message: str,
    about: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> str:
    """One object in one line, whatever the message holds."""
    time = (at or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"time": time, "level": level, "logger": logger, "message": message, **(about or {})}
    return json.dumps(line, default=str)  # escapes what ends a line, and all but ASCII


def clean(text: str) -> str:
    """A text without what lets somebody in, and without queries."""
    for pattern, instead in SECRET:
        text = pattern.sub(instead, text)
    return text


def _of_part(line: str, part: str) -> str:
    """A part's line: its own object with its name, or an object of what it said otherwise."""
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if isinstance(said, dict) and "message" in said and "level" in said:
        return json.dumps({**said, "part": part})
    return written("info", part, clean(line), {"part": part})


def _died(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, (KeyboardInterrupt, SystemExit)):
        return
    logging.getLogger("netspace").critical("not expected", exc_info=(kind, error, where))
