"""The Celery worker: slots that train, wired to one database and one broker.

Celery brings the wake-ups and the worker's life (signals, reconnecting); the work itself hangs
on no message and begins without a broker: see `workers.supervision.runner`.
"""

from __future__ import annotations

import logging
import os
import platform
from typing import Any

from celery import Celery
from celery.signals import (
    celeryd_after_setup,
    setup_logging,
    worker_shutdown,
    worker_shutting_down,
)

from db.session import Database
from jobs.queue import WAKE, configure
from jobs.wakeups import Wakeups
from netspace import logs
from netspace.settings import Settings, load
from netspace.stack import cores, lifeline
from workers.supervision.config import WorkerConfig
from workers.supervision.processes import ColdForkServer, computer, start_fork_server
from workers.supervision.runner import Runner

log = logging.getLogger(__name__)

STOP_SECONDS = 3.0
"""How long the slots may take to end their jobs and give them back."""


class NoSlots(BaseException):
    """The worker can't do jobs; why, in one line.

    Of an `Exception` Celery would make a line in the log, and go on; of `SystemExit` it would
    lose the code.
    """


def create(settings: Settings) -> Celery:
    """The Celery application of one worker process."""
    config = worker_config(settings)
    database = Database(settings.database)
    wakeups = Wakeups(settings.broker)
    runner = Runner(config, database, wakeups)
    celery = configure(Celery("netspace", broker=settings.broker))
    celery.conf.update(
        worker_pool="threads",
        worker_concurrency=1,  # its tasks only wake the slots
        worker_prefetch_multiplier=1,
        worker_send_task_events=True,
        worker_hijack_root_logger=False,
        broker_connection_max_retries=None,  # a broker may be away for days
        worker_cancel_long_running_tasks_on_connection_loss=True,  # there are none
    )

    @celery.task(name=WAKE, ignore_result=True)
    def wake() -> None:
        runner.wake()

    @setup_logging.connect(weak=False)
    def log_in_one_format(loglevel: int, **_: Any) -> None:
        logs.begin(settings)
        if not logs.is_json():
            logging.basicConfig(level=loglevel, format=logs.PLAIN)

    @celeryd_after_setup.connect(weak=False)
    def start(**_: Any) -> None:
        lifeline.watch()
        try:
            ready = 1000 * start_fork_server()
            on = computer()
            log.info(
                "%d slots on %s, a process starts in %.0f ms", config.slots, on.name, ready
            )
            runner.start(on)
        except Exception as reason:
            log.debug("the worker can't start", exc_info=reason)
            raise NoSlots(f"the worker can't start: {in_a_line(reason)}") from None

    @worker_shutting_down.connect(weak=False)
    def stop(**_: Any) -> None:
        runner.stop()

    @worker_shutdown.connect(weak=False)
    def leave(**_: Any) -> None:
        runner.stop()
        runner.join(STOP_SECONDS)
        wakeups.close()
        database.dispose()

    return celery


def in_a_line(reason: Exception) -> str:
    """What went wrong; our own words need no name of a class."""
    said = " ".join(str(reason).split())
    return said if isinstance(reason, ColdForkServer) else f"{type(reason).__name__}: {said}"


def worker_config(settings: Settings) -> WorkerConfig:
    """What the worker needs of the settings."""
    return WorkerConfig(
        name=f"{platform.node()}:{os.getpid()}",
        slots=settings.slots or cores.usable(),
        data_dir=settings.data_dir,
        lease_seconds=settings.lease_seconds,
        heartbeat_seconds=settings.heartbeat_seconds,
        max_attempts=settings.max_attempts,
        job_timeout_seconds=settings.job_timeout_seconds,
        least_free=settings.least_free_percent,
        device=device(),
    )


def device() -> str:
    """The device that children compute on, as far as their environment tells.

    Torch would know, and would have to be imported. Workers that see the same GPU by different
    values of CUDA_VISIBLE_DEVICES do not know of each other: give each GPU one worker.
    """
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return f"cuda {visible}" if visible else "default"


app = create(load())
