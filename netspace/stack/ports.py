"""TCP ports of this machine: whether one is free or answers, and one that the system gives."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import time

from netspace.stack.errors import CannotStart


def require_free(host: str, port: int, wait: float = 0) -> None:
    """Return once `port` on `host` can be listened on, trying for `wait` seconds.

    Raises:
        CannotStart: the port is in use, or the address is not this machine's.
    """
    deadline = time.monotonic() + wait
    while True:
        try:
            return bind(host, port).close()
        except OSError as refused:
            if refused.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise CannotStart(_reason(refused, host, port)) from None
        time.sleep(0.1)


def reserve(host: str = "127.0.0.1") -> socket.socket:
    """A port that the system gives, kept from others while the socket is open.

    A server that sets SO_REUSEADDR, as they all do, can listen on it nevertheless.
    """
    return bind(host, 0)


def bind(host: str, port: int) -> socket.socket:
    """A socket that has the address and doesn't listen."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def reachable(host: str) -> str:
    """Where this machine reaches a server that listens on `host`, perhaps on all addresses."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # nosec B104


def answers(host: str, port: int) -> bool:
    """Whether somebody accepts connections there."""
    with contextlib.suppress(OSError):
        socket.create_connection((reachable(host), port), timeout=0.5).close()
        return True
    return False


def _reason(refused: OSError, host: str, port: int) -> str:
    if refused.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: stop what uses it or set NETSPACE_PORT"
    if isinstance(refused, socket.gaierror):
        return f"{host} is no address ({refused.strerror}): set NETSPACE_HOST"
    said = os.strerror(refused.errno or 0)
    return f"can't listen on port {port} of {host} ({said}): set NETSPACE_HOST or NETSPACE_PORT"
