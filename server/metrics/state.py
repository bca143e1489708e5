"""State: what the database and the disk say, in one transaction, remembered for a few seconds.

However often /metrics is asked, and by however many, the database is asked once in
REMEMBERED_SECONDS, by one thread; where it says nothing in time, only that is told.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from sqlalchemy import text

from db.outages import DATABASE_AWAY, briefly
from db.session import Database
from services.work import census
from services.work.census import Census

log = logging.getLogger(__name__)

REMEMBERED_SECONDS = 5.0
SECONDS = 4.0
"""The longest that /metrics waits for it."""
STATEMENT = f"SET LOCAL statement_timeout = {int(1000 * SECONDS)}"
ALIVE, SILENT = "alive", "silent"


@dataclass(frozen=True)
class Disk:
    """Of the file system that the data folder is on, in bytes."""

    size: int
    free: int  # for whoever is no administrator


@dataclass(frozen=True)
class Said:
    """What is known; None: it does not say."""

    census: Census | None = None
    disk: Disk | None = None


class State:
    """What the database and the disk say now, or said a moment ago."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self._database, self._data_dir = database, data_dir
        self._thread = CapacityLimiter(1)
        self._reading: asyncio.Task[Said] | None = None
        self._at = 0.0

    async def now(self) -> Said:
        reading = self._reading
        if reading is None or self._is_old(reading):
            self._at = time.monotonic()
            asked = to_thread.run_sync(self._read, limiter=self._thread)
            reading = self._reading = asyncio.ensure_future(asked)
        try:
            return await asyncio.wait_for(asyncio.shield(reading), SECONDS)
        except TimeoutError:
            return Said()

    def _is_old(self, reading: asyncio.Task[Said]) -> bool:
        if reading.get_loop() is not asyncio.get_running_loop():
            return True
        return reading.done() and time.monotonic() - self._at > REMEMBERED_SECONDS

    def _read(self) -> Said:
        return Said(self._census(), self._disk())

    def _census(self) -> Census | None:
        try:
            with self._database.read() as session:
                if session.get_bind().dialect.name == "postgresql":
                    session.execute(text(STATEMENT))
                return census.take(session)
        except DATABASE_AWAY as error:
            log.info("no census: %s", briefly(error))
            return None

    def _disk(self) -> Disk | None:
        try:
            found = shutil.disk_usage(self._data_dir)
        except OSError:
            return None
        return Disk(found.total, found.free)


def families(said: Said) -> Iterator[Metric]:
    """It in Prometheus' words."""
    up = "Whether the database answered this question in time."
    yield GaugeMetricFamily("netspace_database_up", up, float(said.census is not None))
    if said.disk is not None:
        yield from _of_disk(said.disk)
    if said.census is not None:
        yield from _of_census(said.census)


def _of_disk(disk: Disk) -> Iterator[Metric]:
    where = "of the file system that the data folder is on"
    yield GaugeMetricFamily(
        "netspace_data_folder_free_bytes", f"Free bytes {where}.", disk.free
    )
    yield GaugeMetricFamily("netspace_data_folder_size_bytes", f"Bytes {where}.", disk.size)


def _of_census(found: Census) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "netspace_database_bytes", "Size of the database on disk.", found.database_bytes
    )
    jobs = GaugeMetricFamily("netspace_jobs", "Jobs by their state.", labels=["kind", "state"])
    for (kind, state), number in found.jobs.items():
        jobs.add_metric([kind, state], number)
    yield jobs
    ended = GaugeMetricFamily(
        "netspace_jobs_ended",
        "Jobs that have ended, by how: done, or the class of their failure.",
        labels=["kind", "class"],
    )
    for (kind, how), number in found.ended.items():
        ended.add_metric([kind, how], number)
    yield ended
    oldest = GaugeMetricFamily(
        "netspace_oldest_waiting_job_seconds",
        "Since the oldest job that waits was asked for; 0 where none waits.",
        labels=["kind"],
    )
    for kind in census.KINDS:
        oldest.add_metric([kind], found.oldest_ms.get(kind, 0) / 1000)
    yield oldest
    yield GaugeMetricFamily("netspace_leases", "Jobs that are at work.", found.leases)
    yield GaugeMetricFamily(
        "netspace_leases_expired",
        "Jobs at work whose worker has not been heard of for longer than a lease.",
        found.expired,
    )
    populations = GaugeMetricFamily("netspace_populations", "Populations.", labels=["kind"])
    for kind, number in sorted(found.populations.items()):
        populations.add_metric([kind], number)
    yield populations
    yield from _of_workers(found)


def _of_workers(found: Census) -> Iterator[Metric]:
    workers = GaugeMetricFamily(
        "netspace_workers",
        "Workers that speak, and those that were silent for too long within the hour.",
        labels=["state"],
    )
    alive = sum(one.alive for one in found.workers)
    workers.add_metric([ALIVE], alive)
    workers.add_metric([SILENT], len(found.workers) - alive)
    yield workers
    slots = GaugeMetricFamily(
        "netspace_worker_slots", "Trainings that a worker does at once.", labels=["worker"]
    )
    silent = GaugeMetricFamily(
        "netspace_worker_silent_seconds",
        "Since a worker last said something.",
        labels=["worker"],
    )
    for one in found.workers:
        slots.add_metric([one.name], one.slots)
        silent.add_metric([one.name], one.silent_ms / 1000)
    yield slots
    yield silent
