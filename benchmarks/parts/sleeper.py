"""A worker whose jobs sleep: all of it is real but the training.

Started by `benchmarks.jobs` with -c, so that its children import this and no benchmark.
"""

from __future__ import annotations

import os
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from jobs.messages import Claim, Finished
from workers.supervision import processes


def sleep(claim: Claim, data_dir: Path, pipe: Connection) -> None:
    """A child's life: one second an epoch of the regime."""
    processes.lead_a_group_that_dies_with_the_worker()
    os.nice(processes.NICENESS)
    time.sleep(claim.regime.epochs)
    pipe.send(
        Finished(quantities={"error": 50.0, "training_seconds": 1.0 * claim.regime.epochs},
                 conditions={})
    )  # fmt: skip
    os._exit(0)


def work(name: str, url: str, folder: str, broker: str, slots: str) -> None:
    """Do jobs until somebody ends it; says when it is ready."""
    from db.session import Database
    from jobs.wakeups import Wakeups
    from workers.supervision.config import Computer, WorkerConfig
    from workers.supervision.runner import Runner

    processes.run_job = sleep
    processes.start_fork_server()
    config = WorkerConfig(
        name=name,
        slots=int(slots),
        data_dir=Path(folder),
        lease_seconds=30,
        heartbeat_seconds=5,
        max_attempts=3,
        job_timeout_seconds=3600,
        device="cpu",
    )
    runner = Runner(config, Database(url), Wakeups(broker))
    print("ready", flush=True)
    sys.stdin.readline()
    runner.start(Computer("CPU", gpu=False))
    runner.join(1e6)
