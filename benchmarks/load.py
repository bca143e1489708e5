"""Load: fifty who ask one question after the other, and how long each waits.

    python -m benchmarks.load [--seconds 10] [--rounds 3] [--minutes 8] [--beside CHECKOUT]

As `benchmarks.exports`: each checkout serves a population that its own code made, and all are
asked in turn in one run. Seconds of the server's processor say more than answers a second, of
which there are fewer whatever else the machine does. With `--minutes` its memory is told, too,
while it is asked this and that for so long.

The client is one of its own on asyncio's protocols, which reads a status and a length: it takes
some 40 us of a processor a request, where httpx takes more than the server does.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import exports
from benchmarks.exports import Server
from benchmarks.report import processor, report

POPULATION = "/api/v1/populations/1"


@dataclass(frozen=True)
class Loaded:
    """What so many connections found in so many seconds."""

    seconds: float
    waits: Sequence[float]  # seconds from a request to the end of its answer, sorted
    bytes: int  # of all answers' bodies

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def quantile(self, q: float) -> float:
        return self.waits[min(int(q * len(self.waits)), len(self.waits) - 1)]


class _Asking(asyncio.Protocol):
    """One connection: the next request leaves when the answer to the last is here."""

    def __init__(self, requests: Iterator[bytes], end: float) -> None:
        self._requests, self._end = requests, end
        self.waits: list[float] = []
        self.bytes = 0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._here = bytearray()
        self._whole = 0  # bytes of the answer, once its head is here
        self._last = b""  # what it ends with, where its head does not say how long it is

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._since = time.perf_counter()
        if self._since >= self._end:
            self._transport.close()
            return
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._here += data
        if not self._whole:
            head = self._here.find(b"\r\n\r\n")
            if head < 0:
                return
            length = _length(bytes(self._here[:head]))
            self._whole = head + 4 + (length or 0)
            self._last = b"\r\n0\r\n\r\n" if length is None else b""
        if len(self._here) < self._whole or not self._here.endswith(self._last):
            return
        self.waits.append(time.perf_counter() - self._since)
        self.bytes += len(self._here)
        self._here.clear()
        self._whole = 0
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        if self.over.done():
            return
        if error is not None or time.perf_counter() < self._end:
            self.over.set_exception(error or ConnectionError("the server hung up"))
        else:
            self.over.set_result(None)


def _length(head: bytes) -> int | None:
    """Bytes of the body, None of one in chunks; what is no answer ends the measurement."""
    status, *lines = head.lower().split(b"\r\n")
    if status.split(b" ")[1] not in (b"200", b"304"):
        raise ConnectionError(head.decode())
    if b"transfer-encoding: chunked" in lines:
        return None
    lengths = [line for line in lines if line.startswith(b"content-length:")]
    return int(lengths[0].partition(b":")[2]) if lengths else 0


def load(port: int, paths: Iterator[str], connections: int, seconds: float) -> Loaded:
    """Ask for these paths in turn, by so many connections, for so many seconds."""

    def requests() -> Iterator[bytes]:
        for path in paths:
            yield f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()

    async def ask() -> Loaded:
        loop, asked = asyncio.get_running_loop(), requests()
        start = time.perf_counter()
        made = [
            await loop.create_connection(
                lambda: _Asking(asked, start + seconds), "127.0.0.1", port
            )
            for _ in range(connections)
        ]
        await asyncio.gather(*(one.over for _, one in made))
        passed = time.perf_counter() - start
        waits = sorted(wait for _, one in made for wait in one.waits)
        return Loaded(passed, waits, sum(one.bytes for _, one in made))

    return asyncio.run(ask())


def edfs() -> Iterator[str]:
    """EDFs under five constraints, never twice the same."""
    for step in itertools.count():
        yield (
            f"{POPULATION}/edf?depth=2..{6 + step % 12}&w0=8..{64 - step % 20}"
            f"&flops=50k..{3_000_000 - step}&params=1k..1M&e_fit=..{1 + step % 7}"
        )


def lists() -> Iterator[str]:
    """First pages of a hundred networks, never twice the same."""
    for step in itertools.count():
        yield f"{POPULATION}/networks?limit=100&flops=50k..{3_000_000 - step}"


def this_and_that() -> Iterator[str]:
    """What pages and scripts ask, in turns."""
    for step, (edf, page) in enumerate(zip(edfs(), lists(), strict=True)):
        yield edf
        if step % 5 == 0:
            yield page
        if step % 50 == 0:
            yield f"{POPULATION}/columns"
            yield f"{POPULATION}/ranges?depth=2..{6 + step % 12}&flops=..{3_000_000 - step}"
        if step % 200 == 0:
            yield f"{POPULATION}/networks.csv"


ASKED: dict[str, Callable[[], Iterator[str]]] = {
    "EDF, five constraints": edfs,
    "100 networks": lists,
    "the same EDF": lambda: itertools.repeat(next(edfs())),
    "the same 100 networks": lambda: itertools.repeat(f"{POPULATION}/networks?limit=100"),
}


def measure(servers: list[Server], given: argparse.Namespace) -> None:
    """Ask all in turn, round by round, and tell the median of the rounds."""
    for what, paths in ASKED.items():
        asked = {server.name: paths() for server in servers}
        found: dict[str, list[tuple[Loaded, float]]] = {server.name: [] for server in servers}
        for _ in range(given.rounds):
            for server in servers:
                load(server.port, asked[server.name], given.connections, 0.5)  # warms up
                cpu = server.cpu()
                one = load(server.port, asked[server.name], given.connections, given.seconds)
                found[server.name].append((one, (server.cpu() - cpu) / len(one.waits)))
        for name, rounds in found.items():
            conditions = {
                "of": name,
                "networks": given.networks,
                "connections": given.connections,
                "p50 ms": told(1000 * one.quantile(0.5) for one, _ in rounds),
                "p99 ms": told(1000 * one.quantile(0.99) for one, _ in rounds),
                "processor ms": told(1000 * cpu for _, cpu in rounds),
                "cpu": processor(),
            }
            report(what, statistics.median(one.rate for one, _ in rounds), "/s", **conditions)


def told(values: Iterator[float]) -> float:
    return float(f"{statistics.median(values):.3g}")


def remember(server: Server, given: argparse.Namespace) -> None:
    """Tell the server's memory, minute by minute, while it is asked this and that."""
    asked = this_and_that()
    for minute in range(given.minutes + 1):
        report("memory", server.memory / 2**20, "MiB", of=server.name, minute=minute)
        if minute < given.minutes:
            load(server.port, asked, given.connections, 60.0)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--networks", type=int, default=20_000)
    arguments.add_argument("--connections", type=int, default=50)
    arguments.add_argument("--seconds", type=float, default=10.0)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--minutes", type=int, default=0, help="of which memory is told")
    arguments.add_argument("--beside", type=Path, help="another checkout, in the same run")
    arguments.add_argument("--keep", type=Path, help="folder of databases to make or use")
    given = arguments.parse_args()
    checkouts = {"this": exports.HERE} | ({"beside": given.beside} if given.beside else {})
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = given.keep or Path(scratch)
        servers = [
            stack.enter_context(exports.served(name, path, folder / name, given.networks))
            for name, path in checkouts.items()
        ]
        if given.rounds:
            measure(servers, given)
        if given.minutes:
            for server in servers:
                remember(server, given)


if __name__ == "__main__":
    main()
