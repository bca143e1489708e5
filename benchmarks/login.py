"""What a login costs: the EDF over REST with a token, beside a server without logins.

    python -m benchmarks.login [--before CHECKOUT] [--n 1000] [--rounds 20]

The servers run together and are asked in turns, at one connection and at fifty, so that what
else the machine does slows both. `--before` serves an older commit's checkout as the other one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.drag import database, wait_for
from benchmarks.parts import synthetic
from benchmarks.report import processor, report
from db.session import Database
from netspace import addresses
from netspace.stack import ports
from services.acting.actor import Role, Scope
from services.people import tokens, users

AT_ONCE = (1, 50)
EACH = 4
"""Requests of a connection in a round."""


@contextmanager
def served(file: Path, checkout: Path, auth: str) -> Iterator[str]:
    """A checkout's application on a database file. Its address."""
    with ports.reserve() as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "NETSPACE_DATABASE_URL": addresses.sqlite(file),
        "NETSPACE_BROKER_URL": "redis://127.0.0.1:1/0",  # none: it polls
        "NETSPACE_AUTH": auth,
        "NETSPACE_REQUESTS_PER_MINUTE": "0",
        "PYTHONPATH": str(checkout),
    }
    command = ["-m", "uvicorn", "--factory", "netspace.web:ready_app", "--port", str(port)]
    command += ["--log-level", "warning", "--timeout-graceful-shutdown", "1"]
    with subprocess.Popen([sys.executable, *command], env=environment, cwd=checkout) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/auth/style.css" if auth != "none" else f"{url}/app/")
            yield url
        finally:
            server.terminate()


def token(file: Path) -> str:
    """Of a viewer."""
    opened = Database(addresses.sqlite(file))
    with opened.durable() as session:
        id = users.create(session, "viewer", Role.VIEWER, "five plain words in a row")
        made = tokens.create(session, "benchmark", {Scope.READ}, None, id, Role.VIEWER)
    opened.dispose()
    return made.secret


async def seconds(client: httpx.AsyncClient, at_once: int, step: int) -> float:
    """How long some connections take for their requests, each another question."""

    async def ask(number: int) -> None:
        for part in range(EACH):
            query = {"depth": f"2..{6 + (step + number + part) % 12}", "points": "64"}
            answer = await client.get("/api/v1/populations/1/edf", params=query)
            answer.raise_for_status()

    begun = time.perf_counter()
    await asyncio.gather(*(ask(number) for number in range(at_once)))
    return (time.perf_counter() - begun) / (at_once * EACH)


async def measure(without: str, with_login: str, secret: str, rounds: int) -> None:
    shown = {"authorization": f"Bearer {secret}"}
    limits = httpx.Limits(max_connections=max(AT_ONCE), max_keepalive_connections=max(AT_ONCE))
    async with (
        httpx.AsyncClient(base_url=without, timeout=60, limits=limits) as before,
        httpx.AsyncClient(
            base_url=with_login, timeout=60, limits=limits, headers=shown
        ) as after,
    ):
        for at_once in AT_ONCE:
            pairs = []
            for step in range(-2, rounds):
                pair = await seconds(before, at_once, step), await seconds(after, at_once, step)
                if step >= 0:  # the first ones open connections and read the population
                    pairs.append(pair)
            ratios = sorted(after / before for before, after in pairs)
            conditions = {"connections": at_once, "rounds": rounds, "cpu": processor()}
            old, new = (1000 * statistics.median(side) for side in zip(*pairs, strict=True))
            report("EDF without a login", old, "ms", **conditions)
            report("EDF with a token", new, "ms", **conditions)
            report("with over without, median", statistics.median(ratios), "1", **conditions)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--before", type=Path, default=Path.cwd(), help="checkout")
    arguments.add_argument("--n", type=int, default=1_000, help="networks")
    arguments.add_argument("--rounds", type=int, default=20)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        file = database(Path(scratch), given.n, synthetic.create)
        secret = token(file)
        with (
            served(file, given.before, "none") as without,
            served(file, Path.cwd(), "accounts") as with_login,
        ):
            asyncio.run(measure(without, with_login, secret, given.rounds))


if __name__ == "__main__":
    main()
