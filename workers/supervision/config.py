"""How one worker works; whoever starts it decides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Computer:
    """What a worker's children compute on."""

    name: str  # of the GPU, else of the processor
    gpu: bool


@dataclass(frozen=True)
class WorkerConfig:
    """What a worker's slots and its reaper need to know. Times in seconds."""

    name: str  # of the worker, as jobs and their events show it
    slots: int  # jobs at once, one single-threaded process each
    data_dir: Path  # of data sets, checkpoints, spool and the devices' locks
    lease_seconds: float
    heartbeat_seconds: float
    max_attempts: int  # at a job whose process died or whose lease expired
    job_timeout_seconds: float  # of silence: the longest epoch, or benchmark
    device: str  # whoever uses the same one names it alike; see `workers.disk.devices`
    poll_seconds: float = 2  # looking for jobs when nobody rang
    reap_seconds: float = 5  # between two looks for expired leases and for the spool; also
    # between two signs of life of the worker itself
    least_free: float = 5  # percent of the data folder's disk, below which no job is taken
