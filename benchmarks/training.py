"""Networks a minute: the demo study, trained by a real worker for a while.

The worker, its slots and children are those of `make up`; only the clock is the benchmark's.
It starts when the first result is there, so the worker's start is a figure of its own.

After that, images a second of the training loop alone, beside a plain one.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from benchmarks.events import free_port, part
from benchmarks.parts import loops
from benchmarks.report import processor, report
from db.migrations import upgrade
from db.session import Database
from netspace import addresses
from netspace.stack import valkey
from netspace.studies import demo
from services.sampling import records

SECONDS = 60


def done(database: Database) -> int:
    with database.read() as session:
        return sum(item.progress.done for item in records.every(session))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = addresses.sqlite(Path(folder) / "netspace.db")
        upgrade(url)
        database = Database(url)
        demo.create_if_empty(database)
        port = free_port()
        with part("broker", f"--port={port}", NETSPACE_DATA_DIR=folder):
            broker_url = valkey.url(Path(folder) / "broker", port)
            while not valkey.answers(broker_url):
                time.sleep(0.05)
            started = time.perf_counter()
            with part(
                "worker",
                NETSPACE_DATA_DIR=folder,
                NETSPACE_BROKER_URL=broker_url,
                NETSPACE_LOG_LEVEL="error",
            ):
                while not done(database):
                    time.sleep(0.05)
                first = time.perf_counter()
                report("worker start to first result", first - started, "s", cpu=processor())
                time.sleep(SECONDS)
                count = done(database) - 1
                minutes = (time.perf_counter() - first) / 60
        report(
            "networks a minute",
            count / minutes,
            "1/min",
            regime="digits",
            slots=os.cpu_count(),
            load=os.getloadavg()[0],
            cpu=processor(),
        )
        database.dispose()


if __name__ == "__main__":
    main()
    loops.compare()
