"""Ways in which a job's process can behave, in place of
`workers.supervision.processes.run_job`.

Children find them by importing this module, so it imports neither torch nor a test.
"""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from designspace.networks.ends import Stem
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from designspace.regimes import DIGITS
from jobs.messages import Claim, Epoch, Failed, Finished
from workers.supervision import processes

NETWORK = Network(
    stem=Stem(width=8, stride=1),
    stages=(
        Stage(depth=2, width=8, stride=1, group_width=4),
        Stage(depth=1, width=16, group_width=8),
    ),
)
STEPS = 18  # whole batches of 64 in 1,200 images
REGIME = DIGITS.model_copy(update={"epochs": 2})


def claim(**changed):
    given = {"job_id": 1, "attempt": 1, "token": "t", "kind": "train", "seed": 0}
    return Claim(**({"network": NETWORK, "regime": REGIME} | given | changed))


def sleeper(claim, data_dir, pipe):
    """Says nothing and does nothing, for ever."""
    processes.lead_a_group_that_dies_with_the_worker()
    time.sleep(1000)


def finisher(claim, data_dir, pipe):
    """Finishes as soon as there is a file `finish`."""
    processes.lead_a_group_that_dies_with_the_worker()
    while not (data_dir / "finish").exists():
        time.sleep(0.01)
    pipe.send(Finished(quantities={"error": 1.0, "training_seconds": 0.1}, conditions={}))


def slow(claim, data_dir, pipe):
    """Tells an epoch every half second, five times, and finishes."""
    processes.lead_a_group_that_dies_with_the_worker()
    for epoch in range(1, 6):
        time.sleep(0.5)
        pipe.send(Epoch(epoch=epoch, loss=1.0, error=50.0, seconds=0.5 * epoch))
    pipe.send(Finished(quantities={"error": 50.0, "training_seconds": 2.5}, conditions={}))


def diarist(claim, data_dir, pipe):
    """Finishes after a moment, and notes when it began and ended in the file `diary`."""
    processes.lead_a_group_that_dies_with_the_worker()
    began = time.monotonic()
    time.sleep(0.05)
    with (data_dir / "diary").open("a") as diary:
        diary.write(json.dumps([claim.kind, began, time.monotonic()]) + "\n")
    pipe.send(Finished(quantities={"error": 1.0, "training_seconds": 0.1}, conditions={}))


def failing_benchmark(claim, data_dir, pipe):
    """As `diarist`, and dies instead where it is a benchmark."""
    if claim.kind == "benchmark":
        os.kill(os.getpid(), signal.SIGKILL)
    diarist(claim, data_dir, pipe)


def ends_with(failure):
    def life(claim, data_dir, pipe):
        processes.lead_a_group_that_dies_with_the_worker()
        pipe.send(Failed(failure=failure, detail="as told"))

    life.__qualname__ = life.__name__ = f"ends_with_{failure}"  # children find it by name
    return life


ends_with_out_of_memory = ends_with("out_of_memory")
ends_with_impossible = ends_with("impossible")
ends_with_error = ends_with("error")
ends_with_device = ends_with("device")


def stubborn(claim, data_dir, pipe):
    """Ignores SIGTERM, and says when it does."""
    processes.lead_a_group_that_dies_with_the_worker()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe.send("deaf")
    time.sleep(1000)


def suicidal(claim, data_dir, pipe):
    """Dies as if the system had run out of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed_in_the_third_epoch(claim, data_dir, pipe):
    """Trains until the fifth step of that epoch."""
    from workers.training import child, train

    steps = []
    train_step = train.train_step

    def mortal(*arguments):
        steps.append(1)
        if len(steps) == 2 * STEPS + 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return train_step(*arguments)

    train.train_step = mortal
    child.run(claim, data_dir, pipe)


def parent_of_a_sleeper(claim, data_dir, pipe):
    """Starts a process of its own, and says which."""
    processes.lead_a_group_that_dies_with_the_worker()
    pipe.send(subprocess.Popen(["sleep", "1000"]).pid)
    time.sleep(1000)


def what_is_loaded(claim, data_dir, pipe):
    """Says what the fork server held ready."""
    pipe.send({name for name in sys.modules if "." not in name})


def worker():
    """A worker's process with one child: prints what it is, and waits."""
    multiprocessing.set_forkserver_preload([])  # nothing is trained
    processes.run_job = parent_of_a_sleeper
    child = processes.Child(claim(), Path())
    grandchild = child.receive(60)
    torch_is_here = "torch" in sys.modules
    sys.stdout.write(json.dumps([torch_is_here, child.pid, grandchild]) + "\n")
    sys.stdout.flush()
    time.sleep(1000)


if __name__ == "__main__":
    worker()
