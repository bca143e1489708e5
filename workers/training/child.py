"""What a child process does: one job, told of step by step through a pipe.

It imports torch, so its parent never imports it (see `workers.supervision.processes`).
"""

from __future__ import annotations

import gc
from multiprocessing.connection import Connection
from pathlib import Path

import torch

from jobs.messages import Claim, Finished
from workers.disk.checkpoints import Checkpoint
from workers.training.benchmark import benchmark
from workers.training.data import load
from workers.training.failures import failed
from workers.training.train import train


def run(claim: Claim, data_dir: Path, pipe: Connection) -> None:
    """Do the job; send each `Epoch`, then one `Finished` or `Failed`."""
    gc.disable()  # the loop makes no cycles, and the process ends with it: 3 % less time
    try:
        finished = measure(claim, data_dir, pipe)
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()  # the next child may start before this one is gone
        pipe.send(finished)
    except BaseException as error:  # whatever it was, it has to be told
        pipe.send(failed(error))


def measure(claim: Claim, data_dir: Path, pipe: Connection) -> Finished:
    """The result of a job of any kind."""
    match claim.kind:
        case "benchmark":
            return benchmark(claim.network, claim.regime, claim.seed)
        case "train":
            data = load(claim.regime.data, data_dir)
            checkpoint = Checkpoint(claim, data_dir)
            return train(claim.network, claim.regime, claim.seed, data, pipe.send, checkpoint)
