"""A job's process with labelled points: the program's own life, in which it may end anywhere.

started | mid-epoch | computed (the result is there) | said (the worker was told)
"""

import os

from points import FOLDER, Points, after, before

from workers.supervision import processes

LIFE = processes.run_job
STEP = 3
"""Of an epoch's four: some are done, some are not."""


def run_job(claim, data_dir, pipe):
    from workers.training import (
        child,
        train,  # torch comes with it: never in the worker
    )

    points = Points(os.environ[FOLDER])
    steps = []

    def step():
        steps.append(1)
        if len(steps) == STEP:
            points.reach("mid-epoch")

    before(child, "measure", lambda: points.reach("started"))
    after(child, "measure", lambda: points.reach("computed"))
    before(train, "train_step", step)
    before(os, "_exit", lambda: points.reach("said"))
    processes.NICENESS = 0  # other tests are nobody to yield to: they would starve it
    LIFE(claim, data_dir, pipe)
